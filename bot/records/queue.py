"""The line of questions that wait for a worker, as the database holds it: the same for all replicas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox import CHAT, UNFINISHED, as_event
from bot.records.inbox_tables import InboxConversation, InboxEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.inbox import Event

Name = tuple[str, str]
"""A tenant and the id of an event of it."""
MOST = 2000
"""Of a longer line only so many are told their number."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question in line: its `number` is 1 where it is the next. `is_new`: nobody told its asker so far."""

    tenant: str
    id: str
    number: int
    is_new: bool
    since: datetime

    @property
    def name(self) -> Name:
        """By which it is known."""
        return self.tenant, self.id


async def line(session: AsyncSession, *, now: datetime) -> Sequence[Waiting]:
    """The questions that no worker has taken up so far, in the order in which they will be.

    Of a conversation there is only the one that has its turn. What was begun and failed is counted, and left out.
    """
    of = sa.and_(InboxEvent.tenant == InboxConversation.tenant, InboxEvent.conversation == InboxConversation.id)
    head = (
        sa.select(InboxEvent.id)
        .where(of, InboxEvent.state.in_(UNFINISHED))
        .order_by(InboxEvent.state, InboxEvent.sent_at, InboxEvent.id)
        .limit(1)
        .correlate(InboxConversation)
        .scalar_subquery()
    )
    rows = await session.execute(
        sa.select(InboxEvent.tenant, InboxEvent.id, InboxEvent.is_told, InboxEvent.attempts, InboxEvent.received_at)
        .select_from(InboxConversation)
        .join(InboxEvent, sa.and_(InboxEvent.tenant == InboxConversation.tenant, InboxEvent.id == head))
        .where(
            InboxConversation.priority == CHAT,
            InboxConversation.next_at.is_not(None),
            InboxConversation.next_at <= now,
        )
        .order_by(InboxConversation.round, InboxConversation.next_at)
        .limit(MOST)
    )
    numbered = enumerate(rows, start=1)
    return [
        Waiting(row.tenant, row.id, number, not row.is_told, row.received_at)
        for number, row in numbered
        if not row.attempts
    ]


async def tell(session: AsyncSession, names: Collection[Name], *, now: datetime) -> Sequence[Event]:
    """Note that the askers of some events are told that they have to wait; returns those whom nobody else tells.

    One that a worker takes at this moment is left out: who takes one up later knows that there is a message.
    """
    meant = sa.tuple_(InboxEvent.tenant, InboxEvent.id).in_(names)
    theirs = sa.select(InboxEvent.tenant, InboxEvent.conversation).where(meant)
    held = await session.execute(
        sa.select(InboxConversation.tenant, InboxConversation.id)
        .where(sa.tuple_(InboxConversation.tenant, InboxConversation.id).in_(theirs), InboxConversation.next_at <= now)
        .with_for_update(skip_locked=True)
    )
    still = [(tenant, conversation) for tenant, conversation in held]
    told = await session.scalars(
        sa.update(InboxEvent)
        .where(
            meant,
            sa.tuple_(InboxEvent.tenant, InboxEvent.conversation).in_(still),
            InboxEvent.state == "waiting",
            InboxEvent.attempts == 0,
            InboxEvent.is_told.is_(False),
        )
        .values(is_told=True)
        .returning(InboxEvent)
    )
    return [as_event(row) for row in told]


async def state_of(session: AsyncSession, name: Name) -> str | None:
    """The state of an event, None for one that is not on record."""
    query = sa.select(InboxEvent.state).where(InboxEvent.tenant == name[0], InboxEvent.id == name[1])
    return await session.scalar(query)
