"""One server on a Slack and a Teams on loopback, and one person who says and presses the same on both."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from starlette.applications import Starlette

from bot.app import assemble
from bot.records import administration
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.serving import Replica
from bot.settings import load_settings
from bot.surfaces.pacing import Pace
from bot.surfaces.slack.surface import SlackSurface
from bot.surfaces.teams.surface import TeamsSurface
from tests.bot.surfaces.teams.served import LIMITS, Client, allow, answer_of, at_once, settled
from tests.fakes import slack_payloads, teams_payloads
from tests.fakes.seen import Seen, on_slack, on_teams
from tests.fakes.slack_interactive import deliver_press, press
from tests.fakes.slack_served import ts
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer, deliver
from tests.fakes.teams_server import TeamsServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings
    from tests.fakes.slack_server import Shown as SlackShown
    from tests.fakes.teams_server import Shown as TeamsShown
    from tools.market_data.base import MarketData


@dataclass
class Both:
    """What each platform shows for what was done there. Each conversation is one thread, or one chat, of its own."""

    slack: SlackServer
    teams: TeamsServer
    client: Client
    database: Database
    replica: Replica
    offset: timedelta = timedelta(0)
    number: int = 0
    thread: str = ""

    @property
    def settings(self) -> Settings:
        return self.client.settings

    def now(self) -> datetime:
        """The server's clock."""
        return datetime.now(UTC) + self.offset

    def begin(self) -> None:
        """Another conversation."""
        self.thread = ""

    async def ask(self, question: str) -> tuple[SlackShown, TeamsShown]:
        """A question in the direct chat; its one answer on each."""
        self.number += 1
        more = {"thread_ts": self.thread} if self.thread else {}
        at = ts(self.number)
        self.thread = self.thread or at
        asked = slack_payloads.message(question, ts=at, event_id=f"Ev{self.number}", channel=f"D{self.thread}", **more)
        (there,), here = await self.led_to(
            lambda: self._deliver(asked), lambda: self.client.say(question, conversation=self._chat())
        )
        return there, answer_of(here)

    async def mention(self, question: str) -> tuple[list[SlackShown], list[TeamsShown]]:
        """A question to the assistant where others read along; everything that is then posted."""
        self.number += 1
        call = f"<@{slack_payloads.BOT}> {question}"
        asked = slack_payloads.mention(call, ts=ts(self.number), event_id=f"Ev{self.number}")
        body = teams_payloads.mention(question, self.teams.service_url)
        return await self.led_to(lambda: self._deliver(asked), lambda: self.client.deliver(body))

    async def press(self, there: SlackShown, here: TeamsShown, label: str) -> tuple[list[SlackShown], list[TeamsShown]]:
        """The button of that name in a message, which it is used up by; what is then posted besides."""
        blocks = there.body["blocks"]
        elements = [each for block in blocks for each in block.get("elements", ()) if each["type"] == "button"]
        element = next(each for each in elements if each["text"]["text"] == label)
        payload = press(there, element["action_id"], element.get("value", ""))
        chat = {"id": here.conversation, "conversationType": "personal", "tenantId": teams_payloads.TENANT}
        posted = await self.led_to(
            lambda: deliver_press(self.client.http, payload),
            lambda: self.client.press(here, label, conversation=chat),
        )
        await until(lambda: label not in [*on_slack(there).buttons, *on_teams(here).buttons])
        return posted

    async def drop(self, name: str, content: bytes) -> tuple[SlackShown, TeamsShown]:
        """A file into the direct chat; the one answer."""
        self.number += 1
        files = [self.slack.drop(name, content)]
        asked = slack_payloads.sharing(files, ts=ts(self.number), event_id=f"Ev{self.number}")
        self.teams.files[name] = content
        where = {"downloadUrl": f"{self.teams.address}/files/{name}", "fileType": "csv", "uniqueId": "1"}
        file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": name, "content": where}
        (there,), here = await self.led_to(
            lambda: self._deliver(asked), lambda: self.client.say("", attachments=[file])
        )
        return there, answer_of(here)

    async def led_to(
        self, on_slack: Callable[[], Awaitable[Any]], on_teams: Callable[[], Awaitable[Any]]
    ) -> tuple[list[SlackShown], list[TeamsShown]]:
        """The messages that something led to on each platform."""
        known = len(self.slack.messages), len(self.teams.messages)
        await on_slack()
        await settled(self.settings)
        await on_teams()
        await settled(self.settings)
        return self.since(known)

    def since(self, known: tuple[int, int]) -> tuple[list[SlackShown], list[TeamsShown]]:
        """The messages that came after so many on each."""
        return self.slack.messages[known[0] :], self.teams.messages[known[1] :]

    async def allow(self) -> None:
        """An admin lets the assistant answer in one channel of each."""
        async with self.database.write() as session:
            await administration.save_channel(
                session, Actor("root", slack_payloads.TEAM), slack_payloads.CHANNEL,
                name="#markets", kind="public", allowed=True, external=False, at=datetime.now(UTC),
            )  # fmt: skip
        await allow(self.settings, teams_payloads.CHANNEL)

    async def _deliver(self, body: dict[str, Any]) -> None:
        assert (await deliver(self.client.http, body)).status_code == 200

    def _chat(self) -> dict[str, str]:
        return {"id": f"a:1{self.thread}", "conversationType": "personal", "tenantId": teams_payloads.TENANT}


def seen(there: SlackShown | list[SlackShown], here: TeamsShown | list[TeamsShown]) -> tuple[Seen, Seen]:
    """What the person sees on each."""
    return on_slack(*_all(there)), on_teams(*_all(here))


def _all(shown: Any) -> list[Any]:
    return shown if isinstance(shown, list) else [shown]


@asynccontextmanager
async def both(url: str, home: Path, market: MarketData | None = None) -> AsyncIterator[Both]:
    """A server as `tuppence serve` runs it with the keys of both platforms, on the bundled prices or on a `market`."""
    slack, teams = SlackServer(), TeamsServer()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slack.serving())
        await stack.enter_async_context(teams.serving())
        settings = load_settings(
            {
                "TUPPENCE_HOME": str(home), "TUPPENCE_DATABASE_URL": url,
                "TUPPENCE_MODEL_BACKEND": "embedded", "TUPPENCE_MARKET_DATA": "snapshot",
                "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_API_URL": f"{slack.address}/api/",
                "CLIENT_ID": teams_payloads.APP, "CLIENT_SECRET": teams_payloads.SECRET,
                "TENANT_ID": teams_payloads.TENANT,
            },
            None,
        )  # fmt: skip
        parts, _ = await stack.enter_async_context(assemble(settings, Actor("local")))
        running: list[Both] = []
        parts = replace(
            parts, market=market or parts.market, now=lambda: running[0].now() if running else datetime.now(UTC)
        )
        surface = TeamsSurface(settings, teams.cloud, 5, Pace(sleep=at_once))
        served = Replica(settings, parts, [SlackSurface(settings), surface], LIMITS)
        app = Starlette(routes=served.routes(), lifespan=served.running)
        await stack.enter_async_context(app.router.lifespan_context(app))
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765")
        )
        database = await stack.enter_async_context(await open_records(settings))
        running.append(Both(slack, teams, Client(http, teams, settings, surface), database, served))
        yield running[0]
