"""Signed-in browsers: the cookie's hash is kept, idle and old sessions end, and signing out deletes the row."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.admin_tables import AdminAccount, AdminSession
from bot.records.users import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
CONFIRMED_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
"""A page view within this time of the last one is not written, so that reading stays free of writes."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sits at a signed-in browser; `token_hash` names the session."""

    actor: Actor
    token_hash: str
    seen_at: datetime
    confirmed_at: datetime

    def is_confirmed(self, at: datetime) -> bool:
        """Whether the passphrase and a code were given just now, as exports and keys ask."""
        return at - self.confirmed_at <= CONFIRMED_FOR

    def is_worth_writing(self, at: datetime) -> bool:
        """Whether the time of the last page view should be written again."""
        return at - self.seen_at > SEEN_EVERY


async def begin(session: AsyncSession, account: str, address: str, *, at: datetime, instead_of: str | None) -> str:
    """A new session, in place of the one that the browser had; returns what the cookie holds. Old ones are removed."""
    await session.execute(
        sa.delete(AdminSession).where(
            sa.or_(AdminSession.created_at <= at - LONGEST, AdminSession.seen_at <= at - IDLE)
        )
    )
    if instead_of:
        await end(session, instead_of)
    token = secrets.token_urlsafe(32)
    session.add(
        AdminSession(
            token_hash=hash_of(token),
            account=account,
            address=address[:64],
            created_at=at,
            seen_at=at,
            confirmed_at=at,
        )
    )
    await session.flush()
    return token


async def find(session: AsyncSession, token: str, *, at: datetime) -> SignedIn | None:
    """Whose session it is, or None for one that ended, was never there, or whose account is disabled."""
    row = (
        await session.execute(
            sa.select(AdminSession, AdminAccount)
            .join(AdminAccount, AdminAccount.name == AdminSession.account)
            .where(
                AdminSession.token_hash == hash_of(token),
                AdminSession.created_at > at - LONGEST,
                AdminSession.seen_at > at - IDLE,
                AdminAccount.active.is_(True),
            )
        )
    ).first()
    if row is None:
        return None
    found, account = row
    return SignedIn(Actor(account.name, account.tenant), found.token_hash, found.seen_at, found.confirmed_at)


async def touch(session: AsyncSession, token_hash: str, *, at: datetime) -> None:
    """Note that the browser is in use."""
    await session.execute(sa.update(AdminSession).where(AdminSession.token_hash == token_hash).values(seen_at=at))


async def confirm(session: AsyncSession, token_hash: str, *, at: datetime) -> None:
    """Note that who sits there proved it again."""
    await session.execute(
        sa.update(AdminSession).where(AdminSession.token_hash == token_hash).values(seen_at=at, confirmed_at=at)
    )


async def end(session: AsyncSession, token: str) -> None:
    """Sign the browser out: the cookie opens nothing any more, wherever it was copied to."""
    await session.execute(sa.delete(AdminSession).where(AdminSession.token_hash == hash_of(token)))


def hash_of(token: str) -> str:
    """What is kept of a cookie: it can be recognised by it, and not made from it."""
    return hashlib.sha256(token.encode()).hexdigest()
