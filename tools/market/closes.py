"""One symbol's daily closes, fetched and checked: what can't be a price is dropped and said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.caveats import INDEX_RETURNS, Remarks, remarks_in
from tools.charts import Chart, Series
from tools.errors import MarketDataError, NoData
from tools.formatting import show_day
from tools.market_data.base import ADJUSTED
from tools.subject import Subject, make_subject
from tools.usable_closes import IMPOSSIBLE_FACTOR, usable_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tools.context import ToolContext
    from tools.market_data.base import PriceHistory

MOST_POINTS = 120
MOST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Closes:
    """Usable closes, oldest first, at least two.

    `adjusted` are for returns; `prices` are what was paid (split-adjusted) where the source has them, else the
    adjusted ones. `caveats` are remarks on them, the source's own among them.
    """

    subject: Subject
    dates: tuple[date, ...]
    adjusted: tuple[float, ...]
    prices: tuple[float, ...]
    caveats: tuple[str, ...]

    def remarks(self, *, is_latest: bool) -> Remarks:
        """What there is to say about them; their age too where they should reach up to now."""
        return Remarks(self.subject.name, self.caveats, self.dates[-1] if is_latest else None)


async def fetch_closes(context: ToolContext, symbol: str, start: date | None, end: date | None) -> Closes:
    """The closes of `symbol` from the last one on or before `start` to `end`.

    Raises `MarketDataError`, `NoData` also when fewer than two usable closes are left.
    """
    history = await context.market.history(symbol, start, end)
    kept = usable_places(context, history)
    name = context.symbols.name(symbol)
    if len(kept) < 2:
        message = f"There are not enough prices of {name} in that period to say how it did; try a longer one."
        raise NoData(message)
    raw = history.closes if history.closes is not None else history.adjusted
    dates = tuple(history.dates[i] for i in kept)
    subject = make_subject(context, symbol, history.currency, dates[-1])
    adjusted = tuple(history.adjusted[i] for i in kept)
    caveats = _caveats(subject, history, dates, adjusted, dropped=len(kept) < len(history.dates))
    return Closes(subject, dates, adjusted, tuple(raw[i] for i in kept), caveats)


async def fetch_all(
    context: ToolContext, symbols: Sequence[str], start: date | None, end: date | None
) -> dict[str, Closes | MarketDataError]:
    """The closes of several symbols at once; one that failed maps to its error."""

    async def attempt(symbol: str) -> Closes | MarketDataError:
        try:
            return await fetch_closes(context, symbol, start, end)
        except MarketDataError as error:
            return error

    return dict(zip(symbols, await asyncio.gather(*map(attempt, symbols)), strict=True))


def line_chart(
    title: str, dates: Sequence[date], lines: Sequence[tuple[str, Sequence[float]]], unit: str, source: str
) -> Chart:
    """A line for each of at most six series over the same dates, thinned to 120 points.

    Of each series the first, last, lowest and highest value are kept.
    """
    lines = lines[:MOST_SERIES]
    keep = {0, len(dates) - 1}
    for _, values in lines:
        keep |= {min(range(len(values)), key=values.__getitem__), max(range(len(values)), key=values.__getitem__)}
    steps = min(len(dates), MOST_POINTS - len(keep))
    keep |= {round(i * (len(dates) - 1) / max(steps - 1, 1)) for i in range(steps)}
    places = sorted(keep)
    series = tuple(Series(name, tuple(values[i] for i in places)) for name, values in lines)
    return Chart("line", title, tuple(show_day(dates[i]) for i in places), series, unit, source)


def _caveats(
    subject: Subject, history: PriceHistory, dates: Sequence[date], adjusted: Sequence[float], *, dropped: bool
) -> tuple[str, ...]:
    caveats = [*remarks_in(history.note)]
    if subject.unit == "points":
        caveats.append(INDEX_RETURNS)
    elif history.closes is None:
        caveats.append(ADJUSTED)
    if subject.unit == "money" and subject.currency is None:
        caveats.append("the currency of the prices is unknown")
    if dropped:
        caveats.append("closes that were missing or impossible are left out")
    for day, before, after in zip(dates[1:], adjusted, adjusted[1:], strict=False):
        if max(before, after) / min(before, after) >= IMPOSSIBLE_FACTOR:
            caveats.append(f"the price jumps on {show_day(day)} as prices hardly can; check it before relying on this")
            break
    return tuple(caveats)
