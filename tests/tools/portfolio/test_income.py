"""Dividends received: listed by the source, or unknown; never invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import NoData
from tools.parsing.periods import Period
from tools.portfolio.income import get_portfolio_income

if TYPE_CHECKING:
    from tools.values import Figure, Findings

NAMES = {"KO": "Coca-Cola", "VOD.L": "Vodafone", "ADJ": "Adjusta"}
DAYS = 300
COCA_COLA = (
    (date(2026, 3, 13), Decimal("0.50")),
    (date(2026, 6, 12), Decimal("0.50")),
    (date(2026, 9, 11), Decimal("0.51")),
)
VODAFONE = ((date(2026, 6, 4), Decimal("0.04")),)


def _market() -> FakeMarketData:
    flat = [50.0] * DAYS
    return FakeMarketData(
        quote_of={"KO": quote("KO", "50")},
        history_of={
            "KO": history("KO", flat, closes=flat, dividends=COCA_COLA),
            "VOD.L": history("VOD.L", flat, closes=flat, currency="GBP", dividends=VODAFONE),
            "ADJ": history("ADJ", flat),
        },
        rates={("GBP", "USD"): Decimal("1.25")},
    )


def _income(found: Findings, subject: str = "portfolio") -> Figure:
    (figure,) = (f for f in found.figures if (f.subject, f.attribute) == (subject, "dividend income"))
    return figure


async def test_shares_held_the_day_before_earn_the_dividend() -> None:
    mine = holding(
        bought("KO", "10", "50", "2026-01-05"),
        bought("KO", "10", "50", "2026-06-12"),  # on the ex-dividend date: too late for June
        bought("VOD.L", "1000", "1", "2026-01-05", currency="GBP"),
    )
    found = await get_portfolio_income(tool_context(_market(), NAMES, portfolio=mine))
    assert _income(found, "KO").value == Decimal("5.00") + Decimal("5.00") + Decimal("10.20")
    assert _income(found, "VOD.L").value == Decimal("50.00")
    assert _income(found).value == Decimal("70.20")
    assert found.sentences == (
        "Your portfolio earned $70.20 of dividends from 5 Jan 2026 to 20 Nov 2026.",
        "Vodafone paid the most, with $50.00.",
    )
    assert untraced_numbers(found) == []
    assert found.chart is not None
    assert found.chart.labels == ("2026-03", "2026-06", "2026-09")


async def test_the_period_bounds_both_ends() -> None:
    mine = holding(bought("KO", "10", "50", "2026-01-05"))
    found = await get_portfolio_income(tool_context(_market(), NAMES, portfolio=mine), Period("2026-03-13..2026-06-12"))
    assert _income(found).value == 10


async def test_a_source_with_adjusted_closes_only_makes_it_unknown() -> None:
    mine = holding(bought("ADJ", "10", "50", "2026-01-05"))
    found = await get_portfolio_income(tool_context(_market(), NAMES, portfolio=mine))
    assert _income(found).value is None
    assert "doesn't list them" in found.sentences[0]
    assert any("Dividends are unknown" in note for note in found.notes)
    assert {figure.subject for figure in found.figures} == {"portfolio"}
    assert found.chart is None


async def test_what_is_known_beside_what_is_not_is_partial() -> None:
    mine = holding(bought("KO", "10", "50", "2026-01-05"), bought("ADJ", "10", "50", "2026-01-05"))
    found = await get_portfolio_income(tool_context(_market(), NAMES, portfolio=mine))
    assert _income(found).note == "partial"
    assert any("Dividends of Adjusta are unknown" in note for note in found.notes)
    assert "at least $15.10" in found.sentences[0]


async def test_a_source_that_lists_dividends_and_has_none_says_none() -> None:
    market = _market()
    market.history_of = {"KO": history("KO", [50.0] * DAYS, closes=[50.0] * DAYS)}
    found = await get_portfolio_income(
        tool_context(market, NAMES, portfolio=holding(bought("KO", "10", "50", "2026-01-05")))
    )
    assert _income(found).value == 0
    assert found.sentences[0].startswith("Your portfolio earned no dividends")


async def test_cash_alone_or_unknown_symbols_are_errors() -> None:
    with pytest.raises(NoData, match="only cash"):
        await get_portfolio_income(tool_context(_market(), NAMES, portfolio=holding(cash={"USD": "5"})))
    with pytest.raises(NoData):
        await get_portfolio_income(
            tool_context(_market(), NAMES, portfolio=holding(bought("Z", "10", "50", "2026-01-05")))
        )
