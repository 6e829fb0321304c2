"""A digest's slot that waits in the inbox: whether it may go out now, to whom, and what it then says.

It waits through quiet hours and for prices that are late, says so where it is late itself, and is left out, with one
notice, where it is too late.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from bot.errors import UnknownUser
from bot.jobs.digest_audience import Audience, Dropped, direct_to, was_asked_for
from bot.jobs.digests.composing import compose, is_data_in
from bot.jobs.digests.plan import DigestParts, DigestPlan
from bot.jobs.notices import tell_admins
from bot.jobs.questions import turn_of
from bot.jobs.worker import NotYet
from bot.records import digest_terms, digests, inbox, turns
from bot.records.access import ClientAccess
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.turn.agent import Decision
from bot.turn.outcome import outcome_of
from bot.turn.prompting import sections
from tools.errors import AccessRefused
from tools.formatting import show_day
from tools.market.slots import is_shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.digest_audience import Delivery
    from bot.jobs.showing import Showing
    from bot.messages import Reply
    from bot.records.inbox import Claim, Event, Outgoing, Post
    from bot.turn.assistant import Parts

KIND = digests.KIND
LATE = timedelta(minutes=15)
PATIENCE = timedelta(minutes=30)
"""How long a digest waits for prices of the session that has just ended."""
AGAIN = timedelta(minutes=5)
_LONG_AGO = timedelta(days=5)
_BUDGET = timedelta(minutes=5)
_KEPT = 900.0
"""Seconds for which the data of a run is kept after its last digest."""
_MOST_RUNS = 4


class DigestHandler:
    """Sends digests; `shows` are the surfaces that are switched on."""

    def __init__(
        self,
        parts: Parts,
        shows: Mapping[str, Showing],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._parts, self._shows = parts.database, parts, shows
        self._audience = Audience(parts, shows)
        self._now = parts.now
        self._runs = Runs(parts, monotonic)

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Compose and record one digest, or why there is none. Raises `LeaseLost`, `NotYet`, `PostRefused`."""
        event = claim.event
        try:
            delivery = await self._audience.delivery(event)
            if delivery.quiet_until and not was_asked_for(event):
                raise NotYet(delivery.quiet_until - self._now())
            if self._now() - _due(event) > digests.GRACE and not was_asked_for(event):
                return await self._finish(claim, self._left_out(delivery), "left out: too late")
            reply = await self._composed(delivery, claim.turn_id or turn_of(event))
        except Dropped as dropped:
            if dropped.for_good:
                await self._switch_off(event, str(dropped))
            return await self._finish(claim, (), str(dropped))
        lines = self._lines(delivery)
        text = "\n\n".join([*lines, reply.answer])
        messages = self._shows[event.surface].present(delivery.event, text, reply, directly=delivery.is_direct)
        late = self._now() - _due(event) > LATE and not was_asked_for(event)
        return await self._finish(claim, messages, "sent late" if late else "sent", (delivery.owner, reply))

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For a digest that could not be made; its owner is told, wherever it should have gone."""
        shows = self._shows.get(event.surface)
        if shows is None:
            return ()
        text = sections("digest_lines")["failed"].format(reference=event.id.removeprefix(f"{KIND}:"))
        account = event.payload["account"]
        shown = replace(event, user=account, payload={**event.payload, **direct_to(account)})
        return shows.present(shown, text, None, directly=True)

    async def refused(self, session: AsyncSession, event: Event, reason: str) -> None:
        """The place takes nothing any more: the digest is switched off, and admins are told, once."""
        at, name = self._now(), event.payload["digest"]
        if await digests.switch_off(session, event.tenant, name, reason, at=at):
            row = await session.get_one(Digest, (event.tenant, name))
            channel = "" if row.kind in digest_terms.PERSONAL_KINDS else digest_terms.terms_of(row).channel
            await tell_admins(session, event, Actor(row.user_id, row.tenant), reason=reason, at=at, channel=channel)

    # --- what it says ---

    async def _composed(self, delivery: Delivery, turn_id: str) -> Reply:
        """The digest's text. Raises `Dropped`, or `NotYet` while its data may still come."""
        row, event = delivery.row, delivery.event
        slot, asked_for = datetime.fromisoformat(event.payload["slot"]), was_asked_for(event)
        plan = DigestPlan(
            kind=cast("Any", row.kind),
            at=slot,
            sections=tuple(row.sections or ()),
            time_zone=row.time_zone,
            calendar=row.calendar,
            base_currency=delivery.base_currency,
            symbols=tuple(row.symbols or ()),
            when_closed="send" if row.holidays == "send" else "say",
            turn_id=turn_id,
            may_word=not delivery.models_off,
        )
        parts = self._runs.of(slot)
        # A source that ended long ago, as the bundled history, is not waited for.
        is_live = await parts.data.today() >= (slot - _LONG_AGO).date()
        may_wait = is_live and not asked_for and self._now() - _due(event) < PATIENCE
        if may_wait and not await is_data_in(plan, parts):
            raise self._later(slot)
        access = None
        if delivery.is_direct:
            access = ClientAccess(self._database, delivery.owner, delivery.base_currency, told_in=delivery.told_in)
        try:
            reply = await compose(plan, parts, access)
        except UnknownUser:
            raise Dropped("its owner has left", for_good=True) from None
        except AccessRefused as refused:
            raise Dropped(f"not sent: {refused}") from None
        if reply.status == "failed" and may_wait:
            raise self._later(slot)
        if reply.personal and not delivery.is_direct:
            raise Dropped("not sent: it holds what is its owner's alone")
        return replace(reply, manner=delivery.manner)

    def _later(self, slot: datetime) -> NotYet:
        """The data of the run is forgotten: what is missing in it may come."""
        self._runs.forget(slot)
        return NotYet(AGAIN)

    def _lines(self, delivery: Delivery) -> list[str]:
        """What has to be said before the digest itself."""
        event, row, words = delivery.event, delivery.row, sections("digest_lines")
        if was_asked_for(event):
            return []
        lines, slot = [], datetime.fromisoformat(event.payload["slot"])
        if self._now() - _due(event) > LATE:
            lines.append(words["late"].format(due=_local(_due(event), row.time_zone)))
        if missed := event.payload["missed"]:
            lines.append(words["missed_one" if missed == 1 else "missed"].format(missed=missed))
        timing = digest_terms.timing_of(row.schedule, row.time_zone, row.calendar, row.holidays)
        if is_shifted(timing.schedule, row.time_zone, slot):
            lines.append(words["shifted"].format(time=_local(slot, row.time_zone)))
        return lines

    def _left_out(self, delivery: Delivery) -> Sequence[Outgoing]:
        """The one notice of slots that are too old."""
        event, words = delivery.event, sections("digest_lines")
        missed = event.payload["missed"]
        key = "left_out_several" if missed > 1 else "left_out_two" if missed else "left_out"
        due = _local(_due(event), delivery.row.time_zone)
        text = words[key].format(due=due, missed=missed)
        return self._shows[event.surface].present(event, text, None, directly=delivery.is_direct)

    # --- the end ---

    async def _finish(
        self, claim: Claim, messages: Sequence[Outgoing], outcome: str, said: tuple[Actor, Reply] | None = None
    ) -> Sequence[Post]:
        """Record how it ended, with what was `said` to whom as a turn of theirs. Raises `LeaseLost`."""
        turn_id = claim.turn_id or turn_of(claim.event)
        async with self._database.write() as session:
            if said:
                await self._keep(session, claim.event, *said)
            now = await inbox.database_now(session)
            return await inbox.finish(session, claim, messages, now=now, turn_id=turn_id, steps={"outcome": outcome})

    async def _keep(self, session: AsyncSession, event: Event, owner: Actor, reply: Reply) -> None:
        at, name, turn_id = self._now(), event.conversation, reply.turn_id
        await turns.start_turn(
            session, owner, name, reply.question, now=at, budget=_BUDGET, surface=event.surface, turn_id=turn_id
        )
        await turns.finish_turn(session, owner, turn_id, outcome_of(reply, Decision()), now=at)

    async def _switch_off(self, event: Event, reason: str) -> None:
        async with self._database.write() as session:
            await self.refused(session, event, reason)


class Runs:
    """The data of the slots that are being sent: all digests of one slot share it, so each symbol is asked for once."""

    def __init__(self, parts: Parts, monotonic: Callable[[], float]) -> None:
        self._parts, self._monotonic = parts, monotonic
        self._known: OrderedDict[datetime, tuple[float, DigestParts]] = OrderedDict()

    def of(self, slot: datetime) -> DigestParts:
        """The data of one slot."""
        now = self._monotonic()
        for old in [key for key, (used, _) in self._known.items() if now - used > _KEPT]:
            self.forget(old)
        parts = self._known[slot][1] if slot in self._known else DigestParts.of(self._parts)
        self._known[slot] = (now, parts)
        self._known.move_to_end(slot)
        while len(self._known) > _MOST_RUNS:
            self._known.popitem(last=False)
        return parts

    def forget(self, slot: datetime) -> None:
        """Ask anew from now on."""
        self._known.pop(slot, None)


def _due(event: Event) -> datetime:
    return datetime.fromisoformat(event.payload["due"]) if "due" in event.payload else event.sent_at


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} on {show_day(local.date())} ({zone})"
