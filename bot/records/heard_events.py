"""Which kinds of events came from a platform: what an app is subscribed to, the platform tells nobody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.platform_tables import HeardEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def note(session: AsyncSession, tenant: str, platform: str, kind: str, *, at: datetime) -> None:
    """Keep that one came; when it first did stays."""
    if await session.get(HeardEvent, (tenant, platform, kind)) is None:
        session.add(HeardEvent(tenant=tenant, platform=platform, kind=kind, heard_at=at))
        await session.flush()


async def heard(session: AsyncSession, platform: str) -> Mapping[str, frozenset[str]]:
    """Tenant → the kinds that ever came."""
    found = defaultdict[str, set[str]](set)
    rows = sa.select(HeardEvent.tenant, HeardEvent.kind).where(HeardEvent.platform == platform)
    for tenant, kind in await session.execute(rows):
        found[tenant].add(kind)
    return {tenant: frozenset(kinds) for tenant, kinds in found.items()}
