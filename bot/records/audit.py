"""The log of what admins did: each row is chained to the one before by a hash, and written with the change itself.

The chain shows that a row was altered, added between others or removed from among them. That the newest rows are
missing only a copy of the last hash, kept elsewhere, could show.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.columns import storable_json, storable_text
from bot.records.tables import FIRST_HASH, AuditRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

    Details = Mapping[str, str | int | bool | Sequence[str | int]]

# Any number works, as long as no other lock of ours uses it.
_LOCK = 720_575


async def append(
    session: AsyncSession, actor: Actor, action: str, subject: str, details: Details, *, at: datetime
) -> None:
    """Add one act to the log of the actor's tenant, in the caller's unit: both are kept, or neither.

    `details` hold no fractions, as databases write those differently. Later units wait until this one ends.
    """
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time anyway
        tenant = sa.func.hashtext(actor.tenant)
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, tenant)))
    last = await session.scalar(
        sa.select(AuditRecord).where(AuditRecord.tenant == actor.tenant).order_by(AuditRecord.sequence.desc()).limit(1)
    )
    record = AuditRecord(
        tenant=actor.tenant,
        sequence=last.sequence + 1 if last else 1,
        at=at.astimezone(UTC),
        actor=actor.user,
        action=action,
        subject=storable_text(subject),
        details=storable_json(dict(details)),
        previous_hash=last.hash if last else FIRST_HASH,
    )
    record.hash = _hash(record)
    session.add(record)
    await session.flush()


async def entries(session: AsyncSession, tenant: str) -> Sequence[AuditRecord]:
    """The whole log, oldest first."""
    found = await session.scalars(
        sa.select(AuditRecord).where(AuditRecord.tenant == tenant).order_by(AuditRecord.sequence)
    )
    return found.all()


def first_break(log: Sequence[AuditRecord]) -> int | None:
    """The sequence of the first row that does not follow from the one before, or None when the chain is whole."""
    previous = FIRST_HASH
    for place, record in enumerate(log, 1):
        if (record.sequence, record.previous_hash, record.hash) != (place, previous, _hash(record)):
            return record.sequence
        previous = record.hash
    return None


def _hash(record: AuditRecord) -> str:
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
