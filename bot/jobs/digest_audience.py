"""Who gets a digest's slot, and where: asked when it is sent, whatever the row or the event says.

What is about one person goes to that person's direct conversation and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.errors import DigestRefused
from bot.records import controls, conversations, digest_terms, digests, preferences
from bot.records.identities import accounts_of
from bot.records.policies import terms_of as policy_of
from bot.records.quiet_hours import end_of_quiet
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.turn.destination import is_full_member
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.showing import Showing
    from bot.messages import Manner
    from bot.records.inbox import Event
    from bot.turn.assistant import Parts


class Dropped(Exception):
    """Nothing is sent; `str(error)` is the outcome for the history. `for_good`: nor will there be anything later."""

    def __init__(self, outcome: str, *, for_good: bool = False) -> None:
        super().__init__(outcome)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest and where it goes: `event` is as its surface understands it, `told_in` as `ClientAccess` has it."""

    row: Digest
    owner: Actor
    event: Event
    is_direct: bool
    may_be_external: bool
    base_currency: str
    told_in: str
    manner: Manner
    models_off: frozenset[str]
    quiet_until: datetime | None


class Audience:
    """Answers for one event at a time; `shows` are the surfaces that are switched on."""

    def __init__(self, parts: Parts, shows: Mapping[str, Showing]) -> None:
        self._parts, self._shows = parts, shows

    async def delivery(self, event: Event) -> Delivery:
        """Where the digest goes now. Raises `Dropped`, `PostRefused`."""
        shows = self._shows.get(event.surface)
        if shows is None:
            raise Dropped(f"not sent: {event.surface} is not switched on here")
        async with self._parts.database.read() as session:
            delivery = await self._read(session, event)
        place = await shows.place(delivery.event)
        if place.asker == "gone":
            raise Dropped("its owner has left", for_good=True)
        if delivery.is_direct and not is_full_member(place):
            raise Dropped(f"not sent: {sections('notices')['guest']}")
        if place.external and not delivery.is_direct and not delivery.may_be_external:
            raise Dropped("not sent: people of another organisation are in that channel now")
        return delivery

    async def _read(self, session: AsyncSession, event: Event) -> Delivery:
        row = await session.get(Digest, (event.tenant, event.payload["digest"]), populate_existing=True)
        if row is None:
            raise Dropped("not sent: it was deleted")
        if not was_asked_for(event) and (row.paused or row.failure):
            raise Dropped("not sent: it is paused" if row.paused else "not sent: it is switched off")
        owner = Actor(row.user_id, row.tenant)
        stopped = await controls.controls_of(session, owner)
        if stopped.stop:
            is_gone = stopped.stop == "user_inactive"
            raise Dropped("its owner has left" if is_gone else "not sent: it was stopped by an admin", for_good=is_gone)
        terms = digest_terms.terms_of(row)
        channel = "" if row.kind in digest_terms.PERSONAL_KINDS else terms.channel
        stored = await controls.channel_of(session, owner.tenant, channel) if channel else None
        try:
            if channel:  # that the owner is active is known by now
                await digests.may_go_there(session, owner, terms)
        except DigestRefused as refused:
            raise Dropped(f"not sent: {refused}") from None
        chosen, policy = await preferences.choices_of(session, owner), await policy_of(session, owner.tenant)
        currency = chosen.base_currency or (policy.base_currency if policy.is_set else self._parts.base_currency)
        is_own = row.quiet_hours is not None
        hours, zone = (row.quiet_hours, row.time_zone) if is_own else (policy.quiet_hours, policy.time_zone)
        return Delivery(
            row,
            owner,
            await _addressed(session, event, owner, channel, stored.kind if stored else ""),
            is_direct=not channel,
            may_be_external=stored is not None and stored.external,
            base_currency=currency,
            told_in=chosen.base_currency or "",
            manner=preferences.manner(chosen, policy),
            models_off=stopped.models_off,
            quiet_until=end_of_quiet(self._parts.now(), hours, zone),
        )


def was_asked_for(event: Event) -> bool:
    """Whether somebody wanted it just now, besides its slots."""
    return "asked_by" in event.payload


async def _addressed(session: AsyncSession, event: Event, owner: Actor, channel: str, kind: str) -> Event:
    """The event as its surface understands it: from the owner's account there, to that account or to the channel."""
    account = (await accounts_of(session, owner, event.surface))[0]
    if not channel:
        known = await conversations.direct_of(session, owner.tenant, event.surface, account)
        if known and known.failure:
            raise Dropped(known.failure, for_good=True)
        reference = {"conversation": known.id, **known.reference} if known else {}
        payload = direct_to(account)
        payload["target"] |= reference
    else:
        known = await conversations.find(session, owner.tenant, event.surface, channel)
        if known and known.failure:
            raise Dropped(known.failure, for_good=True)
        place = {"channel": channel, "kind": kind, "external": False, "stranger": False}
        reference = known.reference if known else {}
        payload = {"target": {"channel": channel, "conversation": channel, **reference}, "place": place}
    return replace(event, user=account, payload={**event.payload, **payload})


def direct_to(account: str) -> dict[str, Any]:
    """What an event's payload says of the direct conversation with an account."""
    place = {"channel": "", "kind": "direct", "external": False, "stranger": False}
    return {"target": {"user": account}, "place": place}
