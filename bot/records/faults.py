"""Which fault a database driver's error stands for; driver errors stop here."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import (
    DatabaseCorrupt,
    DatabaseError,
    DatabaseFull,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
)

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

NEARLY_FULL_BYTES = 1_000_000

_SQLITE_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SQLITE_TROUBLE = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)

# SQLSTATE classes and codes, from PostgreSQL's appendix A.
_PG_LOCKED = ("55P03", "40001", "40P01", "57014")
_PG_FULL = ("53100",)
_PG_READ_ONLY = ("25006", "42501")
_PG_CORRUPT = ("XX001", "XX002")
_PG_NO_LOGIN = ("28000", "28P01")
_PG_NO_DATABASE = ("3D000",)
_PG_CONNECTION = ("08", "53", "57P")


def explain(error: DBAPIError, where: str, backup: str | None = None) -> DatabaseError | None:
    """The typed error for a driver's `error`, or None when it is no fault of the database (then it is a bug)."""
    original = error.orig
    code = getattr(original, "sqlite_errorcode", None)
    if isinstance(original, sqlite3.Error):
        return _explain_sqlite(code, str(original), where, backup)
    return _explain_postgresql(getattr(original, "sqlstate", None), original, where)


def _explain_sqlite(code: int | None, text: str, where: str, backup: str | None) -> DatabaseError | None:
    primary = None if code is None else code & 0xFF  # the low byte is the primary code, the rest says more
    if primary in _SQLITE_LOCKED:
        return DatabaseLocked(where)
    if primary in _SQLITE_CORRUPT:
        return DatabaseCorrupt(where, text, backup)
    if primary == sqlite3.SQLITE_FULL or (primary in _SQLITE_TROUBLE and nearly_full(where)):
        return DatabaseFull(where)
    if primary == sqlite3.SQLITE_READONLY:
        return DatabaseReadOnly(where)
    if primary in _SQLITE_TROUBLE:
        return DatabaseUnreachable(where, text, "Check that its folder exists and may be written to.")
    return None


def _explain_postgresql(state: str | None, original: BaseException | None, where: str) -> DatabaseError | None:  # noqa: PLR0911 (a table)
    text = str(original)
    if state in _PG_LOCKED:
        return DatabaseLocked(where)
    if state in _PG_FULL:
        return DatabaseFull(where)
    if state in _PG_READ_ONLY:
        return DatabaseReadOnly(where, "Give its user the right to write, or connect to the primary server.")
    if state in _PG_CORRUPT:
        return DatabaseCorrupt(where, "the server reports damaged data")
    # When the login fails psycopg gives the server's words but not their SQLSTATE.
    if state in _PG_NO_LOGIN or (state is None and "authentication failed" in text):
        return DatabaseUnreachable(
            where, "it refused the login", "Check the user and password in TUPPENCE_DATABASE_URL."
        )
    if state in _PG_NO_DATABASE or (state is None and "does not exist" in text):
        return DatabaseUnreachable(where, "no such database", "Create it with `createdb`, or correct its name.")
    is_connection = state.startswith(_PG_CONNECTION) if state else type(original).__name__ in _PSYCOPG_CONNECTION
    if is_connection:
        return DatabaseUnreachable(
            where,
            "the server does not answer",
            "Check that it runs and that the address in TUPPENCE_DATABASE_URL is right.",
        )
    return None


# Without a SQLSTATE the server was never reached, or went away: psycopg raises one of these.
_PSYCOPG_CONNECTION = ("OperationalError", "ConnectionTimeout", "InterfaceError")


def nearly_full(where: str) -> bool:
    """Whether the disk that holds the file `where` has under a megabyte left."""
    try:
        return shutil.disk_usage(Path(where).parent).free < NEARLY_FULL_BYTES
    except OSError:
        return False
