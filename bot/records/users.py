"""Who uses the product: the actor of a turn, and the row each has. Each works inside the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from bot.errors import UnknownUser
from bot.records.tables import User

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.base import Record


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the surface proved it: never a name from a message or from the model."""

    user: str
    tenant: str = "local"


async def ensure_user(session: AsyncSession, actor: Actor, display_name: str = "") -> bool:
    """Make the user if there is none, and name one who had no name; True when it was made now."""
    if known := await session.get(User, (actor.tenant, actor.user)):
        if display_name and not known.display_name:
            known.display_name = display_name
        return False
    return await insert_once(session, User(tenant=actor.tenant, id=actor.user, display_name=display_name))


async def is_known(session: AsyncSession, actor: Actor) -> bool:
    """Whether the user exists and is active."""
    user = await session.get(User, (actor.tenant, actor.user))
    return user is not None and user.active


async def require_user(session: AsyncSession, actor: Actor) -> None:
    """Raises `UnknownUser` unless the user exists and is active."""
    if not await is_known(session, actor):
        raise UnknownUser(actor.user)


async def insert_once(session: AsyncSession, record: Record) -> bool:
    """Insert, unless another unit inserted the same key just before; True when it was inserted now."""
    try:
        async with session.begin_nested():
            session.add(record)
    except IntegrityError:
        return False
    return True
