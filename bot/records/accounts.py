"""Admin accounts: who may open the admin pages. Each change is in the audit log; each works in the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import AccountRefused
from bot.records import audit
from bot.records.admin_tables import AdminAccount, AdminSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

MAX_NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Account:
    """One account as it may be shown; `enrolled` says whether an authenticator app belongs to it."""

    name: str
    tenant: str
    active: bool
    enrolled: bool
    has_passphrase: bool
    failures: int
    locked_until: datetime | None
    created_at: datetime


async def accounts_of(session: AsyncSession, tenant: str) -> list[Account]:
    """Every account of a tenant, by name."""
    rows = await session.scalars(
        sa.select(AdminAccount).where(AdminAccount.tenant == tenant).order_by(AdminAccount.name)
    )
    return [
        Account(
            row.name,
            row.tenant,
            row.active,
            row.totp_secret is not None,
            row.passphrase is not None,
            row.failures,
            row.locked_until,
            row.created_at,
        )
        for row in rows
    ]


async def add_account(session: AsyncSession, by: Actor, name: str, passphrase: str | None, *, at: datetime) -> None:
    """Add an account of the tenant of `by`. `passphrase` is its hash; None for one that signs in with OpenID Connect.

    Raises `AccountRefused` for a name that is taken, in whichever tenant, or that can't be one.
    """
    if not name.strip() or name != name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise AccountRefused(name, f"a name has 1 to {MAX_NAME_CHARACTERS} printable characters; choose another")
    if await session.get(AdminAccount, name) is not None:
        raise AccountRefused(
            name, f"there is one of that name; choose another, or: tuppence admin account reset {name}"
        )
    session.add(AdminAccount(name=name, tenant=by.tenant, passphrase=passphrase, created_at=at))
    await session.flush()
    await audit.append(session, by, "account.add", name, {"passphrase": passphrase is not None}, at=at)


async def disable_account(session: AsyncSession, by: Actor, name: str, *, at: datetime) -> None:
    """Let an account in no more, and end its sessions. Raises `AccountRefused`."""
    row = await _own(session, by, name)
    row.active = False
    await end_sessions(session, name)
    await audit.append(session, by, "account.disable", name, {}, at=at)


async def reset_account(session: AsyncSession, by: Actor, name: str, passphrase: str, *, at: datetime) -> None:
    """Give an account a new passphrase, ask for a new authenticator app, and forget wrong tries and sessions.

    `passphrase` is the hash. A disabled account may sign in again. Raises `AccountRefused`.
    """
    row = await _own(session, by, name)
    row.passphrase = passphrase
    row.totp_secret = row.totp_last_step = row.locked_until = None
    row.failures = 0
    row.active = True
    await end_sessions(session, name)
    await audit.append(session, by, "account.reset", name, {}, at=at)


async def end_sessions(session: AsyncSession, name: str) -> None:
    """Sign an account out everywhere."""
    await session.execute(sa.delete(AdminSession).where(AdminSession.account == name))


async def _own(session: AsyncSession, by: Actor, name: str) -> AdminAccount:
    row = await session.get(AdminAccount, name, with_for_update=True)
    if row is None or row.tenant != by.tenant:
        raise AccountRefused(name, "there is no such account; see `tuppence admin account list`")
    return row
