"""How much waits to be done, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox import UNASKED_KINDS, UNFINISHED
from bot.records.inbox_tables import InboxConversation, InboxEvent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Backlog:
    """`count` events are not finished; the oldest of those that are due was received at `since`, None for none.

    What nobody asked for may wait for the end of quiet hours, or for late prices: that is no delay.
    """

    count: int
    since: datetime | None


async def backlog(session: AsyncSession, *, now: datetime, tenant: str | None = None) -> Backlog:
    """What waits in a tenant, or in all of them."""
    unfinished: list[sa.ColumnElement[bool]] = [InboxEvent.state.in_(UNFINISHED)]
    if tenant is not None:
        unfinished.append(InboxEvent.tenant == tenant)
    count = await session.scalar(sa.select(sa.func.count()).select_from(InboxEvent).where(*unfinished))
    queue = sa.and_(InboxConversation.tenant == InboxEvent.tenant, InboxConversation.id == InboxEvent.conversation)
    due = sa.or_(InboxEvent.kind.not_in(UNASKED_KINDS), InboxConversation.next_at <= now)
    since = await session.scalar(
        sa.select(sa.func.min(InboxEvent.received_at)).join(InboxConversation, queue).where(*unfinished, due)
    )
    return Backlog(count or 0, since)
