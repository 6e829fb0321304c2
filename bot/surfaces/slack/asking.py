"""Buttons that ask: a follow-up is answered where it was pressed, a button of the Home tab in the direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.records.answers import conversation_of
from bot.records.inbox import Event
from bot.surfaces.slack.buttons import FOLLOW_UP, TURN_BLOCK
from bot.surfaces.slack.events import DIRECT, NAME, QUESTION
from bot.surfaces.slack.home import ASK
from bot.surfaces.slack.interactions import DONE, Answer
from bot.turn.rendering import escape

if TYPE_CHECKING:
    from datetime import datetime

    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press


def register(interactions: Interactions, desk: Desk) -> None:
    """Follow-ups, and the questions of the Home tab."""
    asking = Asking(desk)
    interactions.actions[f"{FOLLOW_UP}_"] = asking.here
    interactions.actions[f"{ASK}_"] = asking.directly


class Asking:
    """Turns a press into a question of the inbox."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def here(self, press: Press) -> Answer:
        """A question in the thread of the message, in the conversation of its turn."""
        if not press.value or not press.channel or not press.ts:
            return DONE
        turn = turn_of_block(press)
        async with self._desk.parts.database.read() as session:
            conversation = await conversation_of(session, press.tenant, turn) if turn else ""
        event = asked(press, press.value, at=self._desk.parts.now(), conversation=conversation, note=said(press.value))
        await self._desk.intake(event)
        return DONE

    async def directly(self, press: Press) -> Answer:
        """A question in the direct messages, of which nobody else learns."""
        if press.value:
            event = asked_directly(press, press.value, at=self._desk.parts.now(), note=said(press.value))
            await self._desk.intake(event)
        return DONE


def said(text: str) -> str:
    """The line that shows, above an answer, what a button asked."""
    return f"*You asked: {escape(text)}*"


def asked(press: Press, text: str, *, at: datetime, conversation: str = "", note: str = "", **more: Any) -> Event:
    """The event of a question or command that a press stands for, to be answered in the thread of its message.

    Its id is the press's, so that it is asked once however often it is delivered; `more` goes into the payload.
    """
    thread = press.thread_ts or press.ts
    kind = "direct" if press.channel.startswith("D") else "public"
    return Event(
        tenant=press.tenant,
        id=press.id,
        conversation=conversation or f"{press.channel}/{thread}",
        user=press.user,
        surface=NAME,
        kind=QUESTION,
        payload={
            "text": text,
            "note": note,
            "target": {"channel": press.channel, "thread_ts": thread, "user": press.user},
            "place": {"channel": press.channel, "kind": kind, "external": False, "stranger": press.stranger},
            **more,
        },
        sent_at=at,
    )


def asked_directly(press: Press, text: str, *, at: datetime, note: str = "") -> Event:
    """The same, to be answered in the person's direct messages."""
    return Event(
        tenant=press.tenant,
        id=press.id,
        conversation=f"{DIRECT}/{press.user}",
        user=press.user,
        surface=NAME,
        kind=QUESTION,
        payload={
            "text": text,
            "note": note,
            "target": {"user": press.user},
            "place": {"channel": "", "kind": "direct", "external": False, "stranger": press.stranger},
        },
        sent_at=at,
    )


def turn_of_block(press: Press) -> str:
    """The turn under whose answer the button stands, "" where its block does not say."""
    actions = (press.payload or {}).get("actions")
    block = actions[0].get("block_id") if isinstance(actions, list) and actions and isinstance(actions[0], dict) else ""
    return block.removeprefix(TURN_BLOCK) if isinstance(block, str) and block.startswith(TURN_BLOCK) else ""
