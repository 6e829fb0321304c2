"""What the local admin types about kept data, on both databases: keys, copies, forgetting, backups, the audit log."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot import privacy_commands
from bot.encryption_keys import read_keys, write_keys
from bot.errors import RecordsRefused, UnknownUser
from bot.records import audit
from bot.records.admin_tables import Policy
from bot.records.encryption import KeyRing
from bot.records.key_file import load_keys
from bot.records.opening import open_records
from bot.records.tables import AuditRecord
from bot.settings import load_settings
from bot.surfaces import privacy
from tests.bot.records.test_encryption import assert_readable, fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.settings import Settings


@dataclass
class Admin:
    """An installation with one person in it, and what was printed."""

    settings: Settings
    printed: Callable[[], str]


@pytest.fixture
async def admin(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Admin:
    monkeypatch.chdir(tmp_path)
    environ = {"TUPPENCE_HOME": str(tmp_path / "home"), "TUPPENCE_USER": "root"}
    environ["TUPPENCE_DATABASE_URL"] = database_url.replace("+psycopg", "").replace("+aiosqlite", "")
    settings = load_settings(environ, None)
    async with await open_records(settings) as database:
        await fill(database)
    return Admin(settings, lambda: capsys.readouterr().out)


async def readable(settings: Settings) -> None:
    async with await open_records(settings) as database:
        await assert_readable(database)


async def test_a_key_is_added_used_and_the_old_one_let_go(admin: Admin) -> None:
    path = admin.settings.home / "keys"
    (old,) = load_keys(path)
    await privacy.add_key(admin.settings)
    new, kept = load_keys(path)
    assert (kept, f"The key {new.id} encrypts" in admin.printed()) == (old, True)
    await privacy.rotate_keys(admin.settings)
    assert f"all are under {new.id}" in admin.printed()
    await privacy.list_keys(admin.settings)
    listed = admin.printed()
    assert "encrypts" in listed
    assert "can be removed" in listed
    assert all(key not in listed for key in write_keys([new, old]).replace(",", ":").split(":")[1::2])
    path.write_text(write_keys([new]))
    await readable(admin.settings)


async def test_with_keys_in_the_settings_the_new_one_is_printed(admin: Admin) -> None:
    path = admin.settings.home / "keys"
    own = admin.settings.model_copy(
        update={
            "encryption_keys": load_settings(
                {"TUPPENCE_ENCRYPTION_KEYS": write_keys(load_keys(path)), "TUPPENCE_USER": "x"}, None
            ).encryption_keys
        }
    )
    await privacy.add_key(own)
    (key,) = read_keys(admin.printed().splitlines()[-1])
    assert KeyRing([key]).ids == (key.id,)
    assert len(load_keys(path)) == 1


async def test_a_person_is_exported_and_forgotten(admin: Admin, tmp_path: Path) -> None:
    await privacy.export_user(admin.settings, "ada", "local", tmp_path / "ada.json")
    assert json.loads((tmp_path / "ada.json").read_text())["turns"][0]["answer"] == "A secret fortune"
    await privacy.forget_user(admin.settings, "ada", "local", account=False)
    assert "1 inbox events, 1 turns, 1 portfolios" in admin.printed()
    async with await open_records(admin.settings) as database, database.read() as session:
        acts = [(row.actor, row.action) for row in await audit.entries(session, "local")]
    assert acts[-2:] == [("root", "export"), ("root", "forget")]
    with pytest.raises(UnknownUser):
        await privacy.forget_user(admin.settings, "ada", "other", account=False)


async def test_retention_says_what_it_deleted(admin: Admin) -> None:
    async with await open_records(admin.settings) as database, database.write() as session:
        session.add(
            Policy(
                tenant="local",
                disclosures={},
                retention_days={"turns": 1},
                changed_by="root",
                changed_at=datetime.now(UTC),
            )
        )
    await privacy.run_retention(admin.settings)
    assert "1 turns" in admin.printed()


async def test_a_backup_is_made_and_put_back_or_postgresql_is_told_how(admin: Admin, tmp_path: Path) -> None:
    is_sqlite = "sqlite" in admin.settings.database_url.get_secret_value()
    file = tmp_path / "my backup.db"
    await privacy.back_up(admin.settings, file)
    printed = admin.printed()
    if not is_sqlite:
        assert f"pg_dump --format=custom --no-owner --file='{file}' " in printed
        await privacy.put_back(admin.settings, file, replace=True)
        assert "pg_restore --clean" in admin.printed()
        return
    assert str(admin.settings.home / "keys") in printed
    await privacy.forget_user(admin.settings, "ada", "local", account=False)
    with pytest.raises(RecordsRefused):
        await privacy.put_back(admin.settings, file, replace=False)
    await privacy.put_back(admin.settings, file, replace=True)
    assert "1 users, 1 turns" in admin.printed()
    await readable(admin.settings)


def test_the_line_for_postgresql_holds_no_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {
        "TUPPENCE_HOME": str(tmp_path),
        "TUPPENCE_USER": "x",
        "TUPPENCE_DATABASE_URL": "postgresql://ada:pa55word@db:5433/t?sslmode=require&password=pa55word",
    }
    asyncio.run(privacy.back_up(load_settings(environ, None), None))
    assert "--file=tuppence.dump 'postgresql://ada@db:5433/t?sslmode=require'" in (printed := capsys.readouterr().out)
    assert "pa55word" not in printed


async def test_the_log_is_exported_and_its_head_checked(admin: Admin, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    await privacy.export_audit(admin.settings, file)
    assert "2 acts" in admin.printed()
    assert (file.stat().st_mode & 0o777, len(file.read_text().splitlines())) == (0o600, 3)
    with pytest.raises(RecordsRefused, match="can't be written"):
        await privacy.export_audit(admin.settings, file)
    await privacy.audit_head(admin.settings, "local", "")
    head = admin.printed().strip()
    assert await privacy.audit_head(admin.settings, "local", head)
    assert not await privacy.audit_head(admin.settings, "local", f"3:{'0' * 64}")
    with pytest.raises(RecordsRefused, match="NUMBER:HASH"):
        await privacy.audit_head(admin.settings, "local", "yesterday")
    environ = {"TUPPENCE_HOME": str(tmp_path / "new"), "TUPPENCE_USER": "root"}
    fresh = load_settings(environ, None)
    await privacy.import_audit(fresh, file)
    assert await privacy.audit_head(fresh, "local", head)
    with pytest.raises(RecordsRefused, match="can't be read"):
        await privacy.import_audit(
            load_settings({**environ, "TUPPENCE_HOME": str(tmp_path / "newer")}, None), tmp_path / "none"
        )
    async with await open_records(fresh) as database, database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(AuditRecord)) == 2


def test_the_commands_are_wired(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(privacy_commands, "read_settings", lambda: load_settings(dotenv_path=None))
    typed = CliRunner()
    assert len(read_keys(typed.invoke(privacy_commands.commands, ["keys", "new"]).stdout.strip())) == 1
    for command in (
        ["keys", "list"],
        ["keys", "add"],
        ["keys", "rotate"],
        ["retention"],
        ["backup"],
        ["backup", "b.db"],
        ["restore", "b.db", "--replace"],
    ):
        result = typed.invoke(privacy_commands.commands, command)
        assert (command, result.exit_code) == (command, 0), result.output
    assert typed.invoke(privacy_commands.commands, ["forget", "ada"], input="n\n").exit_code == 1
    for command in (["export", "ada"], ["forget", "ada", "--yes"]):
        assert isinstance(typed.invoke(privacy_commands.commands, command).exception, UnknownUser)
    assert typed.invoke(privacy_commands.audit_commands, ["head"]).stdout.startswith("1:")
    assert typed.invoke(privacy_commands.audit_commands, ["head", "--check", f"9:{'a' * 64}"]).exit_code == 1
    assert typed.invoke(privacy_commands.audit_commands, ["export", "log.jsonl"]).exit_code == 0


def test_a_rotation_that_is_killed_is_done_by_the_next_one(tmp_path: Path) -> None:
    """With real processes and kill -9, at three places."""
    home = tmp_path / "home"
    settings = load_settings({"TUPPENCE_HOME": str(home), "TUPPENCE_USER": "root"}, None)

    async def prepare() -> None:
        async with await open_records(settings) as database:
            await fill(database)
        await privacy.add_key(settings)

    asyncio.run(prepare())
    script = (
        "import asyncio, sys\n"
        "from datetime import UTC, datetime\n"
        "from bot.records.opening import open_records\n"
        "from bot.records.rotation import rotate\n"
        "from bot.records.users import Actor\n"
        "from bot.settings import load_settings\n"
        "async def main():\n"
        f"    settings = load_settings({{'TUPPENCE_HOME': {str(home)!r}, 'TUPPENCE_USER': 'root'}}, None)\n"
        "    async with await open_records(settings) as database:\n"
        "        run, left = database.run, int(sys.argv[1])\n"
        "        async def slow(unit):\n"
        "            async def told(session):\n"
        "                nonlocal left\n"
        "                done = await unit(session)\n"
        "                left -= 1\n"
        "                if not left:\n"
        "                    print('now', flush=True)\n"
        "                    await asyncio.Event().wait()\n"
        "                return done\n"
        "            return await run(told)\n"
        "        database.run = slow\n"
        "        await rotate(database, Actor('root'), at=datetime.now(UTC), batch=1)\n"
        "asyncio.run(main())\n"
    )
    for units in ("2", "5", "9"):
        process = subprocess.Popen([sys.executable, "-c", script, units], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        asyncio.run(readable(settings))
    asyncio.run(privacy.rotate_keys(settings))
    (home / "keys").write_text(write_keys(load_keys(home / "keys")[:1]))
    asyncio.run(readable(settings))
