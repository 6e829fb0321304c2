"""Everything in Teams that can be pressed: each finds its handler by its name, with the person that Teams proved.

A press is stored, or decided, before it is answered; what it leads to is said in the conversation.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs import intake as door
from bot.jobs.imports import IMPORT
from bot.records import feedback
from bot.records.identities import actor_of
from bot.redaction import one_line
from bot.surfaces.sending_buttons import COMMANDS, DIRECTLY, command_of
from bot.surfaces.slack.stopping import NOTHING_STOPPED, STOPPED
from bot.surfaces.teams.buttons import CONFIRM, DECLINE, NONCE, OF, REPLACE, STOP
from bot.surfaces.teams.desk import is_direct, shared
from bot.surfaces.teams.dialogs import Dialogs, told
from bot.surfaces.teams.events import NAME, SHORTCUT, key_of
from bot.surfaces.teams.explaining import UNREACHED, Explaining
from bot.turn.proposals import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.inbox import Event
    from bot.records.offers import Offer
    from bot.records.users import Actor
    from bot.surfaces.teams.desk import Desk
    from bot.surfaces.teams.events import Pressed

log = logging.getLogger(__name__)
CONFIRMED = "Confirmed; what came of it is said below."
DECLINED = "Not now: nothing was changed."
TAKEN = "Taken; what came of it is said below."
UNKNOWN = "I don't know this button any more; please ask again."
NOT_SEEN = "I don't know that answer any more, or it is not for you, so nothing was noted."
FAILED = "Something went wrong on my side, and nothing was changed; please try again."
_RATINGS: Mapping[Any, Any] = {"like": 1, "dislike": -1}
Answer = dict[str, Any]


class Presses:
    """The one list of what can be pressed.

    `decided` hears of a proposal that was decided, and of its line; `stopped` of a question whose worker died.
    """

    def __init__(
        self,
        desk: Desk,
        decided: Callable[[Pressed, str, str], Awaitable[None]],
        stopped: Callable[[Event], None],
    ) -> None:
        self._desk, self._decided, self._stopped = desk, decided, stopped
        self._dialogs = Dialogs(desk)
        self._handlers: dict[str, Callable[[Pressed], Awaitable[Answer | None]]] = {
            "adaptiveCard/action": self._act,
            "message/submitAction": self._judge,
            "task/fetch": self._dialogs.open,
            "task/submit": self._dialogs.submit,
            f"{SHORTCUT}fetchTask": Explaining(desk, self._dialogs).explain,
        }

    async def take(self, press: Pressed) -> Answer | None:
        """One press; returns its answer, None for none. Raises `DatabaseError`."""
        handler = self._handlers.get(press.name)
        if handler is None:
            log.debug("ignored: a press of %s", one_line(press.name))
            return None
        try:
            return await handler(press)
        except TuppenceError:
            raise
        except Exception:
            log.exception("a press of %s failed", one_line(press.name))
            return told(FAILED) if press.name.startswith(("task/", SHORTCUT)) else said(FAILED)

    # --- a card's own buttons ---

    async def _act(self, press: Pressed) -> Answer:
        action = press.value.get("action")
        verb, data = (action.get("verb"), action.get("data")) if isinstance(action, dict) else (None, None)
        if not isinstance(data, dict):
            return said(UNKNOWN)
        if verb in (CONFIRM, REPLACE):
            return await self._decide(press, data, CONFIRMED, partial(self._event, press, replaces=verb == REPLACE))
        if verb == DECLINE:
            return await self._decide(press, data, DECLINED, lambda _, __: None)
        if verb in COMMANDS:
            return await self._command(press, command_of(verb, data.get(OF)))
        if verb == STOP:
            return await self._stop(press, data.get(OF))
        return said(UNKNOWN)

    async def _decide(
        self,
        press: Pressed,
        data: Mapping[str, Any],
        line: str,
        event_of: Callable[[Offer, Actor], Event | None],
    ) -> Answer:
        """Take the offer and store its event in one unit: there is never one without the other."""
        nonce, event = data.get(NONCE), press.event
        if not isinstance(nonce, str):
            return said(UNKNOWN)
        pressed = door.Pressed(event.tenant, NAME, event.user, event.id)
        taken = await self._desk.intake.decide(pressed, nonce, event_of)
        if taken is None:
            return said(line)
        if isinstance(taken, Refusal):
            return said(taken.value)
        await self._decided(press, nonce, line)
        return said(line)

    def _event(self, press: Pressed, offer: Offer, _: Actor, *, replaces: bool) -> Event:
        """The typed command as if the person had typed it here, or the import of the rows."""
        conversation = offer.conversation or press.event.conversation
        if offer.kind != IMPORT:
            return _asked(press, offer.command, conversation)
        event = _asked(press, "", conversation)
        payload = {**event.payload, "offer": offer.key, "replace": replaces}
        return replace(event, kind=IMPORT, payload=payload)

    async def _command(self, press: Pressed, command: str) -> Answer:
        """The command that the owner of an alert or a digest could type; where others are, it is answered directly."""
        if not command:
            return said(UNKNOWN)
        if is_direct(press):
            await self._desk.intake(_asked(press, command, press.event.conversation))
            return said(TAKEN)
        event = await self._desk.asked_directly(press, command)
        if event is None:
            return said(UNREACHED)
        await self._desk.intake(event)
        return said(DIRECTLY)

    async def _stop(self, press: Pressed, asked: Any) -> Answer:
        """End the work on a question of who pressed: nobody else's."""
        event = press.event
        if not isinstance(asked, str):
            return said(UNKNOWN)
        stopped = await self._desk.intake.stop_one(event.tenant, asked, event.user, before=event.sent_at)
        for each, is_left in stopped:
            if is_left:  # nobody else will say so
                self._stopped(each)
        return said(STOPPED if stopped else NOTHING_STOPPED)

    # --- whether an answer helped ---

    async def _judge(self, press: Pressed) -> Answer | None:
        """Keep the verdict on an answer that the person may see, and why, for who likes to say."""
        verdict = press.value.get("actionValue")
        if press.value.get("actionName") != "feedback" or not isinstance(verdict, dict):
            return None
        rating, event = _RATINGS.get(str(verdict.get("reaction"))), press.event
        turn = await self._turn(press)
        if rating is None or not turn:
            return None
        reason, at = _reason(verdict.get("feedback")), self._desk.parts.now()

        async def unit(session: AsyncSession) -> bool:
            actor = await actor_of(session, event.tenant, NAME, event.user)
            here = await shared(session, press, turn)
            if not await feedback.rate(session, actor, turn, rating, at=at, shared=here):
                return False
            if reason:
                await feedback.give_reason(session, actor, turn, reason, at=at)
            return True

        if not await self._desk.parts.database.run(unit):
            log.info("feedback on an answer that is not the person's was not kept")
        return {}

    async def _turn(self, press: Pressed) -> str:
        """The turn whose answer was judged, "" for none that is known."""
        event, references = press.event, self._desk.references
        if press.message:
            return await references.turn_at(
                event.tenant, key_of(event.payload["target"]["conversation"], press.message)
            )
        # Microsoft's Agents Playground does not say in which message the thumb stands: it is the latest there.
        return await references.latest_turn(event.tenant, event.conversation) if self._desk.is_local else ""


def said(text: str) -> Answer:
    """The answer to a card's button: a line for who pressed."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def _asked(press: Pressed, text: str, conversation: str) -> Event:
    """The event of a press: its id is the press's, so that it is done once however often it is delivered."""
    event = press.event
    return replace(event, conversation=conversation, place=None, payload={**event.payload, "text": text})


def _reason(text: Any) -> str:
    """What was typed with the thumb: Teams sends a form's values as JSON, the Playground the words alone."""
    if not isinstance(text, str):
        return ""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = {"feedbackText": text}
    found = given.get("feedbackText") if isinstance(given, dict) else ""
    return found.strip()[: feedback.LONGEST_REASON] if isinstance(found, str) else ""
