"""Whose account of a platform is which user: asked wherever a person of a platform does something.

The platform's id is the user's own id until an admin links it to another user of the same tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.admin_tables import Identity
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession


async def actor_of(session: AsyncSession, tenant: str, platform: str, external_id: str) -> Actor:
    """Who acts: the user whom admins linked to this account of `platform` ("slack", "teams"), or the account itself.

    It says nothing of whether that user is active: what is done for an actor asks that where it is done.
    """
    linked = await session.get(Identity, (tenant, platform, external_id), populate_existing=True)
    return Actor(linked.user_id if linked else external_id, tenant)


async def accounts_of(session: AsyncSession, actor: Actor, platform: str) -> Sequence[str]:
    """The accounts of `platform` to which what is for a user may be sent: the linked ones, or the user's own id."""
    linked = await session.scalars(
        sa.select(Identity.external_id)
        .where(Identity.tenant == actor.tenant, Identity.platform == platform, Identity.user_id == actor.user)
        .order_by(Identity.created_at, Identity.external_id)
    )
    return linked.all() or (actor.user,)
