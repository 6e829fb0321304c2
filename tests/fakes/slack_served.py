"""`tuppence serve` on the Slack of `slack_server`, with the real model and data: what whole conversations are tried on."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from bot.settings import load_settings
from bot.surfaces.slack.progress import AFTER
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.slack_interactive import deliver_press
from tests.fakes.slack_payloads import TEAM
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer, deliver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings
    from tests.fakes.slack_server import Shown

LIMITS = Limits(poll=timedelta(milliseconds=20), longest_wait=timedelta(seconds=0.2), stopping=timedelta(seconds=5))


def served_settings(slack: SlackServer, database_url: str, home: Path) -> Settings:
    """Both ways in are switched on."""
    return load_settings(
        {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


def writing_settings(slack: SlackServer, database_url: str, home: Path, ollama: str) -> Settings:
    """A model that writes at the address `ollama`; Slack delivers over HTTP."""
    return load_settings(
        {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "ollama",
            "TUPPENCE_MODEL": "qwen3:4b",
            "OLLAMA_HOST": ollama,
            "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


def ts(number: int) -> str:
    """A post of now."""
    return f"{int(time.time())}.{number:06}"


@dataclass
class Served:
    """A running server; `database` is a second connection to its records."""

    client: httpx.AsyncClient
    slack: SlackServer
    database: Database
    settings: Settings

    async def say(self, payload: dict[str, Any], *, is_published: bool = True) -> None:
        """Deliver an event, and wait until nothing is left to do."""
        assert (await deliver(self.client, payload, is_published=is_published)).status_code == 200
        await self.settled()

    async def press(self, payload: dict[str, Any], *, is_published: bool = True) -> httpx.Response:
        """Deliver a click, and wait until nothing is left to do."""
        answer = await deliver_press(self.client, payload, is_published=is_published)
        assert answer.status_code == 200, answer.text
        await self.settled()
        return answer

    async def states(self) -> dict[str, str]:
        async with self.database.read() as session:
            return {row.id: row.state for row in await session.execute(sa.select(InboxEvent.id, InboxEvent.state))}

    async def settled(self) -> dict[str, str]:
        async with asyncio.timeout(60):
            while {"waiting", "answered"} & set((found := await self.states()).values()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return found

    async def allow(self, channel: str) -> None:
        """An admin lets the assistant answer in a channel."""
        async with self.database.write() as session:
            by = Actor("root", TEAM)
            await administration.save_channel(
                session, by, channel, name="#markets", kind="public", allowed=True, external=False, at=datetime.now(UTC)
            )

    def answers(self) -> list[Shown]:
        """Every message that answers something, in the order in which they were posted."""
        return [shown for shown in self.slack.messages if shown.key]


@asynccontextmanager
async def serving(settings: Settings, slack: SlackServer, after: float = AFTER) -> AsyncIterator[Served]:
    """A server as `tuppence serve` runs it; Slack delivers over HTTP and by Socket Mode. Progress shows `after` seconds."""
    async with (
        replica(settings, [SlackSurface(settings, after=after)], LIMITS) as app,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client,
        await open_records(settings) as database,
    ):
        yield Served(client, slack, database, settings)
