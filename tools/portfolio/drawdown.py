"""How far a portfolio is below its highest level of the last year, payments in and out left aside."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import NoData
from tools.parsing.periods import Period
from tools.portfolio.performance import measure
from tools.portfolio.reading import read_portfolio

if TYPE_CHECKING:
    from datetime import date

    from tools.context import ToolContext

WINDOW = "1y"


@dataclass(frozen=True, slots=True)
class Fall:
    """`percent` is how far below the level of `peak_on` the portfolio was at the close of `as_of`, without a sign."""

    percent: Decimal
    peak_on: date
    as_of: date
    notes: tuple[str, ...]


async def fall_from_peak(context: ToolContext, until: date) -> Fall:
    """The fall of the asker's portfolio at the last close up to `until`, by its time-weighted growth over a year.

    Raises `NoData` where a holding is without prices: a part of a portfolio says nothing of the whole.
    """
    portfolio = await read_portfolio(context)
    measured = await measure(context, portfolio, Period(WINDOW))
    if measured.is_partial:
        raise NoData(measured.notes[0])
    days = [day for day in measured.record.dates if day <= until]
    if not days:
        raise NoData("Your portfolio has no close yet; ask again tomorrow.")
    growth = measured.record.growth[: len(days)]
    peak = max(range(len(days)), key=growth.__getitem__)
    percent = Decimal(str(round((1 - growth[-1] / growth[peak]) * 100, 6)))
    return Fall(percent, days[peak], days[-1], measured.notes)
