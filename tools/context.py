"""What every tool is handed besides its arguments; none of it is ever shown to, or chosen by, the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from decimal import Decimal

    from tools.market_data.base import MarketData

ListingKind = Literal["stock", "etf", "index", "currency", "commodity"]


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of the symbol directory. `symbol` is Yahoo's ("BRK-B", "^GSPC", "VOD.L")."""

    symbol: str
    name: str
    kind: ListingKind
    exchange: str = ""
    country: str = ""
    sector: str = ""


class SymbolResolver(Protocol):
    """Turns what people type into listings, never guessing."""

    def resolve(self, text: str) -> Listing:
        """The one listing meant by `text`. Raises `UnknownSymbol` or `AmbiguousSymbol`."""

    def search(self, text: str, limit: int = 5) -> tuple[Listing, ...]:
        """The nearest listings, best first; for `find_symbol` and for suggestions."""

    def knows(self, text: str) -> bool:
        """Whether `text` is, to the letter, an everyday name or a ticker in capitals: no slips, no parts of names."""

    def means_one(self, text: str) -> bool:
        """Whether `resolve(text)` would find one listing, slips and small letters allowed."""

    def begins_one(self, text: str) -> bool:
        """Whether `text` is, to the letter, the first words of one company's name."""

    def is_ordinary(self, text: str) -> bool:
        """Whether `text` is nothing but everyday English words in small letters, or one such word, and no name."""

    def name(self, symbol: str) -> str:
        """The name people use for `symbol`, or the symbol itself when the directory lacks it."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One dated change of a holding.

    `quantity` > 0 buys, < 0 sells; `price` is per share in `currency` (pounds, never pence), None when unknown.
    """

    symbol: str
    quantity: Decimal
    price: Decimal | None
    currency: str
    traded_on: date
    account: str = ""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The asker's own portfolio: its transactions, cash by currency, and target weights (fractions) if set."""

    name: str
    base_currency: str
    transactions: tuple[Transaction, ...]
    cash: dict[str, Decimal]
    targets: dict[str, Decimal]
    is_sample: bool = False


class PortfolioReader(Protocol):
    """The asker's own data. The actor is bound when this is made: no argument can name anyone else."""

    async def portfolio(self) -> Portfolio:
        """All the actor's portfolios as one; without any, a `Portfolio` with no transactions."""

    async def watchlist(self) -> tuple[str, ...]:
        """The symbols on the actor's watchlist, in their order."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Handed to every tool as its first argument."""

    market: MarketData
    symbols: SymbolResolver
    portfolio: PortfolioReader
    now: Callable[[], datetime]
    base_currency: str = "USD"
    knows_term: Callable[[str], bool] = lambda _: False
    """Whether a finance term is in the glossary, to the letter."""
