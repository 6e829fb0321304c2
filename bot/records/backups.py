"""Copies of the SQLite database that a person asks for, and putting one back: everything is looked at before the swap.

What is encrypted stays encrypted in a copy, so it needs the keys it was made with.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

import sqlalchemy as sa

from bot.errors import DatabaseError, DatabaseNewer, KeyMissing, RecordsRefused
from bot.records import audit
from bot.records.database import Database, sqlite_engine
from bot.records.files import back_up, check_integrity
from bot.records.keys import unlock, used_keys
from bot.records.schema import migrate, schema_version
from bot.records.tables import AuditRecord, Turn, User
from migrations import HEAD, REVISIONS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.encryption import KeyRing


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: `users`, `turns` and `acts` count its rows; `aside` is where the database before it went."""

    users: int
    turns: int
    acts: int
    aside: Path | None


async def make_backup(path: Path, target: Path | None = None) -> Path:
    """Copy the database at `path` while it is in use, for its owner alone; never over a file that is there.

    Without a `target` it goes into the folder `backups` beside the database. Raises `RecordsRefused` or a
    `DatabaseError`.
    """
    if target is not None and target.exists():
        raise RecordsRefused(f"There is a file {target} already. Name a new one.")
    copy = await asyncio.to_thread(back_up, path, target)
    await asyncio.to_thread(check_integrity, copy)
    return copy


async def restore(backup: Path, path: Path, ring: KeyRing | None, *, replace: bool = False) -> Restored:
    """Put a copy of `backup` in the place of the database at `path`, or change nothing.

    Its pages, foreign keys, schema, encryption keys and audit logs are checked first, on a copy that is migrated when
    it is of an older version. The database that was there is kept beside, and may be damaged. Raises `RecordsRefused`,
    an `EncryptionError` or a `DatabaseError`.
    """
    if not backup.is_file():
        raise RecordsRefused(f"There is no file {backup}. Name a backup, made by `tuppence admin backup`.")
    if not replace and await asyncio.to_thread(_holds_anything, path):
        raise RecordsRefused(
            f"The database {path} holds something already. Add --replace to put the backup in its place; the present "
            "one is kept in the folder backups."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.restore-{os.getpid()}")
    try:
        await asyncio.to_thread(_copy, backup, draft)
        found = await _checked(draft, ring)
        await asyncio.to_thread(_take_log_in, draft)
        aside = await asyncio.to_thread(_swap, draft, path)
    finally:
        _remove(draft)
    return Restored(*found, aside)


async def _checked(draft: Path, ring: KeyRing | None) -> tuple[int, int, int]:
    """How many users, turns and acts it holds; raises when it is not fit to be used."""
    try:
        await asyncio.to_thread(check_integrity, draft)
        async with Database(sqlite_engine(draft), str(draft), draft) as database:
            await _bring_up_to_date(database)
            if ring is None and (used := await used_keys(database)):
                _refuse_without_key(list(used)[-1])
            await unlock(database, ring)
            async with database.read() as session:
                await _check_logs(session)
                counts = [
                    await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                    for table in (User, Turn, AuditRecord)
                ]
    except DatabaseNewer:
        raise
    except (DatabaseError, sqlite3.Error) as error:
        raise RecordsRefused("That backup is damaged and was not put back. Take another one.") from error
    return counts[0], counts[1], counts[2]


async def _bring_up_to_date(database: Database) -> None:
    version = await schema_version(database)
    if version is None:
        raise RecordsRefused("That file is no backup of Tuppence. Name one made by `tuppence admin backup`.")
    if version not in REVISIONS:
        raise DatabaseNewer("of that backup", version, HEAD)
    if version != HEAD:
        await migrate(database)
        await database.check_integrity()


def _refuse_without_key(key: str) -> NoReturn:
    raise KeyMissing(key)


async def _check_logs(session: AsyncSession) -> None:
    for tenant in await audit.tenants(session):
        verdict = await audit.verify(session, tenant)
        if verdict.broken is not None:
            raise RecordsRefused(
                f"The audit log of that backup was altered: row {verdict.broken} of {tenant} does not follow from the "
                "one before. Take another backup."
            )


def _copy(backup: Path, draft: Path) -> None:
    """A copy of all of the backup, with what still waits in a log beside it; the backup is only read."""
    _remove(draft)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        # Without a log beside it nothing more will come: then not even the folder need be writable.
        is_settled = not any(Path(f"{backup}{end}").exists() for end in ("-wal", "-journal"))
        with (
            closing(_open(backup, "ro&immutable=1" if is_settled else "ro")) as source,
            closing(_open(draft, "rw")) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        raise RecordsRefused(f"{backup} can't be read as a database. Name another backup.") from error
    except OSError as error:  # pragma: no cover (as the above, where the system says it first)
        raise RecordsRefused(f"{backup} can't be read. Give this user the right to read it.") from error


def _take_log_in(draft: Path) -> None:
    with closing(_open(draft, "rw")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _swap(draft: Path, path: Path) -> Path | None:
    """Give the draft the name of the database in one step; the old file gets a second name before."""
    if not path.exists():
        _remove_logs(path)
        draft.rename(path)
        return None
    try:
        with closing(_open(path, "rw")) as connection:
            # Only without a write-ahead log may another file take the name: a log belongs to one file alone. SQLite
            # gives it up only when nobody else has the database open.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise RecordsRefused(f"Another program uses the database {path}. Stop Tuppence and try again.") from error
    except sqlite3.DatabaseError:
        pass  # damaged: that is why a backup is put back
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    aside = folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    try:
        os.link(path, aside)
    except OSError:  # some file systems have no links
        shutil.copy2(path, aside)
    _remove_logs(path)
    draft.replace(path)
    return aside


def _holds_anything(path: Path) -> bool:
    """Whether anybody's data is in the database; a damaged one counts as full."""
    if not path.exists():
        return False
    try:
        with closing(_open(path, "ro")) as connection:
            return connection.execute("SELECT 1 FROM users UNION ALL SELECT 1 FROM audit_log").fetchone() is not None
    except sqlite3.Error:
        return True


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=1.0)


def _remove_logs(path: Path) -> None:
    for name in (f"{path}-wal", f"{path}-shm"):
        Path(name).unlink(missing_ok=True)


def _remove(draft: Path) -> None:
    with suppress(OSError):
        draft.unlink(missing_ok=True)
        _remove_logs(draft)
