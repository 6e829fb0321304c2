"""What the handler of a press works with: the records, the inbox, who is who, and how people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.jobs.posting import PostFailed, PostRefused
from bot.records.identities import actor_of
from bot.surfaces.readers import reader_of
from bot.surfaces.teams.events import NAME
from bot.surfaces.teams.failures import TeamsRefused

if TYPE_CHECKING:
    from bot.jobs.intake import Intake
    from bot.messages import Manner
    from bot.records.users import Actor
    from bot.surfaces.localising import Reader
    from bot.surfaces.teams.directory import Directory, Standing
    from bot.surfaces.teams.events import Pressed
    from bot.surfaces.teams.references import References
    from bot.turn.assistant import Parts


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
        try:
            where = await self.references.where(target)
            return await self.directory.standing(where, press.event.user, press.event.tenant, fresh=True)
        except (PostFailed, PostRefused, TeamsRefused):
            return "guest"

    def reader(self, press: Pressed, manner: Manner) -> Reader:
        """How the person reads."""
        return reader_of(manner, press.event.payload.get("reader") or {}, self.usual)


def shared(press: Pressed) -> str:
    """The conversation of a press in a shared place, "" for one with the bot alone."""
    return "" if press.event.payload["place"]["kind"] == "direct" else press.event.conversation
