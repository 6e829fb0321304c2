"""What the handler of a press works with: the records, the inbox, who is who, and how people read."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.jobs.posting import PostFailed, PostRefused
from bot.records.answers import conversation_of
from bot.records.identities import actor_of
from bot.redaction import one_line
from bot.surfaces.readers import reader_of
from bot.surfaces.teams.events import NAME, key_of
from bot.surfaces.teams.failures import TeamsRefused

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.intake import Intake
    from bot.messages import Manner
    from bot.records.inbox import Event
    from bot.records.users import Actor
    from bot.surfaces.localising import Reader
    from bot.surfaces.teams.directory import Directory, Standing
    from bot.surfaces.teams.events import Pressed
    from bot.surfaces.teams.references import References
    from bot.turn.assistant import Parts

log = logging.getLogger(__name__)
PATIENCE = 6.0
"""Seconds that an answer to a press waits for something: Teams gives up on one after ten."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may use; `parts` are the running server's, `usual` is how people read here."""

    parts: Parts
    intake: Intake
    references: References
    directory: Directory
    usual: Reader
    is_local: bool = False
    """Whether it is played on this machine alone."""

    async def actor(self, press: Pressed) -> Actor:
        """Who pressed: as Teams proved it, never as the press says. Raises `DatabaseError`."""
        async with self.parts.database.read() as session:
            return await actor_of(session, press.event.tenant, NAME, press.event.user)

    async def standing(self, press: Pressed) -> Standing:
        """What the person is to their tenant now; a guest where that can't be asked."""
        if press.event.payload["place"]["stranger"]:
            return "guest"
        target = {**press.event.payload["target"], "tenant": press.event.tenant}
        if press.reference is None:  # the app need not be where a shortcut was used
            target.pop("conversation")
        try:
            where = await self.references.where(target)
            return await self.directory.standing(where, press.event.user, press.event.tenant, fresh=True)
        except (PostFailed, PostRefused, TeamsRefused):
            return "guest"

    def reader(self, press: Pressed, manner: Manner) -> Reader:
        """How the person reads."""
        return reader_of(manner, press.event.payload.get("reader") or {}, self.usual)

    async def asked_directly(self, press: Pressed, text: str, note: str = "") -> Event | None:
        """The event of what a press stands for, to be answered in the chat with who pressed, and nowhere else.

        None where there is no such chat and none can be begun.
        """
        event = press.event
        target = {"tenant": event.tenant, "user": event.user, "service_url": event.payload["target"]["service_url"]}
        try:
            async with asyncio.timeout(PATIENCE):
                where = await self.references.direct(target)
        except (TimeoutError, PostFailed, PostRefused, TeamsRefused) as error:
            log.info("no direct chat can be begun: %s", one_line(str(error))[:200])
            return None
        said = event.payload["place"]
        place = {**said, "channel": where["conversation"], "kind": "direct", "external": False}
        payload = {**event.payload, "text": text, "note": note, "place": place}
        payload["target"] = {**where, "kind": "direct", "user": event.user}
        return replace(event, conversation=key_of(where["conversation"], press.day), place=None, payload=payload)


def is_direct(press: Pressed) -> bool:
    """Whether it was pressed in the chat with the bot alone."""
    return bool(press.event.payload["place"]["kind"] == "direct")


async def shared(session: AsyncSession, press: Pressed, turn_id: str) -> str:
    """The conversation of a press in a shared place, "" for one with the bot alone.

    A group chat is one conversation for each day; where the turn is of another day of that chat, it is that one.
    """
    if is_direct(press):
        return ""
    here = press.event.conversation
    if press.event.payload["place"]["kind"] != "group":
        return here
    there = await conversation_of(session, press.event.tenant, turn_id)
    return there if there.rpartition("/")[0] == here.rpartition("/")[0] else here
