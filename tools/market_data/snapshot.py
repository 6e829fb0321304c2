"""Market data from the bundled history: real, complete for what it holds, and years old; it says so everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from tools.errors import MarketDataError, NoData, NotOffered
from tools.market_data.base import (
    ADJUSTED,
    ExchangeRate,
    MarketSummary,
    PriceHistory,
    Quote,
    ScreenCriteria,
    ScreenRow,
)
from tools.market_data.bundle.prices import bundled_closes
from tools.market_data.bundle.rates import reference_rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.market_data.base import Events, Fundamentals, Headline

CONNECT_YAHOO = "set TUPPENCE_MARKET_DATA=yahoo to connect Yahoo Finance"
RATES_SOURCE = "European Central Bank reference rates"

COMPANIES = {
    "AAPL": ("Apple", "technology"),
    "AMD": ("AMD", "technology"),
    "BAC": ("Bank of America", "financial-services"),
    "BBY": ("Best Buy", "consumer-cyclical"),
    "CVX": ("Chevron", "energy"),
    "GE": ("General Electric", "industrials"),
    "HD": ("Home Depot", "consumer-cyclical"),
    "JNJ": ("Johnson & Johnson", "healthcare"),
    "JPM": ("JPMorgan Chase", "financial-services"),
    "KO": ("Coca-Cola", "consumer-defensive"),
    "LLY": ("Eli Lilly", "healthcare"),
    "MRK": ("Merck", "healthcare"),
    "MSFT": ("Microsoft", "technology"),
    "PEP": ("PepsiCo", "consumer-defensive"),
    "PFE": ("Pfizer", "healthcare"),
    "PG": ("Procter & Gamble", "consumer-defensive"),
    "RRC": ("Range Resources", "energy"),
    "UNH": ("UnitedHealth", "healthcare"),
    "WMT": ("Walmart", "consumer-defensive"),
    "XOM": ("Exxon Mobil", "energy"),
}
"""The companies with bundled prices: the name people use, and the sector key."""

FUNDS = {
    "MTUM": "iShares USA Momentum Factor ETF",
    "QUAL": "iShares USA Quality Factor ETF",
    "SIZE": "iShares USA Size Factor ETF",
    "USMV": "iShares USA Min Vol Factor ETF",
    "VLUE": "iShares USA Value Factor ETF",
}
INDEX = "^GSPC"

_LONGEST_RATE_GAP = timedelta(days=10)
_UNKNOWN_LIMITS = {
    "max_pe": "price-earnings ratios",
    "min_dividend_yield_percent": "dividend yields",
    "min_market_cap": "market values",
}
_UNKNOWN_SORTS = {"pe": "price-earnings ratios", "dividend_yield": "dividend yields", "market_cap": "market values"}


def _exact(value: float) -> Decimal:
    """A bundled price with its three decimals."""
    return Decimal(repr(value))


def _not_offered(what: str) -> NoReturn:
    raise NotOffered(f"The bundled history has no {what}; {CONNECT_YAHOO}.")


class SnapshotMarketData:
    """`MarketData` over the bundled files: no network, no waiting, the same answers for ever.

    Prices: 20 large US companies and the S&P 500 from 1990, five factor funds from 2014, all to 28 Dec 2022.
    Exchange rates: the European Central Bank's, 1999 to 30 Oct 2026.
    """

    name = "bundled history"

    async def today(self) -> date:
        """The date of the last bundled close; relative periods count back from it."""
        return bundled_closes()[INDEX].last_date()

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """The last bundled close of each symbol, with the close of the session before."""
        found: dict[str, Quote | MarketDataError] = {}
        for symbol in symbols:
            try:
                found[symbol] = await self._pair(symbol) if symbol.endswith("=X") else self._quote(symbol)
            except MarketDataError as error:
                found[symbol] = error
        return found

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """Adjusted daily closes; raises `NoData` for a symbol or a period outside the bundle."""
        if symbol.endswith("=X"):
            raise NoData(
                f"The bundled history has single exchange rates but no series for {symbol}; "
                f"ask for the rate on a date, or {CONNECT_YAHOO}."
            )
        if symbol not in bundled_closes():
            raise _no_prices(symbol)
        closes = bundled_closes()[symbol]
        dates, values = closes.between(start, end)
        if not dates or (start is not None and start > closes.last_date()):
            first = closes.between(None, None)[0][0]
            raise NoData(
                f"The bundled history of {symbol} runs from {_day(first)} to {_day(closes.last_date())}; "
                f"ask for a period in it, or {CONNECT_YAHOO}."
            )
        is_index = symbol == INDEX
        return PriceHistory(symbol, None if is_index else "USD", dates, values, closes=values if is_index else None)

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """Never offered."""
        _not_offered(f"company figures such as earnings or market value for {symbol}")

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:  # noqa: ARG002
        """Never offered."""
        _not_offered("news")

    async def events(self, symbol: str) -> Events:
        """Never offered."""
        _not_offered(f"earnings or dividend dates for {symbol}")

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """The bundled companies within price and sector limits.

        Limits and sorts on what the bundle lacks raise `NotOffered`. Sorting by market value, the default, is
        refused when it is all that was asked; with other limits rows come by symbol, their market values unknown.
        """
        for field, what in _UNKNOWN_LIMITS.items():
            if getattr(criteria, field) is not None:
                _not_offered(f"{what} to screen by")
        if criteria.sector is not None and criteria.sector not in {sector for _, sector in COMPANIES.values()}:
            raise NoData(f"The bundled history has no {criteria.sector} companies; {CONNECT_YAHOO}.")
        limited = (criteria.sector, criteria.max_price, criteria.min_price) != (None, None, None)
        if criteria.sort_by in _UNKNOWN_SORTS and not (criteria.sort_by == "market_cap" and limited):
            _not_offered(f"{_UNKNOWN_SORTS[criteria.sort_by]} to sort by")
        rows = [self._screen_row(symbol) for symbol in COMPANIES if _within(criteria, symbol, self._quote(symbol))]
        if criteria.sort_by == "price":
            ascending = criteria.max_price is not None
            rows.sort(key=lambda row: row.price or Decimal(0), reverse=not ascending)
        elif criteria.sort_by == "change_percent":
            rows.sort(key=lambda row: row.change_percent or Decimal(0), reverse=True)
        return tuple(rows[: criteria.limit])

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """Sector key → its bundled companies; sectors without any are absent."""
        members: dict[str, list[str]] = {}
        for symbol, (_, sector) in COMPANIES.items():
            members.setdefault(sector, []).append(symbol)
        return {sector: tuple(symbols) for sector, symbols in sorted(members.items())}

    async def overview(self) -> MarketSummary:
        """The S&P 500 and the five factor funds."""
        return MarketSummary((INDEX, *FUNDS), {INDEX: "S&P 500", **FUNDS})

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """The rate crossed through the euro, of the last day on or before `on` when the ECB published both.

        Raises `NoData` outside the table, for other currencies, and where publication had stopped.
        """
        rates = reference_rates()
        for currency in (base, quote):
            if currency not in rates.currencies():
                raise NoData(
                    f"The European Central Bank publishes no rate for {currency}; "
                    f"name another currency, or {CONNECT_YAHOO}."
                )
        asked = on or rates.last_date()
        if not rates.first_date() <= asked <= rates.last_date():
            raise NoData(
                f"The bundled exchange rates run from {_day(rates.first_date())} to {_day(rates.last_date())}; "
                f"ask for a date in between, or {CONNECT_YAHOO}."
            )
        # A day on which one of the two is missing is passed over, so that both are of the same day.
        as_of = asked
        while True:
            one, other = rates.per_euro(base, as_of), rates.per_euro(quote, as_of)
            if one is None or other is None or asked - min(one[1], other[1]) > _LONGEST_RATE_GAP:
                raise _no_rate(base, quote, asked)
            if one[1] == other[1]:
                return ExchangeRate(base, quote, other[0] / one[0], one[1], RATES_SOURCE)
            as_of = min(one[1], other[1])

    async def _pair(self, symbol: str) -> Quote:
        """A currency pair such as EURUSD=X: the last reference rate, and the one of the day before."""
        base, quote = symbol[:3], symbol[3:6]
        last = await self.exchange_rate(base, quote, None)
        before = await self.exchange_rate(base, quote, last.as_of - timedelta(days=1))
        return Quote(symbol, last.rate, quote, last.as_of, previous_close=before.rate, note=f"from the {RATES_SOURCE}")

    def _quote(self, symbol: str) -> Quote:
        if symbol not in bundled_closes():
            raise _no_prices(symbol)
        closes = bundled_closes()[symbol]
        dates, values = closes.between(closes.last_date() - timedelta(days=7), None)
        is_index = symbol == INDEX
        return Quote(
            symbol,
            _exact(values[-1]),
            None if is_index else "USD",
            dates[-1],
            previous_close=_exact(values[-2]),
            adjusted=not is_index,
        )

    def _screen_row(self, symbol: str) -> ScreenRow:
        quote = self._quote(symbol)
        previous = quote.previous_close
        change = None if previous is None else (quote.price / previous - 1) * 100
        return ScreenRow(symbol, COMPANIES[symbol][0], quote.price, quote.currency, change, note=ADJUSTED)


def _within(criteria: ScreenCriteria, symbol: str, quote: Quote) -> bool:
    """Whether a company passes the sector and price limits."""
    return (
        criteria.sector in {None, COMPANIES[symbol][1]}
        and (criteria.max_price is None or quote.price <= criteria.max_price)
        and (criteria.min_price is None or quote.price >= criteria.min_price)
    )


def _no_prices(symbol: str) -> NoData:
    return NoData(
        f"The bundled history has no prices for {symbol}: it holds 20 large US companies (such as AAPL, JPM and KO), "
        f"the S&P 500 index and five factor funds; {CONNECT_YAHOO}."
    )


def _no_rate(base: str, quote: str, asked: date) -> NoData:
    """Says since or until when the rarer of two currencies has rates."""
    rates = reference_rates()
    for currency in (base, quote):
        found = rates.per_euro(currency, asked)
        if found is None:
            return NoData(
                f"The European Central Bank published no {currency} rate on or before {_day(asked)}; "
                f"ask for a later date, or {CONNECT_YAHOO}."
            )
        if asked - found[1] > _LONGEST_RATE_GAP:
            return NoData(
                f"The European Central Bank's last {currency} rate before {_day(asked)} is of {_day(found[1])}; "
                f"ask for a date up to then, or {CONNECT_YAHOO}."
            )
    return NoData(f"There is no day shortly before {_day(asked)} with both rates; ask for another date.")


def _day(when: date) -> str:
    """Write a date as people do: 28 Dec 2022."""
    return f"{when.day} {when:%b %Y}"
