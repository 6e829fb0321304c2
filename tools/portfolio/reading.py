"""What every portfolio tool starts from: the asker's own portfolio, its name, and the histories of its symbols."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.errors import MarketDataError, NoData
from tools.usable_closes import usable_places
from tools.values import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tools.context import Portfolio, ToolContext
    from tools.market_data.base import PriceHistory

SUBJECT = "portfolio"
"""The subject of figures that are about the whole portfolio."""

SAMPLE_NOTE = "This is the sample portfolio, not yours; bring your own with “/import”."


async def read_portfolio(context: ToolContext) -> Portfolio:
    """The asker's portfolio. Raises `NoData` when it holds nothing."""
    portfolio = await context.portfolio.portfolio()
    if not portfolio.transactions and not any(portfolio.cash.values()):
        raise NoData("Your portfolio is empty; bring your holdings with “/import”.")
    return portfolio


def portfolio_name(portfolio: Portfolio) -> str:
    """How a sentence calls it: the sample must never pass for the person's own."""
    return "The sample portfolio" if portfolio.is_sample else "Your portfolio"


def sample_notes(portfolio: Portfolio) -> tuple[str, ...]:
    """The note that labels the sample, or nothing."""
    return (SAMPLE_NOTE,) if portfolio.is_sample else ()


def own_source(portfolio: Portfolio, what: str) -> Source:
    """Where what the person said comes from: "your transactions", or "sample transactions"."""
    return Source(f"{'sample' if portfolio.is_sample else 'your'} {what}")


async def read_histories(
    context: ToolContext, symbols: Iterable[str], start: date | None
) -> tuple[dict[str, PriceHistory], dict[str, MarketDataError]]:
    """Daily closes of each symbol from `start` on, all at once; what failed comes with its error.

    Closes that can't be prices (not finite, not above zero, out of order, yet to come) are dropped.
    """

    async def one(symbol: str) -> PriceHistory | MarketDataError:
        try:
            return _without_bad_closes(context, await context.market.history(symbol, start, None))
        except MarketDataError as error:
            return error

    wanted = list(dict.fromkeys(symbols))
    answers = await asyncio.gather(*(one(symbol) for symbol in wanted))
    found: dict[str, PriceHistory] = {}
    failed: dict[str, MarketDataError] = {}
    for symbol, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, MarketDataError):
            failed[symbol] = answer
        else:
            found[symbol] = answer
    return found, failed


def _without_bad_closes(context: ToolContext, history: PriceHistory) -> PriceHistory:
    kept = usable_places(context, history)
    if len(kept) == len(history.dates):
        return history
    return replace(
        history,
        dates=tuple(history.dates[place] for place in kept),
        adjusted=tuple(history.adjusted[place] for place in kept),
        closes=None if history.closes is None else tuple(history.closes[place] for place in kept),
        volumes=None,
    )
