"""How old data is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tools.formatting import show_day

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.values import AsOf

# A long weekend leaves two weekdays without a session; three are the sign of old data.
_LATE_WEEKDAYS = 3
_ONE_DAY = timedelta(days=1)


def is_late(day: date, now: date) -> bool:
    """Whether three weekdays or more have passed since `day`."""
    if now - day > timedelta(days=7):
        return True
    passed = (day + timedelta(days=count) for count in range(1, (now - day).days + 1))
    return sum(each.weekday() < 5 for each in passed) >= _LATE_WEEKDAYS


async def has_ended(context: ToolContext) -> bool:
    """Whether the source as a whole stopped some time ago, as a bundle does."""
    return is_late(await context.market.today(), context.now().date())


def is_future(context: ToolContext, as_of: AsOf) -> bool:
    """Whether data claims to be from later than now anywhere on Earth; then its time, or zone, is wrong."""
    now = context.now()
    if isinstance(as_of, datetime):
        return as_of.tzinfo is None or as_of > now + timedelta(minutes=15)
    return as_of > now.date() + _ONE_DAY


def as_of_day(as_of: AsOf) -> date:
    """The date of a date or time."""
    return as_of.date() if isinstance(as_of, datetime) else as_of


def no_newer_price(day: date) -> str:
    """The remark on a price that is older than a latest price should be."""
    return f"there is no newer price than that of {show_day(day)}"
