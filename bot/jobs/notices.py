"""Notes to administrators: that what comes unasked can't be delivered any more is told them once for each place.

They get it directly, where they use the assistant themselves; the audit log has it in any case.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.jobs.digest_audience import direct_to
from bot.records import conversations, inbox
from bot.records.admin_tables import RoleAssignment
from bot.records.identities import accounts_of, actor_of
from bot.records.inbox import Event
from bot.records.permissions import roles_of
from bot.records.tables import Conversation, Turn, User
from bot.records.users import Actor
from bot.turn.prompting import sections
from bot.turn.rendering import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.showing import Showing
    from bot.records.database import Database
    from bot.records.inbox import Claim, Outgoing, Post

KIND = "notice"
ADMIN = "admin"


class NoticeHandler:
    """Delivers the notes; `shows` are the surfaces that are switched on."""

    def __init__(self, database: Database, shows: Mapping[str, Showing]) -> None:
        self._database, self._shows = database, shows

    async def run(self, claim: Claim) -> Sequence[Post]:
        """One note to one administrator, if that is one still. Raises `LeaseLost`."""
        event = claim.event
        async with self._database.write() as session:
            reader = await actor_of(session, event.tenant, event.surface, event.user)
            shows = self._shows.get(event.surface)
            is_due = shows is not None and ADMIN in await roles_of(session, reader)
            messages = shows.present(event, event.payload["text"], None, directly=True) if shows and is_due else ()
            return await inbox.finish(session, claim, messages, now=await inbox.database_now(session))

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """None: what the note is about stands in the audit log."""
        del event
        return ()


async def tell_admins(
    session: AsyncSession, event: Event, owner: Actor, *, reason: str, at: datetime, channel: str = ""
) -> None:
    """Put the note into the inbox, in the unit that switches off what `event` should have delivered.

    `channel` is where it should have gone, "" for its owner's direct conversation. Whatever else goes to the same place
    fails for the same reason, so there is one note until something is heard from there again.
    """
    account = (await accounts_of(session, owner, event.surface))[0]
    find = conversations.find if channel else conversations.direct_of
    known = await find(session, owner.tenant, event.surface, channel or account)
    since = known.seen_at if known and known.seen_at else at.date()
    user = await session.get(User, (owner.tenant, owner.user), populate_existing=True)
    name = (user.display_name if user else "") or owner.user
    words = sections("notices")["undelivered"].format(what=event.kind, owner=escape(name), reason=escape(reason))
    for admin in await _admins(session, owner.tenant, event.surface):
        if admin == account and not channel:
            continue
        told = f"{event.surface}/{channel or account}/{since.isoformat()}/{admin}"
        note = Event(
            tenant=owner.tenant,
            id=f"{KIND}:{hashlib.sha256(told.encode()).hexdigest()[:32]}",
            conversation=f"{KIND}:{admin}",
            user=admin,
            surface=event.surface,
            kind=KIND,
            payload={"text": words, **direct_to(admin)},
            sent_at=at,
        )
        await inbox.accept(session, note, now=await inbox.database_now(session))


async def _admins(session: AsyncSession, tenant: str, surface: str) -> list[str]:
    """The accounts there of the active administrators who have asked something there."""
    asked = (
        sa.select(Turn.id)
        .join(Conversation, sa.and_(Conversation.tenant == Turn.tenant, Conversation.id == Turn.conversation_id))
        .where(
            Turn.tenant == RoleAssignment.tenant,
            Turn.user_id == RoleAssignment.user_id,
            Conversation.surface == surface,
        )
    )
    admins = await session.scalars(
        sa.select(RoleAssignment.user_id)
        .join(User, sa.and_(User.tenant == RoleAssignment.tenant, User.id == RoleAssignment.user_id))
        .where(RoleAssignment.tenant == tenant, RoleAssignment.role == ADMIN, User.active, asked.exists())
        .order_by(RoleAssignment.user_id)
    )
    return [(await accounts_of(session, Actor(admin, tenant), surface))[0] for admin in admins.all()]
