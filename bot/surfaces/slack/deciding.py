"""The buttons of a proposal: one press by the person it is for, in time, makes the change; others say why not."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from bot.jobs.imports import IMPORT
from bot.jobs.intake import Pressed
from bot.surfaces.slack.asking import asked
from bot.surfaces.slack.buttons import CONFIRM, DECLINE, REPLACE, without
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.interactions import DONE, Answer
from bot.turn.proposals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.records.inbox import Event
    from bot.records.offers import Offer
    from bot.records.users import Actor
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press

CONFIRMED = "Confirmed; what came of it is said below."
DECLINED = "Not now: nothing was changed."


def register(interactions: Interactions, desk: Desk) -> None:
    """Confirm and decline."""
    deciding = Deciding(desk)
    interactions.actions[CONFIRM] = deciding.confirm
    interactions.actions[DECLINE] = deciding.decline


class Deciding:
    """Takes the offer and stores its event in one unit: there is never one without the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def confirm(self, press: Press) -> Answer:
        """Make the change: its typed command is run as if the person had typed it there, or the rows are kept."""
        return await self._decide(press, CONFIRMED, partial(self._event, press))

    async def decline(self, press: Press) -> Answer:
        """Change nothing, and let nobody change it by this button later."""
        return await self._decide(press, DECLINED, lambda _, __: None)

    async def _decide(self, press: Press, line: str, event_of: Callable[[Offer, Actor], Event | None]) -> Answer:
        pressed = Pressed(press.tenant, NAME, press.user, press.id)
        taken = await self._desk.intake.decide(pressed, press.value, event_of)
        if taken is None:
            return DONE
        if isinstance(taken, Refusal):
            return Answer(then=partial(self._desk.tell, press, taken.value))
        return Answer(then=partial(self._show, press, line))

    def _event(self, press: Press, offer: Offer, _: Actor) -> Event:
        now, conversation = self._desk.parts.now(), offer.conversation
        if offer.kind != IMPORT:
            return asked(press, offer.command, at=now, conversation=conversation)
        replaces = press.name == f"{CONFIRM}_{REPLACE}"
        event = asked(press, "", at=now, conversation=conversation, offer=offer.key, replace=replaces)
        return dataclasses.replace(event, kind=IMPORT)

    async def _show(self, press: Press, line: str) -> None:
        """Put what was decided in the place of the buttons; where that can't be, say it."""
        drawn = without(press.message, "proposal_", press.value, line)
        if not (drawn and await self._desk.redraw(press, drawn)):
            await self._desk.tell(press, line)
