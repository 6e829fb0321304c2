"""Conversions: the rate of the day asked for, or said to be of another; never a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import FakeMarketData, tool_context
from tools.context import ToolContext
from tools.errors import ArgumentError, NoData
from tools.formatting import show
from tools.market.currency import convert_currency
from tools.market_data.snapshot import SnapshotMarketData

if TYPE_CHECKING:
    from tools.values import Findings

MARKET = FakeMarketData(rates={("GBP", "EUR"): Decimal("1.1651"), ("USD", "JPY"): Decimal(150)})


async def convert(amount: str | None, base: str, quote: str, day: date | None = None) -> Findings:
    given_amount = None if amount is None else Decimal(amount)
    return await convert_currency(
        tool_context(MARKET), amount=given_amount, from_currency=base, to_currency=quote, date=day
    )


async def test_an_amount_is_converted_at_a_dated_rate() -> None:
    findings = await convert("300", "GBP", "EUR")
    assert findings.sentences == ("At the GBP/EUR rate of 1.1651 on 20 Nov 2026, £300.00 is €349.53.",)
    assert {figure.source.name for figure in findings.figures} == {"fake rates"}


async def test_without_an_amount_it_is_the_rate_for_one() -> None:
    assert "$1.00 is JPY 150." in (await convert(None, "USD", "JPY")).sentences[0]


async def test_a_small_rate_keeps_its_digits() -> None:
    assert "JPY/USD rate of 0.0066667" in (await convert("1000", "JPY", "USD")).sentences[0]


async def test_the_same_currency_needs_no_rate() -> None:
    findings = await convert("5", "CHF", "CHF")
    assert findings.sentences == ("CHF/CHF is the same currency, so CHF 5.00 stays CHF 5.00.",)
    assert findings.notes == ()


async def test_a_day_yet_to_come_has_no_rate() -> None:
    with pytest.raises(ArgumentError, match="yet to come"):
        await convert("5", "GBP", "EUR", date(2027, 1, 1))


async def test_an_unknown_pair_is_an_error() -> None:
    with pytest.raises(NoData, match="try other currencies"):
        await convert("5", "GBP", "XAU")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN"])
async def test_an_impossible_rate_is_no_rate(rate: str) -> None:
    context = tool_context(FakeMarketData(rates={("GBP", "EUR"): Decimal(rate)}))
    with pytest.raises(NoData, match="no usable rate"):
        await convert_currency(context, from_currency="GBP", to_currency="EUR")


def bundled() -> ToolContext:
    fakes = tool_context()
    return ToolContext(SnapshotMarketData(), fakes.symbols, fakes.portfolio, fakes.now)


async def test_the_reference_rate_of_a_past_day() -> None:
    """The European Central Bank's reference rate of 31 December 2019: 1 EUR = 1.1234 USD."""
    findings = await convert_currency(
        bundled(), amount=Decimal(100), from_currency="EUR", to_currency="USD", date=date(2020, 1, 1)
    )
    assert findings.sentences == ("At the EUR/USD rate of 1.1234 on 31 Dec 2019, €100.00 is $112.34.",)
    assert "There is no rate of 1 Jan 2020; the one of 31 Dec 2019 is used." in findings.notes


async def test_a_latest_rate_that_is_old_says_so() -> None:
    findings = await convert_currency(bundled(), from_currency="EUR", to_currency="USD")
    assert "Rates end on 30 Oct 2026; set TUPPENCE_MARKET_DATA=yahoo for live ones." in findings.notes


@given(st.decimals("0.01", "1e9", places=2))
async def test_there_and_back_is_the_same_amount(amount: Decimal) -> None:
    there = (await convert(str(amount), "GBP", "EUR")).figures[1].value
    back = (await convert(str(there), "EUR", "GBP")).figures[1].value
    assert isinstance(back, Decimal)
    assert abs(back - amount) < Decimal("1e-9")
    assert show((await convert(str(amount), "GBP", "GBP")).figures[1]).startswith("£")
