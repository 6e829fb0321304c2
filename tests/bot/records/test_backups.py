"""A backup while people write, and the drill: what is put back is checked first, and the old state is never lost."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.encryption_keys import EncryptionKey
from bot.errors import DatabaseNewer, DatabaseUnreachable, KeyMissing, KeyWrong, RecordsRefused
from bot.records import files, users
from bot.records.backups import make_backup, restore
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.rotation import rotate
from bot.records.tables import User
from bot.records.users import Actor
from tests.bot.records.test_encryption import FIRST, SECOND, SECRETS, assert_readable, fill

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RING = KeyRing([FIRST])


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def path(sqlite_url: str) -> Path:
    """A database with one person in it."""
    async with await open_database(sqlite_url, RING) as database:
        await fill(database)
    return Path(sqlite_url.partition(":///")[2])


async def people(path: Path) -> list[str]:
    async with await open_database(url_of(path), RING) as database, database.read() as session:
        return list(await session.scalars(sa.select(User.id).order_by(User.id)))


async def test_the_drill(path: Path, tmp_path: Path) -> None:
    """Back up, lose everything but backup and keys, put back, and go on."""
    backup = await make_backup(path, tmp_path / "kept" / "monday.db")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [secret for secret in SECRETS if secret.encode() in backup.read_bytes()] == []
    path.unlink()
    put_back = await restore(backup, path, RING)
    assert (put_back.users, put_back.turns, put_back.acts, put_back.aside) == (1, 1, 2, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with await open_database(url_of(path), RING) as database:
        await assert_readable(database)
        await database.check_integrity()
        async with database.write() as session:
            await users.ensure_user(session, Actor("ben"))
    assert await people(path) == ["ada", "ben"]
    assert [child.name for child in path.parent.glob("*restore*")] == []


async def test_a_backup_is_whole_though_people_write_all_the_while(path: Path) -> None:
    async with await open_database(url_of(path), RING) as database:
        begun, done = asyncio.Event(), asyncio.Event()
        written = 0

        async def write() -> None:
            nonlocal written
            while not done.is_set():
                actor = Actor(f"user{written}")
                async with database.write() as session:
                    await users.ensure_user(session, actor)
                written += 1
                if written == 3:
                    begun.set()

        writing = asyncio.create_task(write())
        await begun.wait()
        backup = await make_backup(path)
        done.set()
        await writing
    assert backup.parent == path.parent / "backups"
    assert 4 <= len(await people(backup)) <= written + 1


async def test_a_full_database_is_replaced_only_when_told_and_then_kept_aside(path: Path) -> None:
    backup = await make_backup(path)
    async with await open_database(url_of(path), RING) as database, database.write() as session:
        await users.ensure_user(session, Actor("later"))
    with pytest.raises(RecordsRefused, match="--replace"):
        await restore(backup, path, RING)
    assert await people(path) == ["ada", "later"]
    put_back = await restore(backup, path, RING, replace=True)
    assert await people(path) == ["ada"]
    assert put_back.aside is not None
    assert await people(put_back.aside) == ["ada", "later"]


async def test_a_new_and_empty_database_is_replaced_without_a_word(path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh" / "tuppence.db"
    await (await open_database(url_of(fresh))).close()
    await restore(await make_backup(path), fresh, RING)
    assert await people(fresh) == ["ada"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:30_000])


def scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(8_192, len(content), 4_096):
        content[place : place + 64] = b"\xff" * 64
    path.write_bytes(content)


def no_database(path: Path) -> None:
    path.write_text("just words")


def other_database(path: Path) -> None:
    path.unlink()
    _change(path, "CREATE TABLE notes (text)")


def orphan(path: Path) -> None:
    _change(path, "UPDATE portfolios SET user_id = 'nobody'")


def altered_log(path: Path) -> None:
    _change(path, "DROP TRIGGER audit_log_no_update", "UPDATE audit_log SET actor = 'eve' WHERE sequence = 1")


def _change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut, "damaged|can't be read"),
        (scribble, "damaged|can't be read"),
        (no_database, "can't be read"),
        (other_database, "no backup of Tuppence"),
        (orphan, "damaged"),
        (altered_log, "audit log of that backup was altered: row 1"),
    ],
)
async def test_a_backup_that_is_not_whole_is_refused(path: Path, spoil: Callable[[Path], None], reason: str) -> None:
    backup = await make_backup(path)
    spoil(backup)
    before = path.read_bytes()
    with pytest.raises(RecordsRefused, match=reason):
        await restore(backup, path, RING, replace=True)
    assert path.read_bytes() == before
    assert await people(path) == ["ada"]
    assert list(path.parent.glob("*restore*")) == []


@pytest.mark.parametrize(
    ("ring", "error"),
    [(None, KeyMissing), (KeyRing([SECOND]), KeyMissing), (KeyRing([EncryptionKey("k1", b"x" * 32)]), KeyWrong)],
)
async def test_a_backup_is_refused_without_its_key(path: Path, ring: KeyRing | None, error: type[Exception]) -> None:
    backup = await make_backup(path)
    with pytest.raises(error):
        await restore(backup, path, ring, replace=True)
    assert await people(path) == ["ada"]


async def test_an_old_backup_opens_with_the_old_key(path: Path) -> None:
    backup = await make_backup(path)
    both = KeyRing([SECOND, FIRST])
    async with await open_database(url_of(path), both) as database:
        await rotate(database, Actor("ada"), at=NOW)
    await restore(backup, path, both, replace=True)
    async with await open_database(url_of(path), both) as database:
        await assert_readable(database)


async def test_a_backup_of_a_newer_version_is_refused(path: Path) -> None:
    backup = await make_backup(path)
    _change(backup, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer):
        await restore(backup, path, RING, replace=True)


async def test_nothing_is_put_back_under_a_running_program(path: Path) -> None:
    backup = await make_backup(path)
    async with await open_database(url_of(path), RING) as database:
        async with database.read() as session:
            await session.scalar(sa.select(User.id))
        with pytest.raises(RecordsRefused, match="Stop Tuppence"):
            await restore(backup, path, RING, replace=True)
        async with database.read() as session:
            assert await session.scalar(sa.select(User.id)) == "ada"


async def test_a_damaged_database_can_be_replaced(path: Path) -> None:
    backup = await make_backup(path)
    scribble(path)
    put_back = await restore(backup, path, RING, replace=True)
    assert await people(path) == ["ada"]
    assert put_back.aside is not None


async def test_a_backup_never_overwrites_a_file(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious.db"
    target.write_text("precious")
    with pytest.raises(RecordsRefused, match="already"):
        await make_backup(path, target)
    with pytest.raises(DatabaseUnreachable):
        files.back_up(path, target)
    assert target.read_text() == "precious"


async def test_a_missing_backup_is_said(path: Path) -> None:
    with pytest.raises(RecordsRefused, match="There is no file"):
        await restore(path.parent / "none.db", path, RING, replace=True)


async def test_a_backup_with_its_log_beside_it_is_taken_whole(path: Path, tmp_path: Path) -> None:
    """As somebody makes it with `cp` while Tuppence runs: file and log."""
    async with await open_database(url_of(path), RING) as database:
        async with database.write() as session:
            await users.ensure_user(session, Actor("late"))
        for name in (path.name, f"{path.name}-wal"):
            shutil.copy(path.parent / name, tmp_path / f"copy{name.removeprefix(path.stem)}")
    assert (tmp_path / "copy.db-wal").stat().st_size
    fresh = tmp_path / "fresh" / "tuppence.db"
    await restore(tmp_path / "copy.db", fresh, RING)
    assert await people(fresh) == ["ada", "late"]
