"""Risk at today's weights over a year."""

from __future__ import annotations

import itertools
import math
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import NoData
from tools.portfolio.risk import effective_number, get_portfolio_risk, portfolio_returns

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"X": "Xylo", "Y": "Yarrow", "^GSPC": "S&P 500"}


def _walk(seed: int, steps: int = 270) -> list[float]:
    chance, level, levels = random.Random(seed), 100.0, []
    for _ in range(steps):
        level *= math.exp(chance.gauss(0, 0.01))
        levels.append(level)
    return levels


def _value(findings: Findings, attribute: str) -> float:
    (found,) = (f.value for f in findings.figures if (f.subject, f.attribute) == ("portfolio", attribute))
    assert isinstance(found, Decimal)
    return float(found)


def _market() -> FakeMarketData:
    index = _walk(1)
    twice = [100.0]
    for before, after in itertools.pairwise(index):
        twice.append(twice[-1] * (1 + 2 * (after / before - 1)))
    return FakeMarketData(
        quote_of={"X": quote("X", "100"), "Y": quote("Y", "100")},
        history_of={"X": history("X", twice), "Y": history("Y", _walk(2)), "^GSPC": history("^GSPC", index)},
    )


async def _look(mine: FakePortfolio, market: FakeMarketData | None = None) -> Findings:
    return await get_portfolio_risk(tool_context(market or _market(), NAMES, portfolio=mine))


async def test_a_holding_that_moves_twice_as_much_as_the_index_has_a_beta_of_two() -> None:
    found = await _look(holding(bought("X", "1", "1", "2020-01-06")))
    assert _value(found, "beta") == pytest.approx(2)
    assert _value(found, "effective number of holdings") == 1


async def test_cash_dampens_everything_in_proportion() -> None:
    whole = await _look(holding(bought("X", "1", "1", "2020-01-06")))
    half = await _look(holding(bought("X", "1", "1", "2020-01-06"), cash={"USD": "100"}))
    for attribute in ("annualised volatility", "beta", "daily value at risk", "daily expected shortfall"):
        assert _value(half, attribute) == pytest.approx(_value(whole, attribute) / 2)
    assert any("riskless" in note for note in half.notes)


async def test_the_figures_agree_with_numpy() -> None:
    market = _market()
    found = await _look(holding(bought("X", "1", "1", "2020-01-06"), bought("Y", "3", "1", "2020-01-06")), market)
    kept = {symbol: await market.history(symbol, market.day.replace(year=2025), None) for symbol in ("X", "Y")}
    import numpy as np

    _, daily = portfolio_returns(kept, {"X": 0.25, "Y": 0.75})
    returns = np.array(daily)
    levels = np.concatenate([[1.0], np.cumprod(1 + returns)])
    assert _value(found, "annualised volatility") == pytest.approx(returns.std(ddof=1) * np.sqrt(252) * 100)
    assert _value(found, "maximum drawdown") == pytest.approx((levels / np.maximum.accumulate(levels) - 1).min() * 100)
    assert _value(found, "daily value at risk") == pytest.approx(-np.percentile(returns, 5) * 100)
    worst = returns[returns <= np.percentile(returns, 5)]
    assert _value(found, "daily expected shortfall") == pytest.approx(-worst.mean() * 100)
    assert _value(found, "daily value at risk in money") == pytest.approx(_value(found, "daily value at risk") * 4)


async def test_sentences_hold_only_numbers_of_the_figures() -> None:
    found = await _look(holding(bought("X", "1", "1", "2020-01-06"), bought("Y", "3", "1", "2020-01-06")))
    assert untraced_numbers(found) == []
    assert found.sentences[2].startswith("Yarrow is the largest holding with a weight of 75.0%")
    assert found.chart is not None
    assert found.chart.series[0].values == (75.0, 25.0)


@pytest.mark.parametrize(
    ("weights", "number"), [([1, 1, 1, 1], 4), ([1.0], 1), ([0.5, 0.3, 0.2], 1 / 0.38), ([], None), ([0.0], None)]
)
def test_effective_number_is_one_over_the_herfindahl_index(weights: list[float], number: float | None) -> None:
    assert effective_number(weights) == (None if number is None else pytest.approx(number))


async def test_a_young_holding_is_left_out_of_returns_and_of_money_at_risk() -> None:
    market = _market()
    market.history_of = {**market.history_of, "Y": history("Y", _walk(2, 100))}
    found = await _look(holding(bought("X", "1", "1", "2020-01-06"), bought("Y", "3", "1", "2026-10-05")), market)
    assert any(note.startswith("Yarrow has no full year of prices") for note in found.notes)
    assert _value(found, "beta") == pytest.approx(2)
    assert _value(found, "daily value at risk in money") == pytest.approx(_value(found, "daily value at risk"))


async def test_without_the_benchmark_beta_is_unknown_and_the_rest_is_shown() -> None:
    market = _market()
    market.history_of = {"X": market.history_of["X"]}
    found = await _look(holding(bought("X", "1", "1", "2020-01-06")), market)
    (beta,) = (figure for figure in found.figures if figure.attribute == "beta")
    assert beta.value is None
    assert "beta" not in found.sentences[0]
    assert any(note.startswith("Beta is unknown") for note in found.notes)


async def test_too_little_history_is_an_error() -> None:
    market = _market()
    market.history_of = {"X": history("X", _walk(1, 30))}
    with pytest.raises(NoData, match="too few daily prices"):
        await _look(holding(bought("X", "1", "1", "2020-01-06")), market)
    with pytest.raises(NoData, match="nothing with a price"):
        await _look(holding(cash={"USD": "5"}), market)
