"""The market-data socket: what every provider offers, and the values it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from tools.errors import MarketDataError
    from tools.values import AsOf


REMARK_SEPARATOR = "; "
"""Parts the remarks in a `note`; each begins small, without a full stop, and says what a person must know."""

ADJUSTED = "prices are adjusted for later splits and dividends, so they differ from what was paid then"
"""The remark on prices from a source that has no others."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The latest price of a symbol. Prices are in `currency` units (pounds, never pence).

    `as_of` is the time of the price: a date for the close of a session, a time within one. `adjusted` says that
    later dividends and splits are taken out of it. `note` holds remarks, such as that a newer price is missing.
    """

    symbol: str
    price: Decimal
    currency: str | None
    as_of: AsOf
    previous_close: Decimal | None = None
    day_high: Decimal | None = None
    day_low: Decimal | None = None
    volume: int | None = None
    adjusted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Daily closes, oldest first; all arrays have one entry for each of `dates`.

    `adjusted` closes include dividends and splits and are for returns; `closes` are raw (split-adjusted only)
    and are for market value, or None where the source has only adjusted ones. Currency units, never pence.
    """

    symbol: str
    currency: str | None
    dates: tuple[date, ...]
    adjusted: tuple[float, ...]
    closes: tuple[float, ...] | None = None
    volumes: tuple[int | None, ...] | None = None
    dividends: tuple[tuple[date, Decimal], ...] = ()
    splits: tuple[tuple[date, Decimal], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fundamentals:
    """Company facts; None is unknown. Ratios are plain, `..._percent` are percent, money is in `currency`."""

    symbol: str
    as_of: AsOf
    currency: str | None = None
    market_cap: Decimal | None = None
    pe_trailing: Decimal | None = None
    pe_forward: Decimal | None = None
    eps: Decimal | None = None
    price_to_book: Decimal | None = None
    dividend_yield_percent: Decimal | None = None
    beta: Decimal | None = None
    profit_margin_percent: Decimal | None = None
    revenue: Decimal | None = None
    debt_to_equity: Decimal | None = None
    sector: str | None = None
    industry: str | None = None
    summary: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One news headline, already stripped of markup, control and direction characters."""

    title: str
    publisher: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Events:
    """Corporate events; None or empty is unknown, not "none planned"."""

    symbol: str
    currency: str | None = None
    next_earnings: date | None = None
    ex_dividend: date | None = None
    dividend_payment: date | None = None
    dividends: tuple[tuple[date, Decimal], ...] = ()
    splits: tuple[tuple[date, Decimal], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScreenCriteria:
    """Limits for a screen, all optional.

    Prices and market value are in USD; `sort_by` sorts descending, except pe and price, which sort ascending when
    they are the thing limited.
    """

    sector: str | None = None
    max_price: Decimal | None = None
    min_price: Decimal | None = None
    max_pe: Decimal | None = None
    min_dividend_yield_percent: Decimal | None = None
    min_market_cap: Decimal | None = None
    sort_by: str = "market_cap"
    limit: int = 10


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """One company that passed a screen."""

    symbol: str
    name: str
    price: Decimal | None = None
    currency: str | None = None
    change_percent: Decimal | None = None
    market_cap: Decimal | None = None
    pe: Decimal | None = None
    dividend_yield_percent: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """How many units of `quote` one unit of `base` buys on `as_of`."""

    base: str
    quote: str
    rate: Decimal
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class MarketSummary:
    """The broad market at a glance: symbols to quote, in order, with the names to show."""

    symbols: tuple[str, ...]
    names: dict[str, str] = field(default_factory=dict)


class MarketData(Protocol):
    """A source of market data. Every method may raise a `MarketDataError`; none ever returns made-up values."""

    name: str
    """What people are shown, e.g. "Yahoo Finance" or "bundled history"."""

    async def today(self) -> date:
        """The date relative periods count back from: today for a live source, the last date of a bundle."""

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """Latest prices; a symbol that failed maps to its error, so that the others can be shown."""

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """Daily closes from `start` to `end`, both inclusive; None is open-ended.

        The first close is the last one on or before `start` when there is one, so that a return over the
        period starts from the right base.
        """

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """Company facts; what the source lacks is None."""

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        """The latest headlines about `symbol`, or about the market, newest first."""

    async def events(self, symbol: str) -> Events:
        """Earnings, dividends and splits."""

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """The companies within the limits, sorted, at most `criteria.limit`."""

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """Sector key → the symbols whose average stands for it (one sector fund, or several stocks)."""

    async def overview(self) -> MarketSummary:
        """What stands for the market as a whole."""

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """The rate on a date, the last one on or before it; the latest when `on` is None."""
