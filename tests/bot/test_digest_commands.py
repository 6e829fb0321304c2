"""`tuppence digest preview`."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.digest_commands import digest_app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(autouse=True)
def _bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in model and the bundled prices."""
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "embedded")
    monkeypatch.setenv("TUPPENCE_MARKET_DATA", "snapshot")
    monkeypatch.setenv("COLUMNS", "200")


def preview(*arguments: str) -> Result:
    return CliRunner().invoke(digest_app, ["preview", *arguments])


def test_a_preview_is_composed_for_a_day_of_the_past_in_every_form(tmp_path: Path) -> None:
    told = preview("--kind", "my_portfolio", "--at", "2020-03-16")
    assert told.exit_code == 0, told.output
    assert "The sample portfolio lost $2,691.58 (10.00%) on the day" in told.output
    as_slack = preview("--at", "2020-11-26", "--format", "slack")
    assert "Thanksgiving" in json.dumps(json.loads(as_slack.output))
    picture = tmp_path / "crash.png"
    drawn = preview("--at", "2020-03-16T17:00", "--format", "png", "--out", str(picture))
    assert drawn.exit_code == 0, drawn.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_team_names_what_it_follows_as_people_say_it() -> None:
    told = preview("--kind", "team_channel", "--symbols", "coke, Apple", "--at", "2020-03-16")
    assert "Coca-Cola (KO)" in told.output
    assert "Apple (AAPL)" in told.output


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--kind", "horoscope"), "market_close"),
        (("--at", "yesterday"), "2020-03-16"),
        (("--format", "fax"), "terminal, slack, png"),
        (("--kind", "team_channel"), "--symbols AAPL,MSFT"),
        (("--kind", "team_channel", "--symbols", "Qwxyz"), "called “Qwxyz”"),
        (("--calendar", "MOON"), "XNYS"),
    ],
)
def test_what_is_no_digest_is_refused_with_what_would_be_one(arguments: tuple[str, ...], problem: str) -> None:
    ended = preview(*arguments)
    assert ended.exit_code == 2
    assert problem in " ".join(ended.output.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--as", "--user"])
def test_whose_it_is_is_said_as_everywhere_else(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUPPENCE_HOME", str(tmp_path))
    told = preview("--kind", "watchlist", "--at", "2020-03-16", option, "grace")
    assert told.exit_code == 0, told.output
    with sqlite3.connect(tmp_path / "tuppence.db") as database:
        assert ("grace",) in database.execute("SELECT id FROM users").fetchall()


def test_the_help_names_the_option_that_every_command_has() -> None:
    told = preview("--help").output
    assert "--as" in told
    assert "--user" not in told
