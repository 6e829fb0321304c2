"""Opening, whole units and every fault of the database: each a typed error with a next step, and no half write."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import migrations
from bot.errors import (
    DatabaseCorrupt,
    DatabaseFull,
    DatabaseLocked,
    DatabaseNewer,
    DatabaseReadOnly,
    DatabaseReplaced,
    DatabaseUnreachable,
)
from bot.records import files, users
from bot.records.database import Database, open_database
from bot.records.faults import explain
from bot.records.schema import schema_version
from bot.records.tables import Account, User
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncSession

ADA = Actor("ada")


def file_of(url: str) -> Path:
    return Path(url.partition(":///")[2])


async def how_many(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(User)) or 0


async def test_a_first_start_makes_everything_and_the_next_one_keeps_it(empty_database_url: str) -> None:
    async with await open_database(empty_database_url) as database:
        assert await schema_version(database) == migrations.HEAD
        async with database.write() as session:
            await users.ensure_user(session, ADA)
    async with await open_database(empty_database_url) as database:
        assert await how_many(database) == 1
        await database.check_integrity()


def test_programs_that_start_together_make_one_database(empty_database_url: str) -> None:
    script = (
        "import asyncio\n"
        "from bot.records import users\n"
        "from bot.records.database import open_database\n"
        "async def main():\n"
        f"    async with await open_database({empty_database_url!r}) as database:\n"
        "        await database.run(lambda session: users.ensure_user(session, users.Actor('ada')))\n"
        "        await database.check_integrity()\n"
        "asyncio.run(main())\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for program in started:
        _, errors = program.communicate()
        assert program.returncode == 0, errors


async def test_a_start_at_head_neither_waits_for_a_writer_nor_loads_alembic(sqlite_url: str) -> None:
    script = (
        "import asyncio, sys, time\n"
        "from bot.records.database import open_database\n"
        "async def main():\n"
        f"    await (await open_database({sqlite_url!r})).close()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules)\n"
    )
    with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


async def test_a_unit_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.write() as session:
            await users.ensure_user(session, ADA)
            raise KeyError
    assert await how_many(database) == 0


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(DatabaseReadOnly):
        async with database.read() as session:
            await users.ensure_user(session, ADA)
    async with database.write() as session:
        await users.ensure_user(session, ADA)


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(Account(tenant="local", id="a", portfolio_id="none", name=""))


async def test_units_that_meet_do_not_fail_and_lose_nothing(database: Database) -> None:
    async def add(number: int) -> None:
        async def unit(session: AsyncSession) -> None:
            known = await session.scalar(sa.select(sa.func.count()).select_from(User))
            assert known is not None
            await users.ensure_user(session, Actor(f"user {number}"))

        await database.run(unit)

    await asyncio.gather(*(add(number) for number in range(20)))
    assert await how_many(database) == 20


async def test_cancelling_a_unit_keeps_nothing_and_frees_the_lock(database: Database) -> None:
    started = asyncio.Event()

    async def stuck() -> None:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as session:
        assert await users.ensure_user(session, ADA)


async def test_run_does_the_whole_unit_again_after_a_lock(database: Database) -> None:
    tries = 0

    async def unit(session: AsyncSession) -> str:
        nonlocal tries
        tries += 1
        await users.ensure_user(session, Actor(f"try {tries}"))
        if tries < 3:
            raise DatabaseLocked(database.where)
        return "done"

    assert await database.run(unit) == "done"
    assert await how_many(database) == 1


async def test_run_gives_up_after_three_tries(database: Database) -> None:
    tries = 0

    async def unit(_: AsyncSession) -> None:
        nonlocal tries
        tries += 1
        raise DatabaseLocked(database.where)

    with pytest.raises(DatabaseLocked):
        await database.run(unit)
    assert tries == 3


async def test_a_lock_held_by_another_program_is_waited_for_and_then_told(sqlite_url: str) -> None:
    async with await open_database(sqlite_url, busy_timeout_seconds=0.05) as database:
        with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseLocked, match="try again"):
                async with database.write():
                    raise AssertionError
            assert await how_many(database) == 0  # reading goes on
            other.execute("COMMIT")
        async with database.write() as session:
            await users.ensure_user(session, ADA)


async def test_waiting_for_a_lock_does_not_stop_the_event_loop(sqlite_url: str) -> None:
    async with await open_database(sqlite_url, busy_timeout_seconds=0.2) as database:
        with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(database.run(lambda session: users.ensure_user(session, ADA)))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not waiting.done()
            other.execute("COMMIT")
            assert await waiting


async def test_a_restarted_server_is_found_again(postgres_url: str) -> None:
    async with await open_database(postgres_url) as database:
        assert await how_many(database) == 0
        await _end_connections(postgres_url)
        assert await how_many(database) == 0  # the pool notices before the unit begins
        first = True

        async def unit(session: AsyncSession) -> None:
            nonlocal first
            await users.ensure_user(session, ADA)
            if first:
                first = False
                await _end_connections(postgres_url)
                await users.ensure_user(session, Actor("ben"))

        await database.run(unit)
        assert await how_many(database) == 1


async def _end_connections(url: str) -> None:
    import psycopg

    statement = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        await connection.execute(statement)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql+psycopg://ada:s3cret@127.0.0.1:1/tuppence", "does not answer"),
        ("postgresql+psycopg://ada:s3cret@/tuppence?host=/nowhere", "does not answer"),
    ],
)
async def test_a_missing_server_is_told_without_the_password(address: str, words: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=words) as caught:
        await open_database(address)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or "s3cret" not in repr(caught.value.__cause__)


async def test_a_missing_database_is_told(postgres_url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="createdb"):
        await open_database(postgres_url.replace("/test_", "/missing_", 1))


# --- the SQLite file ------------------------------------------------------------------------------------------------


async def test_the_file_and_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "with ?#% ü.db"
    async with await open_database(f"sqlite+aiosqlite:///{path}"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_others_may_read_is_made_private(sqlite_url: str) -> None:
    file_of(sqlite_url).chmod(0o644)
    async with await open_database(sqlite_url):
        assert stat.S_IMODE(file_of(sqlite_url).stat().st_mode) == 0o600


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    damaged = {
        "empty": b"",
        "cut short": content[: len(content) // 2],
        "cut inside the header": content[:50],
        "another kind": b"PK\x03\x04" + content[4:],
        "scribbled all over": content[:4096] + b"\xff" * (len(content) - 4096),
        "scribbled on": content[:4096] + b"\xff" * 8192 + content[12288:],
    }[how]
    path.write_bytes(damaged)


@pytest.mark.parametrize("how", ["empty", "cut short", "cut inside the header", "another kind", "scribbled on"])
async def test_a_damaged_file_is_refused_and_left_alone(sqlite_url: str, how: str) -> None:
    path = file_of(sqlite_url)
    backup = files.back_up(path)
    damage(path, how)
    content = path.read_bytes()
    with pytest.raises(DatabaseCorrupt) as caught:
        await open_database(sqlite_url)
    assert path.read_bytes() == content
    assert caught.value.backup == str(backup)
    assert str(backup) in str(caught.value)


async def test_damage_met_while_running_is_told(sqlite_url: str) -> None:
    async with await open_database(sqlite_url) as database:
        damage(file_of(sqlite_url), "scribbled all over")
        with pytest.raises(DatabaseCorrupt):
            await how_many(database)
        with pytest.raises(DatabaseCorrupt):
            await database.check_integrity()


async def test_a_row_that_refers_to_nothing_is_found(sqlite_url: str) -> None:
    async with await open_database(sqlite_url) as database:
        with closing(sqlite3.connect(file_of(sqlite_url))) as other:
            other.execute("INSERT INTO accounts (tenant, id, portfolio_id, name) VALUES ('local', 'a', 'none', '')")
            other.commit()
        with pytest.raises(DatabaseCorrupt, match="accounts refers to nothing"):
            await database.check_integrity()


async def test_a_file_deleted_or_replaced_while_in_use_is_noticed(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    async with await open_database(sqlite_url) as database:
        copy = path.with_name("copy.db")
        copy.write_bytes(path.read_bytes())
        path.unlink()
        with pytest.raises(DatabaseReplaced):
            await how_many(database)
        assert not path.exists()
        copy.rename(path)
        with pytest.raises(DatabaseReplaced):
            async with database.write():
                raise AssertionError


async def test_a_newer_schema_is_refused_unchanged(database_url: str) -> None:
    async with await open_database(database_url) as database, database.write() as session:
        await session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer, match="Upgrade Tuppence"):
        await open_database(database_url)


async def test_a_full_disk_keeps_nothing_of_the_unit_and_all_before(sqlite_url: str) -> None:
    async with await open_database(sqlite_url) as database:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
        with pytest.raises(DatabaseFull, match="Free some space"):
            async with database.write() as session:
                # SQLite reports a full disk in the same way when the file may not grow.
                await session.execute(sa.text("PRAGMA max_page_count=1"))
                for number in range(50):
                    await users.ensure_user(session, Actor(f"{number}", tenant="x" * 200), display_name="n" * 4000)
        assert await how_many(database) == 1
        await database.check_integrity()


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere, so for these tests it isn't root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
@pytest.mark.parametrize("what", ["file", "folder", "no folder"])
async def test_a_place_that_can_not_be_written_is_named(sqlite_url: str, what: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / ("deeper/t.db" if what == "no folder" else "t.db")
        if what != "no folder":
            path.write_bytes(file_of(sqlite_url).read_bytes())
            path.chmod(0o444 if what == "file" else 0o666)
        folder.chmod(0o777 if what == "file" else 0o555)
        with as_somebody_else(), pytest.raises(DatabaseReadOnly, match="TUPPENCE_HOME") as caught:
            await open_database(f"sqlite+aiosqlite:///{path}")
        assert str(path) in str(caught.value)
        folder.chmod(0o755)


async def test_a_folder_or_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="it is a folder"):
        await open_database(f"sqlite+aiosqlite:///{tmp_path}")
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnreachable, match="folder can't be made"):
        await open_database(f"sqlite+aiosqlite:///{tmp_path}/file/t.db")


def test_kill_9_in_a_unit_keeps_all_before_and_nothing_of_it(sqlite_url: str) -> None:
    script = (
        "import asyncio, os, signal\n"
        "from bot.records import users\n"
        "from bot.records.database import open_database\n"
        "async def main():\n"
        f"    database = await open_database({sqlite_url!r})\n"
        "    await database.run(lambda session: users.ensure_user(session, users.Actor('kept')))\n"
        "    async with database.write() as session:\n"
        "        await users.ensure_user(session, users.Actor('lost'))\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    names: list[str] = []

    async def look() -> None:
        async with await open_database(sqlite_url) as database:
            await database.check_integrity()
            async with database.read() as session:
                names.extend(await session.scalars(sa.select(User.id)))

    asyncio.run(look())
    assert names == ["kept"]


async def test_a_draft_left_by_a_killed_first_start_does_no_harm(tmp_path: Path) -> None:
    draft = tmp_path / f"tuppence.db.new-{os.getpid()}"
    draft.write_bytes(b"")
    async with await open_database(f"sqlite+aiosqlite:///{tmp_path}/tuppence.db") as database:
        assert await how_many(database) == 0
    assert not draft.exists()


def test_errors_that_are_bugs_stay_what_they_are() -> None:
    bug = sa.exc.ProgrammingError("SELEC", None, sqlite3.OperationalError("near SELEC: syntax error"))
    assert explain(bug, "x") is None
