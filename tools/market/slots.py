"""When a schedule is due: pure functions of the schedule, its zone, its exchange's sessions and a span of time.

A slot belongs to a date, and each date has at most one: the local date of its time of day, or the date of its session.
So an hour that comes twice when clocks go back is one slot, the first. An hour that clocks leave out is the same moment
as if they had not gone forward, an hour later by the clock. A date that a zone skipped has none.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.market.timetable import Session, read_timetable
from tools.parsing.schedules import LAST, LAST_SESSION, Clock, FromSession, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DAY = timedelta(days=1)
LONGEST_SEARCH = timedelta(days=8 * 366 + 1)
"""From one 29 February to the next, over a year like 2100."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When something is due. `zone` is of its time of day, `calendar` of its sessions and holidays."""

    schedule: Schedule
    zone: str
    calendar: str
    skips_holidays: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that something is due: the date it is of, and the moment, in UTC."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Trading:
    """The sessions of an exchange from `first` to `last`; outside, weekdays stand for them."""

    zone: str
    sessions: Mapping[date, Session]
    first: date
    last: date
    days: tuple[date, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", tuple(sorted(self.sessions)))

    def is_last_of_month(self, day: date) -> bool:
        """Whether it is the month's last session."""
        end = day.replace(day=monthrange(day.year, day.month)[1])
        later = (day + _DAY * n for n in range(1, (end - day).days + 1))
        return self._trades(day) and not any(self._trades(each) for each in later)

    def is_closed(self, moment: datetime) -> bool:
        """Whether the exchange, by its own date, has no session that day."""
        return not self._trades(moment.astimezone(ZoneInfo(self.zone)).date())

    def _trades(self, day: date) -> bool:
        return day in self.sessions if self.first <= day <= self.last else day.weekday() < 5


@lru_cache(maxsize=32)
def trading_around(calendar: str, day: date) -> Trading:
    """The sessions from two weeks before `day` to ten months after. The first call takes about a second.

    Raises `NoData` when the calendar is not known or doesn't reach that day.
    """
    timetable = read_timetable(calendar, day)
    zone = ZoneInfo(timetable.zone)
    sessions = {session.open.astimezone(zone).date(): session for session in timetable.sessions}
    return Trading(timetable.zone, sessions, day - _DAY * 14, max(sessions))


NOWHERE = Trading("UTC", {}, date.max, date.min)
"""For schedules that need no exchange: nothing is known of its days."""


def slots(timing: Timing, trading: Trading, after: datetime, until: datetime) -> Iterator[Slot]:
    """The slots later than `after`, up to `until`, in their order."""
    schedule = timing.schedule
    if isinstance(schedule, FromSession):
        found = _from_sessions(schedule, trading, after)
    else:
        found = _by_the_clock(schedule, timing, trading, after, until)
    for slot in found:
        if slot.at > until:
            return
        if slot.at > after:
            yield slot


def next_slot(timing: Timing, trading: Trading, after: datetime) -> Slot | None:
    """The first slot later than `after`; None where there is none in eight years, or none is known."""
    return next(slots(timing, trading, after, after + LONGEST_SEARCH), None)


def moment_of(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime | None:
    """When it is that time on that date, by the rules above; None for a date that the zone skipped."""
    at = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
    if at.astimezone(zone).date() == day:
        return at
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    return at if noon.astimezone(zone).date() == day else None


def is_shifted(schedule: Schedule, zone: str, at: datetime) -> bool:
    """Whether clocks had left out the time of day that was asked for."""
    local = at.astimezone(ZoneInfo(zone))
    return isinstance(schedule, Clock) and (local.hour, local.minute) != (schedule.hour, schedule.minute)


def needs_sessions(timing: Timing) -> bool:
    """Whether the slots depend on the days of an exchange."""
    schedule = timing.schedule
    return isinstance(schedule, FromSession) or schedule.days == LAST_SESSION or timing.skips_holidays


def _from_sessions(schedule: FromSession, trading: Trading, after: datetime) -> Iterator[Slot]:
    for day in trading.days[bisect_left(trading.days, after.date() - 2 * _DAY) :]:
        session = trading.sessions[day]
        yield Slot(day, (session.open if schedule.edge == "open" else session.close) + schedule.offset)


def _by_the_clock(
    schedule: Clock, timing: Timing, trading: Trading, after: datetime, until: datetime
) -> Iterator[Slot]:
    zone = ZoneInfo(timing.zone)
    first = after.astimezone(zone).date() - _DAY
    last = until.astimezone(zone).date() + _DAY
    # A date of the month's last session is a session, whatever the date is elsewhere at that moment.
    may_be_closed = timing.skips_holidays and schedule.days != LAST_SESSION
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if not _is_on(schedule, trading, day):
            continue
        at = moment_of(day, schedule.hour, schedule.minute, zone)
        if at is not None and not (may_be_closed and trading.is_closed(at)):
            yield Slot(day, at)


def _is_on(schedule: Clock, trading: Trading, day: date) -> bool:
    if day.month not in schedule.months or day.weekday() not in schedule.weekdays:
        return False
    if schedule.days == LAST:
        return day.day == monthrange(day.year, day.month)[1]
    if schedule.days == LAST_SESSION:
        return trading.is_last_of_month(day)
    return day.day in schedule.days
