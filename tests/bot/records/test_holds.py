"""A legal hold keeps a person's records from retention and from the person, and is on record itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.errors import AdminRefused
from bot.records import audit, retention, turns, users
from bot.records.holds import lift_hold, place_hold
from bot.records.policies import set_policy
from bot.records.tables import Turn
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ADA, GRACE = Actor("ada"), Actor("grace")


@pytest.fixture
async def old_turn(database: Database) -> Database:
    """A database in which a turn of Ada's is older than the policy keeps turns."""
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        long_ago = NOON - timedelta(days=40)
        turn = await turns.start_turn(session, ADA, "c1", "q", now=long_ago, budget=timedelta(minutes=5))
        await turns.finish_turn(session, ADA, turn, turns.Outcome("answered", "a"), now=long_ago)
        await set_policy(session, GRACE, {"retention_days": {"turns": 30}}, at=NOON)
    return database


async def left(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Turn)) or 0


async def test_what_is_held_outlives_the_policy_and_goes_once_it_is_free(old_turn: Database) -> None:
    async with old_turn.write() as session:
        assert await place_hold(session, GRACE, "ada", reason="case 17", at=NOON)
        assert not await place_hold(session, GRACE, "ada", reason="case 17", at=NOON)
    await retention.purge(old_turn, NOON)
    assert await left(old_turn) == 1
    async with old_turn.write() as session:
        assert await lift_hold(session, GRACE, "ada", at=NOON)
        assert not await lift_hold(session, GRACE, "ada", at=NOON)
    await retention.purge(old_turn, NOON)
    assert await left(old_turn) == 0
    async with old_turn.read() as session:
        log = [(row.actor, row.action, row.subject) for row in await audit.entries(session, "local")]
    assert [row for row in log if row[1].startswith("hold")] == [
        ("grace", "hold.place", "ada"),
        ("grace", "hold.lift", "ada"),
    ]


@pytest.mark.parametrize(("user", "reason"), [("ada", " "), ("nobody", "case 17")])
async def test_a_hold_needs_a_user_and_a_reason(old_turn: Database, user: str, reason: str) -> None:
    with pytest.raises(AdminRefused):
        async with old_turn.write() as session:
            await place_hold(session, GRACE, user, reason=reason, at=NOON)


async def test_a_hold_of_another_tenant_holds_nothing_here(old_turn: Database) -> None:
    async with old_turn.write() as session:
        await users.ensure_user(session, Actor("ada", "T2"))
        await place_hold(session, Actor("grace", "T2"), "ada", reason="case 17", at=NOON)
    await retention.purge(old_turn, NOON)
    assert await left(old_turn) == 0
