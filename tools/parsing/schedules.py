"""When something is due, as people write it: a cron line with named days, a time of day, or a time from a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LAST, LAST_SESSION = "last", "last-business-day"
LONGEST = timedelta(hours=12)
"""How far a time may be from the open or the close: less than what lies between two sessions."""
MAX_CHARACTERS = 64
EXAMPLES = "0 8 * * mon-fri (minute, hour, day, month, days), 08:00 mon-fri, open-30m or close+30m"

_WEEKDAY_NAMES = {name: number for number, name in enumerate(WEEKDAYS)} | {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_MONTH_NAMES = {name: number for number, name in enumerate(MONTHS, 1)}
_DAYS_OF = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SESSION = re.compile(r"(open|close)(?:([+-])(\d{1,4})(m|min|h))?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?: (\S+))?", re.ASCII)
_DIGITS = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day on certain dates. `days` are of the month, LAST or LAST_SESSION; of `weekdays` 0 is Monday."""

    hour: int
    minute: int
    days: frozenset[int] | Literal["last", "last-business-day"]
    months: frozenset[int]
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class FromSession:
    """A time from the open or the close of each session of an exchange."""

    edge: Literal["open", "close"]
    offset: timedelta


Schedule = Clock | FromSession


def parse_schedule(text: str) -> Schedule:
    """The schedule that `text` says. Raises ValueError with the reason and the fix."""
    said = written(text)
    if match := _SESSION.fullmatch(said):
        return _from_session(match)
    if match := _TIME.fullmatch(said):
        said = f"{int(match[2])} {int(match[1])} * * {match[3] or '*'}"
    fields = said.split()
    if len(fields) != 5 or len(text) > MAX_CHARACTERS:
        raise ValueError(f"“{text[:MAX_CHARACTERS]}” is no schedule; write one like {EXAMPLES}")
    minute, hour = _one(fields[0], 59, "minute"), _one(fields[1], 23, "hour")
    days, months, weekdays = _days(fields[2]), _months(fields[3]), _weekdays(fields[4])
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(
            f"“{fields[2]}” and “{fields[4]}” name days twice, which programs read differently; "
            "leave the days of the month or the days of the week at *"
        )
    if isinstance(days, frozenset) and not any(day <= _DAYS_OF[month - 1] for day in days for month in months):
        raise ValueError(f"no month of “{fields[3]}” has the day {fields[2]}, so it would never come; name another day")
    return Clock(hour, minute, days, months, weekdays)


def written(text: str) -> str:
    """A schedule in its one form to keep: small letters, single blanks, a time of day as a cron line."""
    said = " ".join(text.lower().split())
    if match := _TIME.fullmatch(said):
        return f"{int(match[2])} {int(match[1])} * * {match[3] or '*'}"
    return said


def _from_session(match: re.Match[str]) -> FromSession:
    edge: Literal["open", "close"] = "open" if match[1] == "open" else "close"
    amount = int(match[3] or 0)
    offset = timedelta(hours=amount) if match[4] == "h" else timedelta(minutes=amount)
    if offset > LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        raise ValueError(
            f"“{match[0]}” is more than {hours} hours from the {edge}; write at most {edge}{match[2]}{hours}h"
        )
    return FromSession(edge, -offset if match[2] == "-" else offset)


def _one(field: str, most: int, name: str) -> int:
    """The one minute or hour."""
    if _DIGITS.fullmatch(field) and int(field) <= most:
        return int(field)
    if any(sign in field for sign in "*,-/"):
        raise ValueError(
            f"it comes once a day at most, so the {name} is one number, not “{field}”; add another one for more"
        )
    raise ValueError(f"“{field}” is no {name}; write a number from 0 to {most}")


def _days(field: str) -> frozenset[int] | Literal["last", "last-business-day"]:
    if field == "last":
        return "last"
    if field == "last-business-day":
        return "last-business-day"
    fix = f"write numbers from 1 to 31, {LAST} or {LAST_SESSION}"
    return _set(field, range(1, 32), lambda word: _number(word, 1, 31), "day of the month", fix)


def _months(field: str) -> frozenset[int]:
    def read(word: str) -> int | None:
        return _MONTH_NAMES.get(word) or _number(word, 1, 12)

    return _set(field, range(1, 13), read, "month", "write numbers from 1 to 12, or names like jan")


def _weekdays(field: str) -> frozenset[int]:
    if any(character.isdigit() for character in field) and "/" not in field:
        raise ValueError(
            f"“{field}” numbers the days of the week, and programs count them from different days; "
            "write their names, as in mon-fri"
        )
    return _set(field, range(7), _WEEKDAY_NAMES.get, "day of the week", "write names, as in mon-fri or tue,thu")


def _set(field: str, whole: Sequence[int], read: Callable[[str], int | None], name: str, fix: str) -> frozenset[int]:
    """The numbers of a field: `*`, single ones, and ranges, which may go round the end."""
    if field == "*":
        return frozenset(whole)
    if "/" in field:
        raise ValueError(f"“{field}” counts in steps, which are not taken here; {fix}")
    found: set[int] = set()
    for part in field.split(","):
        first, dash, last = part.partition("-")
        start, end = read(first), read(last if dash else first)
        if start is None or end is None:
            raise ValueError(f"“{part}” is no {name}; {fix}")
        goes_round = end < start
        found.update(number for number in whole if (number >= start) + (number <= end) > (not goes_round))
    return frozenset(found)


def _number(word: str, least: int, most: int) -> int | None:
    return int(word) if _DIGITS.fullmatch(word) and least <= int(word) <= most else None
