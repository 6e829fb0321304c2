"""One call for each of several names, times, rates or currencies that a question lists, where the tool takes one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.arguments import CURRENCY, DATE, EXCHANGE, NAME, PERCENT, PERIOD, SYMBOL, YEARS
from tools.parsing.capital_names import capital_names
from tools.parsing.spans import Span
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind

_LIST_WORD = r"and|or|plus|then|vs|versus|n|with one"
_LISTS = re.compile(
    rf"(?:'s)?(?: (?:too|first))?(?=.*(?:[,;&+/?]|\b(?:{_LIST_WORD})\b))(?:[,;&+/?\s]|\b(?:{_LIST_WORD}|also|as well as"
    r"|what about|how about|the same|same|those|thing|but|again|with|a month|per month|monthly|for|of|on|over|about"
    r"|in|is|was|it|its|who"
    r"|when|the|my|at|return|returns|first|what if i get"
    r"|what if|what was|what were)\b)*"
)
"""What stands between two of a list: "A and B", "for A, and for B", "A, and what about B"."""
_NEXT = re.compile(r" (?:and|or|plus|&) (?P<word>[^\W\d_]{3,})(?!\w)")
_HOW_MUCH = re.compile(r"\b(?:and|or|vs|versus|then) (?:how much|what)\b", re.IGNORECASE)
_AND = re.compile(r"[,&]|\b(?:and|or|n)\b", re.IGNORECASE)
_VAGUE = re.compile(r"(?:lately|recently|of late)", re.IGNORECASE)
_LAST_WORDS = re.compile(r"\b(?P<said>[a-z]{3,} (?:of|for|on)) (?:the )?\Z")
_PAIR = 2
_MOST_BETWEEN = 40
_NOW = re.compile(r"\b(?:now|today|currently)\b", re.IGNORECASE)
_AND_THEN = re.compile(
    r"\S+ \S+.*\b(?:and|,) (?:also )?(?:what|how much) (?:was|were)(?: (?:it|that|they))?\b", re.IGNORECASE
)
"""Before the day of a second rate, with the first one asked for without a day."""
_AND_ASKED = re.compile(
    r"\b(?:and|plus|versus|vs) (?:also )?(?:what|how much|the|which)\b.*\b(?:rate|was|is|it)\b", re.IGNORECASE
)
_OTHER_RATE = re.compile(r"\b(?:inflation|fees?|tax(?:es)?|down|raise|deposit|between|from)\b", re.IGNORECASE)
_ONE_NAME = frozenset({"propose_price_alert", "get_price_history"})
"""Tools with one name of which a list is no sign: two prices' histories are a comparison."""
_TIMED = frozenset({"get_portfolio_performance", "get_portfolio_income", "get_price_history", "get_sector_performance"})
_PLANS = frozenset({"project_growth", "loan_payment"})


def spread_lists(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """An only call, written once or more, becomes one for each of the things the question lists."""
    if not calls or any(call != calls[0] for call in calls) or calls[0].name not in reading.toolbox.tools:
        return calls
    call = calls[0]
    return (
        _names(call, reading, written=len(calls))
        or _places(call, reading)
        or _times(call, reading)
        or _days(call, reading)
        or _currencies(call, reading)
        or _plans(call, reading)
        or calls
    )


def _names(call: ToolCall, reading: Reading, written: int) -> list[ToolCall]:
    parameter = next((p for p in reading.toolbox.tools[call.name].parameters if p.kind in (NAME, SYMBOL)), None)
    if parameter is None or parameter.is_list or (call.name in _ONE_NAME and written == 1):
        return []
    said = call.arguments.get(parameter.name)
    listed = _run(reading.names, said, SYMBOL, reading)
    if written > 1 and not listed:
        listed = _run(reading.names, said, SYMBOL, reading, any_gap=True)
        listed = listed if len(listed) == written else _with_next(said, reading)
    listed = listed or _asked_alike(said, reading)
    if listed and _owns(listed[-1], reading) and not _owns(listed[0], reading):
        return []  # "the news on Apple and Tesla's RSI" asks for two things
    return [replace(call, arguments={**call.arguments, parameter.name: span.text}) for span in listed]


def _with_next(said: object, reading: Reading) -> list[Span]:
    """A known name and the word joined to it, where that means one listing: the model saw that there are two."""
    for name in reading.names:
        joined = _NEXT.match(reading.text, name.end) if name.text == said else None
        if joined and reading.context.symbols.means_one(joined["word"]):
            return [name, Span(*joined.span("word"), joined["word"])]
    return []


def _asked_alike(said: object, reading: Reading) -> list[Span]:
    """A name and the only other one that stands after the same words: "RSI of A, and the RSI of B"."""
    names = reading.names
    names = names + [
        span
        for span in capital_names(reading.text)
        if not any(name.start < span.end and span.start < name.end for name in names)
    ]
    first = next((name for name in names if name.text == said), None)
    before = {name: _LAST_WORDS.search(mended_words(reading.text[: name.start])) for name in names}
    words = before[first] if first else None
    if first is None or words is None:
        return []
    alike = [name for name, found in before.items() if found and found["said"] == words["said"]]
    return alike if len(alike) == _PAIR else []


def _owns(name: Span, reading: Reading) -> bool:
    return reading.text[name.end : name.end + 2] in {"'s", "\N{RIGHT SINGLE QUOTATION MARK}s"}


def _places(call: ToolCall, reading: Reading) -> list[ToolCall]:
    """The hours of two exchanges: "is london open, and new york"."""
    said = call.arguments.get("exchange")
    places = reading.differing(EXCHANGE, EXCHANGE.find(reading.text)) if call.name == "get_market_status" else []
    if len(places) != 2 or not _AND.search(reading.text[places[0].end : places[1].start]):
        return []
    if not _holds(places, said, EXCHANGE, reading):
        return []
    return [replace(call, arguments={**call.arguments, "exchange": span.text}) for span in places]


def _times(call: ToolCall, reading: Reading) -> list[ToolCall]:
    if call.name not in _TIMED:
        return []
    exact = [span for span in reading.periods if not _VAGUE.fullmatch(span.text)]
    named = [name.text for name in reading.names]
    listed = _run(exact, call.arguments.get("period"), PERIOD, reading, dropped=named)
    return [replace(call, arguments={**call.arguments, "period": span.text}) for span in listed]


def _days(call: ToolCall, reading: Reading) -> list[ToolCall]:
    """Rates of several days, or of one and of now."""
    if call.name != "convert_currency" or not reading.dates:
        return []
    days = reading.differing(DATE, reading.dates)
    if len(days) > 1:
        said = call.arguments.get("date", days[0].text)
        return [
            replace(call, arguments={**call.arguments, "date": span.text}) for span in _run(days, said, DATE, reading)
        ]
    if not (_AND_THEN.search(reading.text[: days[0].start]) or _is_beside_now(days[0], reading.text)):
        return []
    today = {name: value for name, value in call.arguments.items() if name != "date"}
    return [replace(call, arguments=today), replace(call, arguments={**today, "date": days[0].text})]


def _is_beside_now(day: Span, text: str) -> bool:
    """Whether `day` and "now" are listed, in either order, or a second rate is asked for by "and" between them."""
    now = _NOW.search(text)
    if now is None:
        return False
    first, last = sorted([now.span(), (day.start, day.end)])
    between = text[first[1] : last[0]]
    return _are_listed(between) or _AND_ASKED.search(between + text[last[0] :]) is not None


def _currencies(call: ToolCall, reading: Reading) -> list[ToolCall]:
    """One sum in several currencies: "100 usd in eur and gbp"."""
    if call.name != "convert_currency":
        return []
    source = reading.means(CURRENCY, call.arguments.get("from_currency", ""))
    sums = {str(call.arguments.get(name, "")).casefold() for name in ("amount", "from_currency")} - {""}
    first = reading.place(call.arguments.get("from_currency", "")) or 0
    spans = [
        span
        for span in CURRENCY.find(reading.text)
        if span.start >= first and reading.means(CURRENCY, span.text) != source
    ]
    listed = _run(spans, call.arguments.get("to_currency"), CURRENCY, reading, dropped=sums)
    return [replace(call, arguments={**call.arguments, "to_currency": span.text}) for span in listed]


def _plans(call: ToolCall, reading: Reading) -> list[ToolCall]:
    """One sum at two rates, over two lengths of time, or at two rates over a length each."""
    if call.name not in _PLANS:
        return []
    rates, lengths = reading.differing(PERCENT, reading.rates), reading.differing(YEARS, reading.lengths)
    if len(rates) == 2 and len(lengths) < 2 and not _OTHER_RATE.search(reading.text):
        name, kind, spans = "annual_rate_percent", PERCENT, rates
    elif len(lengths) == len(rates) == 2 and not _OTHER_RATE.search(reading.text):  # "30 years at 6%, and 15 at 5.5%"
        pairs = zip(rates, lengths, strict=True)
        return [
            replace(call, arguments={**call.arguments, "annual_rate_percent": rate.text, "years": length.text})
            for rate, length in pairs
        ]
    elif len(lengths) == 2 and len(rates) < 2:
        name, kind, spans = "years", YEARS, lengths
    else:
        return []
    between = reading.text[spans[0].end : spans[-1].start]
    listed = _run(spans, call.arguments.get(name), kind, reading, any_gap=_HOW_MUCH.search(between) is not None)
    return [replace(call, arguments={**call.arguments, name: span.text}) for span in listed]


def _run(
    spans: Sequence[Span],
    said: object,
    kind: Kind,
    reading: Reading,
    *,
    any_gap: bool = False,
    dropped: Sequence[str] | set[str] = (),
) -> list[Span]:
    """The list of `spans` with the one that the call says in it; nothing where that stands alone."""
    run: list[Span] = []
    for span in spans:
        gap = reading.text[run[-1].end : span.start] if run else ""
        for word in dropped:
            gap = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", gap, flags=re.IGNORECASE)
        if run and not (any_gap or _are_listed(gap)):
            if _holds(run, said, kind, reading):
                break
            run = []
        run.append(span)
    different = reading.differing(kind, run)
    return different if len(different) > 1 and _holds(run, said, kind, reading) else []


def _holds(run: Sequence[Span], said: object, kind: Kind, reading: Reading) -> bool:
    meant = reading.means(kind, said or "")
    return any(span.text == said or (meant and reading.means(kind, span.text) == meant) for span in run)


def _are_listed(gap: str) -> bool:
    return len(gap) <= _MOST_BETWEEN and _LISTS.fullmatch(mended_words(gap)) is not None
