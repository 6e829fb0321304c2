"""The time that a question names and its call lacks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from tools.arguments import DATE, PERIOD

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind
    from tools.parsing.spans import Span

_SENTENCE_ENDS = re.compile(r"[.!?](?=\s)|\n")
_TELLS = re.compile(
    r"\b(?:i've|ive|i have|we've|weve|we have) (?:\w+ )?been\b"
    r"|(?<!could )(?<!would )(?<!can )(?<!will )\b(?:i|we|he|she|they|you|my \w+|who)(?:['’](?:d|ve))?(?: \w+)?"
    r" (?:bought|sold|inherited|got|started|opened|joined|moved|read|heard|saw|set|took|left|retired|lost|paid|put"
    r"|invested|asked|told|said)\b",
    re.IGNORECASE,
)
"""A story told before the question: "I bought it last year"."""
_HAPPENED = re.compile(
    r"\b(?:bought|sold|inherited|retired|started|opened|joined|moved|born|married)(?: \w+){0,3} \Z", re.IGNORECASE
)
"""The same without its person: "retired in 2020"."""
_VAGUE = re.compile(r"\b(?:lately|recently|of late|few|now)\b|\Aa ", re.IGNORECASE)
_TO_COME = re.compile(r"\b(?:next|coming|upcoming|following)\s+\Z", re.IGNORECASE)
"""Before "6 months" of "the next 6 months", which as a period means those behind us."""


_SAME_TIME = re.compile(
    r"\b(?:(?:that|the same|this same|same|those) (?:time|times|duration|span of time|period|span|stretch|timeframe"
    r"|days?|weeks?|months?|quarters?"
    r"|years?)|since then|meanwhile|in the meantime|(?:with|alongside) (?:it|that)\s*[?.!]*\Z"
    r"|(?:does|did|do) (?:that|it|this) compare)\b|\bof that,",
    re.IGNORECASE,
)
"""Asks about the time that was named before: "and what dividends came in over that time"."""
_AHEAD = re.compile(
    r"\b(?:next|nxt|coming|upcoming) (?:(?:\d+|two|three|four|five|six|nine|ten|twelve|few|couple of) )?"
    r"(?:days?|weeks?|months?|quarters?|years?)\b",
    re.IGNORECASE,
)
INCOME = "get_portfolio_income"
"""What came in is counted back only; of what is still to come it can say nothing, and must not count back instead."""
_THAT_DAY = re.compile(r"\b(?:(?:that|the same) (?:day|date)|back then|at (?:the|that) time)\b", re.IGNORECASE)
"""Asks about the day that the story before tells of."""


def fill_time(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The only call that takes a time gets the only one that the question asks about."""
    calls = _of_time_asked(_without_told(calls, reading), reading)
    for name, kind in (("period", PERIOD), ("date", DATE)):
        taking = [call for call in calls if reading.parameter(call, name)]
        if len(taking) != 1 or not _is_open(taking[0], name, reading):
            continue
        spans = reading.periods if kind is PERIOD else reading.dates
        spans = [span for span in spans if not _is_taken(span, calls) and not _VAGUE.search(span.text)]
        if len(calls) > 1:  # "how is nike today, and my portfolio?"
            spans = [span for span in spans if span.text.lower() != "today"]
        if len(spans) == 1 and (_is_asked_again(spans[0], kind, reading) or not _is_told(spans[0], reading.text)):
            whole = replace(taking[0], arguments={**taking[0].arguments, name: spans[0].text})
            calls = [whole if call is taking[0] else call for call in calls]
            break
    return [_of_time_ahead(call, reading) for call in _of_same_time(calls, reading)]


def _without_told(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Of calls that differ in their period alone, those whose period is only told of go."""
    told = [call for call in calls if _has_told_period(call, reading)]
    return [call for call in calls if call not in told or not any(_is_twin(call, o) for o in calls if o not in told)]


def _of_time_asked(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """An only call with a time that is only told of gets the one that is asked about, where there is one."""
    if len(calls) != 1 or not _has_told_period(calls[0], reading):
        return calls
    asked = [span for span in reading.periods if not _is_told(span, reading.text) and not _VAGUE.search(span.text)]
    if len(asked) != 1:
        return calls
    return [replace(calls[0], arguments={**calls[0].arguments, "period": asked[0].text})]


def _of_same_time(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Calls without a time get that of the other call, or of the question before, where the words point there."""
    if not _SAME_TIME.search(reading.text):
        return calls
    named = {str(call.arguments["period"]) for call in calls if "period" in call.arguments}
    named = named or {str(call.arguments["period"]) for call in reading.earlier if "period" in call.arguments}
    named = named or set(_older_periods(reading)[:1])
    if len(named) != 1:
        return calls
    period = named.pop()
    calls = [_over_time(call, reading) for call in calls]
    return [
        replace(call, arguments={**call.arguments, "period": period})
        if reading.parameter(call, "period") and "period" not in call.arguments
        else call
        for call in calls
    ]


def _over_time(call: ToolCall, reading: Reading) -> ToolCall:
    """Of "that year" no price now is asked for, but how the one that is named did in it."""
    symbols = call.arguments.get("symbols")
    if call.name != "get_quote" or reading.periods or not isinstance(symbols, list) or len(symbols) != 1:
        return call
    return ToolCall("get_price_history", {"symbol": symbols[0]})


def _older_periods(reading: Reading) -> list[str]:
    """The periods of the turns before the last one, newest first."""
    return [str(call.arguments["period"]) for turn in reading.older for call in turn if "period" in call.arguments]


def _of_time_ahead(call: ToolCall, reading: Reading) -> ToolCall:
    ahead = _AHEAD.search(reading.text)
    if call.name != INCOME or ahead is None:
        return call
    return replace(call, arguments={**call.arguments, "period": ahead[0]})


def _has_told_period(call: ToolCall, reading: Reading) -> bool:
    span = next((span for span in reading.periods if span.text == call.arguments.get("period")), None)
    return span is not None and _is_told(span, reading.text)


def _is_twin(call: ToolCall, other: ToolCall) -> bool:
    rest = [{name: said for name, said in c.arguments.items() if name != "period"} for c in (call, other)]
    return call.name == other.name and "period" in other.arguments and rest[0] == rest[1]


def _is_asked_again(day: Span, kind: Kind, reading: Reading) -> bool:
    """Whether the question comes back to a `day` that was told of: "what was that in rand that day?"."""
    return kind is DATE and _THAT_DAY.search(reading.text, day.end) is not None


def _is_open(call: ToolCall, name: str, reading: Reading) -> bool:
    """Whether the time is missing, or is that of the question before."""
    said = call.arguments.get(name)
    return not said or reading.place(said) is None


def _is_taken(span: Span, calls: list[ToolCall]) -> bool:
    """Whether another argument says the same piece: "3M"."""
    values = [value for call in calls for key, value in call.arguments.items() if key not in {"period", "date"}]
    said = [str(piece).casefold() for value in values for piece in (value if isinstance(value, list) else [value])]
    return span.text.casefold() in said


def _is_told(span: Span, text: str) -> bool:
    """Whether the time belongs to a story around the question, not to what is asked."""
    start = max((match.end() for match in _SENTENCE_ENDS.finditer(text, 0, span.start)), default=0)
    end = next((match.start() for match in _SENTENCE_ENDS.finditer(text, span.end)), len(text))
    goes_on = bool(text[end + 1 :].strip())
    asks = text[end : end + 1] == "?"
    before = text[start : span.start]
    return (goes_on and not asks) or any(pattern.search(before) for pattern in (_TELLS, _HAPPENED, _TO_COME))
