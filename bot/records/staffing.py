"""Who is who and who works for whom: each change of an admin, with its row in the audit log, in the caller's unit.

Every function stays in the tenant of `by`, raises `AdminRefused` with the fix, and returns whether anything changed;
what was so already leaves no row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import AdminRefused
from bot.records import audit, portfolios
from bot.records.admin_tables import PLATFORMS, ROLES, ClientAssignment, Identity, RoleAssignment, TeamMember
from bot.records.tables import PortfolioRecord, User
from bot.records.users import Actor
from bot.records.vetting import MAX_KEY, vet_choice, vet_key, vet_role, vet_user

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.audit import Details
    from tools.context import Transaction

GRANTED = tuple(role for role in ROLES if role != "member")
"""The roles that need a row; everyone is a member."""


async def save_user(
    session: AsyncSession, by: Actor, user_id: str, *, display_name: str, active: bool, at: datetime
) -> bool:
    """Add a user, or give one another name to show, or stop or readmit one. A new one gets no sample portfolio."""
    vet_key(user_id, "a user's name")
    shown = display_name.strip()
    if len(shown) > MAX_KEY or not shown.isprintable():
        raise AdminRefused(f"A name to show has at most {MAX_KEY} printable characters; shorten it.")
    await audit.take_turns(session, by.tenant)
    user = await session.get(User, (by.tenant, user_id), populate_existing=True)
    if user and (user.display_name, user.active) == (shown, active):
        return False
    action = "user.change" if user else "user.add"
    if user is None:
        user = User(tenant=by.tenant, id=user_id)
        session.add(user)
    # The log can't be changed: a name in it would outlive the person's wish to be forgotten.
    details = {"named anew": user.display_name != shown, "active": active}
    user.display_name, user.active = shown, active
    await audit.append(session, by, action, user_id, details, at=at)
    return True


async def link_identity(
    session: AsyncSession, by: Actor, platform: str, external_id: str, user_id: str, *, at: datetime
) -> bool:
    """Say whose account of a platform is which user; an account linked to somebody else is unlinked first."""
    vet_choice(platform, PLATFORMS, "platform")
    vet_key(external_id, "an account's id")
    await audit.take_turns(session, by.tenant)
    await vet_user(session, by.tenant, user_id)
    known = await session.get(Identity, (by.tenant, platform, external_id), populate_existing=True)
    if known and known.user_id == user_id:
        return False
    if known:
        raise AdminRefused(f"The {platform} account {external_id} is “{known.user_id}”'s; unlink it first.")
    session.add(Identity(tenant=by.tenant, platform=platform, external_id=external_id, user_id=user_id, created_at=at))
    details = {"platform": platform, "external_id": external_id}
    await audit.append(session, by, "identity.link", user_id, details, at=at)
    return True


async def unlink_identity(session: AsyncSession, by: Actor, platform: str, external_id: str, *, at: datetime) -> bool:
    """Let an account of a platform be nobody."""
    await audit.take_turns(session, by.tenant)
    known = await session.get(Identity, (by.tenant, platform, external_id), populate_existing=True)
    if known is None:
        raise AdminRefused(f"No {platform[:50]} account {external_id[:50]} is linked; check its id.")
    await session.delete(known)
    details = {"platform": platform, "external_id": external_id}
    await audit.append(session, by, "identity.unlink", known.user_id, details, at=at)
    return True


async def grant_role(session: AsyncSession, by: Actor, user_id: str, role: str, *, at: datetime) -> bool:
    """Give a user a role besides that of a member."""
    vet_choice(role, GRANTED, "role that can be granted")
    await audit.take_turns(session, by.tenant)
    await vet_user(session, by.tenant, user_id)
    if await session.get(RoleAssignment, (by.tenant, user_id, role), populate_existing=True):
        return False
    session.add(RoleAssignment(tenant=by.tenant, user_id=user_id, role=role, granted_by=by.user, granted_at=at))
    await audit.append(session, by, "role.grant", user_id, {"role": role}, at=at)
    return True


async def revoke_role(session: AsyncSession, by: Actor, user_id: str, role: str, *, at: datetime) -> bool:
    """Take a role away, and with it what it stood on: an adviser's clients and teams, a supervisor's team."""
    await audit.take_turns(session, by.tenant)
    held = await session.get(RoleAssignment, (by.tenant, user_id, role), populate_existing=True)
    if held is None:
        raise AdminRefused(f"“{user_id[:50]}” does not have the role {role[:50]}; see the list of roles.")
    await session.delete(held)
    clients: list[str] = []
    advisers: list[str] = []
    supervisors: list[str] = []
    if role == "adviser":
        ended = sa.delete(ClientAssignment).where(
            ClientAssignment.tenant == by.tenant, ClientAssignment.adviser_id == user_id
        )
        clients += await session.scalars(ended.returning(ClientAssignment.client_id))
        left = sa.delete(TeamMember).where(TeamMember.tenant == by.tenant, TeamMember.adviser_id == user_id)
        supervisors += await session.scalars(left.returning(TeamMember.supervisor_id))
    if role == "supervisor":
        left = sa.delete(TeamMember).where(TeamMember.tenant == by.tenant, TeamMember.supervisor_id == user_id)
        advisers += await session.scalars(left.returning(TeamMember.adviser_id))
    details = {
        "role": role,
        "clients": sorted(clients),
        "advisers": sorted(advisers),
        "supervisors": sorted(supervisors),
    }
    await audit.append(session, by, "role.revoke", user_id, details, at=at)
    return True


async def assign_client(session: AsyncSession, by: Actor, adviser_id: str, client_id: str, *, at: datetime) -> bool:
    """Let an adviser look after a client."""
    await audit.take_turns(session, by.tenant)
    await vet_role(session, by.tenant, adviser_id, "adviser")
    await vet_user(session, by.tenant, client_id)
    if adviser_id == client_id:
        raise AdminRefused("Nobody is their own client; name another user.")
    if await session.get(ClientAssignment, (by.tenant, adviser_id, client_id), populate_existing=True):
        return False
    session.add(ClientAssignment(tenant=by.tenant, adviser_id=adviser_id, client_id=client_id, assigned_at=at))
    await audit.append(session, by, "client.assign", client_id, {"adviser": adviser_id}, at=at)
    return True


async def unassign_client(session: AsyncSession, by: Actor, adviser_id: str, client_id: str, *, at: datetime) -> bool:
    """End it; what the adviser asks next about the client is refused."""
    await audit.take_turns(session, by.tenant)
    assigned = await session.get(ClientAssignment, (by.tenant, adviser_id, client_id), populate_existing=True)
    if assigned is None:
        raise AdminRefused(f"“{client_id[:50]}” is no client of “{adviser_id[:50]}”; see the list of clients.")
    await session.delete(assigned)
    await audit.append(session, by, "client.unassign", client_id, {"adviser": adviser_id}, at=at)
    return True


async def join_team(session: AsyncSession, by: Actor, supervisor_id: str, adviser_id: str, *, at: datetime) -> bool:
    """Let an adviser report to a supervisor, who may then read what the adviser's clients hold."""
    await audit.take_turns(session, by.tenant)
    await vet_role(session, by.tenant, supervisor_id, "supervisor")
    await vet_role(session, by.tenant, adviser_id, "adviser")
    if supervisor_id == adviser_id:
        raise AdminRefused("Nobody supervises themselves; name another supervisor.")
    if await session.get(TeamMember, (by.tenant, supervisor_id, adviser_id), populate_existing=True):
        return False
    session.add(TeamMember(tenant=by.tenant, supervisor_id=supervisor_id, adviser_id=adviser_id, assigned_at=at))
    await audit.append(session, by, "team.join", adviser_id, {"supervisor": supervisor_id}, at=at)
    return True


async def leave_team(session: AsyncSession, by: Actor, supervisor_id: str, adviser_id: str, *, at: datetime) -> bool:
    """End it."""
    await audit.take_turns(session, by.tenant)
    member = await session.get(TeamMember, (by.tenant, supervisor_id, adviser_id), populate_existing=True)
    if member is None:
        raise AdminRefused(f"“{adviser_id[:50]}” is not in the team of “{supervisor_id[:50]}”; see the list of teams.")
    await session.delete(member)
    await audit.append(session, by, "team.leave", adviser_id, {"supervisor": supervisor_id}, at=at)
    return True


async def assign_portfolio(session: AsyncSession, by: Actor, portfolio_id: str, user_id: str, *, at: datetime) -> bool:
    """Make a portfolio another user's. That user's sample goes, as made-up holdings must not mix with real ones."""
    await audit.take_turns(session, by.tenant)
    await vet_user(session, by.tenant, user_id)
    portfolio = await session.get(PortfolioRecord, (by.tenant, portfolio_id), populate_existing=True)
    if portfolio is None:
        raise AdminRefused(f"There is no portfolio {portfolio_id[:50]} in {by.tenant}; see the list of portfolios.")
    if portfolio.user_id == user_id:
        return False
    if portfolio.is_sample:
        raise AdminRefused("A sample portfolio is made up and stays where it is; import a real one instead.")
    theirs = (PortfolioRecord.tenant == by.tenant, PortfolioRecord.user_id == user_id)
    await session.execute(sa.delete(PortfolioRecord).where(*theirs, PortfolioRecord.is_sample))
    named = sa.select(PortfolioRecord.id).where(*theirs, PortfolioRecord.name == portfolio.name)
    if await session.scalar(named):
        raise AdminRefused(f"“{user_id}” has a portfolio “{portfolio.name[:50]}” already; rename or remove one first.")
    details = {"from": portfolio.user_id, "to": user_id}
    portfolio.user_id = user_id
    await audit.append(session, by, "portfolio.assign", portfolio_id, details, at=at)
    return True


async def holdings_kept(session: AsyncSession, by: Actor, user_id: str, transactions: Sequence[Transaction]) -> int:
    """How many of these a user has already: a count warns of a file imported twice, and shows no holding."""
    return await portfolios.already_kept(session, Actor(user_id, by.tenant), transactions)


async def import_holdings(
    session: AsyncSession,
    by: Actor,
    user_id: str,
    transactions: Sequence[Transaction],
    *,
    base_currency: str,
    replace: bool,
    at: datetime,
) -> None:
    """Add what was read of a broker's file to a user's portfolio, or put it in the place of what is there."""
    await audit.take_turns(session, by.tenant)
    user = await vet_user(session, by.tenant, user_id)
    if not user.active:
        raise AdminRefused(f"“{user_id}” is not active; make the user active first.")
    owner = Actor(user_id, by.tenant)
    await portfolios.add_transactions(session, owner, transactions, base_currency=base_currency, replace=replace)
    details: Details = {"rows": len(transactions), "replace": replace}
    await audit.append(session, by, "portfolio.import", user_id, details, at=at)
