"""`/forget` and `/export`: only after a confirmation, only of the person who types, and on record without contents."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.errors import RecordsRefused
from bot.records import audit, users
from bot.records.admin_tables import LegalHold
from bot.records.sample import admit
from bot.records.tables import PortfolioRecord, User
from bot.records.users import Actor
from bot.turn.commands import CommandContext, is_personal, run_command
from bot.turn.privacy_commands import write_export
from tests.fakes.market_data import FakeSymbols

if TYPE_CHECKING:
    from bot.records.database import Database

ADA, BEN = Actor("ada"), Actor("ben")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
async def context(database: Database) -> CommandContext:
    async with database.write() as session:
        await admit(session, ADA)
        await admit(session, BEN)
    return CommandContext(database, FakeSymbols({}), ADA, now=lambda: NOW)


async def owners(context: CommandContext) -> list[str]:
    async with context.database.read() as session:
        return list(await session.scalars(sa.select(PortfolioRecord.user_id).order_by(PortfolioRecord.user_id)))


async def code_of(context: CommandContext) -> str:
    asked = await run_command(context, "/forget")
    (code,) = re.findall(r"/forget confirm ([A-Z0-9]{6})`", asked)
    return code


async def test_nothing_goes_before_the_second_command(context: CommandContext) -> None:
    code = await code_of(context)
    assert await owners(context) == ["ada", "ben"]
    said = await run_command(context, f"/forget confirm {code}")
    assert said.startswith("Deleted: 0 questions with their answers, 1 portfolio, and all else")
    assert await owners(context) == ["ben"]
    async with context.database.read() as session:
        (entry,) = [row for row in await audit.entries(session, "local") if row.action == "forget"]
    assert (entry.actor, entry.subject, code in json.dumps(entry.details)) == ("ada", "ada", False)


@pytest.mark.parametrize("words", ["confirm", "confirm ABC DEF", "now", "confirm ABCDEF"])
async def test_other_words_delete_nothing(context: CommandContext, words: str) -> None:
    await code_of(context)
    said = await run_command(context, f"/forget {words}")
    assert said.startswith(("Say `/forget`", "Nothing was deleted"))
    assert await owners(context) == ["ada", "ben"]


async def test_a_code_is_of_no_use_to_others_later_or_twice(context: CommandContext) -> None:
    code = await code_of(context)
    others = replace(context, actor=BEN)
    late = replace(context, now=lambda: NOW + timedelta(minutes=10, seconds=1))
    for wrong in (others, late):
        assert "Nothing was deleted" in await run_command(wrong, f"/forget confirm {code}")
    assert await owners(context) == ["ada", "ben"]
    assert "Deleted" in await run_command(context, f"/forget confirm {code}")
    assert "Nothing was deleted" in await run_command(context, f"/forget confirm {code}")


async def test_a_legal_hold_is_said_and_beats_the_wish(context: CommandContext) -> None:
    async with context.database.write() as session:
        session.add(LegalHold(tenant="local", user_id="ada", reason="secret case", placed_by="root"))
    said = await run_command(context, f"/forget confirm {await code_of(context)}")
    assert said.startswith("Nothing was deleted: a legal hold")
    assert "secret case" not in said
    assert await owners(context) == ["ada", "ben"]


async def test_an_export_is_a_private_file_with_everything(
    context: CommandContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = await run_command(context, "/export")
    (path,) = tmp_path.glob("tuppence-ada-*.json")
    assert path.name.replace("_", "\\_") in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    document = json.loads(path.read_text())
    assert (document["user"], len(document["transactions"]), len(document["watchlist_items"])) == ("ada", 14, 5)
    async with context.database.read() as session:
        assert (await audit.entries(session, "local"))[-1].action == "export"


async def test_on_other_surfaces_no_file_is_written(
    context: CommandContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = await run_command(replace(context, surface="slack"), "/export")
    assert "tuppence admin export ada" in said
    assert not list(tmp_path.glob("tuppence-*.json"))


def test_an_export_never_replaces_a_file_and_its_name_is_safe(tmp_path: Path) -> None:
    path = write_export({}, "../../etc/passwd", NOW, tmp_path / "mine.json")
    assert path.read_text() == "{}"
    with pytest.raises(RecordsRefused, match="can't be written"):
        write_export({"more": 1}, "ada", NOW, path)
    assert path.read_text() == "{}"


def test_both_are_personal_wherever_they_are_typed() -> None:
    assert is_personal("/forget confirm X")
    assert is_personal("/export")


async def test_someone_forgotten_can_ask_again(context: CommandContext) -> None:
    await run_command(context, f"/forget confirm {await code_of(context)}")
    async with context.database.read() as session:
        assert await users.is_known(session, ADA)
        assert (await session.get_one(User, ("local", "ada"))).display_name == ""
