"""What is said beside an answer: that a machine answers, at first contact and each month; what an answer is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.policies import DISCLOSURES, Terms
from bot.records.tables import User
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Reply
    from bot.records.users import Actor

EVERY = timedelta(days=30)
FIRST_CONTACT, PERSONAL, FOR_ADVISERS, ANSWER = DISCLOSURES


async def last_disclosed(session: AsyncSession, actor: Actor) -> datetime | None:
    """When the person was last told that a machine answers; None for never."""
    told: datetime | None = await session.scalar(
        sa.select(User.disclosed_at).where(User.tenant == actor.tenant, User.id == actor.user)
    )
    return told


async def note_disclosed(session: AsyncSession, actor: Actor, *, at: datetime) -> None:
    """Keep that the person was told, in the unit that saves the answer."""
    await session.execute(
        sa.update(User).where(User.tenant == actor.tenant, User.id == actor.user).values(disclosed_at=at)
    )


def is_first_contact(told_at: datetime | None, now: datetime) -> bool:
    """Whether it has to be said, for the first time or once more, that a machine answers."""
    return told_at is None or now - told_at >= EVERY


def disclosures(reply: Reply, terms: Terms, told_at: datetime | None, now: datetime) -> Mapping[str, str]:
    """The texts that belong beside a reply, by name, in the order in which they are shown; an empty one is left out."""
    due = []
    if is_first_contact(told_at, now):
        due.append(FIRST_CONTACT)
    if reply.status == "answered" and reply.results:
        if reply.client and terms.advice_mode != "information":
            due.append(FOR_ADVISERS)
        elif reply.personal:
            due.append(PERSONAL)
        due.append(ANSWER)
    texts = {**sections("disclosures"), **terms.disclosures}
    return {name: texts[name] for name in due if texts[name]}
