"""Indicators agree with published tables, and are unknown where there are too few closes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, history, listing, tool_context
from tools.errors import NoData
from tools.formatting import show
from tools.market.technicals import get_technicals, macd, rsi, simple_average

if TYPE_CHECKING:
    from tools.values import Findings

# StockCharts ChartSchool, "Relative Strength Index", the spreadsheet example: closes of QQQQ from 14 Dec 2009 to
# 1 Feb 2010, and Wilder's 14-day RSI from the fifteenth on.
QQQQ = [
    44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28, 46.00,
    46.03, 46.41, 46.22, 45.64, 46.21, 46.25, 45.71, 46.45, 45.78, 45.35, 44.03, 44.18, 44.22, 44.57, 43.42, 42.66,
    43.13,
]  # fmt: skip
PUBLISHED_RSI = [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46,
    37.30, 33.08, 37.77,
]  # fmt: skip
WAVES = [100 + 10 * math.sin(i / 9) + i / 50 for i in range(520)]


@pytest.mark.parametrize(("sessions", "published"), list(enumerate(PUBLISHED_RSI, start=15)))
def test_wilders_rsi_as_published(sessions: int, published: float) -> None:
    """The printed closes are rounded to cents, so the index can be off by a little."""
    assert rsi(QQQQ[:sessions]) == pytest.approx(published, abs=0.1)


def test_rsi_at_its_ends() -> None:
    assert rsi([float(i) for i in range(1, 40)]) == 100
    assert rsi([float(i) for i in range(40, 1, -1)]) == 0
    assert rsi([5.0] * 40) is None
    assert rsi(QQQQ[:14]) is None


def test_macd_is_the_difference_of_two_exponential_averages() -> None:
    """After long enough the seed of an exponential average no longer matters."""

    def average(values: list[float], sessions: int) -> list[float]:
        smoothed = [values[0]]
        for value in values[1:]:
            smoothed.append(smoothed[-1] + (value - smoothed[-1]) * 2 / (sessions + 1))
        return smoothed

    line = [fast - slow for fast, slow in zip(average(WAVES, 12), average(WAVES, 26), strict=True)]
    assert macd(WAVES) == pytest.approx((line[-1], average(line, 9)[-1]))
    assert macd(WAVES[:20]) == (None, None)


def test_a_simple_average_needs_all_its_sessions() -> None:
    assert simple_average([1.0, 2.0, 3.0, 4.0], 3) == 3
    assert simple_average([1.0, 2.0], 3) is None


async def ask(prices: list[float], symbol: str = "AAPL") -> Findings:
    currency = None if symbol.startswith("^") else "USD"
    market = FakeMarketData(history_of={symbol: history(symbol, prices, closes=prices, currency=currency)})
    names = {"AAPL": "Apple", "^GSPC": "S&P 500"}
    return await get_technicals(tool_context(market, names), listing(symbol))


def shown(findings: Findings) -> dict[str, str]:
    return {figure.attribute: show(figure) for figure in findings.figures}


async def test_a_steady_rise_is_overbought_and_above_its_averages() -> None:
    findings = await ask([100 + i / 10 for i in range(520)])
    assert findings.sentences[0] == "Apple's RSI is 100.0, which is commonly called overbought."
    assert "above its short moving average of $149.45 and its long one of $141.95" in findings.sentences[1]
    assert shown(findings)["52-week high"] == "$151.90"


async def test_between_the_averages_each_side_is_named() -> None:
    """50 sessions: 20 of 200 and 30 of 150; 200 sessions: 120 of 100, 50 of 200 and 30 of 150."""
    findings = await ask([100.0] * 300 + [200.0] * 50 + [150.0] * 30)
    assert findings.sentences[1] == (
        "Apple closed at $150.00, below its short moving average of $170.00 and above its long one of $132.50."
    )


async def test_a_young_listing_has_no_yearly_figures() -> None:
    figures = shown(await ask(WAVES[:60]))
    unknown = ("SMA 200", "52-week high", "52-week low", "annualised volatility")
    assert {figures[attribute] for attribute in unknown} == {"unknown"}
    assert figures["SMA 50"] != "unknown"


async def test_an_index_is_in_points() -> None:
    figures = shown(await ask(WAVES, "^GSPC"))
    assert not any("$" in text for text in figures.values())


async def test_too_few_closes_for_any_indicator() -> None:
    with pytest.raises(NoData, match="too few closes of Apple"):
        await ask(WAVES[:14])
