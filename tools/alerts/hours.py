"""Whether the price of a symbol can have changed by now: asking for it at night, or on a holiday, would be in vain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tools.errors import NoData
from tools.market.timetable import read_timetable
from tools.parsing.exchanges import parse_exchange

if TYPE_CHECKING:
    from tools.context import SymbolResolver

AFTERWARDS = timedelta(hours=1)
"""Closing prices arrive late, by half an hour and more."""
_BY_SUFFIX = {
    "L": "XLON", "IL": "XLON", "IR": "XDUB", "PA": "XPAR", "AS": "XAMS", "BR": "XBRU", "LS": "XLIS", "DE": "XETR",
    "F": "XFRA", "SW": "XSWX", "MI": "XMIL", "MC": "XMAD", "ST": "XSTO", "CO": "XCSE", "HE": "XHEL", "OL": "XOSL",
    "VI": "XWBO", "WA": "XWAR", "TO": "XTSE", "MX": "XMEX", "SA": "BVMF", "T": "XTKS", "HK": "XHKG", "SS": "XSHG",
    "SZ": "XSHG", "TW": "XTAI", "KS": "XKRX", "NS": "XBOM", "BO": "XBOM", "SI": "XSES", "AX": "XASX", "NZ": "XNZE",
    "TA": "XTAE", "JO": "XJSE",
}  # fmt: skip
_NEW_YORK = "XNYS"
_ROUND_THE_CLOCK = ("=X", "=F")
_COIN = "-USD"
_SATURDAY = 5


def calendar_of(symbol: str, symbols: SymbolResolver) -> str:
    """The ISO 10383 code of the calendar a symbol trades by; "" where it isn't known, or trades round the clock."""
    if symbol.endswith((*_ROUND_THE_CLOCK, _COIN)):
        return ""
    _, dot, suffix = symbol.rpartition(".")
    if dot:
        return _BY_SUFFIX.get(suffix, "")
    if not symbol.startswith("^"):
        return _NEW_YORK
    listed = next((listing for listing in symbols.search(symbol, 1) if listing.symbol == symbol), None)
    return parse_exchange(listed.country) or "" if listed else ""


def may_have_moved(symbol: str, symbols: SymbolResolver, now: datetime) -> bool:
    """Whether its exchange trades now, or did within the last hour. True where that isn't known."""
    if symbol.endswith(_ROUND_THE_CLOCK):
        return now.weekday() < _SATURDAY
    code = calendar_of(symbol, symbols)
    return not code or was_open(code, now)


def was_open(code: str, now: datetime) -> bool:
    """Whether the exchange trades now, or did within the last hour. True where its calendar isn't known.

    The first look at a calendar takes about a second.
    """
    try:
        timetable = read_timetable(code, now.date())
    except NoData:
        return True
    return any(session.open <= now < session.close + AFTERWARDS for session in timetable.sessions)
