"""What "Explain the figures" in the menu of a message opens: how our answer was found, or that we look into it.

Who used it decides what is shown: the dialog is theirs alone, and what they are told later comes in their own chat.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.surfaces.quoting import EMPTY, LOOKED_INTO, NO_FIGURES, about, question_of
from bot.surfaces.teams.buttons import DIALOG, OF, SHOW_HOW
from bot.surfaces.teams.dialogs import UNKNOWN, told
from bot.surfaces.teams.events import key_of
from bot.surfaces.teams.texts import html_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.surfaces.teams.desk import Desk
    from bot.surfaces.teams.dialogs import Answer, Dialogs
    from bot.surfaces.teams.events import Pressed

EXPLAIN = "explainFigures"
UNREACHED = (
    "I can't write to you in a chat of our own yet. Open Tuppence in Teams, say anything there, and try this again."
)
_LONGEST_CARD = 60_000
_DEEPEST = 12


class Explaining:
    """Looks at the message that a shortcut was used on."""

    def __init__(self, desk: Desk, dialogs: Dialogs) -> None:
        self._desk, self._dialogs = desk, dialogs

    async def explain(self, press: Pressed) -> Answer:
        """For an answer of ours, how it was found; any other message becomes a question of the person, asked directly.

        What others wrote is only ever asked, never run: it can't become a typed command. Raises `DatabaseError`.
        """
        message = press.value.get("messagePayload")
        if press.value.get("commandId") != EXPLAIN or not isinstance(message, dict):
            return told(UNKNOWN)
        if turn := await self._turn_in(press, message):
            return await self._dialogs.how(press, turn)
        if _is_ours(press, message):
            return told(NO_FIGURES)
        question = question_of(_text(message))
        if not question:
            return told(EMPTY)
        event = await self._desk.asked_directly(press, question, about(question))
        if event is None:
            return told(UNREACHED)
        await self._desk.intake(event)
        return told(LOOKED_INTO)

    async def _turn_in(self, press: Pressed, message: Mapping[str, Any]) -> str:
        """The turn of a message, by its name or, where Teams has another for it here, by its button; "" for none."""
        for name in _names(press, message):
            if turn := await self._desk.references.turn_at(press.event.tenant, name):
                return turn
        return next(_turns_in(message), "")


def _names(press: Pressed, message: Mapping[str, Any]) -> list[str]:
    """By what a message may be known: it stands in a chat, in a channel, or in a thread of one."""
    identity, root = message.get("id"), message.get("replyToId")
    if not isinstance(identity, str) or not identity.isprintable():
        return []
    here = press.event.payload["target"]["conversation"]
    channel = here.partition(";")[0]
    threads = [f"{channel};messageid={root}"] if isinstance(root, str) and root.isprintable() else []
    return list(dict.fromkeys(key_of(each, identity) for each in (here, channel, *threads)))


def _turns_in(message: Mapping[str, Any]) -> Iterator[str]:
    """The turns that the buttons of a message's cards name; whether they may be seen is looked up."""
    attachments = message.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        content = attachment.get("content") if isinstance(attachment, dict) else None
        if isinstance(content, str) and len(content) <= _LONGEST_CARD:
            try:
                content = json.loads(content)
            except (ValueError, RecursionError):
                continue
        yield from _turns_of(content, _DEEPEST)


def _turns_of(value: Any, depth: int) -> Iterator[str]:
    """The turns that any button in a card names."""
    if depth and isinstance(value, dict):
        if value.get(DIALOG) == SHOW_HOW and isinstance(turn := value.get(OF), str) and turn:
            yield turn
        value = list(value.values())
    for each in value if depth and isinstance(value, list) else ():
        yield from _turns_of(each, depth - 1)


def _is_ours(press: Pressed, message: Mapping[str, Any]) -> bool:
    """Whether the message is one of the bot's own."""
    sender = message.get("from")
    application = sender.get("application") if isinstance(sender, dict) else None
    identity = application.get("id") if isinstance(application, dict) else None
    return isinstance(identity, str) and bool(identity) and identity == press.bot.removeprefix("28:")


def _text(message: Mapping[str, Any]) -> str:
    body = message.get("body")
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, str):
        return ""
    return content if isinstance(body, dict) and body.get("contentType") == "text" else html_text(content)
