"""Periods of time: what a canonical period means in dates and in words."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tools.parsing.dates import MONTH_NAMES
from tools.parsing.period_phrases import canonical_period

_CANONICAL = re.compile(
    r"ytd|max|(?P<count>[1-9][0-9]{0,4})(?P<unit>d|mo|y)|(?P<year>(?:19|20)[0-9]{2}|2100)"
    r"|since (?P<since>[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)"
    r"|since --(?P<in_month>0[1-9]|1[0-2])-(?P<on_day>0[1-9]|[12][0-9]|3[01])"
    r"|(?P<open>since )?(?P<before>last )?--(?P<month>0[1-9]|1[0-2])"
    r"|--(?P<first>0[1-9]|1[0-2])\.\.--(?P<final>0[1-9]|1[0-2])"
    r"|(?P<start>[0-9]{4}-[0-9]{2}-[0-9]{2})\.\.(?P<end>[0-9]{4}-[0-9]{2}-[0-9]{2})"
)
_UNIT_WORDS = {"d": "day", "mo": "month", "y": "year"}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A period in canonical form; raises `ValueError` for any other string.

    The forms are `1d`, `5d` (one week of sessions) and other `<n>d`, `<n>mo`, `<n>y`, `ytd`, `max`, a year
    (`2024`), `since YYYY[-MM[-DD]]`, and `YYYY-MM-DD..YYYY-MM-DD` with both ends included.

    Without a year, `--MM` is the latest such month that has begun (today's own month too), `last --MM` the latest one
    before today's month, each also after `since `; `--MM..--MM` is the latest stretch whose last month has begun;
    `since --MM-DD` begins on the latest such day before today.
    """

    canonical: str

    def __post_init__(self) -> None:
        """Check the form, and that every date in it exists."""
        try:
            start, end = self.bounds(date(2100, 12, 31))
        except (ValueError, OverflowError) as error:
            message = f"{self.canonical!r} is not a period"
            raise ValueError(message) from error
        if start is not None and start > end:
            message = f"{self.canonical!r} ends before it starts"
            raise ValueError(message)

    def bounds(self, today: date) -> tuple[date | None, date]:
        """The first and last day, both included; the first is None when the period is open (`max`).

        Periods that count back start on the day whose close they are measured from: `1mo` before 28 December is
        28 November to 28 December. One that has begun ends `today` at the latest; one still to come is left as
        it is, so start may be after `today`.
        """
        start, end = self._dates(today)
        return start, (min(end, today) if start is None or start <= today else end)

    def base(self, today: date) -> date | None:
        """The day whose close a return over the period is measured from, None when the period is open.

        A calendar period (a year, a quarter, `ytd`, `since 2020`, a single day) is measured from the close of the
        day before it; one that counts back or was given by two dates, from the close of its first day.
        """
        start, end = self._dates(today)
        if start is None or self._counts_back():
            return start
        whole_months = start.day == 1 and (end == today or (end + _ONE_DAY).day == 1)
        return start - _ONE_DAY if whole_months or start == end else start

    def label(self, today: date) -> str:
        """The period in plain words, with the day it ends on: "6 months to 28 Dec 2022", "Q3 2021"."""
        start, end = self.bounds(today)
        if start is None:
            return f"all history to {_day(end)}"
        if self.canonical == "ytd":
            return f"{start.year} to {_day(end)}"
        if self._counts_back():
            match = _match(self.canonical)
            count, unit = (1, "week") if self.canonical == "5d" else (int(match["count"]), _UNIT_WORDS[match["unit"]])
            return f"{count} {unit}{'' if count == 1 else 's'} to {_day(end)}"
        if self.canonical.startswith("since "):
            return f"{_day(start)} to {_day(end)}"
        whole = self._dates(today)[1]
        return _calendar_name(start, whole) if whole == end else f"{_day(start)} to {_day(end)}"

    def _counts_back(self) -> bool:
        """Whether this is `<n>d`, `<n>mo` or `<n>y`."""
        return self.canonical[-1] in "doy" and self.canonical[0].isdigit()

    def _dates(self, today: date) -> tuple[date | None, date]:
        """First and last day before the end is cut at `today`. Raises `ValueError` for what is not canonical."""
        match = _match(self.canonical)
        if match["count"]:
            return _days_back(today, int(match["count"]), match["unit"]), today
        if match["year"]:
            return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)
        if match["since"]:
            year, month, day = (*map(int, match["since"].split("-")), 1, 1)[:3]
            return date(year, month, day), max(today, date(year, month, day))
        if match["month"] or match["first"] or match["in_month"]:
            return _recent_months(today, match)
        if match["start"]:
            return date.fromisoformat(match["start"]), date.fromisoformat(match["end"])
        return (date(today.year, 1, 1) if self.canonical == "ytd" else None), today


def parse_period(text: str) -> Period | None:
    """The period that the whole of `text` names: canonical forms, and what people type.

    "over the last 6 months", "this week", "lately", "ytd", "2022", "q3 2021", "since march 2020", "from 2015 to
    2018", "since march", "twenty nineteen", and these with slips of the keyboard ("last 3 motnhs"). None for anything
    else, "month" or "6" alone included.
    """
    canonical = canonical_period(text)
    if canonical is None:
        return None
    try:
        return Period(canonical)
    except ValueError:
        return None


def _match(canonical: str) -> re.Match[str]:
    """The parts of a canonical period. Raises `ValueError` for anything else."""
    match = _CANONICAL.fullmatch(canonical)
    if match is None:
        raise ValueError(canonical)
    return match


def _days_back(today: date, count: int, unit: str) -> date:
    """The day `count` units before `today`; a day that month lacks becomes its last. 5 sessions are a week."""
    if unit == "d":
        return today - timedelta(days=7 if count == 5 else count)
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _recent_months(today: date, match: re.Match[str]) -> tuple[date, date]:
    """First and last day of months without a year, or from a day without a year on."""
    if match["in_month"]:
        return _latest_day(today, int(match["in_month"]), int(match["on_day"])), today
    if match["first"]:
        last = _latest_month(today, int(match["final"]))
        return _latest_month(last, int(match["first"])), _month_end(last)
    start = _latest_month(today, int(match["month"]), before=bool(match["before"]))
    return start, today if match["open"] else _month_end(start)


def _latest_day(today: date, month: int, day: int) -> date:
    """The latest such day before `today`; 29 February is the last one that there was. Raises `ValueError` for none."""
    for years in range(9):
        if monthrange(today.year - years, month)[1] >= day and date(today.year - years, month, day) < today:
            return date(today.year - years, month, day)
    raise ValueError(f"{month}-{day}")


def _latest_month(today: date, month: int, *, before: bool = False) -> date:
    """The first day of the latest such month that has begun by `today`, or is over when `before`."""
    has_come = month < today.month if before else month <= today.month
    return date(today.year if has_come else today.year - 1, month, 1)


def _month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _calendar_name(start: date, end: date) -> str:
    """The name of a whole year, half, quarter or month, or else both dates."""
    if start == end:
        return _day(start)
    if start.day != 1 or (end + _ONE_DAY).day != 1:
        return f"{_day(start)} to {_day(end)}"
    if start.month == 1 and end.month == 12:
        return str(start.year) if start.year == end.year else f"{start.year} to {end.year}"
    length = end.month - start.month + 1
    if start.year == end.year and length in (1, 3, 6) and (start.month - 1) % length == 0:
        part = (start.month - 1) // length + 1
        name = {1: MONTH_NAMES[start.month - 1], 3: f"Q{part}", 6: f"H{part}"}[length]
        return f"{name} {start.year}"
    return f"{MONTH_NAMES[start.month - 1][:3]} {start.year} to {MONTH_NAMES[end.month - 1][:3]} {end.year}"


def _day(day: date) -> str:
    """A date as people read it everywhere: "3 Mar 2020"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1][:3]} {day.year}"
