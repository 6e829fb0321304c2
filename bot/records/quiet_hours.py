"""The hours in which nobody is written to unasked: {"from": "22:00", "to": "07:00"} in a time zone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.market.slots import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_RANGE = re.compile(r"((?:[01]?\d|2[0-3]):[0-5]\d)-((?:[01]?\d|2[0-3]):[0-5]\d)", re.ASCII)


def read_quiet_hours(text: str) -> dict[str, str] | None:
    """What “22:00-07:00” or “none” says; None for “default”: as the tenant has it. Raises ValueError with the fix."""
    said = text.strip().lower()
    if said in ("", "default"):
        return None
    if said == "none":
        return {}
    match = _RANGE.fullmatch(said)
    if match is None or match[1].zfill(5) == match[2].zfill(5):
        raise ValueError(f"“{text[:30]}” are no quiet hours; write them like 22:00-07:00, or none, or default")
    return {"from": match[1].zfill(5), "to": match[2].zfill(5)}


def shown_quiet_hours(hours: Mapping[str, str] | None) -> str:
    """The text that `read_quiet_hours` reads."""
    if hours is None:
        return "default"
    return f"{hours['from']}-{hours['to']}" if hours else "none"


def end_of_quiet(at: datetime, hours: Mapping[str, str] | None, zone: str) -> datetime | None:
    """When the quiet hours end that `at` falls into, in UTC; None outside of them."""
    if not hours:
        return None
    place = ZoneInfo(zone)
    today = at.astimezone(place).date()
    goes_round = hours["to"] < hours["from"]
    for day in (today - timedelta(days=1), today):
        start = _moment(day, hours["from"], place)
        end = _moment(day + timedelta(days=1) if goes_round else day, hours["to"], place)
        if start and end and start <= at < end:
            return end
    return None


def _moment(day: date, text: str, zone: ZoneInfo) -> datetime | None:
    hour, minute = map(int, text.split(":"))
    return moment_of(day, hour, minute, zone)
