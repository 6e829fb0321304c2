"""Digests and alerts as their owner reads them: what, when, and whether it is paused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tools.alerts.telling import named
from tools.parsing.schedules import LAST_SESSION, WEEKDAYS, Clock, parse_schedule

if TYPE_CHECKING:
    from bot.records.alerts import Kept
    from bot.records.schedule_tables import Digest
    from tools.context import SymbolResolver
    from tools.parsing.schedules import FromSession

_EVERY_DAY = frozenset(range(7))
_WEEKDAYS = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Sending:
    """One digest or alert; `failure` is why the program switched it off."""

    kind: Literal["digest", "alert"]
    id: str
    text: str
    paused: bool = False
    failure: str = ""


def digest_sending(row: Digest) -> Sending:
    """A digest of the records."""
    title = row.kind.replace("_", " ").capitalize()
    text = f"{title}: {schedule_in_words(row.schedule)} ({row.time_zone})"
    return Sending("digest", row.id, text, row.paused, row.failure or "")


def alert_sending(alert: Kept, symbols: SymbolResolver) -> Sending:
    """An alert of the records."""
    text = named(alert.level, symbols.name)
    return Sending("alert", alert.id, f"{text[:1].upper()}{text[1:]}", alert.paused, alert.failure or "")


def schedule_in_words(text: str) -> str:
    """A schedule as it is kept, in words: "08:00, Mon to Fri", "30 min after the close"; else as it is written."""
    try:
        schedule = parse_schedule(text)
    except ValueError:
        return text
    return _clock(schedule, text) if isinstance(schedule, Clock) else _from_session(schedule)


def _clock(schedule: Clock, text: str) -> str:
    """A time on named weekdays, or on the last day of the months; anything else as it is written."""
    fields = text.split()
    time = f"{schedule.hour:02}:{schedule.minute:02}"
    if fields[3] != "*":
        return text
    if fields[2] != "*":
        days = schedule.days
        if isinstance(days, str):
            return f"{time} on the last {'session' if days == LAST_SESSION else 'day'} of the month"
        return f"{time} on day {', '.join(map(str, sorted(days)))} of the month"
    if schedule.weekdays == _EVERY_DAY:
        return f"{time} every day"
    if schedule.weekdays == _WEEKDAYS:
        return f"{time}, Mon to Fri"
    return f"{time}, {', '.join(WEEKDAYS[day].capitalize() for day in sorted(schedule.weekdays))}"


def _from_session(schedule: FromSession) -> str:
    minutes = round(schedule.offset.total_seconds() / 60)
    if not minutes:
        return f"at the {schedule.edge}"
    return f"{abs(minutes)} min {'after' if minutes > 0 else 'before'} the {schedule.edge}"
