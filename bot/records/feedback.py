"""What people think of answers: one opinion of each about each, changed by the next; within the caller's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.records import audit
from bot.records.admin_tables import Feedback
from bot.records.answers import visible_turn
from bot.records.users import insert_once, is_known

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

LONGEST_REASON = 1000
"""Characters; what is more is cut."""


async def rate(
    session: AsyncSession, actor: Actor, turn_id: str, rating: Literal[1, -1], *, at: datetime, shared: str = ""
) -> bool:
    """Keep what the actor thinks of an answer that they may see; False when they may not, and nothing was kept.

    Who may: its asker and, where it stands in the conversation `shared`, everybody known there, unless it is personal.
    """
    if not await is_known(session, actor) or await visible_turn(session, actor, turn_id, shared) is None:
        return False
    key = (actor.tenant, turn_id, actor.user)
    given = await session.get(Feedback, key, with_for_update=True, populate_existing=True)
    if given is None:
        new = Feedback(tenant=actor.tenant, turn_id=turn_id, user_id=actor.user, rating=rating, given_at=at)
        if not await insert_once(session, new):  # two presses at once: the other one was first
            given = await session.get_one(Feedback, key, with_for_update=True, populate_existing=True)
    if given is not None:
        if given.rating == rating:
            return True
        given.rating, given.reason, given.given_at = rating, None, at
        await session.flush()
    await audit.append(session, actor, "feedback", turn_id, {"rating": rating}, at=at)
    return True


async def give_reason(session: AsyncSession, actor: Actor, turn_id: str, reason: str, *, at: datetime) -> bool:
    """Keep why the actor rated an answer so; False when they did not rate it."""
    given = await session.get(Feedback, (actor.tenant, turn_id, actor.user), with_for_update=True)
    if given is None:
        return False
    given.reason, given.given_at = reason.strip()[:LONGEST_REASON] or None, at
    await session.flush()
    details = {"rating": given.rating, "reason": bool(given.reason)}
    await audit.append(session, actor, "feedback", turn_id, details, at=at)
    return True
