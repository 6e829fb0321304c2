"""The migrations make exactly the tables the code has, can be taken back, and never endanger what is kept."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from bot.records import files, users
from bot.records.database import engine_for, open_database
from bot.records.schema import alembic_config, bring_up_to_date, schema_version
from bot.records.tables import Record, User
from bot.records.users import Actor

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    directory = ScriptDirectory(str(Path(migrations.__file__).parent))
    found = [script.revision for script in directory.walk_revisions()]
    assert tuple(reversed(found)) == migrations.REVISIONS


async def test_the_migrated_tables_are_those_of_the_code(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Record.metadata))

    engine = engine_for(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_constraints_have_the_names_of_the_code(database_url: str) -> None:
    def names(connection: Connection) -> set[str | None]:
        inspector = sa.inspect(connection)
        return {
            constraint["name"]
            for table in Record.metadata.tables
            for constraint in (
                *inspector.get_foreign_keys(table),
                *inspector.get_unique_constraints(table),
                *inspector.get_check_constraints(table),
                inspector.get_pk_constraint(table),
            )
        }

    expected = {str(constraint.name) for table in Record.metadata.tables.values() for constraint in table.constraints}
    engine = engine_for(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(names) == expected
    await engine.dispose()


async def test_every_migration_can_be_taken_back_and_made_again(database_url: str) -> None:
    def tables(connection: Connection) -> set[str]:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}

    async with await open_database(database_url) as database:
        async with database.engine.execution_options(tuppence_may_write=True).connect() as connection:
            await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
            await connection.commit()
            assert await connection.run_sync(tables) == set()
            await connection.rollback()
        await bring_up_to_date(database)
        assert await schema_version(database) == migrations.HEAD
        async with database.read() as session:
            found = await (await session.connection()).run_sync(tables)
        assert found == set(Record.metadata.tables)


async def test_an_existing_file_is_backed_up_before_it_is_migrated(sqlite_url: str) -> None:
    path = Path(sqlite_url.partition(":///")[2])
    with closing(sqlite3.connect(path)) as old:
        # Before our first revision there was nothing: stands for "a version behind head".
        for table in reversed(Record.metadata.sorted_tables):
            old.execute(f"DROP TABLE {table.name}")
        old.execute("DELETE FROM alembic_version")
        old.execute("CREATE TABLE notes (text)")
        old.execute("INSERT INTO notes VALUES ('kept')")
        old.commit()
    await (await open_database(sqlite_url)).close()
    backup = files.latest_backup(path)
    assert backup is not None
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT text FROM notes").fetchall() == [("kept",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert Path(backup).stat().st_mode & 0o077 == 0


async def test_a_migration_that_fails_half_way_leaves_the_old_state(database_url: str) -> None:
    async with await open_database(database_url) as database:
        async with database.write() as session:
            await users.ensure_user(session, Actor("ada"))
            await session.execute(sa.text("DELETE FROM alembic_version"))
            await session.execute(sa.text("DROP TABLE tool_calls"))
        with pytest.raises(sa.exc.DBAPIError, match="already exists"):
            await bring_up_to_date(database)
        assert await schema_version(database) is None
        async with database.read() as session:
            assert list(await session.scalars(sa.select(User.id))) == ["ada"]


def test_the_migrations_run_from_an_installed_package(tmp_path: Path) -> None:
    """Installed, there is neither a project folder nor an ini file: a copy of the packages elsewhere stands for it."""
    root = Path(migrations.__file__).parents[1]
    for package in ("bot", "tools", "migrations"):
        shutil.copytree(
            root / package, tmp_path / "site" / package, ignore=shutil.ignore_patterns("__pycache__", "*.gguf", "*.npz")
        )
    script = (
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from bot.records.database import open_database\n"
        "import migrations\n"
        "async def main():\n"
        f"    await (await open_database('sqlite+aiosqlite:///{tmp_path}/t.db')).close()\n"
        "asyncio.run(main())\n"
        "print(migrations.__file__)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(str(tmp_path))
