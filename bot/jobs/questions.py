"""A question that waits in the inbox: one attempt at its turn, taken up where an earlier one was cut off."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bot.messages import ToolCall
from bot.records import inbox
from bot.records.inbox import Outgoing
from bot.records.users import Actor
from bot.turn.assistant import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Reply
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Post
    from bot.turn.assistant import Assistant

KIND = "question"
LATE = timedelta(minutes=10)
EXPIRED = timedelta(hours=24)
_TURNS = uuid.UUID("6b1f5d0e-6c39-5d0b-9f0e-0c1d7a5a9b52")


class Presenter(Protocol):
    """How a surface shows a reply: as one or more messages for it to post."""

    def __call__(self, event: Event, text: str, reply: Reply | None) -> Sequence[Outgoing]:
        """`text` is what to say; `reply` is the whole turn, None for a notice."""


def plain(event: Event, text: str, reply: Reply | None) -> tuple[Outgoing, ...]:
    """One message of text, where the question came from."""
    body: dict[str, Any] = {"text": text, "turn": reply.turn_id if reply else ""}
    return (Outgoing(event.surface, event.payload["target"], body),)


class QuestionHandler:
    """Answers questions of surfaces; `payload` holds `text` and `target`, where the reply goes."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        present: Presenter = plain,
        on_reply: Callable[[Reply], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._assistant, self._present = database, assistant, present
        self._on_reply, self._now = on_reply, now

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Answer, late if need be; a question of long ago gets a notice instead. Raises `LeaseLost`."""
        event, age = claim.event, self._now() - claim.event.sent_at
        if age > EXPIRED:
            text = (
                "I could not get to your question within a day, so I dropped it; please ask again if you still need it."
            )
            async with self._database.write() as session:
                now = await inbox.database_now(session)
                return await inbox.finish(session, claim, self._present(event, text, None), now=now)
        late = f"Sorry, this is late: you asked at {event.sent_at:%H:%M} UTC.\n\n" if age > LATE else ""
        attempt = Attempt(self._database, claim, self._present, late)
        question = Question(event.payload["text"], Actor(event.user, event.tenant), event.conversation, event.surface)
        self._on_reply(await self._assistant.ask(question, job=attempt))
        return attempt.posts

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For a question that failed every time."""
        text = (
            "I tried several times and could not answer your question; your administrator can see why and run it "
            f"again (reference {turn_of(event)[:8]})."
        )
        return self._present(event, text, None)


class Attempt:
    """The `Job` of one claim."""

    def __init__(self, database: Database, claim: Claim, present: Presenter, prefix: str) -> None:
        self._database, self._claim, self._present, self._prefix = database, claim, present, prefix
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
        """Record the reply for posting, in the unit that saves the turn. Raises `LeaseLost`."""
        messages = self._present(self._claim.event, f"{self._prefix}{reply.answer}", reply)
        now = await inbox.database_now(session)
        self.posts = await inbox.finish(session, self._claim, messages, now=now, turn_id=self.turn_id)


def turn_of(event: Event) -> str:
    """The id of the turn that an event leads to, the same in every attempt."""
    return uuid.uuid5(_TURNS, f"{event.tenant}\x00{event.id}").hex
