"""Installations that were begun in a browser: only a hash of what comes back is kept, for one use, for ten minutes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.platform_tables import OauthState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

VALID_FOR = timedelta(minutes=10)
MOST = 1000
"""As many may be under way at once; the page is open to everybody."""


async def begin(session: AsyncSession, *, now: datetime) -> str | None:
    """A new state to send along, None where too many are under way."""
    await session.execute(sa.delete(OauthState).where(OauthState.expires_at <= now))
    waiting = await session.scalar(sa.select(sa.func.count()).select_from(OauthState))
    if (waiting or 0) >= MOST:
        return None
    state = secrets.token_urlsafe(32)
    session.add(OauthState(state_hash=_hash(state), expires_at=now + VALID_FOR))
    await session.flush()
    return state


async def take(session: AsyncSession, state: str, *, now: datetime) -> bool:
    """Whether an installation was begun with this state, not too long ago; it can't be used again."""
    of_state = sa.delete(OauthState).where(OauthState.state_hash == _hash(state))
    expires_at = await session.scalar(of_state.returning(OauthState.expires_at))
    return expires_at is not None and expires_at > now


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
