"""Housekeeping: turns of dead processes are closed, old records go by the policy, and a failure waits for the next round."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import DatabaseLocked
from bot.jobs.housekeeping import Housekeeping
from bot.records import audit, turns, users
from bot.records.policies import set_policy
from bot.records.tables import Turn
from bot.records.users import Actor

if TYPE_CHECKING:
    import pytest

    from bot.records.database import Database

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ADA = Actor("ada")


async def ask(database: Database, at: datetime, *, finished: bool) -> str:
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        turn = await turns.start_turn(session, ADA, "c1", "price of Apple", now=at, budget=timedelta(minutes=5))
        if finished:
            await turns.finish_turn(session, ADA, turn, turns.Outcome("answered", "$1"), now=at)
    return turn


async def statuses(database: Database) -> dict[str, str]:
    async with database.read() as session:
        return dict((await session.execute(sa.select(Turn.id, Turn.status))).all())


async def test_a_turn_past_its_time_is_closed(database: Database) -> None:
    turn = await ask(database, NOON, finished=False)
    await Housekeeping(database, lambda: NOON + timedelta(minutes=4)).round()
    assert await statuses(database) == {turn: "running"}
    await Housekeeping(database, lambda: NOON + timedelta(minutes=6)).round()
    assert await statuses(database) == {turn: "failed"}


async def test_turns_older_than_the_policy_says_go(database: Database) -> None:
    await ask(database, NOON - timedelta(days=31), finished=True)
    young = await ask(database, NOON - timedelta(days=29), finished=True)
    async with database.write() as session:
        await set_policy(session, Actor("grace"), {"retention_days": {"turns": 30}}, at=NOON)
    await Housekeeping(database, lambda: NOON).round()
    assert await statuses(database) == {young: "answered"}


async def test_a_database_that_is_away_only_postpones_the_round(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def now() -> datetime:
        raise DatabaseLocked("here")

    keeping = asyncio.create_task(Housekeeping(database, now).run())
    async with asyncio.timeout(10):
        while "housekeeping has to wait" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not keeping.done()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_the_head_of_each_audit_log_is_told_once_a_day(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(database, NOON, finished=True)
    async with database.read() as session:
        head = await audit.head(session, "local")
    told = f"audit head of local: {head}"
    clock = [NOON]
    keeping = Housekeeping(database, lambda: clock[0])
    await keeping.round()
    clock[0] = NOON + timedelta(hours=11)
    await keeping.round()
    assert caplog.text.count(told) == 1
    clock[0] = NOON + timedelta(hours=12)
    await keeping.round()
    assert caplog.text.count(told) == 2
