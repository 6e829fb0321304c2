"""The one digest that a form of settings knows: that of a person's own portfolio, at a time of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.records import digests
from bot.records.digest_terms import DigestTerms, terms_of, vet
from bot.turn.sendings import schedule_in_words
from tools.parsing.schedules import Clock, parse_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.schedule_tables import Digest
    from bot.records.users import Actor

KIND = "my_portfolio"
DAYS = "mon-fri"


@dataclass(frozen=True, slots=True)
class Daily:
    """As a form shows it: `time` is "08:00", "" where none is sent at one; `other` says when else it is sent."""

    id: str = ""
    time: str = ""
    other: str = ""


def daily_of(rows: Sequence[Digest]) -> Daily:
    """The one among a person's digests; one that is sent counts more than one that is paused."""
    mine = [row for row in rows if row.kind == KIND]
    if not mine:
        return Daily()
    row = next((row for row in mine if not row.paused and not row.failure), mine[0])
    if row.paused or row.failure:
        return Daily(row.id)
    clock = _clock(row.schedule)
    return (
        Daily(row.id, f"{clock.hour:02}:{clock.minute:02}")
        if clock
        else Daily(row.id, "", schedule_in_words(row.schedule))
    )


async def set_daily(
    database: Database, actor: Actor, surface: str, time: str, time_zone: str, *, at: datetime, was_zone: str = ""
) -> bool:
    """Send it at `time` in `time_zone` from now on, or no more where that is ""; False where that changes nothing.

    One with another zone than `was_zone`, the person's until now, has its own, and keeps it as long as its time stays.

    Raises `DigestRefused` with the reason and the fix.
    """
    async with database.read() as session:
        rows = await digests.digests_of(session, actor)
    daily = daily_of(rows)
    row = next((row for row in rows if row.id == daily.id), None)
    if not time:
        if not daily.time:
            return False
        return await database.run(lambda session: digests.pause(session, actor, daily.id, at=at))
    if row is not None and time == daily.time and row.time_zone != was_zone:
        return False
    hour, minute = (int(part) for part in time.split(":"))
    if row is None:
        terms = DigestTerms(KIND, surface, schedule=f"{minute} {hour} * * {DAYS}", time_zone=time_zone)
    else:
        days = row.schedule.split()[4] if _clock(row.schedule) else DAYS
        terms = replace(terms_of(row), schedule=f"{minute} {hour} * * {days}", time_zone=time_zone)
    vetted = await vet(terms, at)

    async def unit(session: AsyncSession) -> bool:
        if row is None:
            await digests.add(session, actor, actor.user, vetted, at=at)
            return True
        is_changed = await digests.change(session, actor, row.id, vetted, at=at)
        return await digests.resume(session, actor, row.id, at=at) or is_changed

    return await database.run(unit)


def _clock(schedule: str) -> Clock | None:
    """A time on days of the week, which is all that a form can show."""
    try:
        read = parse_schedule(schedule)
    except ValueError:
        return None
    return read if isinstance(read, Clock) and schedule.split()[2:4] == ["*", "*"] else None
