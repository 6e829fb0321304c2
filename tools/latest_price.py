"""The latest price of a symbol as a figure, and why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.values import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.context import ToolContext
    from tools.errors import MarketDataError
    from tools.market_data.base import Quote
    from tools.values import Unit

_RATE_DECIMALS = 4


def latest_price(context: ToolContext, quote: Quote) -> Figure:
    """The price with its time: money, index points without a currency ("^GSPC"), or a rate ("EURUSD=X")."""
    source = Source(context.market.name, quote.as_of)
    unit: Unit = "points" if quote.symbol.startswith("^") else "ratio" if quote.symbol.endswith("=X") else "money"
    currency = quote.currency if unit == "money" else None
    return Figure(quote.symbol, "price", quote.price, unit, source, currency, _RATE_DECIMALS if unit == "ratio" else 2)


def price_notes(quotes: Iterable[Quote]) -> list[str]:
    """What the source says about these prices, each remark once, as sentences."""
    remarks = dict.fromkeys(quote.note.rstrip(".") for quote in quotes if quote.note)
    return [f"{remark[0].upper()}{remark[1:]}." for remark in remarks if remark]


def why_no_price(name: str, answer: MarketDataError | None) -> str:
    """The note on a symbol that the source failed on, or left out."""
    reason = str(answer) if answer is not None else "the source left it out; ask again later."
    return f"{name} has no price: {reason}"
