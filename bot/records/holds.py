"""Legal holds: whose records must not be deleted, whatever retention or the person says. Each in the caller's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import AdminRefused
from bot.records import audit
from bot.records.admin_tables import LegalHold
from bot.records.vetting import vet_user

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor


async def place_hold(session: AsyncSession, by: Actor, user_id: str, *, reason: str, at: datetime) -> bool:
    """Keep all of a user's records from now on; False when they were held already. Raises `AdminRefused`."""
    if not reason.strip():
        raise AdminRefused("A legal hold needs its reason; give it with --reason.")
    await audit.take_turns(session, by.tenant)
    await vet_user(session, by.tenant, user_id)
    if await session.get(LegalHold, (by.tenant, user_id), populate_existing=True):
        return False
    session.add(LegalHold(tenant=by.tenant, user_id=user_id, reason=reason, placed_by=by.user, placed_at=at))
    await audit.append(session, by, "hold.place", user_id, {}, at=at)
    return True


async def lift_hold(session: AsyncSession, by: Actor, user_id: str, *, at: datetime) -> bool:
    """Let retention and the user delete again; False when nothing was held."""
    await audit.take_turns(session, by.tenant)
    held = await session.get(LegalHold, (by.tenant, user_id), populate_existing=True)
    if held is None:
        return False
    await session.delete(held)
    await audit.append(session, by, "hold.lift", user_id, {}, at=at)
    return True
