"""How an answer was found, for who may see that answer: from its button, or by the shortcut on any message."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.records.answers import visible_turn
from bot.records.identities import actor_of
from bot.records.inbox_tables import OutboxMessage
from bot.surfaces.quoting import EMPTY, LOOKED_INTO, NO_FIGURES, NOT_SEEN, about, question_of
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.asking import asked_directly
from bot.surfaces.slack.buttons import FEEDBACK, SHOW_HOW
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.how import how_record, how_text, how_view
from bot.surfaces.slack.interactions import DONE, Answer
from bot.surfaces.slack.texts import EVENT_TYPE, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.records.answers import SeenTurn
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press

EXPLAIN = "explain_figures"
_LONGEST_TURN = 64


def register(interactions: Interactions, desk: Desk) -> None:
    """The button below an answer, and the shortcut."""
    revealing = Revealing(desk)
    interactions.actions[SHOW_HOW] = revealing.show
    interactions.shortcuts[EXPLAIN] = revealing.explain


class Revealing:
    """Looks a turn up as the person who asks may see it, at that moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, press: Press) -> Answer:
        """Open what a turn was made of."""
        return Answer(then=partial(self._open, press, press.value))

    async def explain(self, press: Press) -> Answer:
        """For an answer of ours, how it was found; any other message becomes a question of the person, asked directly.

        What others wrote is only ever asked, never run: it can't become a typed command.
        """
        if turn := await self._turn_in(press) or next(_turns_in(press.message), ""):
            return Answer(then=partial(self._open, press, turn))
        if await self._is_ours(press):
            return Answer(then=partial(self._desk.tell, press, NO_FIGURES))
        said = press.message.get("text")
        text = question_of(plain_text(said if isinstance(said, str) else ""))
        if not text:
            return Answer(then=partial(self._desk.tell, press, EMPTY))
        is_new = await self._desk.intake(asked_directly(press, text, at=self._desk.parts.now(), note=about(text)))
        return Answer(then=partial(self._desk.tell, press, LOOKED_INTO)) if is_new else DONE

    async def _open(self, press: Press, turn_id: str) -> None:
        """In a form or, where there are none, in words to the person alone."""
        turn = await self._seen(press, turn_id)
        if turn is None:
            await self._desk.tell(press, NOT_SEEN)
            return
        record = how_record(turn)
        reader = await self._desk.home.reader(press.tenant, press.user)
        zones = {"locale": reader.locale, "time_zone": reader.time_zone}
        if not await self._desk.open(press, how_view(record, **zones)):
            await self._desk.tell(press, how_text(record, **zones))

    async def _seen(self, press: Press, turn_id: str) -> SeenTurn | None:
        """The turn, if the person may see it now: what is personal only as a full member."""
        if not 0 < len(turn_id) <= _LONGEST_TURN:
            return None
        async with self._desk.parts.database.read() as session:
            actor = await actor_of(session, press.tenant, NAME, press.user)
            turn = await visible_turn(session, actor, turn_id, press.shared)
        if turn is None or not turn.is_personal:
            return turn
        workspace = await self._desk.workspaces.of(press.tenant)
        try:
            standing = await workspace.directory.standing(press.user, press.tenant, fresh=True)
        except SlackRefused:
            return None
        return turn if standing == "member" and not press.stranger else None

    async def _is_ours(self, press: Press) -> bool:
        """Whether the message is one of the app's own: a shortcut need not say whose it is, as a button does."""
        message, payload = press.message, press.payload or {}
        if message.get("app_id") in {payload.get("api_app_id"), payload.get("app_id")} - {None, ""}:
            return True
        user = message.get("user")
        return bool(message.get("bot_id") and user) and user == await self._desk.workspaces.bot_user(press.tenant)

    async def _turn_in(self, press: Press) -> str:
        """The turn of a message by the key in its metadata, "" where there is none."""
        metadata = press.message.get("metadata")
        if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
            return ""
        payload = metadata.get("event_payload")
        key = payload.get("key") if isinstance(payload, dict) else None
        if not isinstance(key, str):
            return ""
        async with self._desk.parts.database.read() as session:
            message = await session.get(OutboxMessage, (press.tenant, key))
        is_it = message is not None and message.message_id == f"{press.channel}/{press.ts}"
        return str(message.body.get("turn", "")) if message is not None and is_it else ""


def _turns_in(message: Mapping[str, object]) -> Iterator[str]:
    """The turns that the buttons of a message name."""
    blocks = message.get("blocks")
    for block in blocks if isinstance(blocks, list) else ():
        elements = block.get("elements") if isinstance(block, dict) else None
        for element in elements if isinstance(elements, list) else ():
            action = str(element.get("action_id", "")) if isinstance(element, dict) else ""
            value = element.get("value") if action.startswith((SHOW_HOW, f"{FEEDBACK}_")) else None
            if isinstance(value, str) and value:
                yield value.rpartition(":")[2]
