"""`tuppence digest add | list | change | pause | resume | run | history | delete`, as an operator types them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.admin_commands import admin_app
from bot.errors import DigestRefused
from bot.schedule_commands import commands

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "tuppence.db")
    monkeypatch.setenv("TUPPENCE_HOME", str(folder))
    monkeypatch.setenv("TUPPENCE_USER", "grace")
    assert CliRunner().invoke(admin_app, ["user", "save", "ada"]).exit_code == 0
    return folder


def typed(*words: str) -> str:
    done = CliRunner().invoke(commands, list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_digest_is_scheduled_changed_and_ended_for_somebody() -> None:
    assert typed("list").startswith("No digest is scheduled")
    said = typed("add", "market-close", "--as", "ada", "--when", "8:00 mon-fri", "--zone", "Europe/Berlin")
    digest, _, told = said.partition(": ")
    assert told.startswith("Market close: 08:00, Mon to Fri (Europe/Berlin)")
    assert f"{digest} of ada: Market close" in typed("list", "--as", "ada")
    assert "09:15, Tue" in typed("change", digest, "--when", "9:15 tue", "--quiet", "22:00-07:00")
    assert "nothing was changed" in typed("change", digest, "--when", "9:15 tue")
    assert typed("history", digest) == "It was not due yet.\n"
    assert typed("pause", digest) == "Paused.\n"
    assert "nothing was changed" in typed("pause", digest)
    (row,) = json.loads(typed("list", "--json"))
    assert (row["user"], row["schedule"], row["paused"], row["next"]) == ("ada", "15 9 * * tue", True, None)
    assert row["quiet_hours"] == {"from": "22:00", "to": "07:00"}
    assert typed("resume", digest) == "It is sent again.\n"
    assert "in the inbox" in typed("run", digest)
    assert typed("history", digest).endswith(": waiting\n")
    assert typed("delete", digest) == "Deleted.\n"
    assert typed("list").startswith("No digest is scheduled")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "market_close"), "nobody who is active here"),
        (("add", "horoscope", "--as", "ada"), "no kind of digest"),
        (("add", "market_close", "--as", "ada", "--when", "0 8 * * 1-5"), "write their names"),
        (("add", "market_close", "--as", "ada", "--to", "terminal"), "choose one of slack, teams"),
        (("pause", "nothing"), "no digest “nothing”"),
    ],
)
def test_what_can_not_be_is_refused_with_the_fix(words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DigestRefused, match=reason):
        typed(*words)
