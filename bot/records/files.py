"""The SQLite file itself: made in one step, kept private, checked before use, backed up before it is changed."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from bot.errors import DatabaseCorrupt, DatabaseFull, DatabaseReadOnly, DatabaseUnreachable
from bot.records.faults import nearly_full

HEADER = b"SQLite format 3\x00"
QUICK_CHECK_BYTES = 4_000_000
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


async def ready_file(path: Path) -> None:
    """Make the file when there is none; refuse one that is damaged or can't be written. Raises a `DatabaseError`."""
    _ready_folder(path)
    if path.exists():
        _refuse_unwritable(path)
        _refuse_damaged(path)
        _keep_private(path)
        return
    with suppress(FileExistsError):  # another start made it first: then that one is used
        await _make(path)


def latest_backup(path: Path) -> str | None:
    """The newest backup of the database at `path` that was made before a migration, or None."""
    backups = sorted(_backups(path).glob(f"{path.stem}-*.db"))
    return str(backups[-1]) if backups else None


def back_up(path: Path, target: Path | None = None) -> Path:
    """Copy the database while it is in use, and return the copy's path; it must be a new one.

    Without a `target` it goes into the folder `backups` beside the database. Raises a `DatabaseError`.
    """
    target = target or _backups(path) / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    try:
        target.parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        _create_private(target)
    except OSError as error:
        if nearly_full(str(path)):
            raise DatabaseFull(str(path)) from error
        raise _no_backup(target, error) from error
    try:
        with closing(_connect(path)) as source, closing(_connect(target)) as copy:
            source.backup(copy)
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        if nearly_full(str(path)):
            raise DatabaseFull(str(path)) from error
        raise _no_backup(target, error) from error
    return target


def _no_backup(target: Path, error: Exception) -> DatabaseUnreachable:
    return DatabaseUnreachable(str(target), str(error), "It is where a backup had to be written; name another place.")


def check_integrity(path: Path) -> None:
    """Read every page, index and foreign key. Raises `DatabaseCorrupt`."""
    try:
        with closing(_connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise DatabaseCorrupt(str(path), str(error), latest_backup(path)) from error
    if found != "ok":
        raise DatabaseCorrupt(str(path), " ".join(str(found).split()), latest_backup(path))
    if orphan:
        raise DatabaseCorrupt(str(path), f"a row of {orphan[0]} refers to nothing", latest_backup(path))


def empty_log(path: Path) -> None:
    """Move the write-ahead log into the file and cut it to nothing; left as it is while somebody reads from it."""
    with suppress(sqlite3.OperationalError), closing(_connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _ready_folder(path: Path) -> None:
    folder = path.parent
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    except PermissionError as error:
        raise DatabaseReadOnly(str(path)) from error
    except OSError as error:
        if nearly_full(str(_nearest_existing(folder))):
            raise DatabaseFull(str(path)) from error
        reason = f"its folder can't be made: {(error.strerror or 'unknown').lower()}"
        raise DatabaseUnreachable(str(path), reason, "Set TUPPENCE_HOME to a folder of yours.") from error
    if not _may(folder, os.W_OK | os.X_OK):
        raise DatabaseReadOnly(str(path))


def _may(path: Path, what: int) -> bool:
    """Whether this process may do `what`; the operating system sees a read-only file system too."""
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _nearest_existing(folder: Path) -> Path:
    return next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)


def _refuse_unwritable(path: Path) -> None:
    if path.is_dir():
        raise DatabaseUnreachable(str(path), "it is a folder", "Name a file in TUPPENCE_DATABASE_URL.")
    if not _may(path, os.R_OK | os.W_OK):
        raise DatabaseReadOnly(str(path))


def _refuse_damaged(path: Path) -> None:
    """A new file gets its name only when it is complete, so an empty or shorter one was damaged afterwards."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(100)
    if not size:
        raise DatabaseCorrupt(str(path), "it is empty", latest_backup(path))
    if not header.startswith(HEADER):
        raise DatabaseCorrupt(str(path), "it is not a SQLite database", latest_backup(path))
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65_536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    # While a write-ahead log waits, it may hold the pages that the file still lacks.
    log = Path(f"{path}-wal")
    if size < pages * page_size and not (log.exists() and log.stat().st_size):
        raise DatabaseCorrupt(str(path), f"{size} of {pages * page_size} bytes are left", latest_backup(path))
    if size <= QUICK_CHECK_BYTES:
        _quick_check(path)


def _quick_check(path: Path) -> None:
    """Read every page; a millisecond for each megabyte, so only small files are checked at each start."""
    try:
        with closing(_connect(path)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        return  # locked, or no access: the first unit of work says so in its own words
    except sqlite3.DatabaseError as error:
        raise DatabaseCorrupt(str(path), str(error), latest_backup(path)) from error
    if found != "ok":
        raise DatabaseCorrupt(str(path), " ".join(found.split()), latest_backup(path))


def _keep_private(path: Path) -> None:
    """Take away what others may do with the file, when it is ours to do so."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        with suppress(OSError):
            path.chmod(_PRIVATE_FILE)


async def _make(path: Path) -> None:
    """Build the database under another name, then give it its own: killed half-way, nothing is left at `path`."""
    from bot.records.database import Database, sqlite_engine
    from bot.records.schema import migrate

    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        _create_private(draft)
        with closing(_connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        async with Database(sqlite_engine(draft), str(path), draft) as database:
            await migrate(database)
        _name(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        if nearly_full(str(path)):
            raise DatabaseFull(str(path)) from error
        raise DatabaseReadOnly(str(path)) from error
    except sqlite3.Error as error:
        raise DatabaseFull(str(path)) from error
    finally:
        for name in (str(draft), f"{draft}-wal", f"{draft}-shm"):
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)


def _name(draft: Path, path: Path) -> None:
    """Give the finished file its name. Raises FileExistsError when another start was faster."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links
        if path.exists():
            raise FileExistsError(path) from None
        draft.rename(path)


def _create_private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE))


def _backups(path: Path) -> Path:
    return path.parent / "backups"


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=1.0)
