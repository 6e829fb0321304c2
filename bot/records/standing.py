"""Messages that stand on a platform already and wait for their text, for platforms that can't be searched by a key.

The id is kept right after the platform told it, and before anything is put into the message: whoever takes over after a
crash fills the same message, and a second one is never made. Each function works inside the caller's unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records.inbox_tables import InboxEvent, OutboxMessage

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def stand(session: AsyncSession, tenant: str, event_id: str, message_id: str) -> str:
    """Keep where the progress of an event is shown; returns the id that holds, which is the first one's."""
    await session.execute(
        sa.update(InboxEvent)
        .where(InboxEvent.tenant == tenant, InboxEvent.id == event_id, InboxEvent.shown.is_(None))
        .values(shown=message_id)
    )
    return await standing(session, tenant, event_id)


async def standing(session: AsyncSession, tenant: str, event_id: str) -> str:
    """The message in which the progress of an event is shown; "" where none is known."""
    query = sa.select(InboxEvent.shown).where(InboxEvent.tenant == tenant, InboxEvent.id == event_id)
    return await session.scalar(query) or ""


async def fall(session: AsyncSession, tenant: str, event_id: str) -> None:
    """The message is gone."""
    await session.execute(
        sa.update(InboxEvent).where(InboxEvent.tenant == tenant, InboxEvent.id == event_id).values(shown=None)
    )


async def turn_at(session: AsyncSession, tenant: str, surface: str, message_id: str) -> str:
    """The turn that a posted message answers; "" for one that is not known, or answers none."""
    query = (
        sa.select(InboxEvent.turn_id)
        .join(
            OutboxMessage,
            sa.and_(OutboxMessage.tenant == InboxEvent.tenant, OutboxMessage.event_id == InboxEvent.id),
        )
        .where(
            OutboxMessage.tenant == tenant,
            OutboxMessage.surface == surface,
            OutboxMessage.message_id == message_id,
        )
        .limit(1)
    )
    return await session.scalar(query) or ""


async def latest_turn(session: AsyncSession, tenant: str, conversation: str) -> str:
    """The turn of a conversation that was asked for last; "" where there is none."""
    query = (
        sa.select(InboxEvent.turn_id)
        .where(
            InboxEvent.tenant == tenant,
            InboxEvent.conversation == conversation,
            InboxEvent.turn_id.is_not(None),
        )
        .order_by(InboxEvent.sent_at.desc())
        .limit(1)
    )
    return await session.scalar(query) or ""


async def posted_at(session: AsyncSession, tenant: str, surface: str, message_id: str) -> Any:
    """What was put into a posted message, None for one that is not known."""
    query = (
        sa.select(OutboxMessage.body)
        .where(
            OutboxMessage.tenant == tenant,
            OutboxMessage.surface == surface,
            OutboxMessage.message_id == message_id,
        )
        .limit(1)
    )
    return await session.scalar(query)
