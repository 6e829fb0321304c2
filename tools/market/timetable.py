"""The sessions, holidays and half days of an exchange, as plain values read from `exchange_calendars`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tools.errors import NoData
from tools.market_data.deprecations import ignore_deprecations
from tools.parsing.exchanges import EXCHANGE_NAMES

_BACK = timedelta(days=14)
_AHEAD = timedelta(days=300)
_ONE_DAY = timedelta(days=1)
_REMARK = re.compile(r" *\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Session:
    """One day of trading, in UTC; `pause` is the midday break, if there is one."""

    open: datetime
    close: datetime
    pause: tuple[datetime, datetime] | None = None

    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """The times of trading: one, or two around the break."""
        if self.pause is None:
            return ((self.open, self.close),)
        return ((self.open, self.pause[0]), (self.pause[1], self.close))


@dataclass(frozen=True, slots=True)
class Holiday:
    """A weekday of trading without a session; `name` is "" where the calendar has none."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """An exchange from two weeks ago to ten months ahead, or as far as its holidays are known; all in order."""

    zone: str
    sessions: tuple[Session, ...]
    holidays: tuple[Holiday, ...]
    half_days: tuple[date, ...]


@lru_cache(maxsize=16)
def read_timetable(code: str, day: date) -> Timetable:
    """The timetable around `day` of the exchange with this ISO 10383 code. The first call takes about a second.

    Raises `NoData` when the calendar is not known or doesn't reach that day.
    """
    ignore_deprecations()
    return _read(code, day)


def unknown_hours(code: str) -> NoData:
    """The error for an exchange whose hours can't be told."""
    name = EXCHANGE_NAMES.get(code, code)
    return NoData(f"The trading calendar of the {name} isn't known for this time; its website has the hours.")


def _read(code: str, day: date) -> Timetable:
    from exchange_calendars import errors, get_calendar

    try:
        try:
            calendar = get_calendar(code, start=day - _BACK, end=day + _AHEAD)
        except ValueError:  # its holidays are not known so far ahead: as far as they are
            calendar = get_calendar(code)
    except (errors.InvalidCalendarName, NotImplementedError) as error:
        # Not implemented: under pandas 3.1 the calendars that follow the Orthodox Easter (Athens, Bucharest).
        raise unknown_hours(code) from error
    sessions = tuple(_session(row) for row in calendar.schedule.itertuples())
    days = [session.open.astimezone(calendar.tz).date() for session in sessions]
    recent = [i for i, each in enumerate(days) if each >= day - _BACK]
    if not recent:
        raise unknown_hours(code)
    half_days = tuple(each.date() for each in calendar.early_closes if each.date() >= day - _BACK)
    holidays = _holidays(calendar, set(days), day - _BACK, days[-1])
    return Timetable(str(calendar.tz), tuple(sessions[i] for i in recent), holidays, half_days)


def _session(row: Any) -> Session:
    """A row of the calendar's schedule; a missing break is a missing time, which is unequal to itself."""
    pause = None
    if row.break_start == row.break_start:
        pause = (_utc(row.break_start), _utc(row.break_end))
    return Session(_utc(row.open), _utc(row.close), pause)


def _utc(moment: Any) -> datetime:
    plain: datetime = moment.to_pydatetime()
    return plain.astimezone(UTC)


def _holidays(calendar: Any, sessions: set[date], first: date, last: date) -> tuple[Holiday, ...]:
    """The days that by their weekday would have a session and have none."""
    names = _holiday_names(calendar, first, last)
    days = (first + _ONE_DAY * offset for offset in range((last - first).days + 1))
    closed = (each for each in days if calendar.weekmask[each.weekday()] == "1" and each not in sessions)
    return tuple(Holiday(each, names.get(each, "")) for each in closed)


def _holiday_names(calendar: Any, first: date, last: date) -> dict[date, str]:
    """What the regular holidays are called, without remarks in brackets."""
    if calendar.regular_holidays is None:
        return {}
    named = calendar.regular_holidays.holidays(first, last, return_name=True)
    return {each.date(): _REMARK.sub("", str(name)) for each, name in named.items() if name}
