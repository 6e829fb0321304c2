"""Calls that stand for something else: a name that was taken back, an index's level, and what no word asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.choices.skeleton import plain_words
from bot.turn.completions.comparisons import HISTORY
from bot.turn.completions.figures import FIGURE, GAUGE, RISK
from bot.turn.completions.reading import names_in
from tools.arguments import EXCHANGE
from tools.parsing.exchanges import find_unknown_exchange
from tools.parsing.question_words import common_words
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.completions.reading import Reading

_DIGIT = re.compile(r"\d")
_ASKS_NEWS = re.compile(
    r"\b(?:news\w*|headlines?|stories|story|happen\w*|going on|goes on|gossip|goss|tea|buzz|drama|reading|read|latest"
    r"|press|reports?|reported|writing|written|papers?|saying|chatter|rumou?rs?|driving|moving|drove|moved|why)\b"
)
_OF_NO_MARKET = frozenset({"define_term", "loan_payment", "project_growth", "convert_currency"})
_OWN_WORDS = re.compile(r"\b(?:i|my|mine|me|we|our|us|ours|portfolio|account|holdings?|positions?)\b")
_ASKS_HOURS = re.compile(
    r"\b(?:opens?|opened|hours|holidays?|shuts?|bell|sessions?|timetable|half.?day|when|what time|close[sd]?"
    r"|closing time)\b"
)
_ASKS_PRICE = re.compile(
    r"\b(?:prices?|worth|costs?|quotes?|trad(?:es?|ing)|go(?:es|ing)? for|at|how much|value|up|down|doing|stands?)\b"
)
_ASKS_MEANING = re.compile(
    r"\b(?:what(?:'?s| is| are| does| do)|what \w+ (?:is|are|does|do)|what (?:an?|the) (?:[\w-]+ ){1,4}(?:is|are)|wots?"
    r"|wtf|tf is|means?|meaning|meant|explain\w*"
    r"|defin\w*|eli5|difference|stands? for"
    r"|understand|how (?:does|do)|expand|clarify|tell me|concept|terms?"
    r"|which thing|uses?|used|serves?)\b"
)
_OVERVIEW, _HOURS = "get_market_overview", "get_market_status"
_OF_ALL = re.compile(
    r"\b(?:markets?|indices|indexes|stocks|shares|overall|in general|generally|overview|wall street|bourses?"
    r"|everything)\b"
)
"""Asks about more than the indices that it names."""
_OWN_SHARES = re.compile(r"\b(?:my|our) (?:\w+ )?(?:stocks|shares)\b")
_APART = re.compile(r"\b(?:apart|aside|besides|except|other than)\b")
"""Beside a name that is not asked about."""
_ASKS_SYMBOL = re.compile(
    r"\b(?:symbols?|tickers?|codes?|who(?: is| are|'s)|what company|which company|stand|listed|under)\b"
)
_LOOK_UP = "find_symbol"
_OWN_OVER_TIME = frozenset({"get_portfolio_performance", "get_portfolio_income"})
_SHOW_ME = re.compile(r"\b(?:show|give|tell|get|let) (?:me|us)\b")
_PAID = re.compile(r"\b(?:dividends?|divid\w*|income|pay\w*|paid|payouts?|distributions?|yield\w*|earn\w*)\b")
_DONE = re.compile(r"\b(?:done|did|doing|perform\w*|fared?|returned|gained|lost|moved|chart)\b")
_SAME_TIME = re.compile(r"\b(?:that|the) same (?:time|period|year|month|quarter|week|stretch)\b")
_MARKET_NEWS = re.compile(
    r"\b(?:news|headlines?) (?:of|on|from|about|for|in) (?:the )?(?:(?:stock|whole|broad|overall) )?markets?\b"
    r"|\b(?:the |stock )?markets?(?:['’]s)? (?:news|headlines?)\b"
)
"""Asks for news about no company."""


_WHAT_IS_IT = re.compile(
    r"\b(?:and|n|nd|an|,|\?|&)(?: also)? *(?:what(?:'?s| is| are)|how (?:much|high) is|give me|tell me)(?: it| that"
    r"| its| theirs?"
    r"| the)?(?: (?:for|of|at|with))? [\w.&'-]+(?: [\w.&'-]+)?(?:'s)?(?: (?:at|is|one))?\W*\Z"
)
_PLAINLY_PRICE = re.compile(r"\b(?:price|quote|trad\w+|shares? (?:at|cost)|worth)\b")
_WHY_ALONE = re.compile(
    r"(?=.*\bwhy\b)(?!.*\b(?:prices?|quote|how much|worth|trad\w+|level|and|also|plus|n|how far|where)\b).*", re.DOTALL
)
"""Asks for the reason of a move, and for no figure."""
_ABOUT = re.compile(r"\b(?:about|on|regarding|concerning|around) (?:the )?\Z", re.IGNORECASE)
_NEWS_ON = re.compile(r"\b(?:news|headlines?|stories) (?:on|about|of|for|from)(?: the)? \Z", re.IGNORECASE)
_ITS_NEWS = re.compile(r"(?:['’]s)? (?:latest )?(?:news|headlines?)\b(?! (?:on|about|of|for|from)\b)", re.IGNORECASE)
_CODE = re.compile(r"\b(?:code|ticker|symbol)(?: is| number| of)? (?P<code>[A-Z]{0,3}\d[\dA-Z]{1,5})\b", re.IGNORECASE)
_DEALS = re.compile(r"\b(?:trades?|trading|dealing|working|works|day off|carnival|christmas|easter)\b")
_WEEKS_OF_YEAR = re.compile(r"\b(?:52|fifty.?two).?w(?:(?:ee)?ks?)?\b", re.IGNORECASE)
_EXTREME = re.compile(r"\b(?:high|highest|low|lowest|range|peak|bottom|top|extremes?)\b")
_PORTFOLIO = "get_portfolio"


def settle_misheard(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Each call about what the question means by it; those that nothing asks for go."""
    real = [_corrected(call, reading.taken_back) for call in calls] if reading.taken_back else calls
    real = [_of_place(call, reading) for call in real]
    levels = [_level(_of_index(call, calls, reading), calls, reading) for call in real]
    real = [
        level
        for place, (level, call) in enumerate(zip(levels, real, strict=True))
        if level == call or level not in [*real, *levels[:place]]
    ]
    if not reading.draft.is_agreed:
        asked = [call for call in real if not (_is_stray_news(call, real, reading) or _is_unasked(call, real, reading))]
        real = asked or real
    real = [_of_named(_of_risk(call, real), real, reading) for call in real]
    real = [_of_year_range(call, reading) for call in real if not _is_of_split(call, real, reading)]
    real = [call for call in real if not _is_about_term(call, real)]
    real = [_of_code(_about_name(_of_term(call, real, reading), real, reading), reading) for call in real]
    return [call for call in real if reading.draft.is_agreed or not _is_needless(call, real, reading)]


def _about_name(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """News that are asked for on the only name of the question: "what is being written about the Nasdaq"."""
    several = len(set(names_in(other.arguments for other in calls))) > 1
    is_only = call.name == "get_news" and call.arguments and sum(o.name == call.name for o in calls) == 1
    if is_only and _MARKET_NEWS.search(mended_words(reading.text)) and not _names_news(call, reading):
        return replace(call, arguments={})
    if call.name != "get_news" or (call.arguments and not several) or sum(o.name == call.name for o in calls) > 1:
        return call
    about = [
        name
        for name in reading.names
        if _NEWS_ON.search(reading.text[: name.start]) or _ITS_NEWS.match(reading.text, name.end)
    ]
    if len(about) == 1:  # "BYD or Tesla YTD? News on BYD"
        return replace(call, arguments={"symbol": about[0].text})
    if call.arguments or len(calls) > 1 or len(reading.names) != 1:
        return call
    name = reading.names[0]
    words = mended_words(reading.text)
    is_whole = _OF_ALL.search(words) or _APART.search(words) or name.text in common_words()
    is_its = _ABOUT.search(reading.text[: name.start]) or not is_whole
    return replace(call, arguments={"symbol": name.text}) if is_its else call


def _names_news(call: ToolCall, reading: Reading) -> bool:
    """Whether the question asks for news on the name of `call` in so many words."""
    said = str(call.arguments.get("symbol", ""))
    place = reading.place(said)
    return place is not None and (
        _NEWS_ON.search(reading.text[:place]) is not None
        or _ITS_NEWS.match(reading.text, place + len(said)) is not None
    )


def _of_code(call: ToolCall, reading: Reading) -> ToolCall:
    """Whose a code of digits is: "code 9988 belongs to which company"."""
    said = str(call.arguments.get("query", ""))
    code = _CODE.search(reading.text) if call.name == _LOOK_UP else None
    if code is None or _DIGIT.search(said) or any(name.text == said for name in reading.names):
        return call
    return replace(call, arguments={"query": code["code"]})


def _of_term(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """Beside what a figure means, "and what is it for Microsoft" is that figure and no price."""
    terms = [str(other.arguments.get("term", "")) for other in calls if other.name == "define_term"]
    said = call.arguments.get("symbols")
    if call.name != "get_quote" or len(terms) != 1 or not isinstance(said, list) or len(said) != 1:
        return call
    words = mended_words(terms[0])
    if not _WHAT_IS_IT.search(mended_words(reading.text)) or _PLAINLY_PRICE.search(mended_words(reading.text)):
        return call
    tool = "get_technicals" if GAUGE.search(words) else "get_fundamentals" if FIGURE.search(words) else None
    return replace(call, name=tool, arguments={"symbol": said[0]}) if tool else call


def _of_risk(call: ToolCall, calls: Sequence[ToolCall]) -> ToolCall:
    """Beside what a measure of risk means, "and that of my portfolio" is its risk, not what it holds."""
    terms = [str(other.arguments.get("term", "")) for other in calls if other.name == "define_term"]
    if call != ToolCall(_PORTFOLIO, {}) or len(calls) != len(terms) + 1 or not terms:
        return call
    return replace(call, name="get_portfolio_risk") if all(RISK.search(mended_words(term)) for term in terms) else call


def _of_year_range(call: ToolCall, reading: Reading) -> ToolCall:
    """The highest and the lowest price of 52 weeks is an indicator of its own."""
    period = str(call.arguments.get("period", ""))
    if call.name != HISTORY or not _WEEKS_OF_YEAR.search(period) or not _EXTREME.search(mended_words(reading.text)):
        return call
    return replace(call, name="get_technicals", arguments={"symbol": call.arguments.get("symbol", "")})


def _is_about_term(call: ToolCall, calls: Sequence[ToolCall]) -> bool:
    """Whether its only name is the term that another call explains, beside the same about a real name."""
    terms = {str(other.arguments.get("term", "")).casefold() for other in calls if other.name == "define_term"}
    about = {name.casefold() for name in names_in([call.arguments])}
    return bool(about) and about <= terms and sum(other.name == call.name for other in calls) > 1


def _is_of_split(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether `call` stands for the ratio of a split, which another call is about."""
    if call.name != "get_fundamentals" or all(other.name != "get_events" for other in calls):
        return False
    words = mended_words(reading.text)
    return "split" in words and FIGURE.search(words) is None and "ratio" in words


def _corrected(call: ToolCall, taken_back: Sequence[tuple[str, str]]) -> ToolCall:
    """The call about what takes back the piece before it: "for Workhorse, no wait, for Nikola", "under 300 no 280"."""
    arguments: dict[str, Any] = {}
    for name, said in call.arguments.items():
        values = [str(value) for value in said] if isinstance(said, list) else [str(said)]
        meant = list(dict.fromkeys(_meant(value, taken_back) for value in values))
        arguments[name] = meant if isinstance(said, list) else meant[0]
    return replace(call, arguments=arguments)


def _meant(value: str, taken_back: Sequence[tuple[str, str]]) -> str:
    return next((new for old, new in taken_back if old.casefold() == value.casefold()), value)


def _of_named(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """The performance of one listing that is asked about, where nothing of the question is the asker's own."""
    if call.name not in _OWN_OVER_TIME or len(calls) > 1 or len(reading.names) != 1:
        return call
    words = mended_words(reading.text.replace(reading.names[0].text, " "))
    if _OWN_WORDS.search(_SHOW_ME.sub(" ", words)) or (call.name == "get_portfolio_income" and _PAID.search(words)):
        return call
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=HISTORY, arguments={"symbol": reading.names[0].text, **period})


def _of_index(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """Beside the hours of an exchange, those of an index are its level: "is london open and where is the ftse 100"."""
    said = str(call.arguments.get("exchange", ""))
    place = said.removeprefix("the ").casefold()
    index = next(
        (n.text for n in reading.names if said.endswith(n.text) or n.text.casefold().startswith(f"{place} ")), None
    )
    was_hours = any(one.name == _HOURS for one in reading.earlier)
    if call.name == _HOURS and index is None and was_hours and len(calls) == 1 and len(reading.names) == 1:
        index = reading.names[0].text if _is_index(reading.names[0].text, reading) else None
    if call.name != _HOURS or index is None:
        return call
    if len(calls) == 1 and reading.periods and _DONE.search(mended_words(reading.text)) and _DIGIT.search(index):
        return replace(call, name=HISTORY, arguments={"symbol": index, "period": reading.periods[0].text})
    if len(calls) == 1 and _SAME_TIME.search(mended_words(reading.text)) and (times := reading.older_periods):
        return replace(call, name=HISTORY, arguments={"symbol": index, "period": times[0]})
    several = sum(other.name == _HOURS for other in calls) > 1 and _DIGIT.search(index)
    words = mended_words(reading.text)
    asks_hours = _ASKS_HOURS.search(words) or (was_hours and not _ASKS_PRICE.search(words))
    if (asks_hours or _DEALS.search(words)) and not several:
        return call
    return replace(call, name="get_quote", arguments={"symbols": [index]})


def _of_place(call: ToolCall, reading: Reading) -> ToolCall:
    """The hours of the only exchange that the question names, be it one that nobody here knows."""
    places = EXCHANGE.find(reading.text) if call == ToolCall(_HOURS, {}) else []
    if call == ToolCall(_HOURS, {}) and not places and (unknown := find_unknown_exchange(reading.text)):
        return replace(call, arguments={"exchange": unknown})
    return replace(call, arguments={"exchange": places[0].text}) if len(places) == 1 else call


def _level(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """How markets do, of a question that names indices alone, is the level of these: "how's the Dow doing"."""
    indices = [name.text for name in reading.names if _is_index(name.text, reading)]
    if call.name != _OVERVIEW or not indices or len(indices) < len(reading.names) > 1:
        return call
    is_of_news = ToolCall("get_news", {}) in calls  # why markets fall is asked of the news
    if _OF_ALL.search(_OWN_SHARES.sub(" ", mended_words(reading.text))) and not is_of_news:
        return call
    return ToolCall("get_quote", {"symbols": indices})


def _is_index(name: str, reading: Reading) -> bool:
    listing = reading.context.symbols.resolve(name) if reading.context.symbols.means_one(name) else None
    return listing is not None and listing.kind == "index"


def _is_stray_news(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether the market's news stand beside another call though no word asks for any."""
    return (
        call.name == "get_news"
        and not call.arguments.get("symbol")
        and any(other != call for other in calls)
        and all(other == call or other.name in _OF_NO_MARKET for other in calls)
        and not _ASKS_NEWS.search(mended_words(reading.text))
    )


def _is_unasked(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether `call` stands beside others though no word asks for it: a price beside a ticker, a term in passing."""
    others = {other.name for other in calls} - {call.name}
    if call.name == "get_quote" and others == {"get_news"}:
        return _WHY_ALONE.fullmatch(mended_words(reading.text)) is not None
    if call.name == _HOURS and others:
        return not (_ASKS_HOURS.search(mended_words(reading.text)) or _DEALS.search(mended_words(reading.text)))
    if call.name == "get_quote" and others == {_LOOK_UP}:
        return not _ASKS_PRICE.search(mended_words(reading.text))
    return call.name == "define_term" and bool(others) and not _ASKS_MEANING.search(plain_words(reading.text))


def _is_needless(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether a symbol is looked up that nothing asks for, of a name that another call is about."""
    if call.name != _LOOK_UP or _ASKS_SYMBOL.search(mended_words(reading.text)):
        return False
    said = call.arguments.get("query")
    others = [value for other in calls if other.name != _LOOK_UP for value in other.arguments.values()]
    return any(said in value if isinstance(value, list) else said == value for value in others)
