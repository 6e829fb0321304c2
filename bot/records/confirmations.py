"""What a person must confirm with a code before it is done: bound to the person and the act, used once, in time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.privacy_tables import Confirmation

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

VALID_FOR = timedelta(minutes=10)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike."""
_LENGTH = 6


async def new_code(session: AsyncSession, actor: Actor, act: str, *, now: datetime) -> str:
    """A code with which the person can confirm `act` until `VALID_FOR` is over; an earlier one is of no more use."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    key = (actor.tenant, actor.user, act)
    values = {"code_hash": _hash(actor, code), "expires_at": now + VALID_FOR}
    row = await session.get(Confirmation, key, with_for_update=True, populate_existing=True)
    if row is None:
        session.add(Confirmation(tenant=actor.tenant, user_id=actor.user, act=act, **values))
    else:
        row.code_hash, row.expires_at = _hash(actor, code), now + VALID_FOR
    await session.flush()
    return code


async def take_code(session: AsyncSession, actor: Actor, act: str, code: str, *, now: datetime) -> bool:
    """Whether `code` confirms `act` now; it can't do so again."""
    key = (actor.tenant, actor.user, act)
    row = await session.get(Confirmation, key, with_for_update=True, populate_existing=True)
    if row is None or row.expires_at < now or not hmac.compare_digest(row.code_hash, _hash(actor, code.upper())):
        return False
    await session.delete(row)
    await session.flush()
    return True


async def drop_expired(session: AsyncSession, now: datetime) -> None:
    """Delete the codes that can't be used any more."""
    await session.execute(sa.delete(Confirmation).where(Confirmation.expires_at < now))


def _hash(actor: Actor, code: str) -> str:
    return hashlib.sha256(f"{actor.tenant}/{actor.user}/{code}".encode()).hexdigest()
