"""The buttons under a digest: each is the command that its owner could type, and does no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.slack.asking import asked
from bot.surfaces.slack.buttons import DIGEST_AGAIN, DIGEST_PAUSE
from bot.surfaces.slack.interactions import DONE, Answer

if TYPE_CHECKING:
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press

_COMMANDS = {DIGEST_PAUSE: "/digest pause {id}", DIGEST_AGAIN: "/digest run {id}"}
_ID_LENGTH = 8


def register(interactions: Interactions, desk: Desk) -> None:
    """Pause, and once more now."""
    presses = DigestPresses(desk)
    for name in _COMMANDS:
        interactions.actions[name] = presses.do


class DigestPresses:
    """Turns a press into the command, whose answer says what was done; whose digest it is, the command looks up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, press: Press) -> Answer:
        """Run the command in the thread of the message, for who pressed."""
        is_id = len(press.value) == _ID_LENGTH and press.value.isascii() and press.value.isalnum()
        if is_id and press.channel and press.ts and press.name in _COMMANDS:
            text = _COMMANDS[press.name].format(id=press.value)
            await self._desk.intake(asked(press, text, at=self._desk.parts.now()))
        return DONE
