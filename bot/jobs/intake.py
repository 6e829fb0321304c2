"""What a platform may do to the inbox: hand an event in, take one back, and ask whether a conversation is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.jobs.priorities import priority_of
from bot.jobs.questions import KIND
from bot.records import audit, inbox, recall
from bot.records.identities import actor_of
from bot.records.inbox_tables import InboxConversation, InboxEvent
from bot.records.offers import Offers
from bot.turn.proposals import Refusal, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.worker import Worker
    from bot.records.database import Database
    from bot.records.inbox import Event
    from bot.records.offers import Offer
    from bot.records.users import Actor


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press of a button: by whom, on which platform; `id` is the same at each of its deliveries."""

    tenant: str
    surface: str
    user: str
    id: str


class Intake:
    """The door for events of a running worker; every method raises `DatabaseError`."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database, self._worker = database, worker

    async def __call__(self, event: Event) -> bool:
        """Store an event, to be acknowledged after this returns; False when it is known."""
        return await self._worker.accept(event)

    async def instead(self, place: str, event: Event) -> bool:
        """Store an event in the place of an earlier one, which is dropped if it still waits; False if none is known."""

        async def unit(session: AsyncSession) -> bool:
            now = await inbox.database_now(session)
            earlier = sa.select(InboxEvent.id).where(InboxEvent.tenant == event.tenant, InboxEvent.place == place)
            if await session.scalar(earlier) is None:
                return False
            await recall.cancel(session, event.tenant, place, now=now)
            return await inbox.accept(session, event, now=now, priority=priority_of(event))

        is_new = await self._database.run(unit, first=True)
        self._worker.look_again(event.tenant)
        self._worker.wake()
        return is_new

    async def cancel(self, tenant: str, place: str) -> bool:
        """Drop the event of a post that was deleted; False when it is neither waiting nor in work."""

        async def unit(session: AsyncSession) -> bool:
            return await recall.cancel(session, tenant, place, now=await inbox.database_now(session))

        is_dropped = await self._database.run(unit, first=True)
        self._worker.look_again(tenant)
        return is_dropped

    async def stop(
        self,
        tenant: str,
        channel: str,
        *,
        before: datetime,
        thread: str = "",
        user: str = "",
        others: Sequence[str] = (),
        said: Event | None = None,
    ) -> Sequence[tuple[Event, bool]]:
        """Stop the questions of a thread, or those of a user in a whole channel, that were asked `before`.

        `others` are the ends of the names of conversations whose questions are stopped with them. `said` is the message
        that says so: it is stored in the same unit and, where it stopped anything, is no question for a worker to find.

        Returns each with whether something of it may be shown that no worker will see to: theirs died.
        """
        held, within = InboxEvent.conversation, f"{channel}/"
        everywhere = sa.or_(held == channel, held.startswith(within, autoescape=True))
        conversations = held == f"{within}{thread}" if thread else everywhere
        conversations = sa.or_(conversations, *(held.endswith(end, autoescape=True) for end in others))
        if user:
            conversations = sa.and_(conversations, InboxEvent.user_id == user)

        async def unit(session: AsyncSession) -> list[tuple[Event, bool]]:
            now = await inbox.database_now(session)
            if said and not await inbox.accept(session, said, now=now, priority=priority_of(said)):
                return []
            stopped = await recall.stop(session, tenant, KIND, conversations, before=before, now=now)
            if said and said.place and stopped:
                await recall.cancel(session, tenant, said.place, now=now)
            return stopped

        stopped = await self._database.run(unit, first=True)
        self._worker.look_again(tenant)
        if said and not stopped:
            self._worker.wake()
        return stopped

    async def stop_one(
        self, tenant: str, event_id: str, user: str, *, before: datetime
    ) -> Sequence[tuple[Event, bool]]:
        """Stop one question that a user asked `before`; returns it as `stop` does, nothing where it is no such one."""
        mine = sa.and_(InboxEvent.id == event_id, InboxEvent.user_id == user)

        async def unit(session: AsyncSession) -> list[tuple[Event, bool]]:
            now = await inbox.database_now(session)
            return await recall.stop(session, tenant, KIND, mine, before=before, now=now)

        stopped = await self._database.run(unit, first=True)
        self._worker.look_again(tenant)
        return stopped

    async def decide(
        self, pressed: Pressed, nonce: str, event_of: Callable[[Offer, Actor], Event | None]
    ) -> Offer | Refusal | None:
        """Take an offer and store what it leads to, both or neither; None for a press that is known already.

        `event_of` makes the event of the one who decided, None where nothing is to be done.
        """

        async def unit(session: AsyncSession) -> Offer | Refusal | None:
            now = await inbox.database_now(session)
            if await _is_known(session, pressed):
                return None
            actor = await actor_of(session, pressed.tenant, pressed.surface, pressed.user)
            store = Offers(session, pressed.tenant, now)
            taken = await take(store, actor, nonce, now=now)
            if isinstance(taken, Refusal):  # the same press may have come by another way, and been quicker
                return None if await _is_known(session, pressed) else taken
            event = event_of(taken, actor)
            if event:
                await inbox.accept(session, event, now=now, priority=priority_of(event))
            else:
                await store.clear(taken.key)
            details = {"kind": taken.kind, **({"client": taken.client} if taken.client else {})}
            await audit.append(session, actor, "confirm" if event else "decline", pressed.id, details, at=now)
            return taken

        taken = await self._database.run(unit, first=True)
        self._worker.wake()
        return taken

    async def takes_part(self, tenant: str, conversation: str) -> bool:
        """Whether anything was ever asked in a conversation."""
        async with self._database.read() as session:
            return await session.get(InboxConversation, (tenant, conversation)) is not None


async def _is_known(session: AsyncSession, pressed: Pressed) -> bool:
    """Whether what this press led to is on record."""
    found = await session.scalar(
        sa.select(InboxEvent.id).where(InboxEvent.tenant == pressed.tenant, InboxEvent.id == pressed.id)
    )
    return found is not None
