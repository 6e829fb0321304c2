"""Small portfolios for tests, written the short way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.fakes.market_data import FakePortfolio
from tools.context import Portfolio, Transaction


def bought(symbol: str, quantity: str, price: str | None, day: str, currency: str = "USD") -> Transaction:
    """A purchase; a negative quantity is a sale."""
    paid = None if price is None else Decimal(price)
    return Transaction(symbol, Decimal(quantity), paid, currency, date.fromisoformat(day))


def holding(
    *transactions: Transaction,
    cash: dict[str, str] | None = None,
    targets: dict[str, str] | None = None,
    is_sample: bool = False,
    watched: tuple[str, ...] = (),
    base: str = "USD",
) -> FakePortfolio:
    """A reader of a portfolio with these transactions."""
    money = {currency: Decimal(amount) for currency, amount in (cash or {}).items()}
    weights = {symbol: Decimal(weight) for symbol, weight in (targets or {}).items()}
    return FakePortfolio(Portfolio("Main", base, transactions, money, weights, is_sample), watched)
