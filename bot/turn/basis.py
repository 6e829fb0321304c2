"""What a sentence may rest on: the figures, dates and texts that this turn's tools found, and the person's words."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.turn.attributes import CHANGES, DAILY, find_cues, known_attributes
from bot.turn.claims import Claim, find_claims
from bot.turn.times import Time, find_times
from tools.parsing.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.messages import ToolResult
    from tools.values import Figure

_CANONICAL_LENGTH = re.compile(r"(\d{1,4})(d|mo|y)")
_LENGTH_DAYS = {"d": Decimal(1), "mo": Decimal("30.4375"), "y": Decimal("365.25")}
_START_LATE, _START_EARLY = 7, 12
_LONG_WEEKEND = 5
_WINDOWED = CHANGES | {
    "annualised volatility", "maximum drawdown", "high", "low", "dividend income", "start price", "end price",
    "daily value at risk", "daily expected shortfall", "52-week high", "52-week low",
}  # fmt: skip
_POINT = re.compile(
    r"\b(?:since|from|until|till|to|through|by|as of|as at|end of|start of|beginning of|close of|late|early|mid|after|before|late in|early in|at the end of)[ -]?(?:the )?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with the tool that found it and the place of that result in the turn."""

    figure: Figure
    tool: str
    result: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A number in a text of the evidence (headline, definition, note, title), with the words around it."""

    claim: Claim
    words: frozenset[str]
    subject: str | None


class Basis:
    """The evidence of one turn, indexed."""

    def __init__(self, results: Sequence[ToolResult], question: str) -> None:
        self.question = question
        self.asked_times = find_times(question)
        self.asked_claims = find_claims(_blanked(question, self.asked_times))
        self.facts: dict[str, list[Fact]] = {}
        self.windows: dict[int, tuple[date, date]] = {}
        self.days: set[date] = set()
        self.clocks: set[str] = set()
        self.times: list[Time] = list(self.asked_times)
        self.lengths: list[Decimal] = [time.days for time in self.asked_times if time.kind == "length"]
        self.result_lengths: dict[int, list[Decimal]] = {}
        self.result_spans: dict[int, list[tuple[date, date]]] = {}
        self.quotes: list[Quote] = []
        self.limits: list[Decimal] = []
        self.commands: list[str] = []
        self.attributes: set[str] = set()
        self.has_planning = False
        for place, result in enumerate(results):
            self._read(place, result)
        self.unlisted = frozenset(self.attributes - known_attributes())
        for time in self.times:
            self._read_time(time)

    def all_facts(self) -> Iterator[Fact]:
        """Every figure."""
        for facts in self.facts.values():
            yield from facts

    def changes(self, subject: str) -> list[Fact]:
        """The figures of `subject` whose sign is a direction."""
        return [
            fact
            for fact in self.facts.get(subject, ())
            if fact.figure.attribute in CHANGES and isinstance(fact.figure.value, Decimal)
        ]

    def is_short(self, fact: Fact) -> bool:
        """Whether a return covers no more than a session or a long weekend."""
        window = self.windows.get(fact.result)
        return window is not None and (window[1] - window[0]).days <= _LONG_WEEKEND

    def supports_time(self, text: str, time: Time, facts: Sequence[Fact]) -> bool:
        """Whether the evidence or the question has this time, and it fits the figures told with it."""
        if not time.readable:
            return False
        windowed = [fact for fact in facts if fact.figure.attribute in _WINDOWED]
        if time.kind == "clock":
            return time.clock in self.clocks
        if time.kind == "to date":
            return self._supports_to_date(windowed)
        if time.kind == "length":
            return self._supports_length(time, windowed)
        if time.kind == "day":
            return self._supports_day(time)
        is_point = _POINT.search(text[max(0, time.start - 24) : time.start]) is not None
        return self._supports_span(time, windowed, is_point=is_point)

    def _supports_day(self, time: Time) -> bool:
        if time.year_known:
            return time.first in self.days
        if time.first is None:
            return False
        return any((day.month, day.day) == (time.first.month, time.first.day) for day in self.days)

    def _supports_to_date(self, facts: Sequence[Fact]) -> bool:
        if facts:
            windows = [self.windows[fact.result] for fact in facts if fact.result in self.windows]
            return any(abs((start - date(end.year, 1, 1)).days) <= _START_EARLY for start, end in windows)
        return any(time.kind == "to date" for time in self.times)

    def _supports_length(self, time: Time, facts: Sequence[Fact]) -> bool:
        if facts:
            return any(self._fits_length(fact, time.days) for fact in facts)
        everything = [*self.lengths, *(days for lengths in self.result_lengths.values() for days in lengths)]
        everything += [Decimal((end - start).days) for start, end in self.windows.values()]
        return any(_near(days, time.days) for days in everything)

    def _fits_length(self, fact: Fact, days: Decimal) -> bool:
        attribute = fact.figure.attribute
        if attribute in DAILY or attribute.startswith("daily "):
            return days <= 1 or (attribute.startswith("daily ") and self._in_window(fact, days))
        if "52-week" in attribute:
            return _near(Decimal(364), days)
        if fact.result not in self.windows and fact.result not in self.result_lengths:
            return any(_near(length, days) for length in self.lengths)
        return self._in_window(fact, days)

    def _in_window(self, fact: Fact, days: Decimal) -> bool:
        lengths = list(self.result_lengths.get(fact.result, ()))
        if fact.result in self.windows:
            start, end = self.windows[fact.result]
            lengths.append(Decimal((end - start).days))
        return any(_near(length, days) for length in lengths)

    def _supports_span(self, time: Time, facts: Sequence[Fact], *, is_point: bool) -> bool:
        if time.first is None or time.last is None:
            return False
        if is_point:
            asked = any((other.first, other.last) == (time.first, time.last) for other in self.times)
            return asked or any(time.first <= day <= time.last for day in self.days)
        if facts:
            return any(self._fits_span(fact, time.first, time.last) for fact in facts)
        if any((other.first, other.last) == (time.first, time.last) for other in self.times):
            return True
        starts = {start for start, _ in self.windows.values()}
        if any(time.first <= day <= time.last for day in self.days - starts):
            return True
        return any(_fits_window(window, time.first, time.last) for window in self.windows.values())

    def _fits_span(self, fact: Fact, first: date, last: date) -> bool:
        if fact.figure.attribute in DAILY:
            return False
        if (first, last) in self.result_spans.get(fact.result, ()):
            return True
        window = self.windows.get(fact.result)
        if window is None:
            value = fact.figure.source.as_of
            return value is not None and first <= _day(value) <= last
        return _fits_window(window, first, last)

    def _read(self, place: int, result: ToolResult) -> None:
        self._read_texts(result.error, None)
        self._read_resolved(place, result.resolved)
        findings = result.findings
        if findings is None:
            return
        for text in (findings.title, *findings.notes):
            self._read_texts(text, None)
        self.result_spans.setdefault(place, []).extend(
            (time.first, time.last)
            for time in find_times(findings.title)
            if time.kind == "span" and time.first is not None and time.last is not None
        )
        for passage in findings.passages:
            self._read_texts(passage.text, passage.subject)
            self._read_day(passage.source.as_of)
        for figure in findings.figures:
            self._read_figure(place, result.call.name, figure)
        if findings.proposal:
            self.commands.append(findings.proposal.command)
        self._read_window(place, findings.figures)

    def _read_figure(self, place: int, tool: str, figure: Figure) -> None:
        self.facts.setdefault(figure.subject, []).append(Fact(figure, tool, place))
        self.attributes.add(figure.attribute)
        self._read_day(figure.source.as_of)
        if isinstance(figure.value, date):
            self._read_day(figure.value)
        elif isinstance(figure.value, Decimal) and figure.unit == "years":
            self.lengths.append(figure.value * _LENGTH_DAYS["y"])
        if figure.subject in ("plan", "loan"):
            self.has_planning = True
        if figure.attribute.startswith("52-week"):
            self.result_lengths.setdefault(place, []).append(Decimal(364))

    def _read_window(self, place: int, figures: Iterable[Figure]) -> None:
        starts = [_day(f.value) for f in figures if f.attribute == "start date" and isinstance(f.value, date)]
        ends = [_day(f.value) for f in figures if f.attribute == "end date" and isinstance(f.value, date)]
        if starts and ends:
            self.windows[place] = (min(starts), max(ends))

    def _read_resolved(self, place: int, resolved: dict[str, Any]) -> None:
        for name, value in resolved.items():
            text = str(value)
            if name == "period":
                self._read_period(place, text)
            elif name == "date":
                self.times += find_times(text)
            elif re.fullmatch(r"-?\d{1,18}(?:\.\d{1,18})?", text):
                self.limits.append(abs(Decimal(text)))

    def _read_period(self, place: int, text: str) -> None:
        if match := _CANONICAL_LENGTH.fullmatch(text):
            days = Decimal(match[1]) * _LENGTH_DAYS[match[2]]
            self.result_lengths.setdefault(place, []).append(Decimal(7) if text == "5d" else days)
            if text == "5d":
                self.result_lengths[place].append(Decimal(5))
            return
        if text == "ytd":
            self.times += find_times("year to date")
            return
        try:
            start, end = Period(text).bounds(date(2100, 12, 31))
        except ValueError:
            return
        if start is not None:
            self.days.add(start)
            if not text.startswith("since"):
                self.result_spans.setdefault(place, []).append((start, end))
                self.days.add(end)

    def _read_texts(self, text: str, subject: str | None) -> None:
        if not text:
            return
        times = find_times(text)
        self.times += times
        blanked = _blanked(text, times)
        for claim in find_claims(blanked):
            near = blanked[max(0, claim.start - 60) : claim.start] + " " + blanked[claim.end : claim.end + 60]
            self.quotes.append(Quote(claim, content_words(near), subject))

    def _read_time(self, time: Time) -> None:
        if time.kind == "clock":
            self.clocks.add(time.clock)
        elif time.kind == "length":
            self.lengths.append(time.days)
        elif time.kind == "day" and time.first is not None and time.year_known:
            self.days.add(time.first)

    def _read_day(self, moment: date | datetime | None) -> None:
        if moment is None:
            return
        self.days.add(_day(moment))
        if isinstance(moment, datetime):
            self.clocks.add(f"{moment:%H:%M}")


def content_words(text: str) -> frozenset[str]:
    """The words of `text` that carry meaning, roughly: four letters or more, without endings."""
    return frozenset(re.sub(r"(?:ing|ed|es|s)$", "", word) for word in re.findall(r"[a-z]{4,}", text.lower()))


def speaks_alike(one: str, other: str) -> bool:
    """Whether two texts speak of a common attribute, or at least one of them of none."""
    first = frozenset().union(*(cue.attributes or {cue.text.lower()} for cue in find_cues(one)))
    second = frozenset().union(*(cue.attributes or {cue.text.lower()} for cue in find_cues(other)))
    return not first or bool(first & second)


def _blanked(text: str, times: Iterable[Time]) -> str:
    for time in times:
        text = text[: time.start] + "\x1f" * (time.end - time.start) + text[time.end :]
    return text


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= max(Decimal(4) if other > 25 else Decimal(1), other * Decimal("0.03"))


def _fits_window(window: tuple[date, date], first: date, last: date) -> bool:
    """Whether the returns of `window` may be told as those of the span: from its beginning to its end, or to now."""
    start, end = window
    begins = first - timedelta(days=_START_EARLY) <= start <= first + timedelta(days=_START_LATE)
    return begins and first <= end <= last


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
