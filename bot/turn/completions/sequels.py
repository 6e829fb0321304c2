"""Short questions that ask for the next thing after a call: nothing of them is understood without it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.comparisons import COMPARE, HISTORY, history_of
from bot.turn.completions.figures import RISK, tool_of_figure
from bot.turn.completions.plans import LOAN, SAVINGS
from bot.turn.completions.variations import DEFINE, GOES_ON, LONGEST, terms_in
from tools.arguments import NAME, SYMBOL
from tools.parsing.spans import FUNCTION_WORDS, Span
from tools.parsing.surroundings import mended_words
from tools.whole_names import MEASURES

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

STATUS = "get_market_status"
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
_WHY = re.compile(r"\A\W*(?:(?:and|so|ok|but) )*(?:why|what (?:explains|caused|drove|is behind|was behind)|how come)\b")
_TICKER = re.compile(
    r"\W*(?:(?:and|ok|so|what is|what's|whats|the|its|their|stock) )*(?:ticker|symbol)(?: symbol)?\W*(?:please|pls"
    r"|then)?\W*",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\A\W*(?:(?:ok|okay|thanks|and|now|so) )*(?:how about|what about|and)\b", re.IGNORECASE)
_SET_AGAINST = re.compile(
    r"\b(?:vs|versus|against|compar\w*|with|than|better|worse|both|which|beat|together|side by side)\b"
)
_NOTHING_ELSE = re.compile(
    r"(?:[\s,;&+/?!.]|\b(?:and|n|or|ok|now|same|likewise|too|also|as well|please|pls|then|again|ditto|oops|whoops|sorry"
    r"|fat fingers|typo|my bad|i mean|for)\b)*",
    re.IGNORECASE,
)
_JUST = re.compile(r"\A\W*(?:(?:no|ok|and|now|actually) )*(?:just|only)\b|\btho(?:ugh)?\b", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w.])[A-Z]{2,5}(?![\w.])")
_ABOUT_MARKET = re.compile(r"\babout (?:the )?(?:(?:stock|whole|general) )?markets?\b")
_MEANING = re.compile(
    r"\W*(?:(?:erm?|um|uh|and|ok|so|sorry|ah) )*(?:meaning(?: of (?:that|it|this))?|what (?:does|do|is) (?:that|it"
    r"|this|they)"
    r"(?: even| actually)? mean\w*|explain(?: (?:that|it|this))?|define(?: (?:that|it|this))?)\W*"
)
_LISTS = frozenset({"get_watchlist", "propose_watchlist_change"})
_OFF_IT = re.compile(
    r"(?:ok |and |now |please |pls |then )*(?:take|remove|drop|kick|get|throw|chuck|delete) .{2,40}? (?:off|of|from)"
    r"(?: (?:it|there|that|the list|my list))?\W*(?:please|pls|then|now)?\W*"
)
_OF_PORTFOLIO = {HISTORY: "get_portfolio_performance", "get_technicals": "get_portfolio_risk"}
_OF_PORTFOLIO_ITSELF = frozenset({"get_portfolio", *_OF_PORTFOLIO.values()})
_MINE = re.compile(
    r"\W*(?:(?:and|ok|okay|now|so|what about|how about|same for|the same for|for|of|is) )*my (?:own |whole )?"
    r"(?:portfolio|holdings|stuff|investments|bag)\W*(?:then|too|as well|please|pls)?\W*"
)
_DOING = re.compile(
    r"\bhow (?:is|are|was|were|did|has) (?:it|they|things|the market|everything) (?:\w+ )?(?:do|doing|done|look\w*"
    r"|going"
    r"|been|perform\w*)\b"
)
_WITH_BEFORE = 2
_BORROW = re.compile(r"\b(?:borrow\w*|loaned|as a loan)\b")
_OF_TERM = frozenset({DEFINE, "find_symbol", "get_portfolio", "get_quote"})
_MINE_ALONE = re.compile(r"\W*(?:(?:and|ok|so|what is|what about|how about|whats) )*mine\W*(?:then|please)?\W*")
_OF_MINE = re.compile(r"\b(?:it|that|this)\b.*\b(?:my (?:own )?portfolio|mine)\b")
_IT_FOR = re.compile(
    r"\W*(?:(?:and|ok|so|now|right|uh|um) )*(?:(?:what|how much) (?:is|was|about) (?:it|that|this)|what is|how "
    r"about|what about"
    r"|whats it) (?:for|of|at|with|in the case of)\b"
)
_IT_DID = re.compile(
    r"\bhow(?:'s| is| has| did)? (?:it|that one|the stock|the share)(?:'s)? (?:did|do|done|been|doing|perform\w*)\b"
)
_OWN_RESULT = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:portfolio|holdings?|investments?|stocks)\b|\b(?:i|we) (?:did|do|done)\b", re.IGNORECASE
)
_OF_OWN = "get_portfolio_performance"


def sequel(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The call that the question asks for next after `before`; None where it is no such question."""
    return next((call for each in _SEQUELS if (call := each(before, calls, reading))), None)


def over_time(call: ToolCall, reading: Reading) -> ToolCall:
    """Over another time the company of before is meant, where nothing is the asker's own: "and over 10 years"."""
    if call.name != _OF_OWN or len(reading.earlier_names) != 1 or reading.names or not reading.periods:
        return call
    goes_on = GOES_ON.match(reading.text) and not _OWN_WORDS.search(reading.text)
    if not goes_on and not (_IT_DID.search(mended_words(reading.text)) and not _OWN_RESULT.search(reading.text)):
        return call
    return replace(call, name=HISTORY, arguments={"symbol": reading.earlier_names[0], **call.arguments})


def _corrected(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The call of before about what was meant: "no i meant add, not remove", "sorry, I meant Mercedes"."""
    meant = _MEANT.search(mended_words(reading.text)) if len(reading.text) <= LONGEST else None
    if meant is None:
        return None
    if "action" in before.arguments and meant["meant"] in _ACTIONS:
        return replace(before, arguments={**before.arguments, "action": meant["meant"]})
    names = [name for name in reading.names if name.start >= reading.text.lower().find(meant["meant"])]
    if len(names) > 1 or len(reading.earlier_names) != 1:
        return None
    typed = re.search(rf"\b(?i:{re.escape(meant['meant'])})\b(?: [A-Z][\w&'’-]*\w)*", reading.text)
    is_last = typed is not None and not reading.text[typed.end() :].strip(" .!?")
    name = names[0].text if names else typed[0] if typed and is_last and not _is_word_of_ask(typed[0]) else None
    if name is None:
        return None
    for key, said in before.arguments.items():
        parameter = reading.parameter(before, key)
        if parameter is not None and parameter.kind in (NAME, SYMBOL):
            return replace(before, arguments={**before.arguments, key: [name] if isinstance(said, list) else name})
    return None


def _is_word_of_ask(word: str) -> bool:
    """Whether `word` says what is asked and names nobody."""
    return word.lower() in FUNCTION_WORDS or word.lower() in _ASKED_FOR


def _names_alone(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The call of before about names that are all that is said: "ETH, SOL?"."""
    rest = _JUST.sub(" ", reading.text)
    names = reading.names or _codes(reading)
    for name in names:
        rest = rest.replace(name.text, " ", 1)
    if not names or not _NOTHING_ELSE.fullmatch(rest):
        return None
    for key, said in before.arguments.items():
        parameter = reading.parameter(before, key)
        if parameter is None or parameter.kind not in (NAME, SYMBOL):
            continue
        if before.name == COMPARE and len(names) == 1 and _JUST.match(reading.text):
            return history_of(names[0].text, before)
        if isinstance(said, list) and before.name != COMPARE:
            return replace(before, arguments={**before.arguments, key: [name.text for name in names]})
        if not isinstance(said, list) and len(names) == 1:
            return replace(before, arguments={**before.arguments, key: names[0].text})
    return None


def _codes(reading: Reading) -> list[Span]:
    """Tickers that nobody here knows, among small letters: "oops, fat fingers. BNK"."""
    if reading.text.isupper():
        return []
    found = [Span(match.start(), match.end(), match[0]) for match in _CODE.finditer(reading.text)]
    return [code for code in found if code.text not in MEASURES and not reading.context.knows_term(code.text)]


def _off_list(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """After the watchlist was shown or changed, "take intel off it" is a change of it, and no order."""
    off = _OFF_IT.fullmatch(mended_words(reading.text).strip())
    if before.name not in _LISTS or off is None or len(reading.names) != 1:
        return None
    return ToolCall("propose_watchlist_change", {"action": "remove", "symbols": [reading.names[0].text]})


def _own_portfolio(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The same of the asker's own portfolio: "and my own portfolio" after one company's volatility."""
    is_asked = len(calls) == 1 and calls[0].name in _OF_PORTFOLIO_ITSELF and _MINE.fullmatch(mended_words(reading.text))
    if before.name not in _OF_PORTFOLIO or not is_asked:
        return None
    times = {key: said for key, said in before.arguments.items() if key == "period"}
    return ToolCall(_OF_PORTFOLIO[before.name], times if before.name == HISTORY else {})


def _market(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """How markets do after when they are open, and why after how they do."""
    words = mended_words(reading.text)
    if reading.names or _OWN_WORDS.search(words):
        return None
    if before.name == "get_market_overview" and _WHY.match(words):
        return ToolCall("get_news", {})
    if before.name == "get_news" and before.arguments and _ABOUT_MARKET.search(words):
        return ToolCall("get_news", {})
    if before.name == STATUS and _DOING.search(reading.skeleton.words):
        return ToolCall("get_market_overview", {})
    return None


def _ticker(_: ToolCall, __: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The ticker of the company of before."""
    if len(reading.earlier_names) != 1 or not _TICKER.fullmatch(reading.text):
        return None
    return ToolCall("find_symbol", {"query": reading.earlier_names[0]})


def _other_company(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """Another company's history, which nothing sets against the one before: "how about cocoa"."""
    if before.name != HISTORY or [call.name for call in calls] != [COMPARE] or len(reading.names) != 1:
        return None
    if not _ANOTHER.match(reading.text) or _SET_AGAINST.search(mended_words(reading.text)):
        return None
    return replace(before, arguments={**before.arguments, "symbol": reading.names[0].text})


def _of_explained(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The figure that was explained, of the asker's portfolio or of one company: "mine?", "what is it for Tesco"."""
    if before.name != DEFINE or any(call.name not in _OF_TERM for call in calls):
        return None
    words, term = mended_words(reading.text), mended_words(str(before.arguments.get("term", "")))
    is_own = _MINE_ALONE.fullmatch(words) or (_OF_MINE.search(words) and not reading.names and len(words) <= LONGEST)
    if RISK.search(term) and is_own:
        return ToolCall("get_portfolio_risk", {})
    if len(reading.names) != 1 or not _IT_FOR.match(words):
        return None
    tool = tool_of_figure(term)
    return ToolCall(tool, {"symbol": reading.names[0].text}) if tool else None


def _meaning_of_before(_: ToolCall, __: list[ToolCall], reading: Reading) -> ToolCall | None:
    """What the only term of the question before means: "meaning?" after "EV/EBITDA of Aurizon"."""
    if not _MEANING.fullmatch(mended_words(reading.text)) or len(reading.said or ()) < _WITH_BEFORE:
        return None
    terms = terms_in((reading.said or ())[1], reading)
    return ToolCall(DEFINE, {"term": terms[0]}) if len(terms) == 1 else None


def _borrowed(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The savings of before as a loan: "and if I borrowed that instead"."""
    if before.name != SAVINGS or "principal" not in before.arguments or reading.amounts or reading.names:
        return None
    if not _BORROW.search(mended_words(reading.text)):
        return None
    return ToolCall(LOAN, {key: said for key, said in before.arguments.items() if key != "monthly_contribution"})


_SEQUELS = (
    _corrected,
    _names_alone,
    _off_list,
    _own_portfolio,
    _market,
    _ticker,
    _other_company,
    _of_explained,
    _meaning_of_before,
    _borrowed,
)
