"""Whole conversations on Teams: an activity comes in, one answer goes out; server, SDK, model and data are real."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import sqlalchemy as sa

from bot.jobs.worker import Limits
from bot.records import administration
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.serving import replica
from bot.surfaces.teams.surface import TeamsSurface
from tests.fakes.teams_payloads import CHANNEL, GROUP, PERSONAL, TENANT, mention, message
from tests.fakes.teams_server import Fault, Shown, TeamsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings

LIMITS = Limits(poll=timedelta(milliseconds=20), longest_wait=timedelta(seconds=0.2), stopping=timedelta(seconds=5))


class Client:
    """Microsoft, delivering."""

    def __init__(self, http: httpx.AsyncClient, teams: TeamsServer) -> None:
        self.http, self.teams = http, teams

    async def deliver(self, body: dict[str, Any], **claims: Any) -> httpx.Response:
        headers = {"Authorization": self.teams.bearer(**claims)}
        return await self.http.post("/api/messages", json=body, headers=headers)

    async def say(self, text: str) -> dict[str, Any]:
        body = message(text, self.teams.service_url)
        assert (await self.deliver(body)).status_code == 200
        return body


@asynccontextmanager
async def serving(settings: Settings, teams: TeamsServer, every: float = 0.02) -> AsyncIterator[Client]:
    """A server as `tuppence serve` runs it."""
    surface = TeamsSurface(settings, teams.cloud, every)
    async with replica(settings, [surface], LIMITS) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            yield Client(client, teams)


async def rows(settings: Settings) -> dict[str, str]:
    async with await open_records(settings) as database, database.read() as session:
        found = await session.execute(sa.select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in found}


async def settled(settings: Settings) -> dict[str, str]:
    async with asyncio.timeout(60):
        while {"waiting", "answered"} & set((found := await rows(settings)).values()) or not found:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found


async def allow(settings: Settings, channel: str, kind: str = "public") -> None:
    """An admin lets the assistant answer in a channel."""
    async with await open_records(settings) as database, database.write() as session:
        by = Actor("root", TENANT)
        await administration.save_channel(
            session, by, channel, name="markets", kind=kind, allowed=True, external=False, at=datetime.now(UTC)
        )


async def test_b6_one_question_four_deliveries_one_answer_in_the_place_of_the_progress(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        body = await client.say("price of Apple")
        for _ in range(3):
            assert (await client.deliver(body)).status_code == 200
        assert list((await settled(settings)).values()) == ["done"]
        assert (await client.deliver(body)).status_code == 200
        assert list((await settled(settings)).values()) == ["done"]
    (shown,) = teams.messages
    assert shown.conversation == PERSONAL
    assert shown.history[0] == "Reading your question…"
    assert "Apple closed at $125.67" in shown.text
    assert not shown.is_streaming
