"""The database: opened once, read and written in whole units, on SQLite (one machine) or PostgreSQL (many)."""

from __future__ import annotations

import asyncio
import json
import os
import random
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.errors import DatabaseLocked, DatabaseReplaced, DatabaseUnreachable, EncryptionError
from bot.records.faults import explain
from bot.records.writers import Writers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.engine import URL, Connection

    from bot.records.encryption import KeyRing

ATTEMPTS = 3
BUSY_TIMEOUT_SECONDS = 2.0
CONNECT_TIMEOUT_SECONDS = 3
POOL_TIMEOUT_SECONDS = 5.0
MAY_WRITE = "tuppence_may_write"
MIGRATING = "tuppence_migrating"

_T = TypeVar("_T")


class Database:
    """A ready database: its schema is at head. Made by `open_database`; close it when done."""

    def __init__(
        self,
        engine: AsyncEngine,
        where: str,
        path: Path | None,
        busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
    ) -> None:
        self.engine = engine
        self.where = where
        """The file's path or the server's address, without any secret."""
        self.path = path
        """The SQLite file, or None on a server."""
        self._identity = _identity(path) if path else None
        self._reader = engine.execution_options(postgresql_readonly=True)
        self._writer = engine.execution_options(**{MAY_WRITE: True})
        self._writers = Writers()
        self._patience = ATTEMPTS * busy_timeout_seconds

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent view; the database itself refuses any write in it."""
        async with self._unit(self._reader) as session:
            yield session

    @asynccontextmanager
    async def write(self, *, first: bool = False) -> AsyncIterator[AsyncSession]:
        """One unit of work: all of it is kept, or, when it raises, nothing.

        On SQLite the write lock is taken at once, as a unit that reads first and writes later would fail on the
        spot if another writer came between; that lock is tried for three times before giving up. Writers of this
        process have it in the order in which they came, but for those that are to be `first`.
        """
        if self.path is None:
            async with self._unit(self._writer) as session:
                yield session
            return
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._writers.turn(self._patience, first=first))
            except TimeoutError:
                raise DatabaseLocked(self.where) from None
            yield await stack.enter_async_context(self._unit(self._writer))

    async def run(self, unit: Callable[[AsyncSession], Awaitable[_T]], *, first: bool = False) -> _T:
        """Do a whole `unit` of writing, again from its start (three times at most) when a lock or the server fails.

        The unit must do nothing outside the database, since it may run more than once.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.write(first=first) as session:
                    return await unit(session)
            except (DatabaseLocked, DatabaseUnreachable):
                if attempt == ATTEMPTS:
                    raise
                await _pause(attempt)
        raise AssertionError  # pragma: no cover (the last attempt returns or raises)

    async def check_integrity(self) -> None:
        """Read the whole file and every foreign key; raises `DatabaseCorrupt`. Seconds for a large file."""
        from bot.records.files import check_integrity

        if self.path:
            await asyncio.to_thread(check_integrity, self.path)

    async def empty_log(self) -> None:
        """Take what was deleted or encrypted out of SQLite's write-ahead log, unless somebody reads there just now."""
        from bot.records.files import empty_log

        if self.path:
            await asyncio.to_thread(empty_log, self.path)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _unit(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        if self.path and _identity(self.path) != self._identity:
            raise DatabaseReplaced(self.where)
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session:
                await self._begin(session)
                yield session
                await session.commit()
        except DBAPIError as error:
            raise self._explained(error) from error
        except StatementError as error:  # what a column type raised
            if isinstance(error.orig, EncryptionError):
                raise error.orig from None
            raise
        except PoolTimeout as error:
            raise DatabaseLocked(self.where) from error
        except OSError as error:
            raise DatabaseUnreachable(self.where, _reason(error), "Check that it is running and try again.") from error

    async def _begin(self, session: AsyncSession) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await session.connection()
            except DBAPIError as error:
                await session.rollback()
                if attempt == ATTEMPTS or not isinstance(self._explained(error), DatabaseLocked):
                    raise
                await _pause(attempt)
            else:
                return

    def _explained(self, error: DBAPIError) -> Exception:
        backup = None
        if self.path:
            from bot.records.files import latest_backup

            backup = latest_backup(self.path)
        return explain(error, self.where, backup) or error


async def open_database(
    url: str, keys: KeyRing | None = None, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
) -> Database:
    """Open the database at `url`, made or migrated when needed; `bot.records.opening` does it with the settings' keys.

    `url` is "sqlite+aiosqlite:///PATH" or "postgresql+psycopg://…". A waiting writer gives up after three times
    `busy_timeout_seconds`. Without `keys`, nothing that is encrypted can be read, and client fields can be written only
    where nothing ever was. Raises a `DatabaseError` or, for keys that don't fit, an `EncryptionError`; a damaged file
    is never replaced.
    """
    path = _file(url)
    if path:
        from bot.records.files import ready_file

        await ready_file(path)
        database = Database(sqlite_engine(path, busy_timeout_seconds), str(path), path, busy_timeout_seconds)
    else:
        parsed = sa.make_url(url)
        server = sa.URL.create("postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database)
        where = server.render_as_string()
        database = Database(_postgresql_engine(parsed), where, None)
    from bot.records.keys import unlock
    from bot.records.schema import bring_up_to_date

    try:
        await bring_up_to_date(database)
        await unlock(database, keys)
    except BaseException:
        await database.close()
        raise
    return database


def engine_for(url: str) -> AsyncEngine:
    """An engine for `url` as it is: nothing is made, checked or migrated."""
    path = _file(url)
    return sqlite_engine(path) if path else _postgresql_engine(sa.make_url(url))


def _file(url: str) -> Path | None:
    """The SQLite file: all that follows the slashes, whatever characters it has."""
    scheme, _, path = url.partition(":///")
    return Path(path).absolute() if scheme == "sqlite+aiosqlite" else None


def sqlite_engine(path: Path, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> AsyncEngine:
    """An engine for an existing file; opening a missing one is an error, never a silent new database."""
    engine = create_async_engine(
        sa.URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"}),
        connect_args={"isolation_level": None, "timeout": busy_timeout_seconds},
        hide_parameters=True,
        json_serializer=_to_json,
        pool_timeout=POOL_TIMEOUT_SECONDS,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "options": "-c timezone=UTC -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
        },
        hide_parameters=True,
        json_serializer=_to_json,
        pool_pre_ping=True,
        pool_timeout=POOL_TIMEOUT_SECONDS,
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA foreign_keys")
    if cursor.fetchone() != (1,):
        message = "this SQLite was built without foreign keys"
        raise RuntimeError(message)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.execute("PRAGMA secure_delete=ON")  # what was deleted, or encrypted afterwards, must not stay in the file
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    may_write = options.get(MAY_WRITE, False)
    if options.get(MIGRATING, False):  # altering a table copies it, which must not cascade; checked at the end
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if may_write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 (a third of the time, on every unit)
    except OSError:
        return None
    return status.st_dev, status.st_ino


async def _pause(attempt: int) -> None:
    """Wait a little longer each time, not all waiting programs equally long."""
    await asyncio.sleep(0.02 * 2**attempt * (0.5 + random.random()))  # noqa: S311 (no secret)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


_to_json = partial(json.dumps, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
