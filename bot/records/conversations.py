"""Conversations of a platform that can be written to unasked; each function works inside the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import audit
from bot.records.platform_tables import ConversationReference
from bot.records.users import Actor, insert_once

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Known:
    """One conversation; `user` is "" in a shared one. `failure` is why it can't be written to, "" while it can.

    `seen_at` is when it was last heard of; None in one that is handed over to be kept.
    """

    tenant: str
    platform: str
    id: str
    kind: str
    user: str = ""
    reference: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    seen_at: datetime | None = None


async def keep(session: AsyncSession, given: Known, *, at: datetime) -> bool:
    """Keep a conversation, or that it was seen: it can be written to again; True when it was not known before."""
    key = (given.tenant, given.platform, given.id)
    row = await session.get(ConversationReference, key, populate_existing=True)
    if row is None:
        row = ConversationReference(
            tenant=given.tenant,
            platform=given.platform,
            conversation_id=given.id,
            user_id=given.user or None,
            kind=given.kind,
            reference=given.reference,
            seen_at=at,
        )
        return await insert_once(session, row)
    row.kind, row.reference, row.seen_at, row.failure = given.kind, given.reference, at, None
    row.user_id = given.user or None
    await session.flush()
    return False


async def find(session: AsyncSession, tenant: str, platform: str, conversation: str) -> Known | None:
    """The conversation of that id."""
    row = await session.get(ConversationReference, (tenant, platform, conversation), populate_existing=True)
    return _read(row) if row else None


async def direct_of(session: AsyncSession, tenant: str, platform: str, user: str) -> Known | None:
    """The conversation with one person alone that was seen last, one that can be written to before any other."""
    row = await session.scalar(
        sa.select(ConversationReference)
        .where(
            ConversationReference.tenant == tenant,
            ConversationReference.platform == platform,
            ConversationReference.user_id == user,
        )
        .order_by(ConversationReference.failure.is_not(None), ConversationReference.seen_at.desc())
        .limit(1)
    )
    return _read(row) if row else None


async def any_of(session: AsyncSession, tenant: str, platform: str) -> Known | None:
    """Some conversation of a tenant: it tells where the platform serves that tenant."""
    row = await session.scalar(
        sa.select(ConversationReference)
        .where(ConversationReference.tenant == tenant, ConversationReference.platform == platform)
        .order_by(ConversationReference.seen_at.desc())
        .limit(1)
    )
    return _read(row) if row else None


async def fail(
    session: AsyncSession, tenant: str, platform: str, conversation: str, reason: str, *, at: datetime
) -> bool:
    """Nothing more is sent there, until it is seen again; False when that was known. The admin finds it in the log."""
    await audit.take_turns(session, tenant)
    failed = await session.execute(
        sa.update(ConversationReference)
        .where(
            ConversationReference.tenant == tenant,
            ConversationReference.platform == platform,
            ConversationReference.conversation_id == conversation,
            ConversationReference.failure.is_(None),
        )
        .values(failure=reason)
        .returning(ConversationReference.conversation_id)
    )
    if failed.first() is None:
        return False
    by = Actor(platform, tenant)
    await audit.append(session, by, f"{platform}.unreachable", conversation, {"reason": reason}, at=at)
    return True


def _read(row: ConversationReference) -> Known:
    return Known(
        row.tenant,
        row.platform,
        row.conversation_id,
        row.kind,
        row.user_id or "",
        row.reference,
        row.failure or "",
        row.seen_at,
    )
