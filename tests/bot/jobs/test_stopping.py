"""A turn that is stopped while its model writes, by its asker or by a switch, ends soon, whichever replica works at it."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa

from bot.jobs.intake import Intake
from bot.jobs.questions import TAKEN_BACK
from bot.jobs.worker import Limits, Worker
from bot.records import administration
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.tables import Turn
from bot.records.users import Actor
from bot.serving import replica
from bot.settings import load_settings
from tests.fakes.chat_server import ChatServer
from tests.fakes.chat_surface import ChatServerSurface
from tests.fakes.ollama_server import FakeOllama, Hang, Say
from tests.fakes.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings

LIMITS = Limits(poll=timedelta(milliseconds=20), stopping=timedelta(seconds=5))
QUICK = replace(LIMITS, look=timedelta(seconds=0.2))


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(ollama: FakeOllama, database_url: str, tmp_path: Path) -> Settings:
    return load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "ollama",
            "TUPPENCE_MODEL": "qwen3:4b",
            "OLLAMA_HOST": ollama.address,
            "TUPPENCE_MARKET_DATA": "snapshot",
        },
        None,
    )


@asynccontextmanager
async def serving(settings: Settings, chat: ChatServer, limits: Limits = LIMITS) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        chat.serving() as address,
        replica(settings, [ChatServerSurface(address)], limits) as app,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client,
    ):
        yield client


async def ask(client: httpx.AsyncClient, name: str, at: float | None = None) -> None:
    body = {"channel": "C1", "user": "ada", "text": "tell me of Apple", "event_id": name, "ts": at or time.time()}
    assert (await client.post("/events", json=body)).status_code == 200


async def state(database: Database, name: str) -> str | None:
    async with database.read() as session:
        return await session.scalar(sa.select(InboxEvent.state).where(InboxEvent.id == name))


async def until_state(database: Database, name: str, expected: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await state(database, name) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def test_c22_a_stop_is_looked_for_often_enough_to_be_seen_within_two_seconds() -> None:
    limits = Limits()
    assert limits.look + limits.poll < timedelta(seconds=2)


async def test_c22_a_stop_that_arrives_at_another_replica_frees_the_model(
    settings: Settings, ollama: FakeOllama
) -> None:
    chat = ChatServer()
    ollama.then(Say("Apple "), Hang())
    ollama.then(Say("I am here again."))
    async with serving(settings, chat) as client, await open_records(settings) as database:
        await ask(client, "e1", time.time() - 5)
        await ask(client, "e2", time.time())
        await ollama.hanging.wait()
        elsewhere = Intake(database, Worker(database, {}, {}, "another process"))
        ((event, is_left),) = await elsewhere.stop(
            "local", "C1", before=datetime.now(UTC) - timedelta(seconds=2), user="ada"
        )
        assert (event.id, is_left) == ("e1", False)  # a worker is at it, and sees to what is shown
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until_state(database, "e2", "done")  # the conversation goes on
        assert await state(database, "e1") == "cancelled"
        assert len(chat.messages) == 1
        async with database.read() as session:
            failures = (await session.scalars(sa.select(Turn.failure).order_by(Turn.position))).all()
        assert failures == [TAKEN_BACK, None]


@pytest.mark.parametrize("kind", ["tenant", "user"])
async def test_i14_a_switch_ends_a_running_turn_with_its_notice(
    settings: Settings, ollama: FakeOllama, kind: str
) -> None:
    chat = ChatServer()
    ollama.then(Say("Apple "), Hang())
    async with serving(settings, chat, QUICK) as client, await open_records(settings) as database:
        await ask(client, "e1")
        await ollama.hanging.wait()
        async with database.write() as session:
            subject = "ada" if kind == "user" else ""
            by = Actor("root", "local")
            await administration.pull_switch(session, by, kind, subject, reason="now", at=datetime.now(UTC))
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until_state(database, "e1", "done")
        (notice,) = chat.messages
        assert "stopped" in notice.text
        async with database.read() as session:
            (turn,) = await session.scalars(sa.select(Turn))
            assert turn.status == "declined"
            assert (await session.scalar(sa.select(InboxEvent.attempts))) == 0  # it counts as no failure
