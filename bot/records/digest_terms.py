"""What a digest is to be, as somebody wants it: checked and completed before anything is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import DigestRefused
from bot.locales import read_time_zone
from bot.records.schedule_tables import DIGEST_KINDS
from tools.errors import NoData
from tools.market.slots import NOWHERE, Slot, Timing, Trading, needs_sessions, next_slot, trading_around
from tools.parsing.exchanges import EXCHANGE_NAMES, parse_exchange
from tools.parsing.schedules import parse_schedule, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.records.schedule_tables import Digest

PERSONAL_KINDS = frozenset({"my_portfolio", "watchlist"})
"""Those that are about one person, and so go to that person alone."""
SECTIONS = (
    "headline",
    "indices",
    "sectors",
    "movers",
    "watchlist",
    "portfolio",
    "calendar",
    "signals",
    "currency",
    "chart",
)
SURFACES = ("slack", "teams")
HOLIDAYS = ("skip", "say", "send")
MAX_SYMBOLS = 50
MAX_KEY = 255
_USUAL = {
    "market_open": ("open-30m", "skip"),
    "market_close": ("close+30m", "skip"),
    "weekly_review": ("0 9 * * sat", "send"),
    "my_portfolio": ("close+45m", "skip"),
    "watchlist": ("close+45m", "skip"),
    "team_channel": ("close+30m", "skip"),
}
"""Kind → the schedule and what is done on days without a session, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class DigestTerms:
    """The fields of `Digest` that people choose; "" is the kind's usual.

    `channel` is "" for the owner's direct conversation. `quiet_hours` None is as the tenant has it, {} is none at all.
    """

    kind: str
    surface: str
    channel: str = ""
    schedule: str = ""
    time_zone: str = "UTC"
    calendar: str = "XNYS"
    holidays: str = ""
    quiet_hours: Mapping[str, str] | None = None
    sections: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


FIELDS = tuple(DigestTerms.__slots__)


async def vet(terms: DigestTerms, now: datetime) -> DigestTerms:
    """The terms, complete and in the form to keep; do it before a unit, as calendars load for a second.

    Raises `DigestRefused` with the reason and the fix.
    """
    whole = _completed(terms)
    await asyncio.to_thread(_must_come, whole, now)
    return whole


def terms_of(row: Digest) -> DigestTerms:
    """The terms of a digest on record."""
    return DigestTerms(
        kind=row.kind,
        surface=row.surface,
        channel=(row.target or {}).get("channel", ""),
        schedule=row.schedule,
        time_zone=row.time_zone,
        calendar=row.calendar,
        holidays=row.holidays,
        quiet_hours=row.quiet_hours,
        sections=tuple(row.sections or ()),
        symbols=tuple(row.symbols or ()),
    )


def timing_of(schedule: str, time_zone: str, calendar: str, holidays: str) -> Timing:
    """When such a digest is due. Raises ValueError with the reason for what was kept and can't be read any more."""
    return Timing(parse_schedule(schedule), read_time_zone(time_zone), calendar, holidays == "skip")


def trading_of(timing: Timing, now: datetime) -> Trading:
    """The sessions that the timing needs; it may take a second. Raises ValueError when they are not known."""
    if not needs_sessions(timing):
        return NOWHERE
    try:
        return trading_around(timing.calendar, now.date())
    except NoData as error:
        raise ValueError(str(error).rstrip(".")) from None


async def next_of(row: Digest, now: datetime) -> Slot | None:
    """The next slot of a digest that is neither paused nor switched off; None where none is known."""
    if row.paused or row.failure:
        return None
    try:
        timing = timing_of(row.schedule, row.time_zone, row.calendar, row.holidays)
        return next_slot(timing, await asyncio.to_thread(trading_of, timing, now), now)
    except ValueError:
        return None


def read_calendar(text: str) -> str:
    """The market identifier of an exchange that people call so. Raises ValueError with the fix."""
    code = text.upper() if text.upper() in EXCHANGE_NAMES else parse_exchange(text)
    if code is None:
        raise ValueError(f"“{text[:50]}” is no exchange that is known here; write one like New York or XLON")
    return code


def _completed(terms: DigestTerms) -> DigestTerms:
    _choose(terms.kind, DIGEST_KINDS, "kind of digest")
    _choose(terms.surface, SURFACES, "place that digests are sent to")
    schedule, holidays = _USUAL[terms.kind]
    whole = replace(terms, schedule=written(terms.schedule) or schedule, holidays=terms.holidays or holidays)
    _choose(whole.holidays, HOLIDAYS, "way with holidays")
    for section in whole.sections:
        _choose(section, SECTIONS, "section of a digest")
    if whole.channel and whole.kind in PERSONAL_KINDS:
        raise DigestRefused(f"A {whole.kind} digest is for its owner alone; leave the channel out.")
    if len(whole.channel) > MAX_KEY:
        raise DigestRefused(f"A channel's id has at most {MAX_KEY} characters; copy it from the platform.")
    if whole.kind == "team_channel" and not whole.symbols:
        raise DigestRefused("A team_channel digest names what the team follows; add symbols, such as AAPL,MSFT.")
    if len(whole.symbols) > MAX_SYMBOLS:
        raise DigestRefused(f"A digest follows at most {MAX_SYMBOLS} symbols; leave some out.")
    try:
        calendar = read_calendar(whole.calendar)
        timing_of(whole.schedule, whole.time_zone, calendar, whole.holidays)
    except ValueError as error:
        raise _refused(error) from None
    unique = (tuple(dict.fromkeys(names)) for names in (whole.sections, whole.symbols))
    sections, symbols = unique
    return replace(whole, calendar=calendar, sections=sections, symbols=symbols)


def _must_come(terms: DigestTerms, now: datetime) -> None:
    """A digest that can never come is refused, rather than kept in silence."""
    timing = timing_of(terms.schedule, terms.time_zone, terms.calendar, terms.holidays)
    try:
        trading = trading_of(timing, now)
    except ValueError as error:
        raise DigestRefused(f"{error}. Choose another exchange, or a time of day and holidays send.") from None
    if next_slot(timing, trading, now) is None:
        raise DigestRefused(
            f"“{terms.schedule}” would never come, as the exchange is closed on those days and holidays are skipped; "
            "choose other days, or holidays say or send."
        )


def _choose(value: str, choices: Sequence[str], what: str) -> None:
    if value not in choices:
        raise DigestRefused(f"“{value[:50]}” is no {what}; choose one of {', '.join(choices)}.")


def _refused(error: ValueError) -> DigestRefused:
    text = str(error)
    return DigestRefused(f"{text[0].upper()}{text[1:]}.")
