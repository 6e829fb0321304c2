"""A real server on a Teams on loopback, and Microsoft delivering to it."""

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
from bot.settings import load_settings
from bot.surfaces.pacing import Pace
from bot.surfaces.teams.surface import TeamsSurface
from tests.fakes.teams_payloads import TENANT, invoke, message
from tests.fakes.teams_server import Shown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.teams_server import TeamsServer

LIMITS = Limits(poll=timedelta(milliseconds=20), longest_wait=timedelta(seconds=0.2), stopping=timedelta(seconds=5))


class Answer(Shown):
    """The messages of one answer as one: the words, and below them the card, whose id a press of its buttons names."""

    def __init__(self, *messages: Shown) -> None:
        self.messages = messages
        self.conversation, self.id = messages[0].conversation, messages[-1].id
        self.history, self.is_streaming = messages[0].history, messages[0].is_streaming

    def __getattr__(self, name: str) -> Any:
        if name != "body":
            raise AttributeError(name)
        merged: dict[str, Any] = {}
        for each in reversed(self.messages):
            merged |= each.body
        return merged


class Client:
    """Microsoft, delivering."""

    def __init__(
        self, http: httpx.AsyncClient, teams: TeamsServer, settings: Settings, surface: TeamsSurface | None = None
    ) -> None:
        self.http, self.teams, self.settings, self._surface = http, teams, settings, surface

    @property
    def surface(self) -> TeamsSurface:
        assert self._surface
        return self._surface

    async def deliver(self, body: dict[str, Any], **claims: Any) -> httpx.Response:
        headers = {"Authorization": self.teams.bearer(**claims)}
        return await self.http.post("/api/messages", json=body, headers=headers)

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Ada says something, and it is taken."""
        body = message(text, self.teams.service_url, **more)
        assert (await self.deliver(body)).status_code == 200
        return body

    async def ask(self, text: str, **more: Any) -> Answer:
        """Ada says something; the answer."""
        known = {shown.id for shown in self.teams.messages}
        await self.say(text, **more)
        await settled(self.settings)
        return answer_of([shown for shown in self.teams.messages if shown.id not in known])

    async def invoke(self, name: str, value: dict[str, Any], **more: Any) -> Any:
        """Ada presses something; what she is answered at once."""
        answer = await self.deliver(invoke(name, value, self.teams.service_url, **more))
        assert answer.status_code == 200
        return answer.json() if answer.content else None

    async def press(self, shown: Shown, title: str, **more: Any) -> Any:
        """Ada presses the button of that title in a message."""
        action = button(shown, title)
        if action["type"] == "Action.Execute":
            value = {"action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"]}}
            return await self.invoke("adaptiveCard/action", value, replyToId=shown.id, **more)
        if (action["data"].get("msteams") or {}).get("type") == "task/fetch":
            return await self.invoke("task/fetch", {"data": action["data"]}, replyToId=shown.id, **more)
        return await self.say("", value=action["data"], replyToId=shown.id, **more)


def writing_settings(keys: dict[str, str], database_url: str, home: Path, ollama: str) -> Settings:
    """A model that writes at the address `ollama`; `keys` are those of Teams."""
    return load_settings(
        {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "ollama",
            "TUPPENCE_MODEL": "qwen3:4b",
            "OLLAMA_HOST": ollama,
            "TUPPENCE_MARKET_DATA": "snapshot",
            **keys,
        },
        None,
    )


def answer_of(messages: Sequence[Shown]) -> Answer:
    """The one answer that was posted: words, a card, or both, the words first."""
    assert [bool(shown.body.get("attachments")) for shown in messages] in ([True], [False], [False, True])
    return Answer(*messages)


def actions(shown: Shown) -> list[dict[str, Any]]:
    found = list(shown.card.get("actions", ()))
    for element in shown.card.get("body", ()):
        found += element.get("actions", ())
    return found


def button(shown: Shown, title: str) -> dict[str, Any]:
    return next(action for action in actions(shown) if action["title"] == title)


def letters(value: Any) -> str:
    """Every text of a card, in its order."""
    if isinstance(value, dict):
        own = [str(value[name]) for name in ("text", "title", "value") if isinstance(value.get(name), str)]
        return " ".join([*own, *(letters(each) for each in value.values() if isinstance(each, dict | list))])
    return " ".join(map(letters, value)) if isinstance(value, list) else ""


async def at_once(_: float) -> None:
    """The stand-in needs no pauses."""


@asynccontextmanager
async def serving(settings: Settings, teams: TeamsServer, every: float = 0.02) -> AsyncIterator[Client]:
    """A server as `tuppence serve` runs it."""
    surface = TeamsSurface(settings, teams.cloud, every, Pace(sleep=at_once))
    async with replica(settings, [surface], LIMITS) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            yield Client(client, teams, settings, surface)


async def rows(settings: Settings) -> dict[str, str]:
    async with await open_records(settings) as database, database.read() as session:
        found = await session.execute(sa.select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in found}


async def settled(settings: Settings) -> list[str]:
    """The states of all events, once nothing is left to do."""
    async with asyncio.timeout(60):
        while {"waiting", "answered"} & set((found := await rows(settings)).values()) or not found:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return sorted(found.values())


async def allow(settings: Settings, channel: str, kind: str = "public") -> None:
    """An admin lets the assistant answer in a channel."""
    async with await open_records(settings) as database, database.write() as session:
        by = Actor("root", TENANT)
        await administration.save_channel(
            session, by, channel, name="markets", kind=kind, allowed=True, external=False, at=datetime.now(UTC)
        )
