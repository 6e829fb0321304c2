"""Whose account of a platform is which user: asked wherever a person of a platform does something.

The platform's id is the user's own id until an admin links it to another user of the same tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.admin_tables import Identity
from bot.records.inbox_tables import InboxEvent
from bot.records.tables import Turn
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncSession

    Column = sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]


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


def user_of(tenant: Column, platform: Column, account: Column) -> sa.ColumnElement[str]:
    """As `actor_of`, of the columns of another table's rows: whose an account is now."""
    linked = sa.select(Identity.user_id).where(
        Identity.tenant == tenant, Identity.platform == platform, Identity.external_id == account
    )
    return sa.func.coalesce(linked.scalar_subquery(), account)


def asker_of_event() -> sa.ColumnElement[str]:
    """Whose an event of the inbox is: its turn's, as its account may be another's by now; else the account's."""
    asked = sa.select(Turn.user_id).where(Turn.tenant == InboxEvent.tenant, Turn.id == InboxEvent.turn_id)
    account = user_of(InboxEvent.tenant, InboxEvent.surface, InboxEvent.user_id)
    return sa.func.coalesce(asked.scalar_subquery(), account)
