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
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.blocks import messages
from bot.surfaces.slack.directory import Directory
from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.installation import watch_installation
from bot.surfaces.slack.pacing import Pace
from bot.surfaces.slack.placing import Placing
from bot.surfaces.slack.progress import Progress
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.record import notice_record, turn_record
from bot.surfaces.slack.sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.routing import BaseRoute

    from bot.jobs.intake import Intake
    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.settings import Settings
    from bot.turn.destination import Place

log = logging.getLogger(__name__)
_MOST_KNOWN = 2000


class SlackSurface(ChatSurface):
    """One workspace. Where the answer replaces the line of progress, that is the only message of the question."""

    name = "slack"

    def __init__(self, settings: Settings, every: float = 0.7) -> None:
        if settings.slack_bot_token is None:
            raise ValueError("Slack is not switched on")
        self._locale, self._time_zone, self._every = settings.locale, settings.time_zone, every
        self._signing_secret = settings.slack_signing_secret
        self.api = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self._directory = Directory(self.api)
        self._placing = Placing(self.api, Pace(), self._directory)
        self._app_token = settings.slack_app_token
        self._sockets: Sockets | None = None
        self._progress: OrderedDict[tuple[str, str], Progress] = OrderedDict()

    # --- events in ---

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """`/slack/events` takes events, commands and clicks, where there is a signing secret to check them by."""
        if self._signing_secret is None:
            return ()
        return slack_routes(self._signing_secret.get_secret_value(), Receiver(intake, self._lost))

    async def run(self, intake: Intake) -> None:
        """Look after the installation and, with an app-level token, fetch events by Socket Mode."""
        async with asyncio.TaskGroup() as group:
            group.create_task(watch_installation(self.api))
            if self._app_token is not None:
                self._sockets = Sockets(self.api, self._app_token.get_secret_value(), Receiver(intake, self._lost))
                group.create_task(self._sockets.run())

    @property
    def problem(self) -> str:
        """What an administrator has to mend."""
        return self.api.problem or (self._sockets.problem if self._sockets else "")

    async def aclose(self) -> None:
        """Close the connections."""
        await self.api.aclose()

    def _lost(self, reason: str) -> None:
        self.api.lost(f"Slack says {reason.replace('_', ' ')}")

    # --- while a turn runs ---

    async def place(self, event: Event) -> Place:
        """Where the question was asked, and by whom, as Slack knows it now."""
        return await self._directory.place(event)

    @asynccontextmanager
    async def _working(self, event: Event, again: bool) -> AsyncIterator[Callable[[str], None]]:
        progress = self._known(event)
        if again and not progress.ts:
            progress.in_doubt = True  # a process that died may have posted it
        if progress.in_doubt:
            try:
                progress.ts = await self._placing.find_progress(event.payload["target"], event.id)
                progress.in_doubt = False
            except PostFailed as error:
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
            if progress is None or progress.in_doubt:
                ts = await self._placing.find_progress(target, event.id)
            else:
                ts = progress.ts
            if ts:
                await self._placing.delete(await self._placing.channel_of(target), ts)
        except (PostFailed, PostRefused) as error:
            log.warning("a line of progress stays, though its question is not answered: %s", error)

    def _known(self, event: Event) -> Progress:
        key, target = (event.tenant, event.id), event.payload["target"]
        found = self._progress.get(key)
        if found is None:

            async def post(message: dict[str, Any]) -> str:
                return await self._placing.post_progress(target, message, event.id)

            async def update(ts: str, message: dict[str, Any]) -> None:
                await self._placing.update_progress(target, ts, message, event.id)

            found = self._progress[key] = Progress(post, update, self._every)
            while len(self._progress) > _MOST_KNOWN:
                self._progress.popitem(last=False)
        return found

    # --- messages out ---

    def present(self, event: Event, text: str, reply: Reply | None, *, directly: bool = False) -> Sequence[Outgoing]:
        """A reply as Slack's messages; the first takes the place of the line of progress."""
        record = turn_record(reply, text=text) if reply else notice_record(text)
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
        ts = ""
        if "event" in target:
            progress = self._progress.get((target["tenant"], target["event"]))
            if progress is None or progress.in_doubt:
                ts = await self._placing.find_progress(target, target["event"])
            else:
                ts = progress.ts
        posted = await self._placing.place(message, key, ts)
        if "event" in target:
            self._progress.pop((target["tenant"], target["event"]), None)
        return posted

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        """The messages that carry `key`: where it should be, or in the direct messages that it may have gone to."""
        return await self._placing.find(message.target, key)

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        """Delete a message of our own."""
        del message
        channel, _, ts = message_id.partition("/")
        await self._placing.delete(channel, ts)
