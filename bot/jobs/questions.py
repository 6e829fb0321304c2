"""A question that waits in the inbox: one attempt at its turn, taken up where an earlier one was cut off."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.jobs.offering import offers_of
from bot.jobs.showing import Plain
from bot.messages import Reply, ToolCall
from bot.records import inbox, recall, turns
from bot.records.identities import actor_of
from bot.records.inbox import LeaseLost, Outgoing
from bot.records.turns import Outcome
from bot.turn.assistant import Question
from bot.turn.destination import Deliveries, place_now, route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.showing import Showing
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Post
    from bot.records.users import Actor
    from bot.turn.assistant import Assistant
    from bot.turn.destination import Place

KIND = "question"
LATE = timedelta(minutes=10)
EXPIRED = timedelta(hours=24)
TAKEN_BACK = "The question was stopped, deleted or reworded before it was answered."
OTHERS_NOW = "Your account was linked to somebody else while I worked on this, so I keep it back; please ask again."
_TURNS = uuid.UUID("6b1f5d0e-6c39-5d0b-9f0e-0c1d7a5a9b52")


class QuestionHandler:
    """Answers questions of surfaces; `payload` holds `text` and `target`, where the reply goes."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        shows: Mapping[str, Showing] | None = None,
        on_reply: Callable[[Reply], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._assistant, self._shows = database, assistant, shows or {}
        self._on_reply, self._now = on_reply, now

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Answer, late if need be; a question of long ago gets a notice instead. Raises `LeaseLost`."""
        event, age = claim.event, self._now() - claim.event.sent_at
        shows = self._show(event)
        if (text := _unanswerable(event, age)) is not None:
            async with self._database.write() as session:
                now = await inbox.database_now(session)
                return await inbox.finish(session, claim, shows.present(event, text, None), now=now)
        try:
            async with shows.working(event, again=claim.attempts > 1, told=claim.is_told) as say:
                place = await shows.place(event)
                async with self._database.read() as session:
                    actor = await actor_of(session, event.tenant, event.surface, event.user)
                    claim = await _own(session, claim, actor)
                name = await shows.asker_name(event) if actor.user == event.user else ""
                zone = shows.time_zone(event)
                attempt = Attempt(self._database, claim, shows, place, _preface(event, age, zone), actor)
                question = Question(event.payload["text"], actor, event.conversation, event.surface, place, name, zone)
                self._on_reply(await self._assistant.ask(question, say, attempt))
        except (LeaseLost, asyncio.CancelledError):
            await self._take_away(event, shows)
            raise
        if not attempt.posts:
            await shows.discard(event)
        return attempt.posts

    async def _take_away(self, event: Event, shows: Showing) -> None:
        """End the turn of a question that its asker stopped or deleted, and what was shown of it."""
        async with self._database.read() as session:
            was_stopped = await recall.was_stopped(session, event.tenant, event.id)
        if was_stopped is None:
            return
        async with self._database.write() as session:
            actor = await actor_of(session, event.tenant, event.surface, event.user)
            ended = Outcome("failed", "", failure=TAKEN_BACK)
            await turns.finish_turn(session, actor, turn_of(event), ended, now=self._now())
        await (shows.stopped(event) if was_stopped else shows.discard(event))

    def _show(self, event: Event) -> Showing:
        return self._shows.get(event.surface) or Plain()

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For a question that failed every time."""
        text = (
            "I tried several times and could not answer your question; your administrator can see why and run it "
            f"again (reference {turn_of(event)[:8]})."
        )
        return self._show(event).present(event, text, None)


class Attempt:
    """The `Job` of one claim."""

    def __init__(
        self, database: Database, claim: Claim, shows: Showing, place: Place, prefix: str, actor: Actor
    ) -> None:
        self._database, self._claim, self._shows, self._place, self._prefix = database, claim, shows, place, prefix
        self._actor = actor
        self.turn_id = claim.turn_id or turn_of(claim.event)
        steps = claim.steps or {}
        self.decided = tuple(ToolCall(call["name"], call["arguments"]) for call in steps.get("calls", ()))
        self.posts: tuple[Post, ...] = ()

    async def checkpoint(self, calls: Sequence[ToolCall], done: int) -> None:
        """Keep which calls were decided, and how many of them ran. Raises `LeaseLost`."""
        steps = {"calls": [asdict(call) for call in calls], "done": done}
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            await inbox.checkpoint(session, self._claim, steps, self.turn_id, now=now)

    async def finish(self, session: AsyncSession, reply: Reply) -> None:
        """Record the reply for posting, for whom it may be, in the unit that saves the turn. Raises `LeaseLost`."""
        event, messages = self._claim.event, list[Outgoing]()
        going = await self._routed(session, reply)
        for part, directly in ((going.place, False), (going.direct, True)):
            if part:
                now = await inbox.database_now(session)
                offered = await offers_of(session, event, self._actor, part, now=now)
                text = f"{self._prefix}{part.answer}"
                messages += self._shows.present(event, text, part, directly=directly, offered=offered)
        now = await inbox.database_now(session)
        self.posts = await inbox.finish(session, self._claim, messages, now=now, turn_id=self.turn_id)

    async def _routed(self, session: AsyncSession, reply: Reply) -> Deliveries:
        """Who gets what; why nothing was done, everybody may read who asked.

        What is personal is for the one who asked: not for an account that is another's by now.
        """
        if reply.status == "declined" and not reply.personal:
            return Deliveries(place=reply)
        event = self._claim.event
        if reply.personal and await actor_of(session, event.tenant, event.surface, event.user) != self._actor:
            return Deliveries(place=Reply(reply.turn_id, reply.question, OTHERS_NOW, "declined"))
        return route(reply, self._place, await place_now(session, self._actor, self._place))


def _preface(event: Event, age: timedelta, zone: str) -> str:
    """What is said before the answer: that it is late, and what else the event brought."""
    sent = event.sent_at.astimezone(ZoneInfo(zone or "UTC"))
    late = f"Sorry, this is late: you asked at {sent:%H:%M} ({zone or 'UTC'})." if age > LATE else ""
    return "".join(f"{line}\n\n" for line in (late, event.payload.get("note")) if line)


def _unanswerable(event: Event, age: timedelta) -> str | None:
    """What is said in the place of an answer, None where there can be one."""
    if most := event.payload.get(inbox.TOO_MANY):
        return (
            f"You have {most} questions in line already, so I left this one out; please ask it again once some of them "
            "are answered."
        )
    if age > EXPIRED:
        return "I could not get to your question within a day, so I dropped it; please ask again if you still need it."
    return None


async def _own(session: AsyncSession, claim: Claim, actor: Actor) -> Claim:
    """The claim as the actor goes on with it: anew, in a turn of their own, where an earlier try was another user's.

    What was decided then may rest on what that user asked before.
    """
    begun = claim.turn_id or turn_of(claim.event)
    if await turns.asker_of(session, actor.tenant, begun) in ("", actor.user):
        return claim
    return replace(claim, turn_id=turn_of(claim.event, actor.user), steps=None)


def turn_of(event: Event, user: str = "") -> str:
    """The id of the turn that an event leads to, the same in every attempt; with `user`, of one that took it over."""
    return uuid.uuid5(_TURNS, "\x00".join(filter(None, (event.tenant, event.id, user)))).hex
