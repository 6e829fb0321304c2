"""Where something was asked lately: what a platform is asked about after an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox import UNFINISHED, as_event
from bot.records.inbox_tables import InboxEvent

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.inbox import Event


async def asked_lately(
    session: AsyncSession, surface: str, kinds: Collection[str], *, since: datetime, before: datetime, most: int
) -> list[Event]:
    """The last event of each conversation of a surface, newest first.

    Counted are those of some `kinds` that ended after `since` or have not ended, and that were stored `before`.
    """
    latest = (
        sa.select(InboxEvent.tenant, InboxEvent.conversation, sa.func.max(InboxEvent.sent_at).label("last"))
        .where(
            sa.or_(InboxEvent.finished_at > since, InboxEvent.state.in_(UNFINISHED)),
            InboxEvent.surface == surface,
            InboxEvent.kind.in_(kinds),
            InboxEvent.received_at < before,
        )
        .group_by(InboxEvent.tenant, InboxEvent.conversation)
        .order_by(sa.desc("last"))
        .limit(most)
        .subquery()
    )
    of_latest = sa.and_(
        InboxEvent.tenant == latest.c.tenant,
        InboxEvent.conversation == latest.c.conversation,
        InboxEvent.sent_at == latest.c.last,
    )
    rows = await session.scalars(sa.select(InboxEvent).join(latest, of_latest).order_by(InboxEvent.sent_at.desc()))
    found = {(row.tenant, row.conversation): as_event(row) for row in rows}
    return list(found.values())
