"""People who were told before that a machine answers: to them alone an answer is shown while it is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.records import users
from bot.records.opening import open_records
from bot.turn.disclosing import note_disclosed

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.users import Actor
    from bot.settings import Settings


async def told_before(database: Database, actor: Actor, at: datetime | None = None) -> None:
    """They were told, just now or at that time."""
    async with database.write() as session:
        await users.ensure_user(session, actor)
        await note_disclosed(session, actor, at=at or datetime.now(UTC))


async def told_before_in(settings: Settings, actor: Actor) -> None:
    """The same, in the records of a server that was not started yet."""
    async with await open_records(settings) as database:
        await told_before(database, actor)
