"""What an exchange does on the day of a digest: a session, half of one, or none, and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.market.timetable import read_timetable
from tools.parsing.exchanges import EXCHANGE_NAMES

if TYPE_CHECKING:
    from datetime import date, datetime

    from tools.market.timetable import Timetable

_CITIES = {
    "XNYS": "New York", "XNAS": "New York", "XTSE": "Toronto", "XLON": "London", "XPAR": "Paris", "XETR": "Frankfurt",
    "XFRA": "Frankfurt", "XSWX": "Zurich", "XMIL": "Milan", "XMAD": "Madrid", "XAMS": "Amsterdam", "XTKS": "Tokyo",
    "XHKG": "Hong Kong", "XSHG": "Shanghai", "XSES": "Singapore", "XASX": "Sydney", "XBOM": "Mumbai",
    "BVMF": "São Paulo",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarketDay:
    """The local `day` of an exchange at a moment; times are in its zone.

    `holiday` is the name of the day off, "" for one without a name, None for a session or a weekend. `closes` is of
    the day's session, None without one. `last` is the local day of the last session that had ended, `running` that of
    one under way.
    """

    calendar: str
    day: date
    is_session: bool
    is_half_day: bool
    holiday: str | None
    opens: datetime | None
    closes: datetime | None
    next_open: datetime | None
    next_close: datetime | None
    next_is_half_day: bool
    last: date | None
    running: date | None

    @property
    def place(self) -> str:
        """The city people say for the market, or the exchange's name."""
        return _CITIES.get(self.calendar) or f"the {EXCHANGE_NAMES.get(self.calendar, self.calendar)}"


async def market_day(calendar: str, at: datetime) -> MarketDay:
    """The day of the exchange with this ISO 10383 code at `at`.

    Raises `NoData` where its calendar is not known or does not reach that day.
    """
    # Loading calendars takes a second the first time: everything else goes on meanwhile.
    return _day_of(calendar, await asyncio.to_thread(read_timetable, calendar, at.date()), at)


def _day_of(calendar: str, timetable: Timetable, at: datetime) -> MarketDay:
    zone = ZoneInfo(timetable.zone)
    today = at.astimezone(zone).date()
    own = next((each for each in timetable.sessions if each.open.astimezone(zone).date() == today), None)
    ended = [each for each in timetable.sessions if each.close <= at]
    coming = next((each for each in timetable.sessions if each.open > at), None)
    running = next((each for each in timetable.sessions if each.open <= at < each.close), None)
    return MarketDay(
        calendar,
        today,
        is_session=own is not None,
        is_half_day=today in timetable.half_days,
        holiday=next((each.name for each in timetable.holidays if each.day == today), None),
        opens=own.open.astimezone(zone) if own else None,
        closes=own.close.astimezone(zone) if own else None,
        next_open=coming.open.astimezone(zone) if coming else None,
        next_close=coming.close.astimezone(zone) if coming else None,
        next_is_half_day=coming is not None and coming.open.astimezone(zone).date() in timetable.half_days,
        last=ended[-1].close.astimezone(zone).date() if ended else None,
        running=running.open.astimezone(zone).date() if running else None,
    )
