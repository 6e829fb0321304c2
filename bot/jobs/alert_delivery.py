"""From an alert that went off to the message of it: to its owner alone, at a time they may be written to, on record."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.jobs.notices import tell_admins
from bot.jobs.questions import turn_of
from bot.jobs.showing import Plain
from bot.jobs.worker import NotYet
from bot.messages import Reply, ToolCall, ToolResult
from bot.records import alerts, controls, inbox, preferences, turns, users
from bot.records.identities import accounts_of
from bot.records.policies import terms_of
from bot.records.quiet_hours import end_of_quiet
from bot.turn.agent import Decision
from bot.turn.grounding import Grounding
from bot.turn.outcome import outcome_of
from bot.turn.rendering import escape, render_result
from tools.alerts.telling import CALL, crossing_of, findings_of, named, split_findings, split_of
from tools.errors import ToolError
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.showing import Showing
    from bot.records.alerts import Kept
    from bot.records.inbox import Claim, Event, Outgoing, Post
    from bot.turn.assistant import Parts
    from tools.alerts.telling import Level
    from tools.context import SymbolResolver

log = logging.getLogger(__name__)
LATE = timedelta(minutes=10)
_BUDGET = timedelta(minutes=5)
LEFT = "its owner left"


class AlertHandler:
    """Tells owners of what the pass put in the inbox; an alert that can't be told of is switched off."""

    def __init__(self, parts: Parts, shows: Mapping[str, Showing]) -> None:
        self._parts, self._shows = parts, shows

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Tell, or drop what nobody is to be told any more. Raises `LeaseLost`, or `NotYet` in quiet hours."""

        async def unit(session: AsyncSession) -> Sequence[Post]:
            messages = await self._messages(session, claim.event)
            turn_id = turn_of(claim.event) if messages else None
            return await inbox.finish(session, claim, messages, now=await inbox.database_now(session), turn_id=turn_id)

        return await self._parts.database.run(unit)

    async def _messages(self, session: AsyncSession, event: Event) -> Sequence[Outgoing]:
        now, payload = self._parts.now(), event.payload
        kept = await alerts.find(session, (event.tenant, payload["alert"]))
        if kept is None:
            return ()
        if not await users.is_known(session, kept.owner):
            await alerts.switch_off(session, [kept], LEFT, at=now)
            return ()
        if (await controls.controls_of(session, kept.owner)).stop:
            log.info("an alert is not told, as its owner or tenant is stopped")
            return ()
        if "off" not in payload and kept.is_silent(now):
            return ()
        terms = await terms_of(session, event.tenant)
        if end := end_of_quiet(now, terms.quiet_hours, terms.time_zone):
            raise NotYet(end - now)
        account = (await accounts_of(session, kept.owner, event.surface))[0]
        here = replace(event, user=account, payload={**payload, "target": {"user": account}})
        shows = self._shows.get(event.surface) or Plain()
        if "off" in payload:
            return shows.present(here, switched_off(kept, payload["off"], self._parts.symbols), None, directly=True)
        reply = await told(session, self._parts, kept, payload, turn_of(event), event.conversation)
        late = f"*This is late: it went off at {event.sent_at:%H:%M} UTC.*\n\n" if now - event.sent_at > LATE else ""
        return shows.present(here, f"{late}{reply.answer}", reply, directly=True)

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For an alert whose message failed every time."""
        shows = self._shows.get(event.surface) or Plain()
        text = (
            "One of your alerts went off, and I could not make its message; look at the price yourself, and give your "
            f"administrator the reference {turn_of(event)[:8]}."
        )
        return shows.present(event, text, None, directly=True)

    async def refused(self, session: AsyncSession, event: Event, reason: str) -> None:
        """Its owner can't be written to any more: the alert is switched off, and admins are told, once."""
        at, kept = self._parts.now(), await alerts.find(session, (event.tenant, event.payload["alert"]))
        if kept is not None and not kept.failure:
            await alerts.switch_off(session, [kept], reason, at=at)
            await tell_admins(session, event, kept.owner, reason=reason, at=at)


async def told(
    session: AsyncSession, parts: Parts, kept: Kept, payload: Mapping[str, Any], turn_id: str, conversation: str
) -> Reply:
    """What the owner is told, kept as a turn of theirs with all its figures: it can be shown how it was found."""
    now, symbols = parts.now(), parts.symbols
    if "split" in payload:
        split = split_of(payload["split"])
        level, findings = split.after, split_findings(split, symbols.name)
    else:
        crossing = crossing_of(payload["crossing"])
        level, findings = crossing.level, findings_of(crossing, symbols.name)
    asked = {"alert": kept.id, **_arguments(level)}
    result = ToolResult(ToolCall(CALL, asked), asked, findings)
    checked = Grounding([result], "", lambda text: _known(symbols, text)).check(" ".join(findings.sentences))
    reply = Reply(
        turn_id=turn_id,
        question=findings.title,
        answer=render_result(result, checked.kept),
        status="answered",
        results=(result,),
        figures=tuple((show(figure), figure, CALL) for figure in findings.figures),
        withheld=checked.withheld,
        personal=True,
        manner=await preferences.manner_of(session, kept.owner),
    )
    await turns.start_turn(
        session,
        kept.owner,
        conversation,
        reply.question,
        now=now,
        budget=_BUDGET,
        surface=kept.surface,
        turn_id=turn_id,
    )
    await turns.finish_turn(session, kept.owner, turn_id, outcome_of(reply, Decision()), now=now)
    return reply


def switched_off(kept: Kept, off: Mapping[str, Any], symbols: SymbolResolver) -> str:
    """What an owner is told of an alert that the program had to switch off."""
    return f"I switched off your alert “{escape(named(kept.level, symbols.name))}”: {escape(off['reason'])}."


def _arguments(level: Level) -> dict[str, str]:
    """What was looked at, in the words of the alert."""
    threshold = "" if level.threshold is None else f"{level.threshold:f} {level.currency or ''}".strip()
    found = {"symbol": level.symbol or "", "condition": level.condition, "threshold": threshold}
    return {name: value for name, value in found.items() if value}


def _known(symbols: SymbolResolver, text: str) -> str | None:
    """The symbol of an exact name."""
    try:
        return symbols.resolve(text).symbol if symbols.knows(text) else None
    except ToolError:
        return text
