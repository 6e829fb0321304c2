"""Re-encrypting what is kept with the key that is first now: in small units, so it may be stopped at any moment.

A value names its key, so what is done already is seen from the values themselves: a second run goes on where the first
was stopped. Values of the time before keys are encrypted, too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import KeyMissing
from bot.records import audit, tables
from bot.records.base import Record
from bot.records.columns import JsonDocument
from bot.records.encrypted_columns import ENCRYPTED_TYPES, EncryptedJson, ring_of
from bot.records.encryption import key_of
from bot.records.keys import forget_unused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Dialect
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.encrypted_columns import Encrypted
    from bot.records.users import Actor

ALL_TABLES = tables.TABLES
"""Named so that `Record.metadata` knows every table."""
BATCH = 200
PLAIN = ""
"""The key of values that are not encrypted."""


@dataclass(frozen=True, slots=True)
class _Protected:
    """One table with encrypted columns, by the names of its keys and of those columns."""

    table: sa.Table
    keys: tuple[str, ...]
    columns: Mapping[str, Encrypted]

    def page(self, after: Sequence[Any] | None, size: int) -> sa.Select[Any]:
        """The next rows as they are stored, by primary key."""
        keys = [self.table.c[name] for name in self.keys]
        stored = [sa.type_coerce(self.table.c[name], _stored(kind)).label(name) for name, kind in self.columns.items()]
        page = sa.select(*keys, *stored).order_by(*keys).limit(size)
        return page if after is None else page.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, after)))


async def rotate(database: Database, by: Actor, *, at: datetime, batch: int = BATCH) -> int:
    """Encrypt everything with the first key; returns how many values that took.

    Only then are the other keys of no more use: each process must have started with the first key before. Raises
    `KeyMissing` for a database that was opened without keys.
    """
    ring = ring_of(database.engine.dialect)
    if ring is None:
        raise KeyMissing(PLAIN)
    changed = 0
    for protected in _protected():
        after: Sequence[Any] | None = None
        while True:
            unit = _Batch(protected, after, batch)
            after = await database.run(unit.run)
            changed += unit.changed
            if after is None:
                break
    async with database.read() as session:
        used = {ring.current, *await usage(session)}

    async def finish(session: AsyncSession) -> None:
        await forget_unused(session, used)
        await audit.append(session, by, "keys.rotate", ring.current, {"values": changed}, at=at)

    await database.run(finish)
    await database.empty_log()
    return changed


async def usage(session: AsyncSession) -> Counter[str]:
    """How many values each key encrypted; `PLAIN` stands for those that none did. Reads everything, page by page."""
    counts: Counter[str] = Counter()
    for protected in _protected():
        async for row in _rows(session, protected):
            counts.update(key_of(row[name]) or PLAIN for name in protected.columns if row[name] is not None)
    return counts


class _Batch:
    """One unit of rotation; it may run more than once, so it counts from zero each time."""

    def __init__(self, protected: _Protected, after: Sequence[Any] | None, size: int) -> None:
        self._protected, self._after, self._size = protected, after, size
        self.changed = 0

    async def run(self, session: AsyncSession) -> Sequence[Any] | None:
        """Re-encrypt one page; returns the key of its last row, or None when it was the last page."""
        self.changed = 0
        protected, dialect = self._protected, session.get_bind().dialect
        page = protected.page(self._after, self._size).with_for_update()
        rows = (await session.execute(page)).mappings().all()
        for row in rows:
            values = dict(_renewed(protected, row, dialect))
            if values:
                of_row = [protected.table.c[name] == row[name] for name in protected.keys]
                await session.execute(sa.update(protected.table).where(*of_row).values(values))
                self.changed += len(values)
        return [rows[-1][name] for name in protected.keys] if len(rows) == self._size else None


def _renewed(protected: _Protected, row: Mapping[str, Any], dialect: Dialect) -> Iterator[tuple[str, Any]]:
    """(column, plain value) of each value that the first key did not encrypt; writing it encrypts it."""
    ring = ring_of(dialect)
    for name, kind in protected.columns.items():
        if row[name] is not None and ring is not None and key_of(row[name]) != ring.current:
            yield name, kind.process_result_value(row[name], dialect)


async def _rows(session: AsyncSession, protected: _Protected) -> AsyncIterator[Mapping[str, Any]]:
    after: Sequence[Any] | None = None
    while True:
        rows = (await session.execute(protected.page(after, BATCH))).mappings().all()
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        after = [rows[-1][name] for name in protected.keys]


def _protected() -> Iterator[_Protected]:
    for table in Record.metadata.sorted_tables:
        columns = {column.name: column.type for column in table.columns if isinstance(column.type, ENCRYPTED_TYPES)}
        if columns:
            yield _Protected(table, tuple(column.name for column in table.primary_key), columns)


def _stored(kind: Encrypted) -> sa.types.TypeEngine[Any]:
    return JsonDocument() if isinstance(kind, EncryptedJson) else sa.Text()
