"""Presses of the buttons under an alert and a digest: each is a command, whose answer is for who pressed, alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.surfaces.sending_buttons import COMMANDS, DIRECTLY, command_of
from bot.surfaces.slack.asking import asked, asked_directly
from bot.surfaces.slack.interactions import DONE, Answer

if TYPE_CHECKING:
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press


def register(interactions: Interactions, desk: Desk) -> None:
    """Snooze and delete; pause, and once more now."""
    presses = CommandPresses(desk)
    for name in COMMANDS:
        interactions.actions[name] = presses.do


class CommandPresses:
    """Turns a press into the command, whose answer says what was done; whose it is, the command looks up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, press: Press) -> Answer:
        """Run the command for who pressed: in the thread of the message or, where others are, directly."""
        command, at = command_of(press.name, press.value), self._desk.parts.now()
        if not (command and press.channel and press.ts):
            return DONE
        if not press.shared:
            await self._desk.intake(asked(press, command, at=at))
            return DONE
        is_new = await self._desk.intake(asked_directly(press, command, at=at))
        return Answer(then=partial(self._desk.tell, press, DIRECTLY)) if is_new else DONE
