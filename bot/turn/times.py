"""Finds the dates, periods, lengths of time and times of day that a sentence states."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.parsing.dates import MONTH, MONTHS
from tools.parsing.numerals import in_words

_MONTH = rf"(?=[A-Z])(?i:{MONTH})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_WORD_COUNT = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen|twenty|twenty-four|thirty|forty"
    "|fifty|fifty-two|hundred"
)
_UNITS = {
    "day": Decimal(1), "session": Decimal(1), "week": Decimal(7), "month": Decimal("30.4375"),
    "quarter": Decimal("91.3125"), "year": Decimal("365.25"), "decade": Decimal("3652.5"),
}  # fmt: skip
_TIMES = re.compile(
    rf"(?P<iso>\b{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b)"
    rf"|(?P<dmy>\b(?P<d1>{_DAY})(?:st|nd|rd|th)?(?: of)?[ -](?P<m1>{_MONTH})\b\.?,?[ -](?P<y1>{_YEAR})\b)"
    rf"|(?P<mdy>\b(?P<m2>{_MONTH})\b\.? (?P<d2>{_DAY})(?:st|nd|rd|th)?,? (?P<y2>{_YEAR})\b)"
    rf"|(?P<slash>\b(?P<a>\d{{1,2}})[/.](?P<b>\d{{1,2}})[/.](?P<y3>{_YEAR})\b)"
    rf"|(?P<quarter>\b[Qq](?P<q1>[1-4])(?:[ -]| of )?(?P<y4>{_YEAR})\b|\b(?P<q2>first|second|third|fourth)[- ]quarter of (?P<y5>{_YEAR})\b)"
    rf"|(?P<half>\b[Hh](?P<h1>[12])[ -]?(?P<y6>{_YEAR})\b|\b(?P<h2>first|second) half of (?P<y7>{_YEAR})\b)"
    rf"|(?P<my>\b(?P<m3>{_MONTH})\b\.?(?:,| of)? (?P<y8>{_YEAR})\b)"
    rf"|(?P<dm>\b(?P<d4>{_DAY})(?:st|nd|rd|th)?(?: of)? (?P<m4>{_MONTH})\b(?! ?\d))"
    rf"|(?P<md>\b(?P<m5>{_MONTH})\b\.? (?P<d5>{_DAY})(?:st|nd|rd|th)?\b(?!,? ?(?:19|20)\d\d)(?![.,]\d|%))"
    r"|(?P<clock>\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?: ?[AaPp]\.?[Mm]\b\.?)?(?: (?:UTC|GMT|[A-Z]{2,4}T)\b)?"
    r"|\b(?P<hour2>1[0-2]|0?[1-9]) ?[AaPp]\.?[Mm]\b\.?)"
    rf"|(?P<length>(?<![.,$€£\w-])(?P<count>\d{{1,4}}(?:\.\d{{1,4}})?|\b(?i:{_WORD_COUNT})\b|\b(?i:past|last|previous|trailing|prior|latest|full|whole|entire)(?= (?i:day|week|month|quarter|year|decade)\b))"
    r"[- ](?:trading |calendar )?(?P<unit>(?i:day|session|week|month|quarter|year|decade))s?\b)"
    rf"|(?P<year>(?<![.,$€£\w-])(?:FY ?)?(?P<y9>{_YEAR})(?![\w%]|[.,]\d| (?i:shares|points|percent|million|billion)))"
    r"|(?P<todate>\b(?i:year[- ]to[- ]date|so far this year|this year|ytd)\b)"
)


@dataclass(frozen=True, slots=True)
class Time:
    """A time as a sentence states it: a span of dates, or a length in days, or a clock time ("16:00").

    A day without a year has `year_known` False and stands in the year 2000.
    """

    start: int
    end: int
    text: str
    kind: Literal["day", "span", "length", "clock", "to date"]
    first: date | None = None
    last: date | None = None
    days: Decimal = Decimal(0)
    clock: str = ""
    year_known: bool = True

    @property
    def readable(self) -> bool:
        """Whether it names a time that exists."""
        return self.kind in ("length", "clock", "to date") or self.first is not None


def find_times(text: str) -> list[Time]:
    """The times stated in `text`, in order. A date that doesn't exist, or could be two, has no `first`."""
    return [_time(match) for match in _TIMES.finditer(text)]


def _time(match: re.Match[str]) -> Time:  # noqa: C901, PLR0911, PLR0912
    place = (match.start(), match.end(), match[0])
    name = next(
        name
        for name in (
            "iso",
            "dmy",
            "mdy",
            "slash",
            "quarter",
            "half",
            "my",
            "dm",
            "md",
            "clock",
            "length",
            "year",
            "todate",
        )
        if match[name]
    )
    match name:
        case "iso":
            return _day(place, *map(int, match["iso"].split("-")))
        case "dmy":
            return _day(place, int(match["y1"]), _month(match["m1"]), int(match["d1"]))
        case "mdy":
            return _day(place, int(match["y2"]), _month(match["m2"]), int(match["d2"]))
        case "slash":
            return _slashed(place, int(match["a"]), int(match["b"]), int(match["y3"]))
        case "dm":
            return _day(place, 2000, _month(match["m4"]), int(match["d4"]), year_known=False)
        case "md":
            return _day(place, 2000, _month(match["m5"]), int(match["d5"]), year_known=False)
        case "my":
            return _months(place, int(match["y8"]), _month(match["m3"]), 1)
        case "quarter":
            number = int(match["q1"]) if match["q1"] else _ORDINALS[match["q2"].lower()]
            return _months(place, int(match["y4"] or match["y5"]), 3 * number - 2, 3)
        case "half":
            number = int(match["h1"]) if match["h1"] else _ORDINALS[match["h2"].lower()]
            return _months(place, int(match["y6"] or match["y7"]), 6 * number - 5, 6)
        case "year":
            return _months(place, int(match["y9"]), 1, 12)
        case "clock":
            return Time(*place, "clock", clock=_clock(match))
        case "todate":
            return Time(*place, "to date")
        case _:
            return Time(*place, "length", days=_count(match["count"]) * _UNITS[match["unit"].lower()])


def _month(word: str) -> int:
    return MONTHS[word.lower()]


def _count(word: str) -> Decimal:
    if word[0].isdigit():
        return Decimal(word)
    return in_words(word.lower().replace("-", " ")) or Decimal(1)


def _day(place: tuple[int, int, str], year: int, month: int, day: int, *, year_known: bool = True) -> Time:
    try:
        found = date(year, month, day)
    except ValueError:
        return Time(*place, "day")
    return Time(*place, "day", found, found, year_known=year_known)


def _slashed(place: tuple[int, int, str], one: int, other: int, year: int) -> Time:
    """Month first or day first: readable only when one of the two can be no month, or both are the same."""
    if one == other or other > 12:
        return _day(place, year, one, other)
    return _day(place, year, other, one) if one > 12 else Time(*place, "day")


def _months(place: tuple[int, int, str], year: int, month: int, count: int) -> Time:
    last = month + count - 1
    return Time(*place, "span", date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _clock(match: re.Match[str]) -> str:
    """The time as "HH:MM" of a 24-hour day."""
    hour, minute = int(match["hour"] or match["hour2"]), match["minute"] or "00"
    half = re.search(r"([AaPp])\.?[Mm]", match[0])
    if half and half[1] in "pP" and hour < 12:
        hour += 12
    if half and half[1] in "aA" and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute}"
