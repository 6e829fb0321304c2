"""When an alert goes off, as tables: one crossing once, never without one, and nothing by data that can't be right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.schedule_tables import ALERT_CONDITIONS
from tools.alerts.rules import Condition, Reading, Watch, after_split, judge, moment_of, session_day

START = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
"""A Monday on which New York trades."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(watch: Watch, *readings: tuple[timedelta, str, str | None]) -> list[int]:
    """Which of the readings (time after the start, value, what it is compared with) the alert goes off by."""
    places = []
    for place, (after, value, against) in enumerate(readings):
        reading = Reading(Decimal(value), START + after, None if against is None else Decimal(against))
        verdict = judge(watch, reading)
        watch = verdict.watch
        if verdict.fires:
            places.append(place)
    return places


def prices(*values: str, every: timedelta = HOUR) -> tuple[tuple[timedelta, str, None], ...]:
    return tuple((every * place, value, None) for place, value in enumerate(values))


def test_the_conditions_are_those_of_the_table() -> None:
    assert get_args(Condition) == ALERT_CONDITIONS


@pytest.mark.parametrize(
    ("condition", "path", "expected"),
    [
        ("above", ("149", "150", "151", "160"), [1]),  # at the level is there
        ("above", ("149", "149.99"), []),
        ("above", ("151", "149.9", "151", "149.4", "151"), [0]),  # never back by half a percent
        ("above", ("151", "149.25", "151"), [0, 2]),
        ("above", ("140", "200", "100", "300"), [1, 3]),  # gaps
        ("below", ("151", "150", "149", "140"), [1]),
        ("below", ("149", "150.5", "149"), [0]),
        ("below", ("149", "150.75", "149"), [0, 2]),
        ("above", ("151", "NaN", "151"), [0]),
        ("above", ("NaN", "Infinity", "-Infinity"), []),
    ],
)
def test_a_level_is_told_once_for_each_crossing(
    condition: Condition, path: tuple[str, ...], expected: list[int]
) -> None:
    assert told(Watch(condition, Decimal(150)), *prices(*path)) == expected


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(960, 1040)), max_size=40))
def test_between_two_messages_the_price_was_back_and_an_hour_passed(steps: list[tuple[int, int]]) -> None:
    watch, now = Watch("above", Decimal(100)), START
    told_at: list[int] = []
    path: list[tuple[datetime, Decimal]] = []
    for minutes, tenths in steps:
        now += timedelta(minutes=minutes)
        path.append((now, Decimal(tenths) / 10))
        verdict = judge(watch, Reading(path[-1][1], now))
        watch = verdict.watch
        if verdict.fires:
            told_at.append(len(path) - 1)
    assert all(path[place][1] >= 100 for place in told_at)
    assert bool(told_at) == any(price >= 100 for _, price in path)
    for first, second in zip(told_at, told_at[1:], strict=False):
        backs = [at for at, price in path[first:second] if price <= Decimal("99.5") and at >= path[first][0] + HOUR]
        assert backs
        early = [price for at, price in path[first + 1 : second] if at > backs[0] and price >= 100]
        assert not early  # the first crossing after it was back


def test_a_price_that_swings_within_the_hour_is_told_once() -> None:
    minutes = timedelta(minutes=10)
    path = prices("151", "149", "151", "149", "151", "149", "151", "149", "151", every=minutes)
    assert told(Watch("above", Decimal(150)), *path) == [0, 8]  # back after an hour, and then across again


@pytest.mark.parametrize("late", [timedelta(0), -HOUR, -DAY])
def test_data_that_is_not_newer_never_tells(late: timedelta) -> None:
    watch = Watch("above", Decimal(150), last_value=Decimal(149), last_as_of=START)
    verdict = judge(watch, Reading(Decimal(160), START + late))
    assert (verdict.fires, verdict.watch) == (False, watch)


def test_a_move_is_told_once_a_day_in_either_direction() -> None:
    path = [
        (0 * HOUR, "104.9", "100"),
        (1 * HOUR, "105", "100"),
        (2 * HOUR, "94", "100"),
        (DAY, "94", "105"),  # 10 % down on the next day
        (DAY + HOUR, "93", "105"),
        (2 * DAY, "94", "93"),
        (3 * DAY, "100", None),  # without a previous close a move is unknown
    ]
    assert told(Watch("day_move_percent", Decimal(5)), *path) == [1, 3]


def test_one_run_of_new_highs_is_one_message_and_the_next_after_a_fall_another() -> None:
    path = [
        (0 * HOUR, "99", "100"),
        (1 * HOUR, "100", "100"),  # as high, and not higher
        (2 * HOUR, "101", "100"),
        (3 * HOUR, "98", "100"),  # back, and still the same day
        (4 * HOUR, "102", "100"),
        (DAY, "103", "102"),
        (2 * DAY, "101.9", "103"),  # more than 1 % below, on a later day
        (2 * DAY + HOUR, "104", "103"),
        (3 * DAY, "200", None),
    ]
    assert told(Watch("new_high"), *path) == [2, 7]
    fallen = [
        (after, str(200 - Decimal(value)), None if low is None else str(200 - int(low)))
        for after, value, low in path[:-1]
    ]
    assert told(Watch("new_low"), *fallen)[0] == 2


def test_a_drawdown_is_told_again_after_a_recovery_by_a_tenth() -> None:
    path = prices("9.9", "10", "12", "9.5", "11", "9", "10.5", every=DAY)
    assert told(Watch("drawdown_percent", Decimal(10)), *path) == [1, 6]


def test_earnings_are_told_the_day_before_once_for_each_date() -> None:
    watch, days = Watch("earnings"), []
    first, second = datetime(2026, 11, 20, tzinfo=UTC), datetime(2027, 2, 20, tzinfo=UTC)
    for days_left, day in ((9, first), (2, first), (1, first), (0, first), (90, second), (0, second), (-1, second)):
        verdict = judge(watch, Reading(Decimal(days_left), day))
        watch = verdict.watch
        if verdict.fires:
            days.append((days_left, day))
    assert days == [(1, first), (0, second)]  # the day before the second was missed


def test_silence_tells_nothing_and_what_still_holds_at_its_end() -> None:
    watch = Watch("above", Decimal(150))
    silent = judge(watch, Reading(Decimal(160), START), silent=True)
    assert (silent.fires, silent.watch.armed) == (False, True)
    assert judge(silent.watch, Reading(Decimal(155), START + HOUR)).fires
    assert not judge(silent.watch, Reading(Decimal(140), START + HOUR)).fires


def test_an_alert_is_armed_again_during_a_silence() -> None:
    fired = judge(Watch("above", Decimal(150)), Reading(Decimal(160), START)).watch
    back = judge(fired, Reading(Decimal(140), START + HOUR), silent=True).watch
    assert judge(back, Reading(Decimal(160), START + 2 * HOUR)).fires


@pytest.mark.parametrize(
    ("last", "previous", "value", "is_doubted"),
    [
        ("0.70", None, "70", True),  # pence for pounds
        ("70", None, "0.70", True),
        ("150", "150", "3200", True),
        ("150", "7", "160", True),  # the source contradicts itself
        ("150", "150", "2900", False),  # nineteen times: odd, and not impossible
        (None, None, "160", False),
        ("150", "150", "0", True),
        ("150", "150", "-1", True),
    ],
)
def test_an_impossible_price_tells_nothing_and_is_not_remembered(
    last: str | None, previous: str | None, value: str, is_doubted: bool
) -> None:
    watch = Watch("above", Decimal("0.5"), last_value=None if last is None else Decimal(last), last_as_of=START)
    reading = Reading(Decimal(value), START + HOUR, None, None if previous is None else Decimal(previous))
    verdict = judge(watch, reading)
    assert bool(verdict.doubt) == is_doubted
    if is_doubted:
        assert (verdict.fires, verdict.watch) == (False, watch)


def test_a_split_takes_the_level_and_the_last_price_with_it() -> None:
    watch = Watch("above", Decimal(600), last_value=Decimal(500))
    assert (after_split(watch, Decimal(4)).threshold, after_split(watch, Decimal(4)).last_value) == (150, 125)
    assert after_split(watch, Decimal("0.1")).threshold == 6000
    assert after_split(Watch("above", Decimal(100)), Decimal(3)).threshold == Decimal("33.333333")
    move = Watch("day_move_percent", Decimal(5), last_value=Decimal(500))
    assert (after_split(move, Decimal(4)).threshold, after_split(move, Decimal(4)).last_value) == (5, 125)


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 14, 30, tzinfo=UTC), date(2026, 11, 20)),  # New York opens
        (datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC), date(2026, 11, 20)),  # and closes
        (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), date(2026, 11, 20)),  # Sydney opens
        (datetime(2026, 11, 20, 0, 30, tzinfo=UTC), date(2026, 11, 20)),  # Tokyo
    ],
)
def test_a_time_belongs_to_the_session_of_its_exchange(as_of: date, day: date) -> None:
    assert session_day(moment_of(as_of)) == day


def test_a_close_comes_after_every_price_of_its_session_and_before_the_next_one() -> None:
    close = moment_of(date(2026, 11, 20))
    assert moment_of(datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC)) < close
    assert close < datetime(2026, 11, 20, 21, 0, tzinfo=UTC)  # Auckland opens
