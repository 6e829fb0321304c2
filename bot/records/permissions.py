"""Who may read and change whose data: denied unless a rule here allows it. Each works inside the caller's unit.

Everyone has their own; an adviser also has the clients assigned, and may change their lists; a supervisor may read the
clients of the advisers in the team. Compliance and admins have no client's data by their roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from bot.records import users
from bot.records.admin_tables import ClientAssignment, RoleAssignment, TeamMember
from bot.records.tables import ChosenClient, User

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody whose data an actor may ask about; `may_write` says whether the actor may change it, too."""

    id: str
    name: str
    may_write: bool


async def roles_of(session: AsyncSession, actor: Actor) -> frozenset[str]:
    """All roles of an active user, "member" among them; none of anybody else."""
    if not await users.is_known(session, actor):
        return frozenset()
    granted = await session.scalars(
        sa.select(RoleAssignment.role).where(
            RoleAssignment.tenant == actor.tenant, RoleAssignment.user_id == actor.user
        )
    )
    return frozenset({"member", *granted})


async def may_read(session: AsyncSession, actor: Actor, subject: str) -> bool:
    """Whether the actor may read the data of the user `subject` of the same tenant, now."""
    if not await users.is_known(session, actor):
        return False
    if subject == actor.user:
        return True
    return any(client.id == subject for client in await clients_of(session, actor))


async def may_write(session: AsyncSession, actor: Actor, subject: str) -> bool:
    """Whether the actor may change the lists and holdings of `subject`, now."""
    if not await users.is_known(session, actor):
        return False
    if subject == actor.user:
        return True
    return any(client.id == subject and client.may_write for client in await clients_of(session, actor))


async def clients_of(session: AsyncSession, actor: Actor) -> tuple[Client, ...]:
    """The active users whose data the actor may read besides their own, by name."""
    roles = await roles_of(session, actor)
    assigned = sa.select(ClientAssignment.client_id).where(ClientAssignment.tenant == actor.tenant)
    own: set[str] = set()
    team: set[str] = set()
    if "adviser" in roles:
        own = set(await session.scalars(assigned.where(ClientAssignment.adviser_id == actor.user)))
    if "supervisor" in roles:
        adviser = aliased(RoleAssignment)
        team = set(
            await session.scalars(
                assigned.join(
                    TeamMember,
                    sa.and_(
                        TeamMember.tenant == ClientAssignment.tenant,
                        TeamMember.adviser_id == ClientAssignment.adviser_id,
                        TeamMember.supervisor_id == actor.user,
                    ),
                ).join(
                    adviser,
                    sa.and_(
                        adviser.tenant == ClientAssignment.tenant,
                        adviser.user_id == ClientAssignment.adviser_id,
                        adviser.role == "adviser",
                    ),
                )
            )
        )
    if not own | team:
        return ()
    found = await session.scalars(
        sa.select(User).where(User.tenant == actor.tenant, User.id.in_(own | team - {actor.user}), User.active)
    )
    clients = (Client(user.id, user.display_name or user.id, user.id in own) for user in found)
    return tuple(sorted(clients, key=lambda client: (client.name.casefold(), client.id)))


async def chosen_client(session: AsyncSession, actor: Actor, conversation: str) -> Client | None:
    """Whom the actor has chosen to ask about in a conversation, None for themselves. It is no permission to read."""
    chosen = await session.get(ChosenClient, (actor.tenant, conversation, actor.user), populate_existing=True)
    if chosen is None:
        return None
    user = await session.get_one(User, (actor.tenant, chosen.client_id))
    return Client(user.id, user.display_name or user.id, may_write=False)


async def choose_client(
    session: AsyncSession, actor: Actor, conversation: str, client_id: str | None, *, at: datetime
) -> None:
    """Ask about this client in the conversation from now on; None goes back to oneself."""
    key = (actor.tenant, conversation, actor.user)
    chosen = await session.get(ChosenClient, key, with_for_update=True, populate_existing=True)
    if client_id is None:
        if chosen:
            await session.delete(chosen)
    elif chosen:
        chosen.client_id, chosen.chosen_at = client_id, at
    else:
        session.add(
            ChosenClient(
                tenant=actor.tenant,
                conversation_id=conversation,
                user_id=actor.user,
                client_id=client_id,
                chosen_at=at,
            )
        )
    await session.flush()
