"""Slots over three years: one for each date that has one, through every change of clocks, none twice and none missing."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.market.slots import (
    NOWHERE,
    Slot,
    Timing,
    Trading,
    is_shifted,
    moment_of,
    next_slot,
    slots,
    trading_around,
)
from tools.parsing.schedules import Clock, parse_schedule

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",  # clocks change at midnight
    "Africa/Cairo",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",
    "Pacific/Auckland",
    "Antarctica/Troll",  # by two hours
)
START, END = datetime(2024, 1, 1, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
TIMES = ("30 0 * * *", "30 1 * * *", "30 2 * * *", "0 8 * * *", "30 23 * * *")
DAYS = ("0 8 * * mon-fri", "30 2 1,15,31 * *", "30 1 last mar-nov *")
DAY = timedelta(days=1)


def timing(schedule: str, zone: str = "UTC", calendar: str = "XNYS", *, skips: bool = False) -> Timing:
    return Timing(parse_schedule(schedule), zone, calendar, skips)


@cache
def years(calendar: str) -> Trading:
    """Three years of an exchange."""
    from exchange_calendars import get_calendar

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        known = [trading_around(calendar, START.date() + DAY * n) for n in range(0, 1096, 250)]
        holidays = get_calendar(calendar, start=date(2024, 1, 1), end=date(2026, 12, 31))
    sessions = {day: session for trading in known for day, session in trading.sessions.items()}
    assert {day for day in sessions if START.date() <= day < END.date()} == {day.date() for day in holidays.sessions}
    return Trading(known[0].zone, sessions, known[0].first, known[-1].last)


def days_by_the_library(schedule: str) -> set[date]:
    """The dates that APScheduler's trigger fires on, in a zone where no clock is ever changed."""
    _, _, day, month, weekday = schedule.split()
    trigger = CronTrigger(hour=12, day=day, month=month, day_of_week=weekday, timezone=UTC)
    found, at = set[date](), None
    while (at := trigger.get_next_fire_time(at, at or START - DAY)) and at <= END + DAY:
        found.add(at.date())
    return found


def by_looking(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    """The moment at which a clock on a wall first shows that time, or would, had it not been put forward."""
    middle = datetime(day.year, day.month, day.day, tzinfo=UTC)
    before, after = (at.astimezone(zone).utcoffset() for at in (middle - 2 * DAY, middle + 2 * DAY))
    if before == after:
        return middle + timedelta(hours=hour, minutes=minute) - before  # type: ignore[operator]
    quarter, shown = timedelta(minutes=15), dict[datetime, datetime]()
    for n in range(-2 * 96, 3 * 96):
        shown.setdefault((middle + n * quarter).astimezone(zone).replace(tzinfo=None), middle + n * quarter)
    wall = (middle + timedelta(hours=hour, minutes=minute)).replace(tzinfo=None)
    late = timedelta(0)
    while wall - late not in shown:
        late += quarter
    return shown[wall - late] + late


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("schedule", [*TIMES, *DAYS])
def test_over_three_years_every_date_has_its_one_slot(schedule: str, zone: str) -> None:
    asked = timing(schedule, zone)
    found = list(slots(asked, NOWHERE, START, END))
    assert isinstance(asked.schedule, Clock)
    hour, minute, place = asked.schedule.hour, asked.schedule.minute, ZoneInfo(zone)
    expected = {day: by_looking(day, hour, minute, place) for day in days_by_the_library(schedule)}
    assert {slot.day: slot.at for slot in found} == {day: at for day, at in expected.items() if START < at <= END}
    assert len({slot.day for slot in found}) == len(found)
    assert all(one.at < other.at for one, other in zip(found, found[1:], strict=False))


@given(
    st.sampled_from([*TIMES, *DAYS, "open-30m", "close+30m", "0 17 last-business-day * *"]),
    st.sampled_from(ZONES),
    st.sampled_from(("XNYS", "XLON", "XTKS")),
    st.booleans(),
    st.lists(st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None)), min_size=1, max_size=40),
)
@settings(max_examples=25)
def test_however_often_one_looks_none_is_seen_twice_or_missed(
    schedule: str, zone: str, calendar: str, skips: bool, looks: list[datetime]
) -> None:
    asked, trading = timing(schedule, zone, calendar, skips=skips), years(calendar)
    edges = [START, *sorted(look.replace(tzinfo=UTC) for look in looks), END]
    pieces = [slot for a, b in zip(edges, edges[1:], strict=False) for slot in slots(asked, trading, a, b)]
    assert pieces == list(slots(asked, trading, START, END))
    assert len({slot.day for slot in pieces}) == len(pieces)


@pytest.mark.parametrize("calendar", ["XNYS", "XLON", "XTKS", "XASX"])
def test_skipped_holidays_are_those_of_the_exchange_on_its_own_date(calendar: str) -> None:
    trading = years(calendar)
    own = [s.day for s in slots(timing("0 12 * * *", trading.zone, calendar, skips=True), trading, START, END)]
    assert own == [day for day in trading.days if START.date() <= day <= END.date() and day != START.date()][: len(own)]
    assert len(own) > 720
    everyday = list(slots(timing("0 8 * * *", "Australia/Sydney", calendar), trading, START, END))
    shown = {s.day for s in slots(timing("0 8 * * *", "Australia/Sydney", calendar, skips=True), trading, START, END)}
    zone = ZoneInfo(trading.zone)
    assert shown == {slot.day for slot in everyday if slot.at.astimezone(zone).date() in trading.sessions}


def test_an_hour_that_comes_twice_is_one_slot_where_the_library_fires_twice() -> None:
    for zone, schedule, day, at in (
        ("Europe/Berlin", "30 2 * * *", date(2026, 10, 25), "2026-10-25T00:30"),
        ("America/New_York", "30 1 * * *", date(2026, 11, 1), "2026-11-01T05:30"),
    ):
        moment = datetime.fromisoformat(f"{at}+00:00")
        found = list(slots(timing(schedule, zone), NOWHERE, moment - DAY / 2, moment + DAY / 2))
        assert found == [Slot(day, moment)]
        trigger = CronTrigger.from_crontab(schedule, zone)
        fired = trigger.get_next_fire_time(moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(zone)))
        assert fired is not None
        assert fired.date() == day
        assert fired.astimezone(UTC) == moment + timedelta(hours=1)


def test_an_hour_that_clocks_leave_out_comes_an_hour_later_by_the_clock() -> None:
    asked = timing("30 2 * * *", "Europe/Berlin")
    (slot,) = slots(asked, NOWHERE, datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC))
    assert slot == Slot(date(2027, 3, 28), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
    assert f"{slot.at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "03:30"
    assert is_shifted(asked.schedule, "Europe/Berlin", slot.at)
    assert not is_shifted(asked.schedule, "Europe/Berlin", slot.at + DAY - timedelta(hours=1))


def test_a_date_that_a_zone_skipped_has_no_slot() -> None:
    samoa = ZoneInfo("Pacific/Apia")
    assert moment_of(date(2011, 12, 30), 8, 0, samoa) is None
    around = slots(timing("0 8 * * *", "Pacific/Apia"), NOWHERE, *(datetime(2011, 12, n, tzinfo=UTC) for n in (28, 31)))
    assert [slot.day.day for slot in around] == [28, 29, 31]


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("0 8 31 * *", ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]),  # no month has another for it
        ("0 8 last feb,apr,dec *", ["02-29", "04-30", "12-31"]),
        ("0 17 last-business-day * *", ["01-31", "02-29", "03-28", "04-30", "05-31", "06-28"]),  # Good Friday, weekends
    ],
)
def test_the_ends_of_months(schedule: str, days: list[str]) -> None:
    year = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    found = [f"{slot.day:%m-%d}" for slot in slots(timing(schedule, "America/New_York"), years("XNYS"), *year)]
    assert found[: len(days)] == days
    assert "last-business" in schedule or len(found) == len(days)


def test_a_leap_day_comes_in_leap_years() -> None:
    asked = timing("0 8 29 feb *")
    assert next_slot(asked, NOWHERE, datetime(2026, 1, 1, tzinfo=UTC)) == Slot(
        date(2028, 2, 29), datetime(2028, 2, 29, 8, tzinfo=UTC)
    )
    found = next_slot(asked, NOWHERE, datetime(2096, 3, 1, tzinfo=UTC))
    assert found is not None
    assert found.day == date(2104, 2, 29)  # 2100 is none


def test_times_from_a_session_follow_half_days_and_summer_time() -> None:
    found = {s.day: s.at for s in slots(timing("close+30m", "Asia/Tokyo"), years("XNYS"), START, END)}
    assert found[date(2026, 11, 25)] == datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
    assert found[date(2026, 11, 27)] == datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # the half day after Thanksgiving
    assert date(2026, 11, 26) not in found
    assert found[date(2026, 7, 1)] == datetime(2026, 7, 1, 20, 30, tzinfo=UTC)
    opened = {s.day: s.at for s in slots(timing("open-30m"), years("XNYS"), START, END)}
    assert list(opened) == list(found)
    assert opened[date(2026, 7, 1)] == datetime(2026, 7, 1, 13, tzinfo=UTC)


def test_where_no_sessions_are_known_weekdays_stand_for_them() -> None:
    beyond = datetime(2031, 1, 1, tzinfo=UTC)
    found = slots(timing("0 8 * * *", skips=True), years("XNYS"), beyond, beyond + 7 * DAY)
    assert [slot.day.weekday() for slot in found] == [2, 3, 4, 0, 1]
    assert next_slot(timing("close+30m"), NOWHERE, beyond) is None


def test_what_can_never_come_is_known_at_once() -> None:
    assert next_slot(timing("0 8 * * sun", skips=True), years("XNYS"), START) is None


def test_why_the_library_is_not_asked_for_times() -> None:
    """On the day after clocks went forward it leaves out a time shortly after midnight, and it numbers days its own way."""
    trigger = CronTrigger(hour=0, minute=30, timezone="Pacific/Auckland")
    sunday = datetime(2024, 9, 29, 0, 30, tzinfo=ZoneInfo("Pacific/Auckland"))
    following = trigger.get_next_fire_time(sunday, sunday)
    assert following is not None
    assert following.date() == date(2024, 10, 1)
    (monday,) = slots(timing("30 0 * * *", "Pacific/Auckland"), NOWHERE, sunday, sunday + 1.5 * DAY)
    assert monday.day == date(2024, 9, 30)
    numbered = CronTrigger.from_crontab("0 8 * * 1-5", "UTC")
    first = numbered.get_next_fire_time(None, datetime(2026, 11, 23, tzinfo=UTC))  # a Monday
    assert first is not None
    assert first.weekday() == 1
