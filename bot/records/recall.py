"""What becomes of events out of turn: taken back by who asked, or given to the workers once more by an admin."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox import as_event, wake
from bot.records.inbox_tables import InboxConversation, InboxEvent, OutboxMessage

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.inbox import Event

STOPPED = "stopped by the asker"
"""Why an event was cancelled, where that was not because its post was deleted or edited."""


async def cancel(session: AsyncSession, tenant: str, place: str, *, now: datetime) -> bool:
    """Drop the event of a post that was deleted; False when it is not waiting or in work any more."""
    dropped = await session.execute(
        sa.update(InboxEvent)
        .where(InboxEvent.tenant == tenant, InboxEvent.place == place, InboxEvent.state == "waiting")
        .values(state="cancelled", finished_at=now)
        .returning(InboxEvent.id)
    )
    return dropped.first() is not None


async def stop(
    session: AsyncSession,
    tenant: str,
    kind: str,
    conversations: sa.ColumnElement[bool],
    *,
    before: datetime,
    now: datetime,
) -> list[tuple[Event, bool]]:
    """Drop what waits or is in work in some conversations and was sent `before`, on its asker's word.

    Returns each event with whether something of it may be shown that no worker will see to.
    """
    stopped = await session.scalars(
        sa.update(InboxEvent)
        .where(
            InboxEvent.tenant == tenant,
            InboxEvent.kind == kind,
            InboxEvent.state == "waiting",
            InboxEvent.sent_at <= before,
            conversations,
        )
        .values(state="cancelled", failure=STOPPED, finished_at=now)
        .returning(InboxEvent)
    )
    found = []
    for event in stopped.all():
        key = (event.tenant, event.conversation)
        conversation = await session.get(InboxConversation, key, populate_existing=True)
        in_work = conversation and conversation.lease_until and conversation.lease_until > now
        found.append((as_event(event), (event.attempts > 0 or event.is_told) and not in_work))
    return found


async def was_stopped(session: AsyncSession, tenant: str, event_id: str) -> bool | None:
    """Whether an event that was taken back was stopped by its asker, None for one that was not taken back."""
    event = await session.get(InboxEvent, (tenant, event_id))
    return None if event is None or event.state != "cancelled" else event.failure == STOPPED


async def replay(session: AsyncSession, tenant: str, event_id: str, *, at: datetime) -> bool:
    """Let an event that was given up be done anew; False when there is no such one."""
    event = await session.scalar(
        sa.select(InboxEvent)
        .where(InboxEvent.tenant == tenant, InboxEvent.id == event_id, InboxEvent.state == "dead")
        .with_for_update()
    )
    if event is None:
        return False
    event.state, event.attempts, event.failure, event.steps, event.finished_at = "waiting", 0, None, None, None
    event.turn_id = uuid.uuid4().hex  # the earlier turn stays as it ended
    await session.execute(
        sa.delete(OutboxMessage).where(
            OutboxMessage.tenant == tenant, OutboxMessage.event_id == event_id, OutboxMessage.sent_at.is_(None)
        )
    )
    await wake(session, tenant, event.conversation, at)
    await session.flush()
    return True
