"""The audit log as JSON lines, one a row, and a last line with the heads: read again, it is complete or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import RecordsRefused
from bot.records import audit
from bot.records.tables import AuditRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from sqlalchemy.ext.asyncio import AsyncSession

_FIELDS = ("tenant", "sequence", "at", "actor", "action", "subject", "details", "previous_hash", "hash")
_BATCH = 500


async def export_log(session: AsyncSession) -> AsyncIterator[str]:
    """The logs of all tenants, a line at a time, each without its line break."""
    heads = {}
    for tenant in await audit.tenants(session):
        chain = audit.Chain()
        async for record in audit.rows(session, tenant):
            chain.add(record)
            values = {name: getattr(record, name) for name in _FIELDS}
            yield _json({**values, "at": record.at.astimezone(UTC).isoformat()})
        heads[tenant] = str(chain.head)
    yield _json({"heads": heads})


async def import_log(session: AsyncSession, lines: Iterable[str]) -> int:
    """Take an exported log into a database that has none, in the caller's unit; returns how many rows it has.

    Raises `RecordsRefused` when there is a log already, or the lines are not exactly those of a whole one.
    """
    if await session.scalar(sa.select(AuditRecord.sequence).limit(1)) is not None:
        raise RecordsRefused("This database has an audit log already; import into a new one: set TUPPENCE_HOME to it.")
    chains: dict[str, audit.Chain] = {}
    count, heads = 0, None
    waiting: list[AuditRecord] = []
    for number, line in enumerate(lines, 1):
        if heads is not None:
            raise _refused(number, "something follows the last line")
        record = _read(number, line)
        if not isinstance(record, AuditRecord):
            heads = record
            continue
        if not chains.setdefault(record.tenant, audit.Chain()).add(record):
            raise _refused(number, "it does not follow from the row before")
        count += 1
        waiting.append(record)
        if len(waiting) == _BATCH:
            await _keep(session, waiting)
    if heads != {tenant: str(chain.head) for tenant, chain in chains.items()}:
        raise RecordsRefused("The end of this audit log is missing; export it again, or take an older export.")
    await _keep(session, waiting)
    return count


async def _keep(session: AsyncSession, records: list[AuditRecord]) -> None:
    session.add_all(records)
    await session.flush()
    records.clear()


def _read(number: int, line: str) -> AuditRecord | dict[str, str]:
    """One row, or the heads of the last line."""
    try:
        values: dict[str, Any] = json.loads(line)
        if set(values) == {"heads"}:
            return dict(values["heads"])
        at = datetime.fromisoformat(values.pop("at"))
        return AuditRecord(at=at.astimezone(UTC), **{name: values[name] for name in _FIELDS if name != "at"})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refused(number, "it is no row of an audit log") from None


def _refused(number: int, reason: str) -> RecordsRefused:
    return RecordsRefused(f"Line {number} can't be taken in: {reason}. Nothing was imported; export the log again.")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
