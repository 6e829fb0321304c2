"""The formulas agree with published figures, with empyrical, and with their own definitions."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.reference_returns import BILLS, HAM1, SP500
from tools import returns

RETURNS = st.lists(st.floats(-0.5, 1.0), min_size=2, max_size=60)
PRICES = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=60)
# PerformanceAnalytics cuts its printed figures off after the fourth decimal.
PRINTED = 1e-4


def test_performance_analytics_ham1() -> None:
    """Figures of the R package's vignette and help pages: `Return.cumulative`, `Return.annualized`, `CAPM.beta`
    (in excess of the bills), and `SharpeRatio` with a risk-free rate of 3.5 % a year."""
    total = returns.total_return(returns.growth(HAM1))
    assert total == pytest.approx(3.1266, abs=PRINTED)
    assert returns.annualised_return(HAM1, 12) == pytest.approx(0.1375, abs=PRINTED)
    assert returns.sharpe_ratio(HAM1, 0.035 / 12, periods_per_year=1) == pytest.approx(0.3201, abs=PRINTED)
    excess = [ours - bill for ours, bill in zip(HAM1, BILLS, strict=True)]
    market = [theirs - bill for theirs, bill in zip(SP500, BILLS, strict=True)]
    assert returns.beta(excess, market) == pytest.approx(0.3900, abs=PRINTED)


def test_spreadsheet_documentation_examples() -> None:
    """The worked examples in Microsoft's help pages of STDEV.S, SLOPE, PERCENTILE.INC and RRI."""
    strengths = [1345, 1301, 1368, 1322, 1310, 1370, 1318, 1350, 1303, 1299]
    assert returns.volatility(strengths) == pytest.approx(27.46391572)
    assert returns.beta([2, 3, 9, 1, 8, 7, 5], [6, 5, 11, 7, 5, 4, 4]) == pytest.approx(0.305556, abs=1e-6)
    assert returns.historical_var([1, 2, 3, 4], confidence=0.7) == pytest.approx(1.9)
    assert returns.annualised_return([0.0] * 95 + [0.1], periods_per_year=1) == pytest.approx(0.0009933, abs=1e-7)


def test_gnumeric_percentile_example() -> None:
    """PERCENTILE of Gnumeric's manual: 42 % of 11.4, 17.3, 21.3, 25.9 and 40.1 is 20.02."""
    assert returns.historical_var([40.1, 11.4, 25.9, 17.3, 21.3], confidence=0.58) == pytest.approx(20.02)


def test_compound_annual_growth_rate() -> None:
    """10,000 that becomes 19,500 in three years grows 24.93 % a year (1.95 to the power of a third, less 1)."""
    grown = returns.compound_annual_growth_rate(0.95, date(2018, 1, 1), date(2021, 1, 1))
    assert grown == pytest.approx(0.2493, abs=PRINTED)
    assert returns.compound_annual_growth_rate(-1.0, date(2018, 1, 1), date(2021, 1, 1)) == -1
    assert returns.compound_annual_growth_rate(0.5, date(2021, 1, 1), date(2021, 1, 1)) is None


def test_the_starting_value_counts_as_a_peak() -> None:
    assert returns.max_drawdown([100, 75, 90]) == returns.Drawdown(-0.25, 0, 1)
    assert returns.max_drawdown([100, 120, 60, 130, 110]) == returns.Drawdown(-0.5, 1, 2)
    assert returns.max_drawdown([1, 2, 3]) == returns.Drawdown(0.0, 0, 0)


def test_conditional_var_is_the_mean_of_the_tail() -> None:
    """With 101 returns of -50 % to 50 % the 5 % quantile is -45 %, and the six at or below it average -47.5 %."""
    spread = [value / 100 for value in range(-50, 51)]
    assert returns.historical_var(spread, 0.95) == pytest.approx(-0.45)
    assert returns.conditional_var(spread, 0.95) == pytest.approx(-0.475)


def test_empyrical_agrees() -> None:
    import empyrical
    import numpy as np

    ours, market = np.array(HAM1), np.array(SP500)
    assert returns.annualised_volatility(HAM1) == pytest.approx(empyrical.annual_volatility(ours))
    assert returns.sharpe_ratio(HAM1, 0.001) == pytest.approx(empyrical.sharpe_ratio(ours, risk_free=0.001))
    assert returns.beta(HAM1, SP500) == pytest.approx(empyrical.beta(ours, market))
    drawdown = returns.max_drawdown(returns.growth(HAM1))
    assert drawdown is not None
    assert drawdown.depth == pytest.approx(empyrical.max_drawdown(ours))
    assert returns.historical_var(HAM1, 0.95) == pytest.approx(empyrical.value_at_risk(ours, cutoff=0.05))
    assert returns.annualised_return(HAM1) == pytest.approx(empyrical.annual_return(ours))


@pytest.mark.parametrize("bad", [[1.0, math.nan], [1.0, math.inf], [1.0, 0.0], [1.0, -2.0]])
def test_what_cannot_be_a_price_is_refused(bad: list[float]) -> None:
    for formula in (returns.simple_returns, returns.total_return, returns.max_drawdown):
        with pytest.raises(ValueError, match=r"finite|above zero"):
            formula(bad)


def test_too_little_is_unknown_never_zero() -> None:
    assert returns.total_return([5.0]) is None
    assert returns.volatility([0.1]) is None
    assert returns.sharpe_ratio([0.01, 0.01, 0.01]) is None
    assert returns.beta([0.1, 0.2], [0.1, 0.1]) is None
    assert returns.historical_var([]) is None
    assert returns.conditional_var([]) is None
    assert returns.max_drawdown([]) is None
    with pytest.raises(ValueError, match="set against"):
        returns.beta([0.1], [0.1, 0.2])


@given(PRICES)
def test_returns_compound_to_the_total(prices: list[float]) -> None:
    total = returns.total_return(prices)
    assert total is not None
    assert returns.growth(returns.simple_returns(prices))[-1] == pytest.approx(1 + total, rel=1e-6)


@given(PRICES, st.floats(0.001, 1000))
def test_the_currency_unit_changes_nothing(prices: list[float], factor: float) -> None:
    scaled = [price * factor for price in prices]
    assert returns.total_return(scaled) == pytest.approx(returns.total_return(prices), rel=1e-6, abs=1e-9)
    deepest, same = returns.max_drawdown(prices), returns.max_drawdown(scaled)
    assert deepest is not None
    assert same is not None
    assert same.depth == pytest.approx(deepest.depth, abs=1e-9)


@given(PRICES)
def test_a_drawdown_is_a_fall_from_an_earlier_peak(prices: list[float]) -> None:
    deepest = returns.max_drawdown(prices)
    assert deepest is not None
    assert -1 < deepest.depth <= 0
    assert deepest.peak <= deepest.trough
    assert prices[deepest.peak] == max(prices[: deepest.trough + 1])
    worst = min(after / max(prices[: i + 1]) - 1 for i, after in enumerate(prices))
    assert deepest.depth == pytest.approx(worst)


@given(RETURNS)
def test_volatility_is_never_negative_and_ignores_order(values: list[float]) -> None:
    spread = returns.volatility(values)
    assert spread is not None
    assert spread >= 0
    assert returns.volatility(values[::-1]) == spread


@given(RETURNS)
def test_the_tail_is_at_least_as_bad_as_its_edge(values: list[float]) -> None:
    edge, tail = returns.historical_var(values), returns.conditional_var(values)
    assert edge is not None
    assert tail is not None
    assert min(values) - 1e-12 <= tail <= edge + 1e-12 <= max(values) + 1e-9


@given(RETURNS)
def test_beta_to_oneself_is_one(values: list[float]) -> None:
    beta = returns.beta(values, values)
    assert beta is None or beta == pytest.approx(1)
