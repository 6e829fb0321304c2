"""The day that a price should be of by now: the last session of its exchange, by time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tools.market_data.deprecations import ignore_deprecations

EXCHANGE_OF_ZONE = {
    "America/New_York": "XNYS",
    "America/Toronto": "XTSE",
    "America/Mexico_City": "XMEX",
    "America/Sao_Paulo": "BVMF",
    "Europe/London": "XLON",
    "Europe/Dublin": "XDUB",
    "Europe/Paris": "XPAR",
    "Europe/Amsterdam": "XAMS",
    "Europe/Brussels": "XBRU",
    "Europe/Lisbon": "XLIS",
    "Europe/Berlin": "XETR",
    "Europe/Zurich": "XSWX",
    "Europe/Rome": "XMIL",
    "Europe/Madrid": "XMAD",
    "Europe/Stockholm": "XSTO",
    "Europe/Copenhagen": "XCSE",
    "Europe/Helsinki": "XHEL",
    "Europe/Oslo": "XOSL",
    "Europe/Vienna": "XWBO",
    "Europe/Warsaw": "XWAR",
    "Asia/Tokyo": "XTKS",
    "Asia/Hong_Kong": "XHKG",
    "Asia/Shanghai": "XSHG",
    "Asia/Seoul": "XKRX",
    "Asia/Singapore": "XSES",
    "Asia/Kolkata": "XBOM",
    "Asia/Calcutta": "XBOM",
    "Asia/Jerusalem": "XTAE",
    "Africa/Johannesburg": "XJSE",
    "Australia/Sydney": "XASX",
    "Pacific/Auckland": "XNZE",
}
"""Yahoo's exchange time zone → the ISO 10383 code of the calendar that stands for it."""

# Free quotes are up to 20 minutes late, and illiquid shares open late.
_GRACE = timedelta(hours=1)
_LOOK_BACK = timedelta(days=20)
_SATURDAY = 5


def last_session(zone: str, now: datetime) -> date | None:
    """The local date of the last session that began at least an hour ago; None where no calendar is known."""
    code = EXCHANGE_OF_ZONE.get(zone)
    if code is None:
        return None
    began = [day for day, opened in _sessions(code, now.date()) if opened + _GRACE <= now]
    return began[-1] if began else None


def last_weekday(zone: str, now: datetime) -> date:
    """The last weekday that has fully begun, for what trades round the clock on weekdays (currencies, futures)."""
    day = (now - timedelta(days=1)).astimezone(ZoneInfo(zone)).date()
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _sessions(code: str, today: date) -> tuple[tuple[date, datetime], ...]:
    """The sessions of the last three weeks: local date, and opening in UTC."""
    from exchange_calendars import get_calendar

    ignore_deprecations()
    opens = get_calendar(code, start=today - _LOOK_BACK, end=today + timedelta(days=1)).opens
    return tuple((session.date(), opened.to_pydatetime()) for session, opened in opens.items())
