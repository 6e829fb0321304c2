"""Whether an answer helped: kept with one press, changed by the next, and why, for who likes to say."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from bot.records import feedback
from bot.records.identities import actor_of
from bot.surfaces.slack.buttons import FEEDBACK, HELPFUL, NOT_HELPFUL, without
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.interactions import DONE, Answer
from bot.surfaces.slack.markup import plain_text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press

REASON = "feedback_reason"
THANKS = "Thank you; I noted that this helped."
SORRY = "Thank you; I noted that this did not help."
NOTED = "Thank you; I noted why."
NOT_SEEN = "I don't know that answer any more, or it is not for you, so nothing was noted."
_RATINGS: dict[str, Literal[1, -1]] = {HELPFUL: 1, NOT_HELPFUL: -1}
_LONGEST_TURN = 64


def register(interactions: Interactions, desk: Desk) -> None:
    """The thumbs, and the form for a reason."""
    judging = Judging(desk)
    interactions.actions[FEEDBACK] = judging.rate
    interactions.submissions[REASON] = judging.explain


class Judging:
    """Keeps ratings; in a shared place the thumbs stay, for the others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def rate(self, press: Press) -> Answer:
        """Keep the verdict on an answer that the person may see."""
        verdict, _, turn = press.value.partition(":")
        rating = _RATINGS.get(verdict)
        if rating is None or not 0 < len(turn) <= _LONGEST_TURN:
            return DONE

        async def unit(session: AsyncSession) -> bool:
            actor = await actor_of(session, press.tenant, NAME, press.user)
            at = self._desk.parts.now()
            return await feedback.rate(session, actor, turn, rating, at=at, shared=press.shared)

        if not await self._desk.parts.database.run(unit):
            return Answer(then=partial(self._desk.tell, press, NOT_SEEN))
        return Answer(then=partial(self._thank, press, verdict, turn))

    async def explain(self, press: Press) -> Answer:
        """Keep the reason that was sent, as that of the sender's own rating."""
        turn, reason = _turn_of(press), _entered(press)
        if not turn or not reason.strip():
            return DONE

        async def unit(session: AsyncSession) -> bool:
            actor = await actor_of(session, press.tenant, NAME, press.user)
            return await feedback.give_reason(session, actor, turn, reason, at=self._desk.parts.now())

        await self._desk.parts.database.run(unit)
        return DONE

    async def _thank(self, press: Press, verdict: str, turn: str) -> None:
        line = THANKS if verdict == HELPFUL else SORRY
        was_opened = verdict == NOT_HELPFUL and await self._desk.open(press, reason_form(turn))
        is_direct = press.channel.startswith("D")
        drawn = without(press.message, FEEDBACK, turn, line) if is_direct else {}
        if not (drawn and await self._desk.redraw(press, drawn)) and not was_opened:
            await self._desk.tell(press, line)


def reason_form(turn: str) -> dict[str, Any]:
    """The form that asks why; it can be left empty or closed."""
    return {
        "type": "modal",
        "callback_id": REASON,
        "private_metadata": json.dumps({"turn": turn}),
        "title": plain_text("What was wrong?"),
        "submit": plain_text("Send"),
        "close": plain_text("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "optional": True,
                "label": plain_text("Why did this not help?"),
                "hint": plain_text("Your administrators can read it; leave out what is private."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "reason",
                    "multiline": True,
                    "max_length": feedback.LONGEST_REASON,
                },
            }
        ],
    }


def _turn_of(press: Press) -> str:
    try:
        told = json.loads(str(press.view.get("private_metadata") or ""))
    except (ValueError, RecursionError):
        return ""
    turn = told.get("turn") if isinstance(told, dict) else ""
    return turn if isinstance(turn, str) and len(turn) <= _LONGEST_TURN else ""


def _entered(press: Press) -> str:
    block = press.state.get(REASON)
    element = block.get("reason") if isinstance(block, dict) else None
    value = element.get("value") if isinstance(element, dict) else ""
    return value if isinstance(value, str) else ""
