"""What the local admin does about kept data: keys, copies for people, forgetting, retention, backups, the audit log."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from bot.encryption_keys import new_key, write_keys
from bot.errors import RecordsRefused
from bot.records import audit, backups, personal_data
from bot.records.audit import Head
from bot.records.audit_export import export_log, import_log
from bot.records.key_file import load_keys, replace_keys
from bot.records.keys import used_keys
from bot.records.opening import key_file, open_records, ring_of
from bot.records.retention import purge
from bot.records.rotation import PLAIN, rotate, usage
from bot.records.users import Actor
from bot.turn.privacy_commands import write_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings

ROTATE = "tuppence admin keys rotate"
SQLITE = "sqlite+aiosqlite:///"


def _now() -> datetime:
    return datetime.now(UTC)


def _say(text: str) -> None:
    Console(highlight=False, soft_wrap=True, markup=False).print(text)


def print_new_key() -> None:
    """A key for TUPPENCE_ENCRYPTION_KEYS; it is kept nowhere."""
    _say(write_keys([new_key()]))


async def list_keys(settings: Settings) -> None:
    """The keys by their ids: since when each is used, and how many values it encrypted. No key is shown."""
    async with await open_records(settings) as database:
        used = await used_keys(database)
        async with database.read() as session:
            counts = await usage(session)
    ring = ring_of(settings)
    ids = ring.ids if ring else ()
    table = Table("key", "used since", "values", "")
    for key in dict.fromkeys([*ids, *used]):
        since = f"{used[key].added_at:%Y-%m-%d %H:%M} UTC" if key in used else "never"
        note = "encrypts" if key in ids[:1] else "" if key in used else "can be removed"
        table.add_row(key, since, f"{counts[key]:,}", note)
    Console().print(table)
    if counts[PLAIN]:
        _say(f"{counts[PLAIN]:,} values are not encrypted yet; run: {ROTATE}")


async def add_key(settings: Settings) -> None:
    """A new key that encrypts from now on; the others stay to read with."""
    if settings.encryption_keys is not None:
        _say("Put this key first in TUPPENCE_ENCRYPTION_KEYS, a comma behind it, on every machine, and start again:")
        print_new_key()
        return
    path = key_file(settings)
    await (await open_records(settings)).close()  # the first start makes the file; a wrong one is refused
    key = new_key()
    replace_keys(path, [key, *load_keys(path)])
    _say(f"The key {key.id} encrypts from now on. Back up {path}, start again what runs, then: {ROTATE}")


async def rotate_keys(settings: Settings) -> None:
    """Everything encrypted anew with the first key."""
    async with await open_records(settings) as database:
        changed = await rotate(database, Actor(settings.user), at=_now())
    ring = ring_of(settings)
    _say(f"{changed:,} values are encrypted anew; all are under {ring.current if ring else ''}. Others can be removed.")


async def export_user(settings: Settings, user: str, tenant: str, file: Path | None) -> None:
    """Everything about one person, as a private file."""
    now = _now()
    async with await open_records(settings) as database, database.write() as session:
        document = await personal_data.everything_about(session, Actor(settings.user, tenant), user, at=now)
    _say(f"Everything that is kept about {user} is in {write_export(document, user, now, file)}.")


async def forget_user(settings: Settings, user: str, tenant: str, *, account: bool) -> None:
    """One person's data deleted, for good."""
    async with await open_records(settings) as database:
        async with database.write() as session:
            by = Actor(settings.user, tenant)
            counts = await personal_data.forget(session, by, user, at=_now(), account=account)
        await database.empty_log()
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    _say(f"Deleted of {user}: {told or 'nothing, as nothing was kept'}. Backups made before still hold it.")


async def run_retention(settings: Settings) -> None:
    """What was kept long enough, deleted now."""
    async with await open_records(settings) as database:
        counts = await purge(database, _now())
    _say(
        f"Deleted: {counts.turns:,} turns, {counts.events:,} events, {counts.feedback:,} feedback, "
        f"{counts.sessions:,} sessions."
    )


async def back_up(settings: Settings, file: Path | None) -> None:
    """A copy of the SQLite database, or how PostgreSQL makes one."""
    path = _sqlite_file(settings)
    if path is None:
        target = shlex.quote(str(file or "tuppence.dump"))
        dump = f"pg_dump --format=custom --no-owner --file={target} {_server(settings)}"
        _say(f"PostgreSQL makes its own backups; run:\numask 077 && {dump}")
    else:
        await (await open_records(settings)).close()  # so that what is copied can be opened
        copy = await backups.make_backup(path, file.absolute() if file else None)
        _say(f"Backed up to {copy}, checked. It opens only with the keys of today: keep {_keys_are_in(settings)}, too.")


async def put_back(settings: Settings, file: Path, *, replace: bool) -> None:
    """A backup in the place of the database, or how PostgreSQL takes one in."""
    path = _sqlite_file(settings)
    if path is None:
        _say(
            "Stop Tuppence, let PostgreSQL put it back, and look at it:\n"
            f"pg_restore --clean --if-exists --no-owner --dbname={_server(settings)} {shlex.quote(str(file))}\n"
            "tuppence doctor"
        )
        return
    put = await backups.restore(file.absolute(), path, ring_of(settings), replace=replace)
    aside = f" The database that was there is now {put.aside}." if put.aside else ""
    _say(f"Put back and checked: {put.users:,} users, {put.turns:,} turns, {put.acts:,} acts in the log.{aside}")


async def export_audit(settings: Settings, file: Path) -> None:
    """The audit log as a private file of JSON lines."""
    count = -1
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise RecordsRefused(f"{file} can't be written ({reason}). Name a new file in a folder of yours.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        async with await open_records(settings) as database, database.read() as session:
            async for line in export_log(session):
                written.write(f"{line}\n")
                count += 1
    _say(f"{count:,} acts are in {file}.")


async def import_audit(settings: Settings, file: Path) -> None:
    """An exported audit log, taken into a database that has none."""
    async with await open_records(settings) as database, database.write() as session:
        count = await import_log(session, _lines(file))
    _say(f"{count:,} acts taken in; they follow from one another, and the last is there.")


async def audit_head(settings: Settings, tenant: str, kept: str) -> bool:
    """The newest row of the log, to be kept elsewhere; with a `kept` one, False when the log does not lead to it."""
    async with await open_records(settings) as database, database.read() as session:
        if not kept:
            _say(str(await audit.head(session, tenant)))
            return True
        verdict = await audit.verify(session, tenant, _read_head(kept))
    if verdict.is_whole:
        _say(f"{verdict.rows:,} acts, none altered, and the kept one is among them.")
    elif verdict.broken is not None:
        _say(
            f"Row {verdict.broken} does not follow from the one before: the log was altered; compare it with a backup."
        )
    else:
        _say("The kept row is not in the log: its end was cut off or made anew; compare it with a backup.")
    return verdict.is_whole


def _read_head(text: str) -> Head:
    sequence, _, digest = text.strip().partition(":")
    if not (sequence.isdecimal() and len(digest) == 64):
        raise RecordsRefused("A kept head is NUMBER:HASH, as `tuppence admin audit head` prints it; copy all of it.")
    return Head(int(sequence), digest)


def _lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        raise RecordsRefused(f"{file} can't be read. Name a file made by `tuppence admin audit export`.") from error


def _sqlite_file(settings: Settings) -> Path | None:
    url = settings.database_url.get_secret_value()
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def _server(settings: Settings) -> str:
    """The server's address for PostgreSQL's own programs, without the password: they ask, or read ~/.pgpass."""
    url = sa.make_url(settings.database_url.get_secret_value())
    query = {name: value for name, value in url.query.items() if name != "password"}
    public = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return shlex.quote(public.render_as_string())


def _keys_are_in(settings: Settings) -> str:
    return "TUPPENCE_ENCRYPTION_KEYS" if settings.encryption_keys is not None else str(key_file(settings))
