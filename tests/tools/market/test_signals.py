from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.market.signals import DEFINITIONS, definitions_text, find_signals, usual_move, volatility_rank
from tools.market.technicals import simple_average
from tools.market_data.snapshot import SnapshotMarketData

END = date(2026, 11, 20)


def weekdays(count: int) -> list[date]:
    days: list[date] = []
    day = END
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def kinds(prices: list[float], volumes: list[int | None] | None = None) -> set[str]:
    return {signal.kind for signal in find_signals(weekdays(len(prices)), prices, volumes)}


def swinging(count: int, step: float = 0.01) -> list[float]:
    """Closes that go up and down by the same step."""
    return [100.0 * (1 + step * (i % 2)) for i in range(count)]


def test_a_close_above_all_of_the_year_is_a_new_high() -> None:
    prices = [*swinging(300), 101.5]
    assert "new 52-week high" in kinds(prices)
    assert "new 52-week high" not in kinds([*swinging(300), 101.0])  # as high as before is not above
    assert "new 52-week low" in kinds([*swinging(300), 99.0])


def test_a_high_of_more_than_a_year_ago_counts_no_more() -> None:
    prices = [500.0, *swinging(300), 102.0]
    assert "new 52-week high" in kinds(prices)
    recent = [*swinging(60), 500.0, *swinging(240), 102.0]
    assert "new 52-week high" not in kinds(recent)


def test_without_a_whole_year_there_is_no_high_of_one() -> None:
    assert "new 52-week high" not in kinds([*swinging(200), 150.0])


def test_the_averages_cross_once_and_are_told_on_that_day_alone() -> None:
    prices = [100.0] * 250 + [100.0 - 0.5 * i for i in range(1, 60)]
    days = [i for i in range(220, len(prices)) if "average crossed down" in kinds(prices[: i + 1])]
    assert len(days) == 1
    short, long = (simple_average(prices[: days[0] + 1], sessions) for sessions in (50, 200))
    assert short is not None
    assert long is not None
    assert short < long
    back = [*prices, *(prices[-1] + 1.5 * i for i in range(1, 80))]
    assert sum("average crossed up" in kinds(back[: i + 1]) for i in range(len(prices), len(back))) == 1


def test_a_move_of_more_than_three_times_the_usual_is_unusual() -> None:
    prices = swinging(120)
    usual = usual_move([*prices, 100.0])
    assert usual == pytest.approx(0.01, rel=0.05)
    assert "unusual move" in kinds([*prices, prices[-1] * 0.96])
    assert "unusual move" not in kinds([*prices, prices[-1] * 0.98])


def test_twice_the_average_volume_is_unusual_and_an_unknown_one_is_not() -> None:
    prices = swinging(40)
    assert "unusual volume" in kinds(prices, [100] * 39 + [200])
    assert "unusual volume" not in kinds(prices, [100] * 39 + [199])
    assert "unusual volume" not in kinds(prices, [100] * 39 + [None])
    assert "unusual volume" not in kinds(prices, [None] * 39 + [1000])
    assert "unusual volume" not in kinds(prices, None)


def test_volatility_is_high_or_low_against_its_own_year() -> None:
    calm, rough = swinging(300, 0.001), swinging(30, 0.05)
    assert "high volatility" in kinds([*calm, *rough])
    assert "low volatility" in kinds([*swinging(300, 0.05), *swinging(30, 0.0001)])
    assert volatility_rank(swinging(200)) is None
    assert not {"high volatility", "low volatility"} & kinds(swinging(330))  # it never changed


def test_every_kind_has_a_definition_that_can_be_read() -> None:
    text = definitions_text()
    for kind, definition in DEFINITIONS.items():
        assert definition.endswith(".")
        assert f"- {kind}: {definition}" in text
    assert "don't say what comes next" in text
    assert "unusual volume" not in definitions_text(["new 52-week high"])


async def test_on_a_real_crash_the_index_shows_all_that_a_crash_shows() -> None:
    history = await SnapshotMarketData().history("^GSPC", date(2019, 1, 1), date(2020, 3, 16))
    found = {signal.kind: signal for signal in find_signals(history.dates, history.adjusted)}
    assert set(found) == {"new 52-week low", "unusual move", "high volatility"}
    assert found["unusual move"].value == pytest.approx(-0.1198, abs=1e-4)


@settings(max_examples=40)
@given(st.lists(st.floats(0.5, 2000.0), min_size=0, max_size=320))
def test_any_prices_give_finite_signals_and_no_both_ways(prices: list[float]) -> None:
    found = find_signals(weekdays(len(prices)), prices)
    assert all(math.isfinite(signal.value) and math.isfinite(signal.usual) for signal in found)
    told = {signal.kind for signal in found}
    assert not {"new 52-week high", "new 52-week low"} <= told
    assert not {"average crossed up", "average crossed down"} <= told
    assert not {"high volatility", "low volatility"} <= told
