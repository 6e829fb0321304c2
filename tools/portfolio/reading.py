"""What every portfolio tool starts from: the asker's own portfolio, its name, and the histories of its symbols."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tools.errors import MarketDataError, NoData

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tools.context import Portfolio, ToolContext
    from tools.market_data.base import PriceHistory
    from tools.values import AsOf

SUBJECT = "portfolio"
"""The subject of figures that are about the whole portfolio."""

SAMPLE_NOTE = "This is the sample portfolio, not yours; bring your own with “tuppence import FILE.csv”."


async def read_portfolio(context: ToolContext) -> Portfolio:
    """The asker's portfolio. Raises `NoData` when it holds nothing."""
    portfolio = await context.portfolio.portfolio()
    if not portfolio.transactions and not any(portfolio.cash.values()):
        raise NoData("Your portfolio is empty; bring your holdings with “tuppence import FILE.csv”.")
    return portfolio


def portfolio_name(portfolio: Portfolio) -> str:
    """How a sentence calls it: the sample must never pass for the person's own."""
    return "The sample portfolio" if portfolio.is_sample else "Your portfolio"


def sample_notes(portfolio: Portfolio) -> tuple[str, ...]:
    """The note that labels the sample, or nothing."""
    return (SAMPLE_NOTE,) if portfolio.is_sample else ()


async def read_histories(
    context: ToolContext, symbols: Iterable[str], start: date | None
) -> tuple[dict[str, PriceHistory], dict[str, MarketDataError]]:
    """Daily closes of each symbol from `start` on, all at once; what failed comes with its error.

    Closes that can't be prices (not finite, not above zero, out of order) are dropped.
    """

    async def one(symbol: str) -> PriceHistory | MarketDataError:
        try:
            return _without_bad_closes(await context.market.history(symbol, start, None))
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


def _without_bad_closes(history: PriceHistory) -> PriceHistory:
    kept: list[int] = []
    for place, day in enumerate(history.dates):
        prices = (history.adjusted[place], history.adjusted[place] if history.closes is None else history.closes[place])
        usable = all(math.isfinite(price) and price > 0 for price in prices)
        if usable and not (kept and day <= history.dates[kept[-1]]):
            kept.append(place)
    if len(kept) == len(history.dates):
        return history
    return replace(
        history,
        dates=tuple(history.dates[place] for place in kept),
        adjusted=tuple(history.adjusted[place] for place in kept),
        closes=None if history.closes is None else tuple(history.closes[place] for place in kept),
        volumes=None,
    )


def day_of(moment: AsOf) -> date:
    """The calendar day of a date or a time."""
    return moment.date() if isinstance(moment, datetime) else moment
