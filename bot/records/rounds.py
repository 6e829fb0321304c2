"""People take turns: each question of a person has a later round than the one before, and rounds are taken in order.

Somebody with fifty questions has one in each of fifty rounds. Who asks meanwhile enters at the round that is being
answered: they neither wait for all fifty nor hold them up for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.inbox_tables import InboxConversation, InboxEvent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

_UNFINISHED = ("waiting", "answered")
_ASKED = 0
"""The highest priority of what somebody asked for."""
MOST_OF_ONE, MOST = 50, 10_000
"""How many unfinished events one person may have, and all of a tenant together: what waits to be posted counts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next question of a person has its turn, and how full the line is before it."""

    round: int
    is_own_full: bool
    is_full: bool


async def next_place(session: AsyncSession, tenant: str, user: str, priority: int, *, now: datetime) -> Place:
    """The place of a person's next question among those of a `priority`."""
    is_open = sa.and_(InboxConversation.priority == priority, InboxConversation.next_at.is_not(None))
    first_waiting = sa.select(sa.func.min(InboxConversation.round)).where(is_open, InboxConversation.next_at <= now)
    last_in_work = sa.select(sa.func.max(InboxConversation.round)).where(is_open, InboxConversation.next_at > now)
    asked = InboxEvent.priority <= _ASKED
    unfinished = sa.and_(InboxEvent.tenant == tenant, InboxEvent.state.in_(_UNFINISHED), asked)
    own = sa.and_(unfinished, InboxEvent.user_id == user)
    last_own = sa.select(sa.func.max(InboxEvent.round)).where(own, InboxEvent.priority == priority)
    row = (
        await session.execute(
            sa.select(
                sa.func.coalesce(last_in_work.scalar_subquery(), first_waiting.scalar_subquery(), 0),
                last_own.scalar_subquery(),
                sa.select(InboxEvent.id).where(own).offset(MOST_OF_ONE - 1).limit(1).exists(),
                sa.select(InboxEvent.id).where(unfinished).offset(MOST - 1).limit(1).exists(),
            )
        )
    ).one()
    reached = row[0] if row[1] is None else max(row[0], row[1] + 1)
    return Place(reached, bool(row[2]), bool(row[3]))
