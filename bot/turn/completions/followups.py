"""Questions that change one thing of the one before: what they leave out is that one's, and nothing is made up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.completions.names import HISTORY, history_of
from bot.turn.completions.plans import LOAN, SAVINGS
from bot.turn.completions.variations import (
    ADDS,
    COMPARE,
    DEFINE,
    GOES_ON,
    LONGEST,
    OF_OTHER_RATES,
    OVER_YEARS,
    figure_of_before,
    terms_of,
    varied,
)
from tools.arguments import EXCHANGE, NAME, SYMBOL, TERM
from tools.parsing.spans import FUNCTION_WORDS
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind

STATUS = "get_market_status"
_ON_TOP = re.compile(r"\b(?:on top|extra|as well|too|also|ads?|add(?:s|ed|ing)?|besides|plus)\b", re.IGNORECASE)
_BESIDE = re.compile(r"\b(?:than|as|like|with|to|vs|versus|against|of)(?: the)? \Z", re.IGNORECASE)
"""Before a name that something remembered is compared with."""
_ALONE = re.compile(r"\b(?:on (?:its|their|his|her) own|alone|by (?:itself|themselves)|separately)\b", re.IGNORECASE)
"""What was compared is now looked at for itself."""
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|or|with|and|to)\b")
_REFUSED = frozenset({"DECLINE: advice"})
_UNSURE = -0.6
_MEANT = re.compile(
    r"\b(?:i |we )?(?:meant|ment|wanted|should have (?:said|been)|was asking about|am asking about)"
    r"(?: (?:to (?:say|ask about|write)|of|for|about|the|is))*\W*(?P<meant>[^\W\d_][\w.&'-]*)(?P<rest>.*)",
    re.IGNORECASE,
)
"""What a question says that was said wrong before: "my bad i meant coin"."""
_ACTIONS = ("add", "remove")
_ASKED_FOR = frozenset(
    "price prices news chart yield dividend dividends earnings return returns performance volatility beta rsi macd"
    " revenue margin portfolio watchlist alert rate rates monthly yearly above below".split()
)
_OWN_WORDS = re.compile(r"\b(?:my|mine|i|me|we|our|portfolio|holdings?)\b", re.IGNORECASE)
_AT_START = re.compile(r"\b(?:start\w*|lump|upfront|initial\w*|to begin|put in|on top|have|got|already|plus)\b", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead|make it|make that|same|change|only give|what if)\b", re.IGNORECASE)
_WHY = re.compile(r"\A\W*(?:(?:and|so|ok|but) )*(?:why|what (?:explains|caused|drove|is behind|was behind)|how come)\b")
_TICKER = re.compile(r"\W*(?:(?:and|ok|so|what is|what's|whats|the|its|their|stock) )*(?:ticker|symbol)(?: symbol)?\W*(?:please|pls|then)?\W*", re.IGNORECASE)
_ANOTHER = re.compile(r"\A\W*(?:(?:ok|okay|thanks|and|now|so) )*(?:how about|what about|and)\b", re.IGNORECASE)
_SET_AGAINST = re.compile(r"\b(?:vs|versus|against|compar\w*|with|than|better|worse|both|which|beat|together|side by side)\b")
_NOTHING_ELSE = re.compile(r"(?:[\s,;&+/?!.]|\b(?:and|n|or|ok|now)\b)*", re.IGNORECASE)
_LISTS = frozenset({"get_watchlist", "propose_watchlist_change"})
_OFF_IT = re.compile(
    r"(?:ok |and |now |please |pls |then )*(?:take|remove|drop|kick|get|throw|chuck|delete) .{2,40}? (?:off|of|from)"
    r"(?: (?:it|there|that|the list|my list))?\W*(?:please|pls|then|now)?\W*"
)
_OF_PORTFOLIO = {HISTORY: "get_portfolio_performance", "get_technicals": "get_portfolio_risk"}
_MINE = re.compile(
    r"\W*(?:(?:and|ok|okay|now|so|what about|how about|same for|the same for|for|of|is) )*my (?:own |whole )?"
    r"(?:portfolio|holdings|stuff|investments|bag)\W*(?:then|too|as well|please|pls)?\W*"
)
_DOING = re.compile(
    r"\bhow (?:is|are|was|were|did|has) (?:it|they|things|the market|everything) (?:\w+ )?(?:do|doing|done|look\w*|going"
    r"|been|perform\w*)\b"
)
_OF_OWN = "get_portfolio_performance"


def settle_followup(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls with what the only call of the turn before says where this question does not."""
    if plan := _of_older_plan(calls, reading):
        return [plan]
    if len(reading.earlier) != 1 or (reading.draft.text in _REFUSED and reading.is_surer(_UNSURE)):
        return calls
    before = reading.earlier[0]
    if corrected := _corrected(before, reading) or _of_names_alone(before, reading) or _of_list(before, reading):
        return [corrected]
    if whole := _of_whole(before, calls, reading):
        return [whole]
    if not calls:
        figure = figure_of_before(calls, reading)
        return [figure] if figure else _changed(before, reading)
    if other := varied(before, calls, reading):
        return [other]
    if len(calls) != 1:
        return calls
    call = _of_company(_own_term(calls[0], before, reading), reading)
    call = _of_those_named(_own_name(call, reading), reading)
    return [_carried(call, before, reading)]


def _of_older_plan(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The plan of a turn before the last one, which something else came between: "7% instead", "same but 15 years"."""
    plans = (LOAN, SAVINGS)
    if not reading.older or any(call.name in plans for call in [*calls, *reading.earlier]):
        return None
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and turn[0].name in plans), None)
    if before is None or len(reading.text) > LONGEST or reading.names or OF_OTHER_RATES.search(reading.text):
        return None
    if not (GOES_ON.match(reading.text) or _INSTEAD.search(reading.text)) or len(reading.rates) + len(reading.lengths) != 1:
        words = OVER_YEARS.fullmatch(mended_words(reading.text))
        return None if words is None else varied(before, calls, reading)
    name, said = ("annual_rate_percent", reading.rates) if reading.rates else ("years", reading.lengths)
    return replace(before, arguments={**before.arguments, name: said[0].text})


def _corrected(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The call of before about what was meant: "no i meant add, not remove", "sorry, I meant Mercedes"."""
    meant = _MEANT.search(mended_words(reading.text)) if len(reading.text) <= LONGEST else None
    if meant is None:
        return None
    if "action" in before.arguments and meant["meant"] in _ACTIONS:
        return replace(before, arguments={**before.arguments, "action": meant["meant"]})
    names = [name for name in reading.names if name.start >= reading.text.lower().find(meant["meant"])]
    if len(names) > 1 or len(reading.earlier_names) != 1:
        return None
    typed = re.search(rf"\b{re.escape(meant['meant'])}\b", reading.text, re.IGNORECASE)
    is_last = not meant["rest"].strip(" .!?")
    name = names[0].text if names else typed[0] if typed and is_last and not is_word_of_ask(typed[0]) else None
    if name is None:
        return None
    for key, said in before.arguments.items():
        parameter = reading.parameter(before, key)
        if parameter is not None and parameter.kind in (NAME, SYMBOL):
            return replace(before, arguments={**before.arguments, key: [name] if isinstance(said, list) else name})
    return None


def _of_names_alone(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The call of before about names that are all that is said: "ETH, SOL?"."""
    rest = reading.text
    for name in reading.names:
        rest = rest.replace(name.text, " ", 1)
    if not reading.names or not _NOTHING_ELSE.fullmatch(rest):
        return None
    for key, said in before.arguments.items():
        parameter = reading.parameter(before, key)
        if parameter is None or parameter.kind not in (NAME, SYMBOL):
            continue
        if isinstance(said, list) and before.name != COMPARE:
            return replace(before, arguments={**before.arguments, key: [name.text for name in reading.names]})
        if not isinstance(said, list) and len(reading.names) == 1:
            return replace(before, arguments={**before.arguments, key: reading.names[0].text})
    return None


def _of_list(before: ToolCall, reading: Reading) -> ToolCall | None:
    """After the watchlist was shown or changed, "take intel off it" is a change of it, and no order."""
    off = _OFF_IT.fullmatch(mended_words(reading.text).strip())
    if before.name not in _LISTS or off is None or len(reading.names) != 1:
        return None
    return ToolCall("propose_watchlist_change", {"action": "remove", "symbols": [reading.names[0].text]})


def _of_whole(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The same of the asker's own portfolio: "and my own portfolio" after one company's volatility; "how is it doing"
    after the hours of the market."""
    words = mended_words(reading.text)
    if before.name in _OF_PORTFOLIO and [call.name for call in calls] == ["get_portfolio"] and _MINE.fullmatch(words):
        times = {key: said for key, said in before.arguments.items() if key == "period"}
        return ToolCall(_OF_PORTFOLIO[before.name], times if before.name == HISTORY else {})
    if before.name == "get_market_overview" and not reading.names and _WHY.match(words):
        return ToolCall("get_news", {})
    if len(reading.earlier_names) == 1 and _TICKER.fullmatch(reading.text):
        return ToolCall("find_symbol", {"query": reading.earlier_names[0]})
    if before.name == HISTORY and len(calls) == 1 and calls[0].name == COMPARE and len(reading.names) == 1:
        if _ANOTHER.match(reading.text) and not _SET_AGAINST.search(words):
            return replace(before, arguments={**before.arguments, "symbol": reading.names[0].text})
    if before.name == STATUS and not reading.names and _DOING.search(reading.skeleton.words) and not _OWN_WORDS.search(words):
        return ToolCall("get_market_overview", {})
    return None


def is_word_of_ask(word: str) -> bool:
    """Whether `word` says what is asked and names nobody."""
    return word.lower() in FUNCTION_WORDS or word.lower() in _ASKED_FOR


def _changed(before: ToolCall, reading: Reading) -> list[ToolCall]:
    """The call of before with the one thing of its kind that a short question names, where the model heard nothing."""
    if len(reading.text) > LONGEST or before.name not in reading.toolbox.tools:
        return []
    if before.name == COMPARE and ADDS.search(reading.text) and reading.names and not reading.amounts:
        named = [*map(str, before.arguments.get("symbols", ())), *(name.text for name in reading.names)]
        return [replace(before, arguments={**before.arguments, "symbols": list(dict.fromkeys(named))})]
    if not GOES_ON.match(reading.text):
        return []
    if before.name == STATUS:
        places = [span.text for span in EXCHANGE.find(reading.text)]
        return [replace(before, arguments={"exchange": places[0]})] if len(places) == 1 else []
    if before.name == DEFINE:
        terms = terms_of(reading)
        return [replace(before, arguments={"term": terms[0]})] if len(terms) == 1 else []
    return []


def _of_company(call: ToolCall, reading: Reading) -> ToolCall:
    """Over another time the company of before is meant, where nothing is the asker's own: "and over 10 years"."""
    if call.name != _OF_OWN or len(reading.earlier_names) != 1 or reading.names or not reading.periods:
        return call
    if _OWN_WORDS.search(reading.text) or not GOES_ON.match(reading.text):
        return call
    return replace(call, name=HISTORY, arguments={"symbol": reading.earlier_names[0], **call.arguments})


def _own_term(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """A term of this question's own, in place of the one that was explained before."""
    if call.name != DEFINE or before.name != DEFINE or reading.place(call.arguments.get("term", "")) is not None:
        return call
    terms = terms_of(reading)
    return replace(call, arguments={"term": terms[0]}) if len(terms) == 1 else call


def _own_name(call: ToolCall, reading: Reading) -> ToolCall:
    """The only name of this question in place of one remembered, where the tool takes one."""
    for name, said in call.arguments.items():
        parameter = reading.parameter(call, name)
        if parameter is None or parameter.is_list or parameter.kind not in (NAME, SYMBOL):
            continue
        is_remembered = str(said) in reading.earlier_names and reading.place(said) is None
        own = reading.names[0] if len(reading.names) == 1 else None
        if is_remembered and own and not _BESIDE.search(reading.text[: own.start]):
            return replace(call, arguments={**call.arguments, name: own.text})
    return call


def _of_those_named(call: ToolCall, reading: Reading) -> ToolCall:
    """A comparison of two that this question names is of these two; of one that it looks at alone, that one's history."""
    own = [name.text for name in reading.names]
    if call.name == COMPARE:
        if len(own) > 1 and not ADDS.search(reading.text) and _AGAINST.search(mended_words(reading.text)):
            return replace(call, arguments={**call.arguments, "symbols": own})
        if len(own) == 1 and _ALONE.search(reading.text):
            return history_of(own[0], call)
    return call


def _is_monthly(arguments: dict[str, Any], before: ToolCall, reading: Reading) -> bool:
    """Whether an amount stands for the contribution of before, of a plan that has no other."""
    if "principal" in before.arguments or "monthly_contribution" not in before.arguments:
        return False
    monthly = arguments.get("monthly_contribution", before.arguments["monthly_contribution"])
    return (
        "principal" in arguments
        and monthly in (before.arguments["monthly_contribution"], arguments["principal"])
        and not _AT_START.search(reading.text)
    )


def _carried(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """What this question does not say is as it was before: no other value can be meant."""
    arguments: dict[str, Any] = dict(call.arguments)
    for name, said in call.arguments.items():
        parameter = reading.parameter(call, name)
        kind: Kind | None = parameter.kind if parameter else None
        if kind is None or kind is TERM or isinstance(said, list) or reading.place(said) is not None:
            continue
        remembered = before.arguments.get(name)
        if remembered is not None and not isinstance(remembered, list):
            arguments[name] = remembered
    if call.name == before.name == SAVINGS and "principal" in before.arguments and _ON_TOP.search(reading.text):
        if arguments.get("principal") == arguments.get("monthly_contribution"):  # of one amount, what is put in monthly
            arguments.pop("principal", None)
        arguments.setdefault("principal", before.arguments["principal"])
    if call.name == before.name == SAVINGS and _is_monthly(arguments, before, reading):
        arguments["monthly_contribution"] = arguments.pop("principal")
    if call.name == before.name:
        for parameter in reading.toolbox.tools[call.name].parameters if call.name in reading.toolbox.tools else ():
            if parameter.required and parameter.name not in arguments and parameter.name in before.arguments:
                arguments[parameter.name] = before.arguments[parameter.name]
    return call if arguments == call.arguments else replace(call, arguments=arguments)
