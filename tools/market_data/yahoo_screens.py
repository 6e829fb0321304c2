"""Screens of US companies through Yahoo's screener."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.market_data.base import ScreenRow
from tools.market_data.headlines import clean_headline
from tools.market_data.yahoo_numbers import major_currency, number, price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.market_data.base import ScreenCriteria
    from tools.market_data.yahoo_session import YahooSession

SECTORS = {
    "technology": "Technology",
    "healthcare": "Healthcare",
    "financial-services": "Financial Services",
    "consumer-cyclical": "Consumer Cyclical",
    "consumer-defensive": "Consumer Defensive",
    "energy": "Energy",
    "industrials": "Industrials",
    "basic-materials": "Basic Materials",
    "real-estate": "Real Estate",
    "utilities": "Utilities",
    "communication-services": "Communication Services",
}
"""Sector key → Yahoo's name for it."""

_EXCHANGES = ("NMS", "NGM", "NCM", "NYQ", "ASE")
_PRICE = "intradayprice"
_PE = "peratio.lasttwelvemonths"
_YIELD = "forward_dividend_yield"
_MARKET_CAP = "intradaymarketcap"
_SORT_FIELDS = {
    "market_cap": _MARKET_CAP,
    "pe": _PE,
    "dividend_yield": _YIELD,
    "price": _PRICE,
    "change_percent": "percentchange",
}
_LONGEST_NAME = 80
_MOST_ROWS = 250


def ask_screen(session: YahooSession, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
    """Asks Yahoo, and checks its rows against the limits once more. Raises whatever yfinance raises."""
    import yfinance

    ascending = (criteria.sort_by == "pe" and criteria.max_pe is not None) or (
        criteria.sort_by == "price" and criteria.max_price is not None
    )
    answer = yfinance.screen(
        _query(criteria),
        size=min(criteria.limit, _MOST_ROWS),
        sortField=_SORT_FIELDS[criteria.sort_by],
        sortAsc=ascending,
        session=session,
    )
    rows = (_row(quote) for quote in answer["quotes"])
    return tuple(row for row in rows if _passes(criteria, row))[: criteria.limit]


def _query(criteria: ScreenCriteria) -> Any:
    from yfinance import EquityQuery

    limits = [EquityQuery("eq", ["region", "us"]), EquityQuery("is-in", ["exchange", *_EXCHANGES])]
    if criteria.sector is not None:
        limits.append(EquityQuery("eq", ["sector", SECTORS[criteria.sector]]))
    if criteria.max_pe is not None:
        # A loss gives no ratio, so that "below 20" is not met by it.
        limits.append(EquityQuery("btwn", [_PE, 0, float(criteria.max_pe)]))
    for operator, field, limit in (
        ("lte", _PRICE, criteria.max_price),
        ("gte", _PRICE, criteria.min_price),
        ("gte", _YIELD, criteria.min_dividend_yield_percent),
        ("gte", _MARKET_CAP, criteria.min_market_cap),
    ):
        if limit is not None:
            limits.append(EquityQuery(operator, [field, float(limit)]))
    return EquityQuery("and", limits)


def _row(quote: Mapping[str, Any]) -> ScreenRow:
    """One of the screener's quotes; its dividendYield is in percent, its market value in currency units."""
    currency, unit = major_currency(quote.get("currency"))
    latest = price(quote.get("regularMarketPrice"))
    symbol = str(quote["symbol"])
    return ScreenRow(
        symbol,
        clean_headline(quote.get("longName") or quote.get("shortName"), _LONGEST_NAME) or symbol,
        None if latest is None else latest * unit,
        currency,
        number(quote.get("regularMarketChangePercent")),
        price(quote.get("marketCap")),
        price(quote.get("trailingPE")),
        number(quote.get("dividendYield")),
    )


def _passes(criteria: ScreenCriteria, row: ScreenRow) -> bool:
    """Whether what is known of a row is within the limits; the ratios that Yahoo screens by may be a day older."""
    return (
        _at_most(row.price, criteria.max_price)
        and _at_most(criteria.min_price, row.price)
        and _at_most(criteria.min_market_cap, row.market_cap)
        and (row.pe is None or _at_most(row.pe, criteria.max_pe))
    )


def _at_most(low: Decimal | None, high: Decimal | None) -> bool:
    return low is None or high is None or low <= high
