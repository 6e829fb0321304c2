"""From dated transactions to what is held: quantities in today's shares, and what they cost on average."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tools.context import Transaction
    from tools.market_data.base import PriceHistory


@dataclass(frozen=True, slots=True)
class Trade:
    """One transaction in today's shares; `quantity` < 0 sells.

    `amount` is what the shares cost or fetched in `currency`, with the sign of the quantity, None when unknown.
    """

    symbol: str
    quantity: Decimal
    amount: Decimal | None
    currency: str
    traded_on: date


@dataclass(frozen=True, slots=True)
class Cost:
    """What the shares still held of one symbol and currency cost, lot by lot: (day, amount)."""

    currency: str
    paid: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one symbol. `costs` is None when the cost of a purchase is unknown.

    A negative `quantity` means that more was sold than the transactions ever bought.
    """

    symbol: str
    quantity: Decimal
    costs: tuple[Cost, ...] | None


def trades(transactions: Iterable[Transaction], histories: Mapping[str, PriceHistory]) -> tuple[Trade, ...]:
    """The transactions by date, buys before sales of a day, each in today's shares.

    A transaction written down when it was made is multiplied by the splits since. Some brokers' files are already
    adjusted: then the price paid is near the split-adjusted close of that day, and nothing is multiplied.
    """
    ordered = sorted(transactions, key=lambda item: (item.traded_on, item.quantity < 0))
    return tuple(
        Trade(
            item.symbol,
            item.quantity * _shares_today(item, histories.get(item.symbol)),
            None if item.price is None else item.quantity * item.price,
            item.currency,
            item.traded_on,
        )
        for item in ordered
    )


def _shares_today(item: Transaction, history: PriceHistory | None) -> Decimal:
    """How many of today's shares one share of the transaction is."""
    if history is None:
        return Decimal(1)
    factor = split_factor(history.splits, item.traded_on)
    place = bisect_right(history.dates, item.traded_on) - 1
    if factor == 1 or place < 0 or not item.price or item.currency != history.currency or history.closes is None:
        return factor
    off = math.log(float(item.price) / history.closes[place])
    is_adjusted = abs(off) < abs(off - math.log(float(factor)))
    return Decimal(1) if is_adjusted else factor


def split_factor(splits: Iterable[tuple[date, Decimal]], after: date) -> Decimal:
    """How many of today's shares one share of the day `after` has become."""
    factor = Decimal(1)
    for day, ratio in splits:
        if day > after and ratio > 0:
            factor *= ratio
    return factor


def positions(done: Iterable[Trade]) -> tuple[Position, ...]:
    """What is left of each symbol, in order of first purchase; what was wholly sold is left out.

    Cost is the average-cost method: a sale takes away the same part of every earlier purchase's cost.
    """
    books: dict[str, _Book] = {}
    for trade in done:
        books.setdefault(trade.symbol, _Book()).add(trade)
    return tuple(book.position(symbol) for symbol, book in books.items() if book.quantity != 0)


class _Book:
    """One symbol's running quantity and lots."""

    def __init__(self) -> None:
        self.quantity = Decimal(0)
        self.lots: list[tuple[date, str, Decimal | None]] = []

    def add(self, trade: Trade) -> None:
        after = self.quantity + trade.quantity
        if trade.quantity > 0:
            self.lots.append((trade.traded_on, trade.currency, trade.amount))
        elif after <= 0:
            self.lots = []
        else:
            left = after / self.quantity
            self.lots = [(day, currency, None if paid is None else paid * left) for day, currency, paid in self.lots]
        self.quantity = after

    def position(self, symbol: str) -> Position:
        by_currency: dict[str, list[tuple[date, Decimal]]] = {}
        for day, currency, paid in self.lots:
            if paid is None:
                return Position(symbol, self.quantity, None)
            by_currency.setdefault(currency, []).append((day, paid))
        costs = tuple(Cost(currency, tuple(paid)) for currency, paid in by_currency.items())
        return Position(symbol, self.quantity, costs)
