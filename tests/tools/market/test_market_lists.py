"""Screens and sectors: what passes, in which order, and what is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, history, tool_context
from tools.errors import ArgumentError, NoData
from tools.formatting import show
from tools.market.overview import get_sector_performance
from tools.market.screener import SortBy, screen_stocks
from tools.market_data.base import ScreenCriteria, ScreenRow
from tools.parsing.periods import Period

if TYPE_CHECKING:
    from tools.values import Findings

ROWS = (
    ScreenRow("AAPL", "Apple", Decimal(126), "USD", Decimal("1.5"), Decimal(2 * 10**12), Decimal(28), Decimal("0.6")),
    ScreenRow("BAC", "Bank of America", Decimal(32), "USD", Decimal("-0.7"), Decimal(3 * 10**11), Decimal(10), None),
)


async def screen(
    rows: tuple[ScreenRow, ...] = ROWS, sort_by: SortBy | None = None, limit: str | None = None
) -> Findings:
    rows_wanted = None if limit is None else Decimal(limit)
    return await screen_stocks(tool_context(FakeMarketData(rows=rows)), sort_by=sort_by, limit=rows_wanted)


async def test_all_conditions_reach_the_source() -> None:
    market = FakeMarketData(rows=ROWS)
    await screen_stocks(
        tool_context(market),
        sector="energy",
        max_price=Decimal(50),
        min_price=Decimal(5),
        max_pe=Decimal(15),
        min_dividend_yield_percent=Decimal(3),
        min_market_cap=Decimal(10**9),
        sort_by="pe",
        limit=Decimal(5),
    )
    criteria = ScreenCriteria(
        "energy", Decimal(50), Decimal(5), Decimal(15), Decimal(3), Decimal(10**9), sort_by="pe", limit=5
    )
    assert market.asked == [("screen", criteria)]


@pytest.mark.parametrize(
    ("sort_by", "told"),
    [
        (None, "First of these by market value is Apple, at $2.00T, ahead of Bank of America."),
        ("change_percent", "Apple leads these on the day: it rose 1.50%."),
        ("pe", "First of these by price-earnings ratio is Apple, at 28.00, ahead of Bank of America."),
        ("dividend_yield", "First of these by dividend yield is Apple, at 0.6%, ahead of Bank of America."),
    ],
)
async def test_the_first_is_told_with_what_it_is_ranked_by(sort_by: SortBy | None, told: str) -> None:
    assert (await screen(sort_by=sort_by)).sentences == (told,)


async def test_columns_nobody_knows_are_left_out() -> None:
    bare = tuple(ScreenRow(row.symbol, row.name, row.price, row.currency) for row in ROWS)
    findings = await screen(bare)
    assert {figure.attribute for figure in findings.figures} == {"price"}
    assert findings.sentences == ("Apple and Bank of America meet this.",)
    assert findings.notes == ("Market values are unknown here, so the list is in no order of size.",)


async def test_a_single_one_is_told_as_such() -> None:
    assert (await screen(ROWS[:1])).sentences == ("Only Apple meets this, with a market value of $2.00T.",)
    bare = (ScreenRow("BAC", "Bank of America", Decimal(32), "USD"),)
    assert (await screen(bare)).sentences == ("Bank of America is the only one here that meets this.",)


async def test_nothing_passes() -> None:
    with pytest.raises(NoData, match="loosen or drop one"):
        await screen(())


@pytest.mark.parametrize(("limit", "rows"), [("1", 1), ("400", 2)])
async def test_a_limit_is_kept_within_bounds(limit: str, rows: int) -> None:
    assert len((await screen(limit=limit)).names) == rows


@pytest.mark.parametrize("limit", ["0", "-2", "2.5"])
async def test_a_limit_that_is_no_count_is_refused(limit: str) -> None:
    with pytest.raises(ArgumentError, match="whole number"):
        await screen(limit=limit)


async def test_limits_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(ArgumentError, match="swap the two"):
        await screen_stocks(tool_context(), min_price=Decimal(50), max_price=Decimal(5))


def sectors(**closes: list[float]) -> FakeMarketData:
    members = {"energy": ("XOM", "CVX"), "technology": ("AAPL",)}
    prices = {symbol: history(symbol, values) for symbol, values in closes.items()}
    return FakeMarketData(sector_symbols=members, history_of=prices)


async def test_sectors_are_averages_best_first() -> None:
    market = sectors(XOM=[100, 110], CVX=[100, 104], AAPL=[100, 95])
    findings = await get_sector_performance(tool_context(market))
    told = [(figure.subject, show(figure)) for figure in findings.figures if figure.unit == "percent"]
    assert told == [("energy", "7.0%"), ("technology", "-5.0%")]
    assert findings.sentences == (
        "Energy did best of the sectors between 19 Nov 2026 and 20 Nov 2026: it rose 7.0%.",
        "Technology did worst: it fell 5.0%.",
    )
    assert findings.chart is not None
    assert findings.chart.labels == ("Energy", "Technology")
    assert "Energy: XOM, CVX; Technology: AAPL" in findings.notes[0]


async def test_a_company_without_prices_is_left_out_of_its_average_and_named() -> None:
    findings = await get_sector_performance(tool_context(sectors(XOM=[100, 110], AAPL=[100, 95])))
    assert show(findings.figures[0]) == "10.0%"
    assert "Without prices and left out: CVX." in findings.notes


async def test_a_company_with_other_dates_is_not_averaged_in() -> None:
    market = sectors(XOM=[100, 110], CVX=[100, 104], AAPL=[100, 95])
    late = history("CVX", [100, 500], end=TODAY - timedelta(days=1))
    market.history_of = {**market.history_of, "CVX": late}
    findings = await get_sector_performance(tool_context(market), Period("5d"))
    assert show(findings.figures[0]) == "10.0%"
    assert "Without prices and left out: CVX." in findings.notes


async def test_without_any_sector_the_reason_is_raised() -> None:
    with pytest.raises(NoData, match="Nothing for XOM"):
        await get_sector_performance(tool_context(sectors()))
