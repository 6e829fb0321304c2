"""What is sent to a person unasked: listed for them, and paused or taken up again by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from bot.records import audit
from bot.records.schedule_tables import Alert, Digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

Kind = Literal["digest", "alert"]
_TABLES: dict[Kind, type[Digest] | type[Alert]] = {"digest": Digest, "alert": Alert}


async def digests_of(session: AsyncSession, actor: Actor) -> Sequence[Digest]:
    """The actor's digests, the oldest first."""
    mine = (Digest.tenant == actor.tenant, Digest.user_id == actor.user)
    return (await session.scalars(sa.select(Digest).where(*mine).order_by(Digest.created_at, Digest.id))).all()


async def alerts_of(session: AsyncSession, actor: Actor) -> Sequence[Alert]:
    """The actor's alerts, the oldest first."""
    mine = (Alert.tenant == actor.tenant, Alert.user_id == actor.user)
    return (await session.scalars(sa.select(Alert).where(*mine).order_by(Alert.created_at, Alert.id))).all()


async def set_paused(
    session: AsyncSession, actor: Actor, kind: Kind, name: str, *, paused: bool, at: datetime
) -> bool:
    """Pause a digest or an alert of the actor's own, or take it up again; False where that changes nothing."""
    row = await session.get(_TABLES[kind], (actor.tenant, name), with_for_update=True, populate_existing=True)
    if row is None or row.user_id != actor.user or row.paused == paused:
        return False
    row.paused = paused
    await session.flush()
    await audit.append(session, actor, f"{kind}.{'pause' if paused else 'resume'}", name, {}, at=at)
    return True
