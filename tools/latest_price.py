"""The latest price of a symbol as a figure, and why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.subject import make_subject

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.errors import MarketDataError
    from tools.market_data.base import Quote
    from tools.values import Figure


def latest_price(context: ToolContext, quote: Quote) -> Figure:
    """The price with its time: money, index points without a currency ("^GSPC"), or a rate ("EURUSD=X")."""
    return make_subject(context, quote.symbol, quote.currency, quote.as_of).price("price", quote.price)


def why_no_price(name: str, answer: MarketDataError | None) -> str:
    """The note on a symbol that the source failed on, or left out."""
    reason = str(answer) if answer is not None else "the source left it out; ask again later."
    return f"{name} has no price: {reason}"
