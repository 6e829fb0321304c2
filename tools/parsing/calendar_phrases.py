"""Periods that name a place in the calendar: years, halves, quarters, months, days, and everything between two."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from tools.parsing.dates import MONTH, MONTHS, explicit_date

_YEAR = r"(?P<year>199[0-9]|20[0-9]{2}|2100)"
_HAS_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_ORDINAL = "|".join((*_ORDINALS, "last", "final"))
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9}
_WHOLE_YEAR = re.compile(rf"(?:the )?(?:(?:full|calendar|whole) )*(?:year )?{_YEAR}")
_NAMED_MONTH = re.compile(rf"(?:the )?(?P<month>{MONTH})\.?,?(?: of)? ?{_YEAR}")
_NUMBERED_MONTH = re.compile(rf"(?P<month>0?[1-9]|1[0-2])/{_YEAR}")
_YEAR_THEN_MONTH = re.compile(rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])")
_PARTS = (
    re.compile(rf"(?P<kind>[qh])(?P<part>[1-4])(?: of |[ /'-]?){_YEAR}"),
    re.compile(rf"{_YEAR}[ -]?(?P<kind>[qh])(?P<part>[1-4])"),
    re.compile(rf"(?P<part>[1-4])(?P<kind>[qh]) ?{_YEAR}"),
    re.compile(rf"(?:the )?(?P<part>{_ORDINAL}) (?P<kind>quarter|half)(?: of| in)? {_YEAR}"),
)
_SOME_MONTHS = re.compile(
    rf"(?:the )?(?P<where>first|last|final) (?P<count>[2-9]|1[01]|{'|'.join(_COUNTS)}) months of {_YEAR}"
)
_TAX_YEAR = re.compile(
    r"(?:the )?(?:(?:uk )?tax year )?(?P<year>20[0-9]{2}) ?[/-] ?(?:20)?(?P<next>[0-9]{2})(?: (?:uk )?tax year)?"
)
"""A British tax year, from 6 April on: "2023/24 tax year"."""
_DECADE = re.compile(r"(?:the )?(?P<year>199|20[0-9])0'?s")
_EDGE = re.compile(r"(?:the )?(?P<edge>start|beginning|end) of (?:the year )?(?P<of>.+)")
_SINCE = re.compile(
    r"(?:ever )?since (?P<start>.+?)(?: (?:to|until|till|up to) (?:now|today))?"
    r"|(?:from |starting (?:in |from |on )?)?(?P<onwards>.+?) (?:onwards?|forwards?)"
)
_RANGE = re.compile(
    r"(?:(?P<between>between) |from )?(?P<start>.+?)"
    r"(?P<link> to | until | till | thru | through | up to | and | - | ?\.\. ?|-(?=[a-z])|(?<=[0-9]{4})-(?=[0-9]{4}$))"
    r"(?P<end>.+)"
)
_NOW = frozenset({"now", "today", "date", "present", "the present", "this day", "the present day"})


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A named stretch of the calendar; `since` is how its start is written after "since"."""

    start: date
    end: date
    since: str

    @property
    def canonical(self) -> str:
        """The year, or both dates."""
        if len(self.since) == 4 and self.start.year == self.end.year:
            return self.since
        return f"{self.start}..{self.end}"


def calendar_period(phrase: str, body: str) -> str | None:
    """The canonical form of a plain `phrase` that names its years, or None; `body` lacks the first preposition."""
    if _HAS_YEAR.search(phrase) is None:
        return None
    if stretch := _stretch(body):
        return f"since {stretch.since}" if phrase.startswith("since ") else stretch.canonical
    if match := _SINCE.fullmatch(phrase):
        start = _edge(match["start"] or match["onwards"])
        return f"since {start.since}" if start else None
    return _between(phrase)


def _between(phrase: str) -> str | None:
    """The canonical form of everything from one named stretch to another, or to now."""
    match = _RANGE.fullmatch(phrase)
    if match is None or (match["link"] == " and ") != bool(match["between"]):
        return None
    if match["end"] in _NOW:
        start = _edge(match["start"])
        return f"since {start.since}" if start else None
    end = _edge(match["end"], last=True)
    if end is None:
        return None
    # "january to march 2021": the year is said once.
    start = _edge(match["start"]) or _edge(f"{match['start']} {end.end.year}")
    return f"{start.start}..{end.end}" if start and start.start <= end.end else None


def _edge(text: str, *, last: bool = False) -> _Stretch | None:
    """A stretch, perhaps only its start or end: "the start of 2021", "the end of march 2020"."""
    match = _EDGE.fullmatch(text)
    if match is None:
        return _stretch(text)
    stretch = _stretch(match["of"])
    if stretch is None or match["edge"] != "end":
        # Up to "the start of 2021" means its first day, not its whole year.
        return stretch if stretch is None or not last else _Stretch(stretch.start, stretch.start, stretch.since)
    return _Stretch(stretch.end, stretch.end, stretch.end.isoformat())


def _stretch(text: str) -> _Stretch | None:
    """The year, half, quarter, month, day or decade that `text` names."""
    if match := _WHOLE_YEAR.fullmatch(text):
        return _Stretch(date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31), match["year"])
    if match := _NAMED_MONTH.fullmatch(text) or _NUMBERED_MONTH.fullmatch(text) or _YEAR_THEN_MONTH.fullmatch(text):
        return _months(int(match["year"]), MONTHS.get(match["month"]) or int(match["month"]), 1)
    for pattern in _PARTS:
        if match := pattern.fullmatch(text):
            return _part(int(match["year"]), match["part"], match["kind"][0])
    if match := _SOME_MONTHS.fullmatch(text):
        count = _COUNTS.get(match["count"]) or int(match["count"])
        return _months(int(match["year"]), 1 if match["where"] == "first" else 13 - count, count)
    if match := _DECADE.fullmatch(text):
        year = int(match["year"]) * 10
        return _Stretch(date(year, 1, 1), date(year + 9, 12, 31), str(year))
    day = explicit_date(text)
    return _Stretch(day, day, day.isoformat()) if day else _tax_year(text)


def _tax_year(text: str) -> _Stretch | None:
    match = _TAX_YEAR.fullmatch(text) if "tax" in text else None
    year = int(match["year"]) if match else 0
    if match is None or int(match["next"]) != (year + 1) % 100:
        return None
    return _Stretch(date(year, 4, 6), date(year + 1, 4, 5), f"{year}-04-06")


def _part(year: int, part: str, kind: str) -> _Stretch | None:
    """A quarter ("q") or half ("h") of a year; there are only two halves."""
    length = 3 if kind == "q" else 6
    number = int(part) if part.isdigit() else _ORDINALS.get(part, 12 // length)
    return _months(year, (number - 1) * length + 1, length) if number * length <= 12 else None


def _months(year: int, first: int, count: int) -> _Stretch:
    """`count` whole months of one year, from month `first`."""
    last = first + count - 1
    return _Stretch(date(year, first, 1), date(year, last, monthrange(year, last)[1]), f"{year}-{first:02}")
