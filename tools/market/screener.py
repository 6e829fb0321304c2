"""Stocks that meet conditions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tools.arguments import Count, MarketValue, Percent, Price, Sector
from tools.caveats import Remarks, price_caveats, remarks_in
from tools.context import ToolContext
from tools.errors import ArgumentError, NoData
from tools.formatting import join_words, show
from tools.market.wording import moved
from tools.market_data.base import ScreenCriteria, ScreenRow
from tools.parsing.sectors import SECTOR_NAMES
from tools.subject import Subject, exact
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LIMIT = 10
MOST_ROWS = 25
SortBy = Literal["market_cap", "price", "change_percent", "pe", "dividend_yield"]
_SORT_WORDS = {
    "market_cap": "market value",
    "price": "price",
    "change_percent": "today's change",
    "pe": "price-earnings ratio",
    "dividend_yield": "dividend yield",
}


async def screen_stocks(
    context: ToolContext,
    *,
    sector: Sector | None = None,
    max_price: Price | None = None,
    min_price: Price | None = None,
    max_pe: Price | None = None,
    min_dividend_yield_percent: Percent | None = None,
    min_market_cap: MarketValue | None = None,
    sort_by: SortBy | None = None,
    limit: Count | None = None,
) -> Findings:
    """Lists stocks that meet conditions: sector, price, P/E, dividend yield, market value; also top gainers.

    Use this when the question is to find or list stocks, the biggest, the cheapest or the top gainers; for the
    facts of one company use get_fundamentals, for how sectors did use get_sector_performance.

    Args:
        sector: only companies of this sector
        max_price: highest price in dollars
        min_price: lowest price in dollars
        max_pe: highest price-earnings ratio
        min_dividend_yield_percent: lowest dividend yield
        min_market_cap: lowest market value in dollars
        sort_by: what they are ranked by
        limit: how many to list

    Returns:
        Up to 25 companies in the source's order: price, today's change, market value, P/E and dividend yield as far
        as known.

    Raises:
        ArgumentError: limits that exclude each other. NoData: nothing passes. NotOffered: the source lacks a field.

    Source:
        the market-data source's screener.
    """
    criteria = ScreenCriteria(
        sector,
        max_price,
        min_price,
        max_pe,
        min_dividend_yield_percent,
        min_market_cap,
        sort_by or "market_cap",
        _rows_wanted(limit),
    )
    if max_price is not None and min_price is not None and min_price > max_price:
        message = "The lowest price is above the highest; swap the two."
        raise ArgumentError(message)
    rows = [_named(context, row) for row in await context.market.screen(criteria)]
    if not rows:
        message = "No stock passes all of these conditions; loosen or drop one of them."
        raise NoData(message)
    today = await context.market.today()
    source = Source(context.market.name, today)
    table = [_figures(row, source) for row in rows]
    shown = [name for name in table[0] if any(figures[name].value is not None for figures in table)]
    caveats = await price_caveats(context, [Remarks(row.name, remarks_in(row.note), today) for row in rows])
    title = f"{SECTOR_NAMES[sector]} stocks" if sector in SECTOR_NAMES else "Stocks"
    return Findings(
        title=f"{title} by {_SORT_WORDS[criteria.sort_by]}" if sort_by else title,
        figures=tuple(figures[name] for figures in table for name in shown),
        sentences=(_sentence([row.name for row in rows], table, criteria.sort_by),),
        notes=(*_unranked_notes(rows, criteria.sort_by), *caveats),
        names={row.symbol: row.name for row in rows},
        layout="table",
    )


def _rows_wanted(limit: Count | None) -> int:
    if limit is None:
        return DEFAULT_LIMIT
    if limit < 1 or limit != limit.to_integral_value():
        message = f"I can't list that many; ask for a whole number up to {MOST_ROWS}."
        raise ArgumentError(message)
    return min(int(limit), MOST_ROWS)


def _named(context: ToolContext, row: ScreenRow) -> ScreenRow:
    """The row under the name that all other tools use; the source's own where the directory lacks it."""
    known = context.symbols.name(row.symbol)
    return row if known == row.symbol else replace(row, name=known)


def _figures(row: ScreenRow, source: Source) -> dict[str, Figure]:
    subject = Subject(row.symbol, row.name, "money", row.currency, source)
    price = exact(row.price)
    change = exact(row.change_percent)
    yielded = exact(row.dividend_yield_percent)
    figures = [
        subject.price("price", price if price is not None and price > 0 else None),
        subject.percent("day change", None if change is None else change / 100, decimals=2),
        subject.money("market cap", row.market_cap),
        subject.number("P/E", row.pe),
        subject.percent("dividend yield", None if yielded is None else yielded / 100),
    ]
    return {figure.attribute: figure for figure in figures}


def _sentence(names: Sequence[str], table: Sequence[dict[str, Figure]], sort_by: str) -> str:
    attribute = {"market_cap": "market cap", "pe": "P/E", "dividend_yield": "dividend yield"}.get(sort_by, sort_by)
    first = table[0].get(attribute.replace("change_percent", "day change"))
    if first is None or first.value is None:
        if len(names) == 1:
            return f"{names[0]} is the only one here that meets this."
        return f"{join_words(names[:3])} {'meet this' if len(names) < 4 else 'are among those that meet this'}."
    if sort_by == "change_percent":
        return f"{names[0]} leads these on the day: it {moved(first)}."
    words = _SORT_WORDS[sort_by]
    if len(names) == 1:
        return f"Only {names[0]} meets this, with a {words} of {show(first)}."
    return f"First of these by {words} is {names[0]}, at {show(first)}, ahead of {names[1]}."


def _unranked_notes(rows: Sequence[ScreenRow], sort_by: str) -> tuple[str, ...]:
    """The source may know too little to rank by market value, its usual order."""
    if sort_by == "market_cap" and all(row.market_cap is None for row in rows):
        return ("Market values are unknown here, so the list is in no order of size.",)
    return ()
