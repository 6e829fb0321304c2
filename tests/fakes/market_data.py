"""Market data from dicts, and the rest of a tool's context, for tests that need neither files nor network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from tools.context import Listing, Portfolio, ToolContext
from tools.errors import MarketDataError, NoData, UnknownSymbol
from tools.market_data.base import (
    Events,
    ExchangeRate,
    Fundamentals,
    Headline,
    MarketSummary,
    PriceHistory,
    Quote,
    ScreenCriteria,
    ScreenRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Key = TypeVar("Key")
Value = TypeVar("Value")

TODAY = date(2026, 11, 20)
"""A Friday on which New York trades."""


@dataclass
class FakeMarketData:
    """A `MarketData` whose answers are its fields; a `MarketDataError` in place of a value is raised.

    `rates` are units of the second currency for one of the first. `asked` records the calls, by method name.
    """

    day: date = TODAY
    name: str = "fake market"
    quote_of: Mapping[str, Quote | MarketDataError] = field(default_factory=dict)
    history_of: Mapping[str, PriceHistory | MarketDataError] = field(default_factory=dict)
    fundamentals_of: Mapping[str, Fundamentals | MarketDataError] = field(default_factory=dict)
    events_of: Mapping[str, Events | MarketDataError] = field(default_factory=dict)
    news_of: Mapping[str | None, tuple[Headline, ...] | MarketDataError] = field(default_factory=dict)
    rows: tuple[ScreenRow, ...] = ()
    sector_symbols: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    summary: MarketSummary = field(default_factory=lambda: MarketSummary(()))
    rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    asked: list[tuple[str, object]] = field(default_factory=list)

    async def today(self) -> date:
        return self.day

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        self.asked.append(("quotes", tuple(symbols)))
        return {symbol: self.quote_of.get(symbol, NoData(f"No price of {symbol}; try another.")) for symbol in symbols}

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        self.asked.append(("history", (symbol, start, end)))
        whole = _found(self.history_of, symbol)
        first = 0
        if start is not None:
            first = max((i for i, day in enumerate(whole.dates) if day <= start), default=0)
        stop = sum(1 for day in whole.dates if end is None or day <= end)
        kept = slice(first, stop)
        return replace(
            whole,
            dates=whole.dates[kept],
            adjusted=whole.adjusted[kept],
            closes=None if whole.closes is None else whole.closes[kept],
            volumes=None if whole.volumes is None else whole.volumes[kept],
        )

    async def fundamentals(self, symbol: str) -> Fundamentals:
        return _found(self.fundamentals_of, symbol)

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        self.asked.append(("news", symbol))
        return _found(self.news_of, symbol)[:limit]

    async def events(self, symbol: str) -> Events:
        return _found(self.events_of, symbol)

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        self.asked.append(("screen", criteria))
        return self.rows[: criteria.limit]

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        return dict(self.sector_symbols)

    async def overview(self) -> MarketSummary:
        return self.summary

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        self.asked.append(("exchange_rate", (base, quote, on)))
        if (base, quote) in self.rates:
            rate = self.rates[base, quote]
        elif (quote, base) in self.rates:
            rate = 1 / self.rates[quote, base]
        else:
            raise NoData(f"No rate for {base} in {quote}; try other currencies.")
        return ExchangeRate(base, quote, rate, on or self.day, "fake rates")


@dataclass
class FakeSymbols:
    """A `SymbolResolver` over symbol → name, exact in either."""

    names: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> Listing:
        for symbol, name in self.names.items():
            if text.casefold() in (symbol.casefold(), name.casefold()):
                return listing(symbol, name)
        raise UnknownSymbol(text)

    def search(self, text: str, limit: int = 5) -> tuple[Listing, ...]:
        words = text.casefold()
        near = (listing(s, n) for s, n in self.names.items() if words in s.casefold() or words in n.casefold())
        return tuple(near)[:limit]

    def knows(self, text: str) -> bool:
        return any(text.casefold() in (symbol.casefold(), name.casefold()) for symbol, name in self.names.items())

    def means_one(self, text: str) -> bool:
        return self.knows(text)

    def begins_one(self, text: str) -> bool:
        return False

    def is_ordinary(self, text: str) -> bool:
        return False

    def name(self, symbol: str) -> str:
        return self.names.get(symbol, symbol)


@dataclass
class FakePortfolio:
    """A `PortfolioReader` with a fixed portfolio and watchlist."""

    held: Portfolio = field(default_factory=lambda: Portfolio("Main", "USD", (), {}, {}))
    watched: tuple[str, ...] = ()

    async def portfolio(self) -> Portfolio:
        return self.held

    async def watchlist(self) -> tuple[str, ...]:
        return self.watched


def tool_context(
    market: FakeMarketData | None = None,
    names: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
    portfolio: FakePortfolio | None = None,
    base_currency: str = "USD",
) -> ToolContext:
    """A context of fakes; the clock stands at the evening of the market's day unless said."""
    market = market or FakeMarketData()
    moment = now or datetime.combine(market.day, time(21, 30), UTC)
    return ToolContext(market, FakeSymbols(names or {}), portfolio or FakePortfolio(), lambda: moment, base_currency)


def listing(symbol: str, name: str = "") -> Listing:
    """A directory entry, its kind told from the symbol as Yahoo writes it."""
    kind = "index" if symbol.startswith("^") else "currency" if symbol.endswith("=X") else "stock"
    return Listing(symbol, name or symbol, kind, exchange="NYSE", country="US")  # type: ignore[arg-type]


def history(
    symbol: str,
    adjusted: Sequence[float],
    *,
    end: date = TODAY,
    currency: str | None = "USD",
    closes: Sequence[float] | None = None,
    dividends: tuple[tuple[date, Decimal], ...] = (),
    splits: tuple[tuple[date, Decimal], ...] = (),
) -> PriceHistory:
    """Closes on consecutive weekdays, the last on `end`."""
    days: list[date] = []
    day = end
    while len(days) < len(adjusted):
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return PriceHistory(
        symbol,
        currency,
        tuple(reversed(days)),
        tuple(adjusted),
        None if closes is None else tuple(closes),
        dividends=dividends,
        splits=splits,
    )


def quote(
    symbol: str, price: str, previous: str | None = None, currency: str | None = "USD", as_of: date = TODAY
) -> Quote:
    """A quote at the close of `as_of`."""
    return Quote(symbol, Decimal(price), currency, as_of, None if previous is None else Decimal(previous))


def _found(table: Mapping[Key, Value | MarketDataError], key: Key) -> Value:
    value = table.get(key, NoData(f"Nothing for {key}; try another."))
    if isinstance(value, MarketDataError):
        raise value
    return value
