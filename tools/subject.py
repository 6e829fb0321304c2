"""Makes the figures of one symbol: its unit, currency and source are said once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.values import Figure, Source, Unit

if TYPE_CHECKING:
    from datetime import date

    from tools.context import ToolContext
    from tools.values import AsOf

RATE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """A symbol whose figures are being made. `unit` is that of its price: money, index points or a rate."""

    symbol: str
    name: str
    unit: Unit
    currency: str | None
    source: Source

    @property
    def spoken(self) -> str:
        """The name as it stands inside a sentence: "Apple", "the S&P 500"."""
        return f"the {self.name}" if self.unit == "points" and not self.name.startswith("The ") else self.name

    def price(self, attribute: str, value: float | Decimal | None) -> Figure:
        """A price, or a level in index points."""
        decimals = RATE_DECIMALS if self.unit == "ratio" else 2
        return Figure(self.symbol, attribute, exact(value), self.unit, self.source, self.currency, decimals)

    def percent(self, attribute: str, fraction: float | Decimal | None, decimals: int = 1) -> Figure:
        """A fraction as percent: 0.264 is 26.4%."""
        value = exact(fraction)
        percent = None if value is None else value * 100
        return Figure(self.symbol, attribute, percent, "percent", self.source, decimals=decimals)

    def number(self, attribute: str, value: float | Decimal | None, unit: Unit = "ratio", decimals: int = 2) -> Figure:
        """A plain number."""
        return Figure(self.symbol, attribute, exact(value), unit, self.source, decimals=decimals)

    def money(self, attribute: str, value: Decimal | None, decimals: int = 2) -> Figure:
        """An amount in the subject's currency."""
        return Figure(self.symbol, attribute, exact(value), "money", self.source, self.currency, decimals)

    def day(self, attribute: str, day: date | None) -> Figure:
        """A date or a time."""
        return Figure(self.symbol, attribute, day, "date", self.source)


def make_subject(context: ToolContext, symbol: str, currency: str | None, as_of: AsOf | None) -> Subject:
    """The subject for a symbol in Yahoo's form: "^GSPC" is an index, in points; "EURUSD=X" a rate."""
    unit = price_unit(symbol)
    source = Source(context.market.name, as_of)
    return Subject(symbol, context.symbols.name(symbol), unit, currency if unit == "money" else None, source)


def price_unit(symbol: str) -> Unit:
    """What a symbol's price counts: an index level has points and no currency."""
    if symbol.startswith("^"):
        return "points"
    return "ratio" if symbol.endswith("=X") else "money"


def positive(value: float | Decimal | None) -> Decimal | None:
    """A number above zero; None for any other."""
    value = exact(value)
    return value if value is not None and value > 0 else None


def exact(value: float | Decimal | None) -> Decimal | None:
    """A number as Decimal, without the noise of binary fractions; None when unknown or not finite."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return Decimal(repr(round(value, 10))) if math.isfinite(value) else None
