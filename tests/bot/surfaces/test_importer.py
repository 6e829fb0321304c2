"""Importing in the terminal: preview, question, all rows or none, never a formula, never silently twice."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import typer

from bot.app import start
from bot.errors import ImportRefused
from bot.records import administration
from bot.records.access import ClientAccess
from bot.records.users import Actor
from bot.surfaces.importer import MAX_BYTES, run_import

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings
    from tools.context import Portfolio

HEADER = "symbol,quantity,cost,currency,date,account\n"
ROWS = "AAPL,10,100.50,USD,2020-01-02,ISA\nMSFT,2.5,200,USD,2020-01-03,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "holdings.csv"


async def portfolio(settings: Settings, user: str = "ada") -> Portfolio:
    async with start(settings, user) as app:
        return await ClientAccess(app.assistant.parts.database, Actor(user)).portfolio()


async def test_a_confirmed_file_replaces_the_sample(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + ROWS)
    await run_import(settings, file, "ben", confirmed=True, replace=False)
    kept = await portfolio(settings, "ben")
    assert [(lot.symbol, str(lot.quantity), lot.account) for lot in kept.transactions] == [
        ("AAPL", "10", "ISA"),
        ("MSFT", "2.5", ""),
    ]
    assert not kept.is_sample
    assert (await portfolio(settings)).is_sample
    out = capsys.readouterr().out
    assert "Apple Inc." in out
    assert "Imported 2 rows" in out


@pytest.mark.parametrize(("typed", "kept"), [("y\n", 2), ("YES\n", 2), ("n\n", 14), ("\n", 14), ("sure\n", 14)])
async def test_only_a_yes_imports(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, typed: str, kept: int
) -> None:
    file.write_text(HEADER + ROWS)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    await run_import(settings, file, "", confirmed=False, replace=False)
    assert len((await portfolio(settings)).transactions) == kept


async def test_nobody_to_ask_is_an_error_that_names_the_option(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + ROWS)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(typer.Exit) as ended:
        await run_import(settings, file, "", confirmed=False, replace=False)
    assert ended.value.exit_code == 1
    assert "--yes" in capsys.readouterr().out
    assert (await portfolio(settings)).is_sample


async def test_importing_again_warns_and_replacing_does_not_double(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + ROWS)
    await run_import(settings, file, "", confirmed=True, replace=False)
    await run_import(settings, file, "", confirmed=True, replace=True)
    assert "already" not in capsys.readouterr().out
    assert len((await portfolio(settings)).transactions) == 2
    await run_import(settings, file, "", confirmed=True, replace=False)
    assert "2 of these rows are in the portfolio already" in capsys.readouterr().out
    assert len((await portfolio(settings)).transactions) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + ROWS + "NOSUCHTHING,1,1,USD,2020-01-02,\n", "line 4"),
        (HEADER + "=HYPERLINK(1),1,1,USD,2020-01-02,\n" + ROWS, "line 2"),
        (HEADER + ROWS + "AAPL,NaN,1,USD,2020-01-02,\n", "line 4"),
        (HEADER + ROWS + "AAPL,1,1,USD,2999-01-02,\n", "line 4"),
        ("", "holdings.csv"),
        ("\x00\x01\x02", "holdings.csv"),
        (HEADER + "AAPL,1,1,USD,2020-01-02,\n" * (MAX_BYTES // 20), "holdings.csv"),
    ],
)
async def test_one_bad_row_keeps_all_others_out(settings: Settings, file: Path, content: str, said: str) -> None:
    file.write_text(content)
    with pytest.raises(ImportRefused, match="Nothing was imported") as refused:
        await run_import(settings, file, "", confirmed=True, replace=True)
    assert said in str(refused.value)
    assert (await portfolio(settings)).is_sample


@pytest.mark.parametrize("name", ["missing.csv", "."])
async def test_a_file_that_cannot_be_read_is_refused(settings: Settings, tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportRefused, match="can't be read"):
        await run_import(settings, tmp_path / name, "", confirmed=True, replace=False)


async def test_a_long_file_is_previewed_in_part_and_names_are_drawn_as_they_are(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADER + "AAPL,1,1,USD,2020-01-02,[red]x[/red]\n" * 25)
    await run_import(settings, file, "", confirmed=True, replace=False)
    out = capsys.readouterr().out
    assert "… and 5 more rows." in out
    assert "[red]" in out


async def test_an_adviser_imports_for_a_client_and_for_nobody_else(settings: Settings, file: Path) -> None:
    file.write_text(HEADER + ROWS)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with start(settings, "ada") as app, app.assistant.parts.database.write() as session:
        for name in ("cleo", "dan"):
            await administration.save_user(session, app.actor, name, display_name="", active=True, at=at)
        await administration.grant_role(session, app.actor, "ada", "adviser", at=at)
        await administration.assign_client(session, app.actor, "ada", "cleo", at=at)
    await run_import(settings, file, "ada", confirmed=True, replace=False, client="cleo")
    assert len((await portfolio(settings, "cleo")).transactions) == 2
    assert (await portfolio(settings, "ada")).is_sample
    with pytest.raises(ImportRefused, match="ada may not change what dan holds"):
        await run_import(settings, file, "ada", confirmed=True, replace=False, client="dan")
    async with start(settings, "ada") as app, app.assistant.parts.database.write() as session:
        await administration.pull_switch(session, app.actor, "user", "ada", reason="lost", at=at)
    with pytest.raises(ImportRefused, match="stopped by your administrator"):
        await run_import(settings, file, "ada", confirmed=True, replace=False)
