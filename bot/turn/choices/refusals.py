"""What no tool may answer, by its wording: opinions, forecasts, orders, and what has nothing to do with money."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.turn.choices.cues import WORDS, compiled
from bot.turn.completions.conversions import is_into_itself
from tools.whole_names import MEASURES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

WORDS |= {
    "paper": r"(?:stocks?|shares?|etfs?|funds?|index funds?|companies|company|sectors?|bonds?|crypto|coins?|tickers?)",
    "dealt": r"(?:buy|sell|hold|keep|drop|dump|ditch|get rid of|pick|purchase|invest in|cut|trim|add to|let go of)",
    "dealing": r"(?:buying|selling|holding|keeping|purchasing|owning|hanging on|investing|getting in)",
    "moves": r"(?:rise|fall|climb|drop|crash|go (?:up|down|higher|lower)|recover|rebound|rally|soar|tank|double|moon"
    r"|keep (?:\w+ing)|be (?:\w+ )?(?:higher|lower|worth|up|down|at)|hit|reach|outperform|beat|do (?:well|better)"
    r"|bounce)",
}

ADVICE = compiled(
    r"\b(?:should|shall|must) i (?:\w+ )?(?!hold .*\b(?:to (?:get|receive|qualify)|for) .*\bdividend)(?:<dealt>"
    r"|cash out|double down|take (?:my )?profits?|bail|wait|invest"
    r"|put (?!down)|move|switch)\b",
    r"\bwhich of my <wait>(?:should|would|shall|must|do) (?:i|you) <dealt>\b",
    r"\b(?:which|what) (?:\w+ )?<paper> (?:(?:should|must|shall|would) (?:i|you)|i (?:must|should)"
    r"|do you) (?:\w+ )?(?:<dealt>|recommend|suggest|own)\b",
    r"\b(?:best|right|ideal|suitable|perfect) (?:\w+ )?(?:for (?:me|us|somebody|someone|a beginner|beginners|my age)"
    r"|time to <dealt>)\b",
    r"\b(?:best|good|right|ideal) (?!tickers?\b)<paper> (?:for|to)\b",
    r"\b(?:is|are) NAME (?:good|right|best|okay|safe|suitable) for me\b",
    r"\bworth (?:\w+ )?<dealing>\b",
    r"\byou (?:believe|think|reckon|expect) (?:that )?NAME (?:\w+ )?<moves>\w*",
    r"\b(?:pay|owe|lessen|reduce|avoid|minimi[sz]e|declare|save|lower|cut)\b.{0,40}\b(?:tax|taxes|hacienda|hmrc|irs)\b",
    r"\bdeclare (?:my|the|these) (?:\w+ )?(?:dividends?|gains?|shares?|NAME)\b",
    r"^(?:(?:so|um|ok|hey)\W+)*\w+ or (?:an? )?\w+ for me\W*$",
    r"\b(?:is|would) it (?:be )?(?:\w+ )?(?:prudent|wise|smart|sensible|safe|reckless|foolish|a good idea|a bad idea|ok"
    r"|okay) to\b(?! (?:ask|know))",
    r"\b(?:ideal|best|right|recommended|proper|sensible) (?:asset )?allocation for\b",
    r"(?<!been )\bbetter off (?:with|in|by|paying|buying|putting|selling)\b",
    r"\b(?:do|would|can) you (?:\w+ )?(?:expect|think|see|believe|reckon|recommend|suggest) .*\b(?:<moves>|buy|sell)\b",
    r"\bwhether you (?:\w+ )?(?:expect|think|believe|reckon)\b",
    r"\b(?:forecast|predict|foresee) (?:the |how |where |what |whether |which |if )",
    r"(?<!been the )(?<!was the )\b(?:better|best) investment\b|\bbetter buy\b|\bin your (?:view|opinion)\b"
    r"|\bfuture (?:\w+ )?price\b|\bdo i go in\b",
    r"\bgood (?:time|moment) (?:to|for)\b",
    r"\bbest (?:prospects|to own)\b|\bmore potential\b",
    r"\bi (?:must|have to|need to) (?:\w+ )?<dealt>\b.*\?",
    r"\b(?:do |would |can )?you (?:\w+ )?advi[sc]e (?:me|us) (?:to|on|about|with)\b",
    r"\bwhere (?:is|will) (?:it|NAME|they|this|that) (?:\w+ ){0,3}(?:TIME )?(?:from now|in TIME|by TIME|next TIME)\b",
    r"\bwhat will\b.*\bNAME\b.*\bTIME\b",
    r"\bwhere\b[^?]{0,30} by (?:eoy|year.?end|(?:the )?end of (?:the |this )?year|christmas|next \w+)\b",
    r"\b(?:percentage|percent|share|part|proportion|how much) of my (?:\w+ )?(?:money|salary|savings|income|wealth"
    r"|pension|portfolio|pay|wage|cash) should\b",
    r"\byour (?:call|view|opinion|forecast|prediction)\b",
    r"\b(?:stocks?|invest|funds?|bonds?|etfs?) or (?:pay|save|buy|keep|put)\b",
    r"\bgoing to be an? (?:\w+ )?(?:good|bad|great|rough|green|red|big) (?:day|week|month|year)\b",
    r"\bprice target\b|\btarget price\b",
    r"\bNAME (?:\w+ )?(?:up or down|down or up|green or red) tomorrow\b",
    r"\b(?:will|wil) (?:the )?(?:\w+ )?(?:NAME|markets?|stocks?|it|they|shares?|bitcoin|gold|dollar|euro|rates?"
    r"|PLACE) <wait><moves>\b",
)
"""Opinions and forecasts."""

ORDER = compiled(
    r"^(?:(?:ok|okay|please|kindly|sweet|great|now|then|so|well|hey|right|just|go ahead and|can you|could you"
    r"|would you|i want you to)[, ]+)*"
    r"(?:buy|sell|purchase|short (?=NAME|NUMBER|my|the|some|it|them|that|this)|unload|liquidate|reinvest|offload"
    r"|cash out)\b(?! or hold)",
    r"\b(?:get|grab|buy|order|pick up) me (?:\w+ )?(?:NUMBER|some|a few|more) (?:more )?(?:of (?:those|them|it|these"
    r"|NAME)|shares?|NAME)\b",
    r"\b(?:buy|sell|by) NUMBER (?:shares|units|stocks)\b.*\bat (?:the )?market\b",
    r"^(?:\w+\W+)?(?:ape|yolo) (?:me )?(?:in|into)\b",
    r"\bmake (?:me )?(?:the|a) (?:selling|buying|sale|purchase) of\b",
    r"\breinvest\b.*\b(?:into|in|automatically)\b",
    r"\b(?:place|execute|submit|enter) (?:the|an?|my|this|that|these|those) (?:\w+ )?(?:orders?|trades?)\b",
    r"\b(?:open|enter|go|close (?:a|my|the)) (?:a |my )?(?:long|short)\b(?! term)",
    r"\bsubscribe me (?:to|for)\b",
    r"\bswap (?:all |half )?(?:of )?my NAME (?:for|into|with)\b",
    r"\bput (?:all |half |some |NUMBER )?(?:of )?(?:the|my|all) (?:money|cash|savings|economies|dividends?) (?:in"
    r"|into|to|on)\b",
)
"""Orders to buy or sell."""

BANKING = compiled(
    r"\b(?:credit score|refund|chargeback|overdraft|teller|iban|sort code|pin code|customer (?:service|support|care)"
    r"|account (?:is )?(?:locked|blocked)|check (?:the|my) balance)\b",
    r"\b(?:phone )?number (?:for|of) (?:the )?(?:NAME|bank)\b.*\b(?:support|service|help)\b",
    r"\b(?:bank|local) branch\b|\bthe branch (?:on|in|at|near)\b",
    r"^(?:(?:ok|okay|cool|great|nice|thanks|now|then|so|and)[, ]+)*(?:(?:can|could|would) you (?:to |please )?"
    r"|please |pls |i (?:want|need|would like) to )?(?:send|transfer"
    r"|wire|venmo"
    r"|pay) .{0,40}\bto my (?:brother|sister|mum|mom|mother|father|dad|friend|wife|husband|landlord|son|daughter"
    r"|cousin|mate|buddy|pal|roommate|savings|bank)\b",
    r"\bcard (?:was |is |got |has been )?(?:declined|blocked|stolen|lost|frozen|swallowed)\b",
)
"""What a bank does for its customers."""

GREETING = re.compile(
    r"(?:hi|hey|hello|hiya|good (?:morning|afternoon|evening))\b[ ,!.]*(?:(?:it is|this is|i am) \w+)?(?: again"
    r"| here)?[ .!?]*"
)
NO_EXCHANGE = compiled(r"\b(?:farmers?'?|flea|christmas|fish|street|food|night|super|antiques?) ?markets?\b")
OF_OTHERS = compiled(
    r"\b(?:his|her|(?!today|yesterday|tomorrow|week|month|year|fund|etf|account|it|what|that)\w+'s)"
    r" (?:portfolio|watch ?list)\b",
    r"\b(?:get|need|apply for|require) (?:an? |the |my )?(?:tourist |work |student )?visas? (?:for|to)\b",
)

FINANCE = compiled(
    r"\b(?:stocks?|shares?|prices?|pric\w+|quotes?|trad\w+|markets?|invest\w*|portfolio|holdings?|positions?"
    r"|dividends?|yields?|earnings"
    r"|reports?|results|revenue\w*|profit\w*|loss\w*|returns?|gain\w*|news|headlines?|chart|graph|funds?|etfs?"
    r"|bonds?|index|indices|sectors?"
    r"|industr\w+|tickers?|symbols?|watch ?list|alerts?|currency|currencies|exchange|convert|rates?|interest|loan"
    r"|mortgage|save|saving|savings"
    r"|money|worth|cost|costs|buy|sell\w*|bought|sold|rise|rose|falls?|fell|range|split|technicals?|buzz|ping|own"
    r"|hold|risk\w*|volatil\w*|rsi|macd|p/e|eps|cap|company|companies|business|firm|perform\w*"
    r"|doing|trading|bags?|assets?|allocation|mix|mine|payouts?|momentum|book value|ex.?date|listed|lately|dollars?"
    r"|euros?|pounds?|yen|bucks|quid|pays|paid|payments?"
    r"|define|mean|means|meaning|vs|versus|compare\w*|against|beat|bull\w*|bear\w*|targets?|rebalanc\w*|alpha|beta"
    r"|budget"
    r"|hits|reaches|notify|ping|follow\w*|track\w*|RATE)\b|[$€£¥]"
)
"""Words without which a question is hardly about money."""

EVERYDAY = compiled(
    r"\b(?:weather|rain\w*|forecast for tomorrow|temperature|recipes?|cook\w*|bak(?:e|ing)|pizza|tacos?|risotto"
    r"|calories|restaurants?"
    r"|tv|television|printer|adapter|sockets?|brakes?|tyres?|engine|car|bike|flights?|train (?:times?|to)"
    r""
    r"|match of|game|grand prix|football|cricket|tennis|league|movies?|films?|songs?|jazz|music|concert|lyrics"
    r"|episode|episodes"
    r"|river|mountain|ocean|island|planet|animal\w*|plants?|garden|flowers?|trees?|photosynthesis|chemistry|physics"
    r"|history of"
    r"|medicine|gym|exercises|workout|bulk up|diet|girlfriend|boyfriend|barista"
    r"|joke|poem|essay"
    r"|capital of|population|president|war|century|tallest|longest|fastest|distance between|how far is"
    r"|what time is it|location in"
    r"|delivery driver|visa for|passport|translate|chess|inventions|biography|smell like)\b"
)
"""Everyday things."""

WORDS |= {
    "opening": r"(?:\W*(?:um|uh|so|hey|ok|and|but|yo|quick one)\W+)*(?:do|does|can|is|are) NAME (?:still |also |even "
    r"|ever |now )?",
}
OF_PRODUCTS = compiled(
    r"\b(?:laptops?|phones?|smartphones?|tablets?|headphones|earbuds|shoes|trainers|sneakers|boots|legroom|breakfast|menu"
    r"|decaf|latte|burgers?|nuggets|fries|wi-?fi|jeans|mattress\w*|vacuum|dishwasher|fridge|microwave|toys?|tyres?|tires?"
    r"|batter(?:y|ies)|chargers?|remote|oil change|gift cards?|coupons?|job openings?|pharmacy|loyalty card|store near"
    r"|near me|near to me|in stock|return policy|dress code|parking|vegan|gluten|flavou?rs?)\b",
    r"^<opening>(?:sell|serve|offer|deliver|fit|fix|repair|rent|stock|carry|accept|ship|hiring|cater)\b",
    r"\bNAME still (?:stock|sell|make|serve|carry|do|have)\b",
    r"\bwhat time (?:does|do|will|is|are) NAME (?:open|close|shut|opening|closing)\w*\b",
)
"""What companies sell, and their shops: nothing that a tool knows."""
PERHAPS_OF_PRODUCTS = compiled(r"^<opening>(?:have|do|does|let|allow|give|take)\b")
"""The same, where the model is not sure of what it chose: "does NAME do breakfast", but also "does NAME have debt"."""
WINNERS = compiled(r"\bwho (?:won|scored|is playing)\b(?! better)")
SPENDING = compiled(
    r"\bhow much (?:money )?(?:did |do |have |has )?i (?:\w+ )?(?:spend|spent|blow|blew|blown|wasted?|splurge\w*)"
    r" (?:on|at|in|for)\b"
)
"""What the asker bought."""
_OF_THEIR_MONEY = compiled(
    r"\b(?:debts?|cash|employees|staff|subsidiar\w+|moat|ceo|guidance|market|after hours|pre.?market|buy ?backs?"
    r"|splits?)\b"
)
OWN_ACCOUNT = compiled(
    r"\bbalance (?:of|on|in) my (?:current|checking|savings?|bank|joint) account\b",
    r"\bmy (?:current|checking|savings?|bank|joint) account balance\b",
    r"\bmy (?:own )?(?:iban|sort code|pin(?: code| number)?|(?:account|card) number|routing number)\b",
)
CHANGED_SOMEHOW = compiled(r"^(?:please |can you |i want to )?(?:change|edit|update|modify) (?:my|the) watch ?list\W*$")
WORDS |= {"asked": r"(?:(?:please|can you|could you|will you|would you|and|ok|now)\W+)*"}
ALERT_SOMEWHERE = compiled(
    r"\b(?:alert|ping|notify|warn|text|tell) me (?:when|if) (?:it|they|NAME) (?:gets?|is|are|goes) (?:\w+ )?(?:high"
    r"|low|cheap"
    r"|expensive|good|bad)\W*$",
    r"^<asked>(?:set|create|make|put|add) (?:me )?(?:up )?(?:an? )?(?:price )?(?:alert|alarm|notification)(?: up)?"
    r"(?: (?:on|for) (?:it|that|them|NAME))?(?: for me)?(?:\W+please)?\W*$",
    r"^<asked>set me up with an? (?:price )?alert\W*$",
    r"^<asked>(?:alert|notify|ping|warn) me (?:on|about|of) (?:it|that|them|NAME)\W*$",
)
"""An alert without a price."""
OF_NOBODY = compiled(
    r"^(?!.*\bmarkets?\b).*\b(?:about|on|of) (?:them|him|her|that (?:company|stock|one)|the company)\b"
)
_SENTENCE = re.compile(r"[^.?!]+[.?!]*")
_COMPUTED = frozenset({"project_growth", "loan_payment", "propose_price_alert"})
"""Tools whose questions say "will" and "forecast" too."""
_WITH_FIGURES = _COMPUTED | {"convert_currency"}
"""Tools that need figures of the question, which everyday talk seldom has."""
_PLANS = frozenset({"loan_payment", "project_growth"})
_SURE = -0.1
_OF_THIS = compiled(r"\b(?:this|it|that)\b.*\b(?:to|in|into) [\w ]+(?:and|,) (?:also )?(?:to|in|into) ")
"""Converts something that nobody said into two currencies."""
_NO_TERMS = frozenset({"term", "that term", "the term", "this term", "word", "that word", "phrase"})
_UNSURE = -0.25
"""The log-probability below which an everyday thing in a question without a word of money outweighs the decision."""


def refusal(calls: Sequence[ToolCall], asked: Collection[str], reading: Reading) -> str | None:
    """The reply that the wording calls for in place of `calls`; `asked` are the tools that it asks for."""
    if not calls:
        return None
    return _by_words(calls, asked, reading) or _by_arguments(calls, reading)


def _by_words(calls: Sequence[ToolCall], asked: Collection[str], reading: Reading) -> str | None:
    words = reading.skeleton.words
    of_balance = "suggest_rebalance" in asked
    computed = any(call.name in _COMPUTED for call in calls)
    others = any(call.name in _WITH_FIGURES for call in calls)
    hours = any(call.name == "get_market_status" for call in calls)
    unsure = reading.draft.confidence is not None and not reading.is_surer(_UNSURE)
    asking = _asking(words)
    sold = asking.replace(" sell ", " ")  # what a shop does, not what an owner of shares does
    may_be = OF_PRODUCTS.search(asking) or (not reading.is_surer(_SURE) and PERHAPS_OF_PRODUCTS.search(asking))
    of_products = may_be and not (FINANCE.search(sold) or _OF_THEIR_MONEY.search(asking))
    others = others or any(call.name == "define_term" for call in calls)
    of_products = (
        of_products
        and not (asked or others or any(call.name == "get_market_status" and call.arguments for call in calls))
    ) or (WINNERS.search(words) and not (reading.skeleton.names or asked or reading.earlier_names))
    everyday = unsure and not asked and not others and EVERYDAY.search(asking) and not FINANCE.search(words)
    replies = (
        ("DECLINE: advice", not of_balance and not computed and ADVICE.search(words)),
        ("CHAT: greeting", GREETING.fullmatch(words)),
        ("DECLINE: trade_order", not of_balance and ORDER.search(words)),
        ("DECLINE: banking", not computed and not reading.is_surer(_SURE) and BANKING.search(words)),
        ("DECLINE: banking", SPENDING.search(words) or OWN_ACCOUNT.search(words)),
        ("CLARIFY: missing", CHANGED_SOMEHOW.search(words)),
        ("CLARIFY: missing", not reading.amounts and ALERT_SOMEWHERE.search(words)),
        (
            "DECLINE: out_of_scope",
            OF_OTHERS.search(words) or (hours and NO_EXCHANGE.search(words)) or of_products or everyday,
        ),
    )
    return next((reply for reply, holds in replies if holds), None)


def _by_arguments(calls: Sequence[ToolCall], reading: Reading) -> str | None:
    if all(call.name == "define_term" and str(call.arguments.get("term")) in _NO_TERMS for call in calls):
        return "CLARIFY: missing"
    if all(is_into_itself(call, reading) or _lacks_figure(call, reading) for call in calls):
        return "CLARIFY: missing"
    if (
        not (reading.earlier or reading.amounts)
        and calls[0].name == "convert_currency"
        and _OF_THIS.search(reading.skeleton.words)
    ):
        return "CLARIFY: missing"
    if [(call.name, call.arguments) for call in calls] == [("get_news", {})] and not reading.earlier:
        return "CLARIFY: symbol" if OF_NOBODY.search(reading.skeleton.words) else None
    if not reading.skeleton.names and all(_is_about_measure(call) for call in calls):
        return "CLARIFY: symbol"
    return None


def _lacks_figure(call: ToolCall, reading: Reading) -> bool:
    """Whether a plan lacks a figure that it can't be worked out without."""
    tool = reading.toolbox.tools.get(call.name)
    if tool is None or call.name not in _PLANS:
        return False
    years = reading.place(call.arguments.get("years"))
    if years is not None and not reading.lengths and _is_inside(years, str(call.arguments["years"]), reading):
        return True
    return any(parameter.required and parameter.name not in call.arguments for parameter in tool.parameters)


def _is_inside(place: int, said: str, reading: Reading) -> bool:
    """Whether a number is only the beginning of a longer one: the "three" of "three hundred thousand"."""
    end = place + len(said)
    return any(each.start <= place and end <= each.end and each.text != said for each in reading.amounts)


def _asking(words: str) -> str:
    """The sentences of `words` that ask: those with a question mark, or else the last; the others tell a story."""
    said = [sentence for sentence in _SENTENCE.findall(words) if sentence.strip()]
    return " ".join([sentence for sentence in said if sentence.endswith("?")] or said[-1:])


def _is_about_measure(call: ToolCall) -> bool:
    """Whether a measure was taken for the name that the question lacks: "RSI and MACD readings"."""
    return str(call.arguments.get("symbol", "")).upper() in MEASURES
