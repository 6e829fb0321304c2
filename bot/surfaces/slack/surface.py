"""Slack: events in over HTTP or Socket Mode, messages out, each once and only to those whom it is for."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.jobs.showing import FileRefused
from bot.messages import Manner
from bot.records.inbox import UNASKED_KINDS, Outgoing
from bot.surfaces.base import ChatSurface
from bot.surfaces.localising import Reader
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.blocks import messages
from bot.surfaces.slack.catching_up import CatchUp
from bot.surfaces.slack.controls import interactions_at
from bot.surfaces.slack.desk import Desk
from bot.surfaces.slack.directory import place_said
from bot.surfaces.slack.drafts import draft_text
from bot.surfaces.slack.files import download
from bot.surfaces.slack.hearing import Hearing
from bot.surfaces.slack.home_tab import HomeTab
from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.installation import Keeper, watch_configured
from bot.surfaces.slack.live import Live
from bot.surfaces.slack.oauth import OAuth
from bot.surfaces.slack.progress import AFTER, EVERY
from bot.surfaces.slack.readers import Readers
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.record import Extras, notice_record, turn_record
from bot.surfaces.slack.sockets import Sockets
from bot.surfaces.slack.tokens import exchange_of
from bot.surfaces.slack.workspaces import Workspaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from starlette.routing import BaseRoute

    from bot.jobs.intake import Intake
    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.settings import Settings
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.placing import Placing
    from bot.turn.assistant import Parts
    from bot.turn.destination import Place
    from bot.turn.proposals import Offered

log = logging.getLogger(__name__)


class SlackSurface(ChatSurface):
    """All workspaces that the app is in. What is shown of a question in work becomes the answer: it has one message."""

    name = "slack"

    def __init__(self, settings: Settings, every: float = EVERY, after: float = AFTER) -> None:
        if not settings.has_slack:
            raise ValueError("Slack is not switched on")
        self._locale, self._time_zone = settings.locale, settings.time_zone
        self._signing_secret = settings.slack_signing_secret
        self._api_url = settings.slack_api_url
        self.workspaces = Workspaces(settings)
        self._exchange = exchange_of(settings, self.workspaces.app_api)
        self._app_token = settings.slack_app_token
        self._sockets: Sockets | None = None
        self._parts: Parts | None = None
        self._readers = Readers(Reader(settings.locale, settings.time_zone))
        self._home: HomeTab | None = None
        self._admin_url = f"https://{settings.admin_hosts[0]}/admin" if settings.admin_hosts else ""
        self._interactions: Interactions | None = None
        self._live = Live(self.workspaces, every, after, self._draft)
        self._catch_up: CatchUp | None = None
        self._hearing: Hearing | None = None

    def use(self, parts: Parts) -> None:
        """Take the running server's parts, before anything comes in."""
        self.workspaces.database = parts.database
        self._parts = parts
        self._home = HomeTab(self.workspaces, parts, self._readers, self._admin_url)
        self._catch_up = CatchUp(self.workspaces, parts.database, parts.now)
        self._hearing = Hearing(parts.database, parts.now)

    # --- events in ---

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """`/slack/events` takes events, commands and clicks, where there is a signing secret to check them by.

        With a client id and secret there are the pages on which the app is installed, too.
        """
        routes: list[BaseRoute] = []
        if self._signing_secret is not None:
            routes += slack_routes(self._signing_secret.get_secret_value(), self._receiver(intake))
        if self._exchange is not None and self._parts is not None:
            routes += OAuth(self._exchange, self._parts.database, self.workspaces.forget).routes()
        return routes

    async def run(self, intake: Intake) -> None:
        """Look after the installations and, with an app-level token, fetch events by Socket Mode."""
        async with asyncio.TaskGroup() as group:
            if self.workspaces.configured:
                group.create_task(watch_configured(self.workspaces))
            if self._exchange is not None and self._parts is not None:
                group.create_task(Keeper(self.workspaces, self._parts.database, self._exchange).run())
            receiver = self._receiver(intake)
            if self._catch_up is not None:
                group.create_task(self._catch_up.run(receiver))
            if self._app_token is not None:
                self._sockets = Sockets(
                    self.workspaces.app_api, self._app_token.get_secret_value(), receiver, on_gap=self._missed
                )
                group.create_task(self._sockets.run())

    @property
    def problem(self) -> str:
        """What an administrator has to mend."""
        return self.workspaces.problem or (self._sockets.problem if self._sockets else "")

    def trouble(self, tenant: str) -> str:
        """What the admins of one workspace have to mend."""
        return self.workspaces.trouble(tenant) or (self._sockets.problem if self._sockets else "")

    async def aclose(self) -> None:
        """Close the connections."""
        if self._interactions:
            await self._interactions.aclose()
        if self._hearing:
            await self._hearing.aclose()
        if self._home:
            await self._home.aclose()
        await self._live.aclose()
        await self.workspaces.aclose()

    def _receiver(self, intake: Intake) -> Receiver:
        if self._home is None or self._parts is None:
            return Receiver(intake, self.workspaces.lost, live=self._live, bot_user=self.workspaces.bot_user)
        if self._interactions is None:
            desk = Desk(self.workspaces, self._parts, intake, self._locale, self._time_zone, self._home)
            self._interactions = interactions_at(desk)
        return Receiver(
            intake,
            self.workspaces.lost,
            self._interactions,
            self._home.opened,
            self._live,
            self.workspaces.bot_user,
            self._missed,
            self._hearing or (lambda _: None),
            self.workspaces.held_back,
        )

    def _missed(self, since: datetime) -> None:
        if self._catch_up:
            self._catch_up.missed_since(since)

    async def _placing(self, tenant: str) -> Placing:
        return (await self.workspaces.of(tenant)).placing

    # --- while a turn runs ---

    async def place(self, event: Event) -> Place:
        """Where the question was asked, and by whom, as Slack knows it now."""
        try:
            workspace = await self.workspaces.of(event.tenant)
        except (PostFailed, PostRefused):
            return place_said(event)
        place = await workspace.directory.place(event)
        if person := workspace.directory.known(event.user, event.tenant):
            self._readers.note(event.tenant, event.user, person)
        return place

    async def asker_name(self, event: Event) -> str:
        """What the asker is called in the workspace."""
        try:
            workspace = await self.workspaces.of(event.tenant)
            return (await workspace.directory.person(event.user, event.tenant)).name
        except (PostFailed, PostRefused, SlackRefused):
            return ""

    def time_zone(self, event: Event) -> str:
        """The zone that the asker's Slack is set to."""
        return self._readers.time_zone(event.tenant, event.user)

    async def read_file(self, event: Event, most: int) -> bytes:
        """The content of the one file that was dropped. Raises `FileRefused`, `PostFailed`."""
        try:
            api = await self.workspaces.api(event.tenant)
        except PostRefused as error:
            raise FileRefused(str(error)) from None
        return await download(api, self._api_url, event.payload["files"][0], most)

    async def waiting(self, event: Event, line: str) -> None:
        """Shows that a question has to wait, in the message that becomes the answer."""
        self._live.waiting(event, line)

    async def handed_over(self, event: Event) -> None:
        """Leave that message to another process."""
        await self._live.handed_over(event)

    def working(self, event: Event, *, again: bool, told: bool = False) -> Any:
        """Shows what is being looked up, in the message that becomes the answer."""
        return self._live.working(event, again=again, told=told)

    def _draft(self, event: Event, draft: Reply) -> str:
        """What is written of an answer, as its asker reads it."""
        return draft_text(draft, self._readers.reader(event.tenant, event.user, draft.manner))

    async def discard(self, event: Event) -> None:
        """Delete what is shown of a question that is not answered."""
        await self._live.discard(event)

    async def stopped(self, event: Event) -> None:
        """Say in the place of what is shown of a question that it was stopped."""
        await self._live.stopped(event)

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
        extras = Extras(offered=tuple(offered), digest=event.payload.get("digest", ""))
        record = turn_record(reply, text=text, extras=extras) if reply else notice_record(text)
        reader = self._readers.reader(event.tenant, event.user, reply.manner if reply else Manner())
        drawn = messages(record, locale=reader.locale, time_zone=reader.time_zone)
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
                "locale": reader.locale,
                "time_zone": reader.time_zone,
                "message": message,
                "personal": bool(reply and reply.personal),
                "kind": event.kind,
                "turn": reply.turn_id if reply else "",
            }
            has_progress = not directly and event.kind not in UNASKED_KINDS
            takes_over = {"event": event.id} if part == 0 and has_progress else {}
            outgoing.append(Outgoing(self.name, {**target, **takes_over}, body))
        return outgoing

    async def post(self, message: Outgoing, key: str) -> str:
        """Post, or put in the place of the line of progress; returns "channel/ts"."""
        target = message.target
        placing = await self._placing(target["tenant"])
        ts, stream = await self._live.to_replace(target) if "event" in target else ("", None)
        posted = await placing.place(message, key, ts, stream)
        if "event" in target:
            self._live.forget(target)
        if self._home and not message.body["part"]:
            self._home.answered(target, message.body["record"].get("question", ""), message.body.get("kind", ""))
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
