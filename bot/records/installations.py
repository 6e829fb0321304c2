"""The app's installations in Slack workspaces, and the tenants they make; each works inside the caller's unit.

A workspace's id is its tenant. Tokens are encrypted in the database and don't show in a `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from bot.errors import EncryptionError
from bot.records import audit
from bot.records.admin_tables import Tenant
from bot.records.inbox_tables import InboxEvent
from bot.records.platform_tables import SlackInstallation
from bot.records.tables import AuditRecord
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

PLATFORM = "slack"
"""Who acts where the platform itself says that something is so, and no person here."""
REMOVED = "slack.remove"
_RENEWAL_LOCK = 720_576
_TOKENS = ("bot_token", "refresh_token")
_WITHOUT_TOKENS = (defer(SlackInstallation.bot_token), defer(SlackInstallation.refresh_token))
"""For what needs none: an installation whose tokens can't be decrypted is listed, ended and made anew all the same."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What Slack gave when the app was installed; `expires_at` and `refresh_token` only where tokens are rotated.

    `problem` says why its tokens can't be read, with the fix; then there are none.
    """

    tenant: str
    name: str
    bot_token: str = field(repr=False)
    app_id: str = ""
    bot_user: str = ""
    enterprise_id: str = ""
    scopes: str = ""
    installed_by: str = ""
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    active: bool = True
    installed_at: datetime | None = None
    problem: str = ""


async def find(session: AsyncSession, tenant: str) -> Installation | None:
    """The installation in a workspace, active or not, None where there never was one. Raises `EncryptionError`."""
    row = await session.get(SlackInstallation, tenant, populate_existing=True)
    return _read(row) if row else None


async def all_installations(session: AsyncSession) -> Sequence[Installation]:
    """Every installation, active or not, by the workspace's name; one whose tokens can't be read has a `problem`."""
    rows = (await session.scalars(sa.select(SlackInstallation).options(*_WITHOUT_TOKENS))).all()
    found = []
    for row in rows:
        problem = ""
        try:
            await session.refresh(row, _TOKENS)
        except EncryptionError as error:
            problem = str(error)
        found.append(_read(row, problem))
    return sorted(found, key=lambda each: (each.name.casefold(), each.tenant))


async def last_event(session: AsyncSession) -> datetime | None:
    """When something was last asked on the platform, None for never, as far as is on record."""
    return await session.scalar(sa.select(sa.func.max(InboxEvent.sent_at)).where(InboxEvent.surface == PLATFORM))


async def store(session: AsyncSession, given: Installation, *, at: datetime) -> None:
    """Keep a new installation, or one that was made anew; its tenant is answered from now on, unless admins say no."""
    await audit.take_turns(session, given.tenant)
    row = await session.get(SlackInstallation, given.tenant, options=_WITHOUT_TOKENS, populate_existing=True)
    action = "slack.reinstall" if row else "slack.install"
    if row is None:
        row = SlackInstallation(tenant=given.tenant)
        session.add(row)
    row.name, row.app_id, row.bot_user = given.name, given.app_id, given.bot_user
    row.enterprise_id = given.enterprise_id or None
    row.bot_token, row.refresh_token = given.bot_token, given.refresh_token or None
    row.expires_at, row.scopes = given.expires_at, given.scopes
    row.installed_by, row.active, row.installed_at = given.installed_by, True, at
    await introduce(session, given.tenant, given.name, at=at)
    await _take_up(session, given.tenant)
    by = Actor(given.installed_by or PLATFORM, given.tenant)
    await audit.append(session, by, action, given.tenant, {"name": given.name, "scopes": given.scopes}, at=at)


async def renew_tokens(
    session: AsyncSession, tenant: str, used: str, *, bot_token: str, refresh_token: str, expires_at: datetime | None
) -> bool:
    """Keep the tokens that came for the refresh token `used`; False when another one is kept by now."""
    row = await session.get(SlackInstallation, tenant, populate_existing=True, with_for_update=True)
    if row is None or row.refresh_token != used:
        return False
    row.bot_token, row.refresh_token, row.expires_at = bot_token, refresh_token, expires_at
    await session.flush()
    return True


async def deactivate(session: AsyncSession, tenant: str, reason: str, *, at: datetime) -> bool:
    """The app was taken out of a workspace: its tenant is suspended, and what it owns is kept; False if it was so."""
    await audit.take_turns(session, tenant)
    row = await session.get(SlackInstallation, tenant, options=_WITHOUT_TOKENS, populate_existing=True)
    known = await session.get(Tenant, tenant, populate_existing=True)
    if not (row and row.active) and not (known and known.active):
        return False
    suspends = known is not None and known.active
    if row:
        row.active = False
    if known:
        known.active = False
    details: audit.Details = {"reason": reason, "suspends": suspends}
    await audit.append(session, Actor(PLATFORM, tenant), REMOVED, tenant, details, at=at)
    return True


async def welcome(session: AsyncSession, tenant: str, name: str, *, at: datetime) -> bool:
    """The app works in a workspace, as Slack says: its tenant is answered; True when it was not.

    One that was suspended here, and not by Slack, stays so.
    """
    await audit.take_turns(session, tenant)
    known = await session.get(Tenant, tenant, populate_existing=True)
    if known is None or known.active:
        return await introduce(session, tenant, name, at=at)
    if not await _take_up(session, tenant):
        return False
    known.name = name or known.name
    details = {"name": known.name, "scopes": ""}
    await audit.append(session, Actor(PLATFORM, tenant), "slack.reinstall", tenant, details, at=at)
    return True


async def introduce(session: AsyncSession, tenant: str, name: str, *, at: datetime) -> bool:
    """Somebody of a workspace was heard of: its tenant is there, by its name if that is known; True for a new one."""
    await audit.take_turns(session, tenant)
    known = await session.get(Tenant, tenant, populate_existing=True)
    if known:
        known.name = name or known.name
        return False
    session.add(Tenant(tenant=tenant, name=name or tenant, platform=PLATFORM, active=True, created_at=at))
    await audit.append(session, Actor(PLATFORM, tenant), "slack.join", tenant, {"name": name or tenant}, at=at)
    return True


async def _take_up(session: AsyncSession, tenant: str) -> bool:
    """Answer a tenant again that the end of an installation had suspended; True when it was that."""
    last = await session.scalar(
        sa.select(AuditRecord)
        .where(AuditRecord.tenant == tenant, AuditRecord.action.startswith("slack."))
        .order_by(AuditRecord.sequence.desc())
        .limit(1)
    )
    if last is None or last.action != REMOVED or not last.details.get("suspends"):
        return False
    (await session.get_one(Tenant, tenant)).active = True
    await session.flush()
    return True


async def claim_renewal(session: AsyncSession, tenant: str) -> bool:
    """Whether nobody else renews the token of a workspace until the caller's unit ends; on SQLite nobody else could."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = sa.func.pg_try_advisory_xact_lock(_RENEWAL_LOCK, sa.func.hashtext(tenant))
    return bool(await session.scalar(sa.select(lock)))


def _read(row: SlackInstallation, problem: str = "") -> Installation:
    values: dict[str, Any] = {
        "tenant": row.tenant,
        "name": row.name,
        "bot_token": "" if problem else row.bot_token,
        "app_id": row.app_id,
        "bot_user": row.bot_user,
        "enterprise_id": row.enterprise_id or "",
        "scopes": row.scopes,
        "installed_by": row.installed_by,
        "refresh_token": "" if problem else row.refresh_token or "",
        "expires_at": row.expires_at,
        "active": row.active,
        "installed_at": row.installed_at,
        "problem": problem,
    }
    return Installation(**values)
