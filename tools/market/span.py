"""The days a period covers, and what to say where prices cover less of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.errors import NoData
from tools.formatting import show_day
from tools.freshness import has_ended

if TYPE_CHECKING:
    from datetime import date

    from tools.context import ToolContext
    from tools.parsing.periods import Period

# Closes this much later or earlier than asked are more than a holiday.
_MISSING_DAYS = 7


async def span_of(context: ToolContext, period: Period) -> tuple[date | None, date]:
    """(the day whose close returns are measured from, the last day). Raises `NoData` for a time yet to come."""
    today = await context.market.today()
    start, end = period.bounds(today)
    if start is not None and start > today:
        live = ", or set TUPPENCE_MARKET_DATA=yahoo for live ones" if await has_ended(context) else ""
        message = f"Prices end on {show_day(today)}; ask for a period up to then{live}."
        raise NoData(message)
    return period.base(today), end


async def span_notes(
    context: ToolContext, dates: dict[str, tuple[date, ...]], start: date | None, end: date
) -> list[str]:
    """What to say where prices begin late, or end early in a past period; the age of others is `price_caveats`'."""
    notes = []
    is_past = end < await context.market.today()
    for name, days in dates.items():
        if start is not None and (days[0] - start).days > _MISSING_DAYS:
            notes.append(f"The prices of {name} begin on {show_day(days[0])}, later than asked; only that time counts.")
        if is_past and (end - days[-1]).days > _MISSING_DAYS:
            notes.append(f"The prices of {name} end on {show_day(days[-1])}, earlier than asked.")
    firsts = [days[0] for days in dates.values()]
    if start is None and len(set(firsts)) > 1:
        youngest = max(dates, key=lambda name: dates[name][0])
        notes.append(f"All are compared from {show_day(max(firsts))}, when the prices of {youngest} begin.")
    return notes
