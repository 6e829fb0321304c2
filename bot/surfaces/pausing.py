"""The buttons by which a person's home pauses a digest or an alert of theirs, or takes it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DigestRefused, UnknownUser
from bot.records import alerts, controls, digests
from bot.records.identities import actor_of
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.turn.assistant import Parts
    from bot.turn.sendings import Sending

PAUSE, RESUME = "pause", "resume"
LONGEST = 64


def act_of(sending: Sending) -> str:
    """What its button does; one that the program switched off can be taken up again, too."""
    return RESUME if sending.paused or sending.failure else PAUSE


def is_pause(act: object, kind: object, name: object) -> bool:
    """Whether that is what such a button says; `kind` is "digest" or "alert", `name` its id."""
    is_known = act in (PAUSE, RESUME) and kind in ("digest", "alert")
    return is_known and isinstance(name, str) and 0 < len(name) <= LONGEST


async def pause(parts: Parts, who: tuple[str, str, str], act: str, kind: str, name: str) -> str:
    """Do it for who pressed, (tenant, surface, account); returns why it was not done, "" once it is.

    Raises `DatabaseError`.
    """
    at = parts.now()

    async def unit(session: AsyncSession) -> str:
        actor = await actor_of(session, *who)
        if stop := (await controls.controls_of(session, actor)).stop:
            return sections("notices")[stop]
        changed = getattr(alerts if kind == "alert" else digests, act)
        await changed(session, actor, name, at=at)
        return ""

    try:
        return await parts.database.run(unit)
    except (DigestRefused, UnknownUser) as refused:
        return str(refused)
