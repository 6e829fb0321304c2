"""Microsoft Teams: activities in at one address, messages out, each once and only to those whom it is for."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.messages import UNCHOSEN
from bot.records.identities import actor_of
from bot.records.inbox import UNASKED_KINDS, Outgoing
from bot.surfaces.base import ChatSurface
from bot.surfaces.localising import Reader
from bot.surfaces.pacing import Pace
from bot.surfaces.readers import reader_of
from bot.surfaces.teams.api import TeamsApi
from bot.surfaces.teams.background import Background
from bot.surfaces.teams.cards import attached, decided
from bot.surfaces.teams.checking import secret_lines
from bot.surfaces.teams.cloud import LOCAL, PUBLIC
from bot.surfaces.teams.desk import Desk
from bot.surfaces.teams.directory import Directory
from bot.surfaces.teams.door import Door, OpenDoor
from bot.surfaces.teams.drafts import draft_text
from bot.surfaces.teams.events import NAME, key_of
from bot.surfaces.teams.files import download
from bot.surfaces.teams.home import welcome_card
from bot.surfaces.teams.http import teams_routes
from bot.surfaces.teams.live import Live
from bot.surfaces.teams.messages import localiser, messages
from bot.surfaces.teams.pictures import drawings
from bot.surfaces.teams.placing import LEFT, Placing
from bot.surfaces.teams.presses import Presses
from bot.surfaces.teams.progress import EVERY
from bot.surfaces.teams.receiving import Receiver
from bot.surfaces.teams.record import answer_record
from bot.surfaces.teams.references import References
from bot.surfaces.teams.tokens import BotToken
from bot.turn.destination import Place
from bot.turn.suggestions import GENERAL, suggestions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from bot.jobs.intake import Intake
    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.settings import Settings
    from bot.surfaces.teams.cloud import Cloud
    from bot.surfaces.teams.events import Pressed, Reference
    from bot.turn.assistant import Parts
    from bot.turn.proposals import Offered
    from bot.turn.suggestions import Suggestion

log = logging.getLogger(__name__)
_A_DAY = 86_400.0
STOPPED = "Stopped."


class TeamsSurface(ChatSurface):
    """The bot in all tenants that are allowed. An answer takes the place of the line of progress."""

    name = NAME

    def __init__(
        self, settings: Settings, cloud: Cloud | None = None, every: float = EVERY, pace: Pace | None = None
    ) -> None:
        if not settings.has_teams:
            raise ValueError("Teams is not switched on")
        is_local = settings.teams_allow_unauthenticated
        self.cloud = cloud or (LOCAL if is_local else PUBLIC)
        self._usual = Reader(settings.locale, settings.time_zone)
        self._secret_expires = settings.teams_secret_expires
        token = None if is_local else self._token(settings)
        self.door = OpenDoor(self.cloud) if is_local else self._door(settings)
        self.api = TeamsApi(self.cloud, settings.teams_client_id or "tuppence", token)
        self.directory = Directory(self.api)
        self._pace = pace or Pace()
        self._parts: Parts | None = None
        self._intake: Intake | None = None
        self._presses: Presses | None = None
        self._background = Background()
        self._live = Live(self.api, self._pace, self.directory, lambda: self.references, self._stop, every, self._draft)

    def _token(self, settings: Settings) -> BotToken:
        client_id, secret, tenant = settings.teams_client_id, settings.teams_client_secret, settings.teams_tenant_id
        if client_id is None or secret is None or tenant is None:
            raise ValueError("Teams is not switched on")
        return BotToken(self.cloud, client_id, secret, tenant)

    def _door(self, settings: Settings) -> Door:
        tenants = settings.teams_allowed_tenants or (str(settings.teams_tenant_id).lower(),)
        return Door(str(settings.teams_client_id), self.cloud, frozenset(tenants))

    def use(self, parts: Parts) -> None:
        """Take the running server's parts, before anything comes in."""
        self._parts = parts

    @property
    def references(self) -> References:
        """The conversations, as the running server's database keeps them."""
        parts = self._running()
        return References(parts.database, self.api, self.cloud.service_url, parts.now)

    def _running(self) -> Parts:
        """The running server's parts."""
        if self._parts is None:
            raise RuntimeError("nothing is served yet")
        return self._parts

    @property
    def _placing(self) -> Placing:
        return Placing(self.api, self._pace, self.directory, self.references)

    # --- activities in ---

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """`/api/messages`."""
        self._intake = intake
        desk = Desk(self._running(), intake, self.references, self.directory, self._usual, self.cloud is LOCAL)
        self._presses = Presses(desk, self._decided, self._left)
        receiver = Receiver(intake, self.references, self._press, self._welcome, self._left)
        return teams_routes(self.door, receiver)

    async def run(self, intake: Intake) -> None:
        """Nothing has to be fetched, as Teams delivers; a secret that ends soon is told of in the log, daily."""
        self._intake = intake
        while ending := self._ending():
            log.warning("%s", ending)
            await asyncio.sleep(_A_DAY)

    @property
    def problem(self) -> str:
        """What an administrator has to mend."""
        return self.api.problem or self.door.problem

    def trouble(self, tenant: str) -> str:
        """What an administrator has to mend, or will soon."""
        del tenant
        return self.problem or self._ending()

    def _ending(self) -> str:
        """That the secret has ended or ends soon, "" while it does not or nobody said when."""
        ending = secret_lines(self._secret_expires, datetime.now(UTC).date()) if self._secret_expires else []
        return next((f"{text}." for state, text in ending if state == "bad"), "")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._background.aclose()
        await self.api.aclose()

    async def _press(self, press: Pressed) -> Mapping[str, Any] | None:
        """What the person is answered, at once."""
        if self._presses is None:
            raise RuntimeError("nothing is served yet")
        return await self._presses.take(press)

    async def _decided(self, press: Pressed, nonce: str, line: str) -> None:
        """Put the decision in the place of the buttons, once the press is answered."""
        self._background.begin(self._show_decision(press, nonce, line))

    async def _show_decision(self, press: Pressed, nonce: str, line: str) -> None:
        target = {**press.event.payload["target"], "tenant": press.event.tenant}
        body = await self.references.posted_at(target["tenant"], key_of(target["conversation"], press.message))
        if body is not None:
            where = await self.references.where(target)
            await self._placing.redraw(where, press.message, decided(body["message"], nonce, line), body)

    async def _welcome(self, reference: Reference) -> None:
        """Greet, once the event is acknowledged."""
        self._background.begin(self._greet(reference))

    async def _greet(self, reference: Reference) -> None:
        parts, is_direct = self._running(), reference.kind == "direct"
        offered: Sequence[Suggestion] = GENERAL
        if is_direct:
            async with parts.database.read() as session:
                actor = await actor_of(session, reference.tenant, NAME, reference.user)
            where = Place(surface=NAME, tenant=reference.tenant, kind="direct")
            offered = await suggestions(parts, actor, where)
        message = {"type": "message", "attachments": [attached(welcome_card(offered, reference.kind))]}
        where_to = {"service_url": reference.service_url, "conversation": reference.conversation}
        async with self._pace.turn(reference.conversation):
            await self.api.send(where_to, message)

    # --- while a turn runs ---

    async def place(self, event: Event) -> Place:
        """Where the question was asked, and by whom, as Teams knows it now."""
        try:
            where = await self.references.of(event)
        except (PostFailed, PostRefused):
            return self.directory.said(event)
        place = await self.directory.place(event, where)
        if place.asker == "gone" and event.kind in UNASKED_KINDS and place.kind == "direct":
            await self.references.fail(event.tenant, where["conversation"], LEFT)
        return place

    async def read_file(self, event: Event, most: int) -> bytes:
        """The content of the one file that was attached. Raises `FileRefused`, `PostFailed`."""
        return await download(event.payload["files"][0], most, is_local=self.cloud.is_plain)

    async def waiting(self, event: Event, line: str) -> None:
        """Shows that a question has to wait, in the message that becomes the answer."""
        self._live.waiting(event, line)

    async def handed_over(self, event: Event) -> None:
        """Leave that message to another process."""
        await self._live.handed_over(event)

    def working(self, event: Event, *, again: bool, told: bool = False) -> Any:
        """Shows what is being looked up, in the message that becomes the answer."""
        return self._live.working(event, again=again or told)

    def _draft(self, event: Event, draft: Reply) -> str:
        """What is written of an answer, as its asker reads it."""
        return draft_text(draft, reader_of(draft.manner, event.payload.get("reader") or {}, self._usual))

    async def discard(self, event: Event) -> None:
        """Delete the line of progress of a question that is not answered."""
        await self._live.end(event, None)

    async def stopped(self, event: Event) -> None:
        """Say in the place of the line of progress that its asker stopped it."""
        await self._live.end(event, STOPPED)

    async def _stop(self, event: Event) -> None:
        """The asker pressed Stop."""
        if self._intake:
            channel = event.conversation.rpartition("/")[0]
            await self._intake.stop(event.tenant, channel, before=datetime.now(UTC), user=event.user)

    def _left(self, event: Event) -> None:
        """A question was stopped whose worker died: nobody else will say so."""
        self._background.begin(self.stopped(event))

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
        """A reply as messages; the first takes the place of the line of progress."""
        record = answer_record(reply, text, offered, event.payload.get("digest", ""))
        reader = reader_of(reply.manner if reply else UNCHOSEN, event.payload.get("reader") or {}, self._usual)
        target = {"user": event.user} if directly else dict(event.payload["target"])
        target |= {"tenant": event.tenant}
        has_progress = not directly and event.kind not in UNASKED_KINDS
        outgoing = []
        charts, label = record.get("charts", ()), localiser(record, reader).label
        for part, message in enumerate(messages(record, reader, is_unasked=event.kind in UNASKED_KINDS)):
            body = {
                "message": message,
                "drawings": drawings(message, charts, label),
                "personal": bool(reply and reply.personal),
                "turn": reply.turn_id if reply else "",
                "record": record if part == 0 else None,
                "locale": reader.locale,
                "time_zone": reader.time_zone,
            }
            takes_over = {"event": event.id} if part == 0 and has_progress else {}
            outgoing.append(Outgoing(self.name, {**target, **takes_over}, body))
        return outgoing

    async def post(self, message: Outgoing, key: str) -> str:
        """Post, or put in the place of the line of progress; returns "conversation/id"."""
        del key
        target = message.target
        shown = written = ""
        try:
            if "event" in target:
                shown = await self._live.shown(target["tenant"], target["event"])
                written = self._live.written(target["tenant"], target["event"])
            posted = await self._placing.place(message, shown, written)
        except TuppenceError as error:
            raise PostFailed(f"what stands there already can't be read: {error}") from None
        if "event" in target:
            self._live.forget(target["tenant"], target["event"])
        conversation, _, name = posted.rpartition("/")
        return key_of(conversation, name)

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        """Nothing: Teams has no search by a key. What stands there is known by its id, and filled again."""
        del message, key
        return ()

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        """Delete a message of our own."""
        where = await self.references.where(message.target)
        await self._placing.delete(where, message_id.rpartition("/")[2])
