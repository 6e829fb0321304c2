"""Slack: events in over HTTP or Socket Mode, messages out, each once and only to those whom it is for."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.records.inbox import Outgoing
from bot.surfaces.base import ChatSurface
from bot.surfaces.slack.blocks import messages
from bot.surfaces.slack.directory import place_said
from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.installation import watch_installation
from bot.surfaces.slack.progress import Progress
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.record import Extras, notice_record, turn_record
from bot.surfaces.slack.sockets import Sockets
from bot.surfaces.slack.workspaces import Workspaces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.routing import BaseRoute

    from bot.jobs.intake import Intake
    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.settings import Settings
    from bot.surfaces.slack.placing import Placing
    from bot.turn.assistant import Parts
    from bot.turn.destination import Place
    from bot.turn.proposals import Offered

log = logging.getLogger(__name__)
_MOST_KNOWN = 2000


class SlackSurface(ChatSurface):
    """All workspaces that the app is in. Where the answer replaces the line of progress, that is the only message of the question."""

    name = "slack"

    def __init__(self, settings: Settings, every: float = 0.7) -> None:
        if not settings.has_slack:
            raise ValueError("Slack is not switched on")
        self._locale, self._time_zone, self._every = settings.locale, settings.time_zone, every
        self._signing_secret = settings.slack_signing_secret
        self.workspaces = Workspaces(settings)
        self._app_token = settings.slack_app_token
        self._sockets: Sockets | None = None
        self._progress: OrderedDict[tuple[str, str], Progress] = OrderedDict()

    def use(self, parts: Parts) -> None:
        """Take the running server's parts, before anything comes in."""
        self.workspaces.database = parts.database

    # --- events in ---

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """`/slack/events` takes events, commands and clicks, where there is a signing secret to check them by."""
        if self._signing_secret is None:
            return ()
        return slack_routes(self._signing_secret.get_secret_value(), Receiver(intake, self.workspaces.lost))

    async def run(self, intake: Intake) -> None:
        """Look after the installation and, with an app-level token, fetch events by Socket Mode."""
        async with asyncio.TaskGroup() as group:
            if self.workspaces.configured:
                group.create_task(watch_installation(self.workspaces.configured.api))
            if self._app_token is not None:
                receiver = Receiver(intake, self.workspaces.lost)
                self._sockets = Sockets(self.workspaces.app_api, self._app_token.get_secret_value(), receiver)
                group.create_task(self._sockets.run())

    @property
    def problem(self) -> str:
        """What an administrator has to mend."""
        return self.workspaces.problem or (self._sockets.problem if self._sockets else "")

    async def aclose(self) -> None:
        """Close the connections."""
        await self.workspaces.aclose()

    async def _placing(self, tenant: str) -> Placing:
        return (await self.workspaces.of(tenant)).placing

    # --- while a turn runs ---

    async def place(self, event: Event) -> Place:
        """Where the question was asked, and by whom, as Slack knows it now."""
        try:
            workspace = await self.workspaces.of(event.tenant)
        except (PostFailed, PostRefused):
            return place_said(event)
        return await workspace.directory.place(event)

    @asynccontextmanager
    async def _working(self, event: Event, again: bool) -> AsyncIterator[Callable[[str], None]]:
        progress = self._known(event)
        if again and not progress.ts:
            progress.in_doubt = True  # a process that died may have posted it
        if progress.in_doubt:
            try:
                placing = await self._placing(event.tenant)
                progress.ts = await placing.find_progress(event.payload["target"], event.id)
                progress.in_doubt = False
            except (PostFailed, PostRefused) as error:
                log.debug("whether progress is shown already is not known: %s", error)
        if not progress.in_doubt:
            progress.start()
        try:
            yield progress.say
        finally:
            await progress.stop()

    def working(self, event: Event, *, again: bool) -> Any:
        """Shows what is being looked up, in the message that becomes the answer."""
        return self._working(event, again)

    async def discard(self, event: Event) -> None:
        """Delete the line of progress of a question that is not answered."""
        target = event.payload["target"]
        progress = self._progress.pop((event.tenant, event.id), None)
        try:
            placing = await self._placing(event.tenant)
            if progress is None or progress.in_doubt:
                ts = await placing.find_progress(target, event.id)
            else:
                ts = progress.ts
            if ts:
                await placing.delete(await placing.channel_of(target), ts)
        except (PostFailed, PostRefused) as error:
            log.warning("a line of progress stays, though its question is not answered: %s", error)

    def _known(self, event: Event) -> Progress:
        key, target = (event.tenant, event.id), event.payload["target"]
        found = self._progress.get(key)
        if found is None:

            async def post(message: dict[str, Any]) -> str:
                placing = await self._placing(event.tenant)
                return await placing.post_progress(target, message, event.id)

            async def update(ts: str, message: dict[str, Any]) -> None:
                placing = await self._placing(event.tenant)
                await placing.update_progress(target, ts, message, event.id)

            found = self._progress[key] = Progress(post, update, self._every)
            while len(self._progress) > _MOST_KNOWN:
                self._progress.popitem(last=False)
        return found

    # --- messages out ---

    def present(
        self,
        event: Event,
        text: str,
        reply: Reply | None,
        *,
        directly: bool = False,
        offered: Sequence[Offered] = (),
    ) -> Sequence[Outgoing]:
        """A reply as Slack's messages; the first takes the place of the line of progress."""
        extras = Extras(offered=tuple(offered))
        record = turn_record(reply, text=text, extras=extras) if reply else notice_record(text)
        drawn = messages(record, locale=self._locale, time_zone=self._time_zone)
        target = {"user": event.user} if directly else dict(event.payload["target"])
        target |= {
            "tenant": event.tenant,
            "since": event.sent_at.timestamp(),
            "external": bool(event.payload["place"]["external"]),
        }
        outgoing = []
        for part, message in enumerate(drawn):
            body = {
                "record": record,
                "part": part,
                "parts": len(drawn),
                "locale": self._locale,
                "time_zone": self._time_zone,
                "message": message,
                "personal": bool(reply and reply.personal),
                "turn": reply.turn_id if reply else "",
            }
            takes_over = {"event": event.id} if part == 0 and not directly else {}
            outgoing.append(Outgoing(self.name, {**target, **takes_over}, body))
        return outgoing

    async def post(self, message: Outgoing, key: str) -> str:
        """Post, or put in the place of the line of progress; returns "channel/ts"."""
        target = message.target
        placing = await self._placing(target["tenant"])
        ts = ""
        if "event" in target:
            progress = self._progress.get((target["tenant"], target["event"]))
            if progress is None or progress.in_doubt:
                ts = await placing.find_progress(target, target["event"])
            else:
                ts = progress.ts
        posted = await placing.place(message, key, ts)
        if "event" in target:
            self._progress.pop((target["tenant"], target["event"]), None)
        return posted

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        """The messages that carry `key`: where it should be, or in the direct messages that it may have gone to."""
        try:
            placing = await self._placing(message.target["tenant"])
        except PostRefused:
            return ()
        return await placing.find(message.target, key)

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        """Delete a message of our own."""
        channel, _, ts = message_id.partition("/")
        try:
            placing = await self._placing(message.target["tenant"])
        except PostRefused:
            return
        await placing.delete(channel, ts)
