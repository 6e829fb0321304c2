"""Schedules as people write them: what is understood, and what is refused with the reason and the fix."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tools.parsing.schedules import LAST, LAST_SESSION, Clock, FromSession, parse_schedule, written

EVERY_DAY, EVERY_MONTH, EVERY_WEEKDAY = frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(range(7))


def clock(hour: int, minute: int, days: object = EVERY_DAY, months=EVERY_MONTH, weekdays=EVERY_WEEKDAY) -> Clock:
    return Clock(hour, minute, days, months, weekdays)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0 8 * * mon-fri", clock(8, 0, weekdays=frozenset(range(5)))),
        ("  30  6 * *  Tue,Thursday ", clock(6, 30, weekdays=frozenset({1, 3}))),
        ("0 8 * * fri-mon", clock(8, 0, weekdays=frozenset({4, 5, 6, 0}))),
        ("8:00", clock(8, 0)),
        ("17:05 mon-wed", clock(17, 5, weekdays=frozenset({0, 1, 2}))),
        ("0 8 1,15 * *", clock(8, 0, frozenset({1, 15}))),
        ("0 8 28-3 * *", clock(8, 0, frozenset({28, 29, 30, 31, 1, 2, 3}))),
        ("0 8 31 * *", clock(8, 0, frozenset({31}))),
        ("0 8 29 feb *", clock(8, 0, frozenset({29}), frozenset({2}))),
        ("0 8 last jan-mar,12 *", clock(8, 0, LAST, frozenset({1, 2, 3, 12}))),
        ("0 17 last-business-day * *", clock(17, 0, LAST_SESSION)),
        ("open-30m", FromSession("open", timedelta(minutes=-30))),
        ("Close+30m", FromSession("close", timedelta(minutes=30))),
        ("close+2h", FromSession("close", timedelta(hours=2))),
        ("close", FromSession("close", timedelta(0))),
    ],
)
def test_what_is_written_is_understood(text: str, meant: object) -> None:
    assert parse_schedule(text) == meant
    assert parse_schedule(written(text)) == meant
    assert written(written(text)) == written(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 8 * * 1-5", "numbers the days of the week.*write their names, as in mon-fri"),
        ("0 8 * * 0", "write their names"),
        ("0 8 * * mon-5", "write their names"),
        ("0 8 * * mo", "no day of the week; write names"),
        ("*/5 * * * *", "once a day at most, so the minute is one number"),
        ("0 8,16 * * *", "once a day at most, so the hour is one number, not “8,16”; add another"),
        ("0 * * * mon", "the hour is one number"),
        ("60 8 * * *", "“60” is no minute; write a number from 0 to 59"),
        ("0 24 * * *", "no hour"),
        ("0 -1 * * *", "hour"),
        ("٣ 8 * * *", "no minute"),
        ("0 8 0 * *", "no day of the month; write numbers from 1 to 31, last or last-business-day"),
        ("0 8 */2 * *", "counts in steps"),
        ("0 8 30 feb *", "so it would never come"),
        ("0 8 31 apr,jun *", "so it would never come"),
        ("0 8 13 * fri", "name days twice"),
        ("0 8 last * fri", "name days twice"),
        ("0 8 * 13 *", "no month"),
        ("0 8 * * * *", "is no schedule; write one like 0 8"),
        ("@daily", "is no schedule"),
        ("open-13h", "more than 12 hours from the open; write at most open-12h"),
        ("close+721m", "at most close\\+12h"),
        ("close+", "is no schedule"),
        ("", "is no schedule"),
        ("0 8 " + "1," * 40 + "1 * *", "is no schedule"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_fix(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_schedule(text)
