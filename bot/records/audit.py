"""The log of what was answered, looked up and changed: each row is chained to the one before by a hash.

A row is written in the unit of the act itself, and holds ids, never what was said. The chain shows that a row was
altered, added between others or removed from among them. That the newest rows are missing only a copy of the `head`,
kept elsewhere, can show.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.columns import storable_json, storable_text
from bot.records.tables import FIRST_HASH, AuditRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

    Details = Mapping[str, str | int | bool | Sequence[str | int]]

# Any number works, as long as no other lock of ours uses it.
_LOCK = 720_575
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Act:
    """One act, for the log; `details` hold no fractions, as databases write those differently."""

    action: str
    subject: str
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a log: kept elsewhere, it shows later whether rows were cut off the end."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading a whole log showed: `broken` is the first row that does not follow; `is_cut`: the end is gone."""

    rows: int
    head: Head
    broken: int | None
    is_cut: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing was altered, added or removed, as far as can be seen."""
        return self.broken is None and not self.is_cut


async def append(
    session: AsyncSession, actor: Actor, action: str, subject: str, details: Details, *, at: datetime
) -> None:
    """Add one act to the log of the actor's tenant, in the caller's unit: both are kept, or neither.

    `details` hold no fractions, as databases write those differently. Later units wait until this one ends.
    """
    await append_all(session, actor, [Act(action, subject, details)], at=at)


async def append_all(session: AsyncSession, actor: Actor, acts: Iterable[Act], *, at: datetime) -> None:
    """Add several acts in their order, with one look at the log; do it last in a unit, as later units wait for it."""
    await take_turns(session, actor.tenant)
    last = await head(session, actor.tenant)
    records = []
    for act in acts:
        record = AuditRecord(
            tenant=actor.tenant,
            sequence=last.sequence + 1,
            at=at.astimezone(UTC),
            actor=actor.user,
            action=act.action,
            subject=storable_text(act.subject),
            details=storable_json(dict(act.details)),
            previous_hash=last.hash,
        )
        record.hash = row_hash(record)
        last = Head(record.sequence, record.hash)
        records.append(record)
    session.add_all(records)
    await session.flush()


async def head(session: AsyncSession, tenant: str) -> Head:
    """The newest row; for an empty log sequence 0 and `FIRST_HASH`."""
    found = await session.execute(
        sa.select(AuditRecord.sequence, AuditRecord.hash)
        .where(AuditRecord.tenant == tenant)
        .order_by(AuditRecord.sequence.desc())
        .limit(1)
    )
    row = found.first()
    return Head(row[0], row[1]) if row else Head(0, FIRST_HASH)


async def take_turns(session: AsyncSession, tenant: str) -> None:
    """Wait until no other unit writes to this log, and let later ones wait until this one ends.

    An act that looks before it changes calls this first, so that what it saw is still so when it writes.
    """
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time anyway
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashtext(tenant))))


async def entries(session: AsyncSession, tenant: str) -> Sequence[AuditRecord]:
    """The whole log, oldest first."""
    found = await session.scalars(
        sa.select(AuditRecord).where(AuditRecord.tenant == tenant).order_by(AuditRecord.sequence)
    )
    return found.all()


async def rows(session: AsyncSession, tenant: str) -> AsyncIterator[AuditRecord]:
    """The whole log, oldest first, with a page of it in memory."""
    after = -1
    while True:
        page = await session.scalars(
            sa.select(AuditRecord)
            .where(AuditRecord.tenant == tenant, AuditRecord.sequence > after)
            .order_by(AuditRecord.sequence)
            .limit(_PAGE)
        )
        found = page.all()
        for record in found:
            yield record
        if len(found) < _PAGE:
            return
        after = found[-1].sequence


async def tenants(session: AsyncSession) -> Sequence[str]:
    """All that have a log, by name."""
    return (await session.scalars(sa.select(AuditRecord.tenant).distinct().order_by(AuditRecord.tenant))).all()


class Chain:
    """The rows of one log, looked at one after the other; `broken` is the first that does not follow."""

    def __init__(self, start: Head = Head(0, FIRST_HASH)) -> None:
        self.head = start
        self.broken: int | None = None

    def add(self, record: AuditRecord) -> bool:
        """Look at the next row; False when it does not follow from the one before."""
        expected = (self.head.sequence + 1, self.head.hash, row_hash(record))
        follows = (record.sequence, record.previous_hash, record.hash) == expected
        if not follows and self.broken is None:
            self.broken = record.sequence
        self.head = Head(record.sequence, record.hash)
        return follows


async def verify(session: AsyncSession, tenant: str, kept: Head | None = None) -> Verdict:
    """Read a whole log; `kept` is a head of it that was noted elsewhere before."""
    chain, count, found = Chain(), 0, kept is None or not kept.sequence
    async for record in rows(session, tenant):
        count += 1
        chain.add(record)
        found = found or (kept is not None and chain.head == kept)
    return Verdict(count, chain.head, chain.broken, not found)


async def verify_newest(session: AsyncSession, tenant: str, most: int) -> Verdict:
    """Check the last `most` rows against each other and the one before them; costs the same however long the log is."""
    last = await head(session, tenant)
    found = await session.scalars(
        sa.select(AuditRecord)
        .where(AuditRecord.tenant == tenant, AuditRecord.sequence >= last.sequence - most)
        .order_by(AuditRecord.sequence)
    )
    log = list(found)
    chain = Chain()
    if last.sequence > most and log:
        before = log.pop(0)
        chain = Chain(Head(before.sequence, before.hash))
    for record in log:
        chain.add(record)
    return Verdict(last.sequence, chain.head, chain.broken, is_cut=False)


def first_break(log: Iterable[AuditRecord]) -> int | None:
    """The sequence of the first row that does not follow from the one before, or None when the chain is whole."""
    chain = Chain()
    return next((record.sequence for record in log if not chain.add(record)), None)


def row_hash(record: AuditRecord) -> str:
    """SHA-256 of all of a row but itself, in one fixed form."""
    covered = [
        record.previous_hash,
        record.tenant,
        record.sequence,
        record.at.isoformat(),
        record.actor,
        record.action,
        record.subject,
        record.details,
    ]
    return hashlib.sha256(json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
