"""What a platform may do to the inbox, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.jobs.intake import Intake
from bot.jobs.worker import Worker
from bot.records.inbox import Event
from bot.records.inbox_tables import InboxEvent

if TYPE_CHECKING:
    from bot.records.database import Database


def event(name: str, place: str, tenant: str = "t1") -> Event:
    return Event(tenant, name, "c1", "ada", "fake", "question", {"text": name}, datetime.now(UTC), place)


async def states(database: Database) -> dict[str, str]:
    async with database.read() as session:
        found = await session.execute(sa.select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in found}


async def test_a_place_is_asked_once_and_may_be_taken_back(database: Database) -> None:
    intake = Intake(database, Worker(database, {}, {}, "w1"))
    assert await intake(event("e1", "C/1"))
    assert not await intake(event("e2", "C/1"))
    assert await intake.takes_part("t1", "c1")
    assert not await intake.takes_part("t2", "c1")
    assert not await intake.cancel("t2", "C/1")
    assert await intake.cancel("t1", "C/1")
    assert not await intake.cancel("t1", "C/1")
    assert await states(database) == {"e1": "cancelled"}


async def test_an_edit_takes_the_place_of_what_waits_and_counts_once(database: Database) -> None:
    intake = Intake(database, Worker(database, {}, {}, "w1"))
    assert not await intake.instead("C/1", event("e0", "C/1/edit"))  # the post itself never came
    await intake(event("e1", "C/1"))
    assert await intake.instead("C/1", event("e2", "C/1/edit"))
    assert not await intake.instead("C/1", event("e3", "C/1/edit"))
    assert await states(database) == {"e1": "cancelled", "e2": "waiting"}
