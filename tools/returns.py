"""The formulas of return and risk, on plain sequences of floats; fractions throughout (0.264 is 26.4 %).

Conventions: simple returns; sample standard deviation (one degree of freedom taken off); 252 sessions a year; the
value a series starts from counts as a peak; value at risk is historical, by linear interpolation. What can't be
computed from too few values, or would divide by zero, is None: never 0.

Every function raises `ValueError` for a value that is not finite, and for a price that is not above zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

SESSIONS_PER_YEAR = 252
DAYS_PER_YEAR = 365.25
_FEWEST_FOR_SPREAD = 2
# Below this a spread is the rounding of binary fractions, not a movement of the market.
_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak: `depth` is 0 or negative; `peak` and `trough` are positions in the values."""

    depth: float
    peak: int
    trough: int


def simple_returns(values: Sequence[float]) -> tuple[float, ...]:
    """Each value over the one before it, less 1; one fewer than there are values."""
    _check_prices(values)
    return tuple(after / before - 1 for before, after in pairwise(values))


def growth(returns: Sequence[float]) -> tuple[float, ...]:
    """What 1 grows to: starts with 1.0 and has one more entry than there are returns."""
    _check_finite(returns)
    levels = [1.0]
    for value in returns:
        levels.append(levels[-1] * (1 + value))
    return tuple(levels)


def total_return(values: Sequence[float]) -> float | None:
    """The last value over the first, less 1; of adjusted closes this includes dividends. None below two values."""
    _check_prices(values)
    return values[-1] / values[0] - 1 if len(values) > 1 else None


def compound_annual_growth_rate(total: float, start: date, end: date) -> float | None:
    """CAGR: `total`, the return from `start` to `end`, as the even rate a year (365.25 days) that compounds to it.

    None when the dates are not in order, or when more than everything was lost.
    """
    _check_finite((total,))
    days = (end - start).days
    if days <= 0 or total < -1:
        return None
    return float((1 + total) ** (DAYS_PER_YEAR / days)) - 1


def annualised_return(returns: Sequence[float], periods_per_year: float = SESSIONS_PER_YEAR) -> float | None:
    """The even rate a year that compounds to the same growth; None without returns."""
    if not returns:
        return None
    final = growth(returns)[-1]
    return None if final < 0 else float(final ** (periods_per_year / len(returns))) - 1


def volatility(returns: Sequence[float]) -> float | None:
    """The sample standard deviation for one period (not annualised); None below two returns."""
    _check_finite(returns)
    if len(returns) < _FEWEST_FOR_SPREAD:
        return None
    mean = math.fsum(returns) / len(returns)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in returns) / (len(returns) - 1))


def annualised_volatility(returns: Sequence[float], periods_per_year: float = SESSIONS_PER_YEAR) -> float | None:
    """The sample standard deviation times the square root of the periods in a year; None below two returns."""
    one = volatility(returns)
    return None if one is None else one * math.sqrt(periods_per_year)


def max_drawdown(values: Sequence[float]) -> Drawdown | None:
    """The deepest fall from any earlier peak, the first value included as one; None without values."""
    _check_prices(values)
    if not values:
        return None
    deepest = Drawdown(0.0, 0, 0)
    peak = 0
    for position, value in enumerate(values):
        if value > values[peak]:
            peak = position
        depth = value / values[peak] - 1
        if depth < deepest.depth:
            deepest = Drawdown(depth, peak, position)
    return deepest


def beta(returns: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """The covariance of two series of returns of the same periods over the variance of the benchmark's.

    Give returns in excess of the risk-free rate for the CAPM's beta. None below two returns or when the benchmark
    did not move.
    """
    _check_finite(returns)
    _check_finite(benchmark)
    if len(returns) != len(benchmark):
        msg = f"{len(returns)} returns can't be set against {len(benchmark)} of the benchmark"
        raise ValueError(msg)
    spread = volatility(benchmark)
    if spread is None or spread < _NO_SPREAD:
        return None
    mean, benchmark_mean = math.fsum(returns) / len(returns), math.fsum(benchmark) / len(benchmark)
    pairs = zip(returns, benchmark, strict=True)
    covariance = math.fsum((a - mean) * (b - benchmark_mean) for a, b in pairs) / (len(returns) - 1)
    return covariance / spread**2


def sharpe_ratio(
    returns: Sequence[float], risk_free: float = 0.0, periods_per_year: float = SESSIONS_PER_YEAR
) -> float | None:
    """The mean return above `risk_free` (a rate for one period) over its spread, annualised.

    `periods_per_year=1` gives the ratio for one period. None below two returns or when they don't vary.
    """
    spread = volatility(returns)
    if spread is None or spread < _NO_SPREAD:
        return None
    return (math.fsum(returns) / len(returns) - risk_free) / spread * math.sqrt(periods_per_year)


def historical_var(returns: Sequence[float], confidence: float = 0.95) -> float | None:
    """Value at risk: the return that was undercut in 1 - `confidence` of periods, usually negative.

    The quantile by linear interpolation between the two nearest returns. None without returns.
    """
    _check_finite(returns)
    if not 0 < confidence < 1:
        msg = f"confidence must lie between 0 and 1, not {confidence}"
        raise ValueError(msg)
    if not returns:
        return None
    ordered = sorted(returns)
    place = (len(ordered) - 1) * (1 - confidence)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def conditional_var(returns: Sequence[float], confidence: float = 0.95) -> float | None:
    """CVaR or expected shortfall: the mean of the returns at or below the value at risk. None without returns."""
    limit = historical_var(returns, confidence)
    if limit is None:
        return None
    worst = [value for value in returns if value <= limit] or [min(returns)]  # rounding may leave none below
    return math.fsum(worst) / len(worst)


def _check_finite(values: Sequence[float]) -> None:
    if not all(map(math.isfinite, values)):
        msg = "a value is not a finite number"
        raise ValueError(msg)


def _check_prices(values: Sequence[float]) -> None:
    _check_finite(values)
    if any(value <= 0 for value in values):
        msg = "a price is not above zero"
        raise ValueError(msg)
