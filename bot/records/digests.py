"""The digests on record: who wants which, when each was last put in the inbox, and every change with a row in the log.

Each works in the caller's unit, in the tenant of `by`. People change their own; with `of_anyone`, which admins and the
command line of the server have, any. What is refused raises `DigestRefused` with the fix.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import DigestRefused
from bot.records import audit, controls, inbox, permissions, users
from bot.records.digest_terms import FIELDS, terms_of
from bot.records.identities import accounts_of
from bot.records.inbox import Event
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Digest
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.digest_terms import DigestTerms
    from tools.market.slots import Slot

KIND = "digest"
PROGRAM = "tuppence"
"""Who acts in the log where nobody did."""
GRACE = timedelta(hours=2)
"""How late a digest may still be sent; later, its owner is told instead that it was left out."""
MOST_OF_ONE = 20
_NOW = "/now"
"""What the conversation of those that somebody wants besides the slots is called after theirs."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One slot of one digest on its way: `state` is of its event, `outcome` how it ended, "" where it has not."""

    event: str
    slot: datetime
    state: str
    outcome: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """What the scheduler has to know of a digest."""

    tenant: str
    id: str
    schedule: str
    time_zone: str
    calendar: str
    holidays: str
    quiet_hours: dict[str, str] | None
    last_slot: str | None
    since: datetime


async def add(session: AsyncSession, by: Actor, owner: str, terms: DigestTerms, *, at: datetime) -> Digest:
    """Schedule a digest for `owner`, with terms that were vetted."""
    await audit.take_turns(session, by.tenant)
    await may_go_there(session, Actor(owner, by.tenant), terms)
    count = sa.select(sa.func.count()).where(Digest.tenant == by.tenant, Digest.user_id == owner)
    if (await session.scalar(count) or 0) >= MOST_OF_ONE:
        raise DigestRefused(f"One person has at most {MOST_OF_ONE} digests; delete one first.")
    row = Digest(tenant=by.tenant, id=secrets.token_hex(4), user_id=owner, paused=False, since=at, created_at=at)
    _write(row, terms)
    session.add(row)
    await session.flush()
    details: audit.Details = {"owner": owner, "kind": row.kind, "schedule": row.schedule, "surface": row.surface}
    await audit.append(session, by, "digest.add", row.id, details, at=at)
    return row


async def change(
    session: AsyncSession, by: Actor, digest_id: str, terms: DigestTerms, *, at: datetime, of_anyone: bool = False
) -> bool:
    """Give a digest other terms, which were vetted. A slot of today that was not sent yet may still come."""
    await audit.take_turns(session, by.tenant)
    row = await _mine(session, by, digest_id, of_anyone=of_anyone)
    before = terms_of(row)
    if before == terms:
        return False
    await may_go_there(session, Actor(row.user_id, by.tenant), terms)
    _write(row, terms)
    row.since = max(row.since, at - GRACE)  # what would have been due long ago by the new schedule is not missed
    row.failure = None
    changed = [name for name in FIELDS if getattr(before, name) != getattr(terms, name)]
    await audit.append(session, by, "digest.change", row.id, {"owner": row.user_id, "changed": changed}, at=at)
    return True


async def pause(session: AsyncSession, by: Actor, digest_id: str, *, at: datetime, of_anyone: bool = False) -> bool:
    """Send nothing until it is resumed."""
    await audit.take_turns(session, by.tenant)
    row = await _mine(session, by, digest_id, of_anyone=of_anyone)
    if row.paused:
        return False
    row.paused = True
    await audit.append(session, by, "digest.pause", row.id, {"owner": row.user_id}, at=at)
    return True


async def resume(session: AsyncSession, by: Actor, digest_id: str, *, at: datetime, of_anyone: bool = False) -> bool:
    """Send again from the next slot on, whether people or the program had stopped it."""
    await audit.take_turns(session, by.tenant)
    row = await _mine(session, by, digest_id, of_anyone=of_anyone)
    if not row.paused and not row.failure:
        return False
    await may_go_there(session, Actor(row.user_id, by.tenant), terms_of(row))
    row.paused, row.failure, row.since = False, None, at
    await audit.append(session, by, "digest.resume", row.id, {"owner": row.user_id}, at=at)
    return True


async def delete(session: AsyncSession, by: Actor, digest_id: str, *, at: datetime, of_anyone: bool = False) -> None:
    """End a digest; what was sent stays."""
    await audit.take_turns(session, by.tenant)
    row = await _mine(session, by, digest_id, of_anyone=of_anyone)
    await session.delete(row)
    await session.flush()
    await audit.append(session, by, "digest.delete", digest_id, {"owner": row.user_id, "kind": row.kind}, at=at)


async def run_now(session: AsyncSession, by: Actor, digest_id: str, *, at: datetime, of_anyone: bool = False) -> str:
    """Put the digest in the inbox at once, besides its slots; returns the event's id. Within a minute it is one.

    It waits for no slot, as those do for quiet hours and late prices.
    """
    await audit.take_turns(session, by.tenant)
    row = await _mine(session, by, digest_id, of_anyone=of_anyone)
    event = await _event(session, row, f"{at:%Y-%m-%dT%H:%M}", at, {"asked_by": by.user})
    event = replace(event, conversation=f"{event.conversation}{_NOW}")
    if await inbox.accept(session, event, now=await inbox.database_now(session)):
        await audit.append(session, by, "digest.run", row.id, {"owner": row.user_id}, at=at)
    return event.id


async def switch_off(session: AsyncSession, tenant: str, digest_id: str, reason: str, *, at: datetime) -> bool:
    """The program itself stops a digest that can't be sent; one row of the log tells admins, however often it is so."""
    await audit.take_turns(session, tenant)
    row = await session.get(Digest, (tenant, digest_id), with_for_update=True, populate_existing=True)
    if row is None or row.failure:
        return False
    row.failure = reason
    details: audit.Details = {"owner": row.user_id, "kind": row.kind, "reason": reason}
    await audit.append(session, Actor(PROGRAM, tenant), "digest.switch_off", digest_id, details, at=at)
    return True


async def digests_of(session: AsyncSession, actor: Actor) -> Sequence[Digest]:
    """The actor's own, the oldest first."""
    found = await session.scalars(
        sa.select(Digest)
        .where(Digest.tenant == actor.tenant, Digest.user_id == actor.user)
        .order_by(Digest.created_at, Digest.id)
    )
    return found.all()


async def digest_of(session: AsyncSession, by: Actor, digest_id: str, *, of_anyone: bool = False) -> Digest:
    """One of the actor's own, or of anyone in the tenant. Raises `DigestRefused`."""
    return await _mine(session, by, digest_id, of_anyone=of_anyone, lock=False)


async def active(session: AsyncSession) -> list[Row]:
    """All that are to be sent, of every tenant, in the order of their keys."""
    found = await session.execute(
        sa.select(
            Digest.tenant,
            Digest.id,
            Digest.schedule,
            Digest.time_zone,
            Digest.calendar,
            sa.type_coerce(Digest.holidays, sa.String),
            Digest.quiet_hours,
            Digest.last_slot,
            Digest.since,
        )
        .where(sa.not_(Digest.paused), Digest.failure.is_(None))
        .order_by(Digest.tenant, Digest.id)
    )
    return [Row(*row) for row in found]


async def fire(session: AsyncSession, row: Row, slot: Slot, *, missed: int, due: datetime, now: datetime) -> bool:
    """Put a slot in the inbox and remember it, in one unit; False when that was done, or is no longer to be done.

    However many replicas do it, and however often, the event is kept once: its id is of the digest and the slot's date.
    """
    stored = await session.scalar(
        sa.select(Digest)
        .where(Digest.tenant == row.tenant, Digest.id == row.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if stored is None or stored.paused or stored.failure or _as_row(stored) != row:
        return False  # somebody else does it just now, or it was changed: the next round looks again
    day = slot.day.isoformat()
    payload = {"due": due.isoformat(), "missed": missed}
    event = await _event(session, stored, day, slot.at, payload)
    is_new = await inbox.accept(session, event, now=now)
    stored.last_slot = day
    return is_new


async def history(session: AsyncSession, tenant: str, digest_id: str, most: int = 20) -> list[Sending]:
    """What became of its slots and of those wanted besides, the latest first."""
    slots = conversation_of(digest_id)
    found = await session.scalars(
        sa.select(InboxEvent)
        .where(InboxEvent.tenant == tenant, InboxEvent.conversation.in_((slots, f"{slots}{_NOW}")))
        .order_by(InboxEvent.sent_at.desc(), InboxEvent.id.desc())
        .limit(most)
    )
    return [
        Sending(row.id, row.sent_at, row.state, row.failure or (row.steps or {}).get("outcome", ""), row.finished_at)
        for row in found
    ]


def conversation_of(digest_id: str) -> str:
    """The conversation of the inbox in which a digest's slots wait, one after the other."""
    return f"{KIND}:{digest_id}"


async def _event(session: AsyncSession, row: Digest, name: str, sent_at: datetime, payload: dict[str, Any]) -> Event:
    """One slot for the inbox. Where it goes is asked when it is sent; `account` is where to say that it can't be."""
    account = (await accounts_of(session, Actor(row.user_id, row.tenant), row.surface))[0]
    conversation = conversation_of(row.id)
    return Event(
        tenant=row.tenant,
        id=f"{conversation}:{name}",
        conversation=conversation,
        user=row.user_id,
        surface=row.surface,
        kind=KIND,
        payload={"digest": row.id, "slot": sent_at.isoformat(), "account": account, **payload},
        sent_at=sent_at,
    )


def _as_row(stored: Digest) -> Row:
    return Row(*(getattr(stored, name) for name in Row.__slots__))


def _write(row: Digest, terms: DigestTerms) -> None:
    row.kind, row.surface = terms.kind, terms.surface
    row.target = {"channel": terms.channel} if terms.channel else {}
    row.schedule, row.time_zone, row.calendar = terms.schedule, terms.time_zone, terms.calendar
    row.holidays = terms.holidays
    row.quiet_hours = None if terms.quiet_hours is None else dict(terms.quiet_hours)
    row.sections, row.symbols = list(terms.sections), list(terms.symbols) or None


async def _mine(session: AsyncSession, by: Actor, digest_id: str, *, of_anyone: bool, lock: bool = True) -> Digest:
    row = await session.get(Digest, (by.tenant, digest_id), with_for_update=lock or None, populate_existing=True)
    if row is None or not (of_anyone or row.user_id == by.user):
        raise DigestRefused(f"There is no digest “{digest_id[:50]}” of yours; /digest list shows those that are.")
    return row


async def may_go_there(session: AsyncSession, owner: Actor, terms: DigestTerms) -> None:
    """The owner must be active; a channel must be one that admins allowed, and its digest is for people with a role.

    What a member asks in a channel is answered there once. What comes there every day is for those who run the firm.
    """
    if not await users.is_known(session, owner):
        raise DigestRefused(f"“{owner.user[:50]}” is nobody who is active here; choose somebody who is.")
    if not terms.channel:
        return
    channel = await controls.channel_of(session, owner.tenant, terms.channel)
    if channel is None or not channel.allowed:
        raise DigestRefused("I don't post in that channel; ask your administrator to allow it first.")
    if await permissions.roles_of(session, owner) <= {"member"}:
        raise DigestRefused("Only people with a role may schedule a digest for a channel; ask your administrator.")
