"""What ends work that goes on: a lost claim always; a switch once, and only before anything is decided."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.keeping import Halted, Keeper
from bot.records import administration, controls, inbox, recall, users
from bot.records.admin_tables import Tenant
from bot.records.inbox import Event, LeaseLost
from bot.records.tables import User
from bot.records.users import Actor
from tests.bot.jobs.test_worker import QUICK, Echo, settled, working
from tests.fakes.chat_server import ChatServer

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim

ADA, ROOT = Actor("ada", "local"), Actor("root", "local")
LEASE, OFTEN = timedelta(seconds=30), timedelta(seconds=0.05)


async def claimed(database: Database) -> Claim:
    event = Event("local", "e1", "c1", "ada", "fake", "echo", {"text": "hi"}, datetime.now(UTC), "C/1")
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        now = await inbox.database_now(session)
        await inbox.accept(session, event, now=now)
        claim = await inbox.claim(session, "w1", now=now, lease=LEASE)
    assert claim
    return claim


async def pull(database: Database, kind: str = "user", subject: str = "ada") -> None:
    async with database.write() as session:
        await administration.pull_switch(session, ROOT, kind, subject, reason="now", at=datetime.now(UTC))


async def kept_for_ever(database: Database, claim: Claim, *, decided: bool = False) -> None:
    """Work that never ends by itself."""
    keeper = Keeper(database, claim, LEASE, OFTEN, heeds_switches=True)
    async with asyncio.timeout(10), keeper.keeping():
        if decided:
            await asyncio.sleep(0.3)
        else:
            with keeper.interruptible():
                await asyncio.Event().wait()


async def test_a_switch_ends_work_and_a_cancellation_does(database: Database) -> None:
    claim = await claimed(database)
    await pull(database)
    with pytest.raises(Halted):
        await kept_for_ever(database, claim)
    async with database.write() as session:
        assert await recall.cancel(session, "local", "C/1", now=await inbox.database_now(session))
    with pytest.raises(LeaseLost):
        await kept_for_ever(database, claim)


async def test_what_is_decided_is_posted_whatever_switch_is_pulled(database: Database) -> None:
    claim = await claimed(database)
    await pull(database)
    await kept_for_ever(database, claim, decided=True)


async def test_work_that_does_not_ask_whether_it_may_run_is_ended_once(database: Database) -> None:
    """It is done anew after that, and not ended again and again."""

    async def slowly(claim: Claim) -> None:
        if handler.runs == 1:
            await pull(database, "tenant", "")
            await asyncio.Event().wait()
        assert claim.attempts == 1  # being ended is no failure

    chat, handler = ChatServer(), Echo(database, slowly)
    limits = type(QUICK)(lease=LEASE, look=OFTEN, poll=timedelta(milliseconds=20))
    async with working(database, handler, chat, limits) as worker:
        await worker.accept(
            Event(
                "local",
                "e1",
                "c1",
                "ada",
                "fake",
                "echo",
                {"text": "e1", "target": {"channel": "c"}},
                datetime.now(UTC),
            )
        )
        assert await settled(database) == {"e1": "done"}
    assert (handler.runs, len(chat.messages)) == (2, 1)


async def test_who_is_stopped(database: Database) -> None:
    async def stopped(actor: Actor) -> bool:
        async with database.read() as session:
            return await controls.is_stopped(session, actor)

    assert not await stopped(Actor("nobody yet", "local"))
    await claimed(database)
    assert not await stopped(ADA)
    await pull(database)
    assert await stopped(ADA)
    assert not await stopped(Actor("mary", "local"))
    assert not await stopped(Actor("ada", "elsewhere"))
    async with database.write() as session:
        await administration.release_switch(session, ROOT, "user", "ada", reason="done", at=datetime.now(UTC))
        await session.execute(sa.update(User).where(User.id == "ada").values(active=False))
    assert await stopped(ADA)
    async with database.write() as session:
        await session.execute(sa.update(User).where(User.id == "ada").values(active=True))
        await session.merge(Tenant(tenant="local", name="x", platform="local", active=False))
    assert await stopped(ADA)
    await pull(database, "tenant", "")
    assert await stopped(Actor("mary", "local"))
