"""The buttons under an alert and a digest: each is the command that its owner could type, and does no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.slack.asking import asked
from bot.surfaces.slack.buttons import DELETE, DIGEST_AGAIN, DIGEST_PAUSE, SNOOZE
from bot.surfaces.slack.interactions import DONE, Answer

if TYPE_CHECKING:
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press

_ALERT, _DIGEST = 32, 8
"""How long the id of each is."""
_COMMANDS = {
    SNOOZE: ("/alert snooze {id} 1 day", _ALERT),
    DELETE: ("/alert remove {id}", _ALERT),
    DIGEST_PAUSE: ("/digest pause {id}", _DIGEST),
    DIGEST_AGAIN: ("/digest run {id}", _DIGEST),
}


def register(interactions: Interactions, desk: Desk) -> None:
    """Snooze and delete; pause, and once more now."""
    presses = CommandPresses(desk)
    for name in _COMMANDS:
        interactions.actions[name] = presses.do


class CommandPresses:
    """Turns a press into the command, whose answer says what was done; whose it is, the command looks up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, press: Press) -> Answer:
        """Run the command in the thread of the message, for who pressed."""
        if press.name in _COMMANDS and press.channel and press.ts:
            command, length = _COMMANDS[press.name]
            if len(press.value) == length and press.value.isascii() and press.value.isalnum():
                await self._desk.intake(asked(press, command.format(id=press.value), at=self._desk.parts.now()))
        return DONE
