"""`tuppence admin …`: each group lists and changes, in words and in JSON, and what is refused changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.admin_commands import admin_app
from bot.errors import AdminRefused
from bot.records.listings import LISTINGS
from bot.surfaces.administration import read_changes

if TYPE_CHECKING:
    from pathlib import Path

CHANGES: list[tuple[str, list[str], str]] = [
    ("user", ["user", "save", "ada", "--name", "Ada {x}"], "ada is saved."),
    ("user", ["user", "save", "alan"], "alan is saved."),
    ("user", ["user", "save", "sue"], "sue is saved."),
    ("identity", ["identity", "link", "slack", "U1", "ada"], "The slack account U1 is ada's."),
    ("role", ["role", "grant", "alan", "adviser"], "alan is adviser now."),
    ("role", ["role", "grant", "sue", "supervisor"], "sue is supervisor now."),
    ("client", ["client", "assign", "alan", "ada"], "alan looks after ada."),
    ("team", ["team", "join", "sue", "alan"], "alan reports to sue."),
    ("channel", ["channel", "save", "C1", "--name", "desk", "--allow"], "Channel C1 is allowed."),
    ("policy", ["policy", "set", "base_currency=eur", 'retention_days={"turns": 30}'], "The policy is changed."),
    ("tool", ["tool", "off", "get_news"], "get_news is off."),
    ("switch", ["switch", "pull", "model", "qwen3:4b", "--reason", "it lies"], "model qwen3:4b is stopped."),
    ("quota", ["quota", "set", "--per-hour", "5"], "The quota of everybody is set."),
    ("hold", ["hold", "place", "ada", "--reason", "case 17"], "The records of ada are held."),
]
UNDO: list[tuple[str, list[str], str]] = [
    ("team", ["team", "leave", "sue", "alan"], "alan does not report to sue any more."),
    ("client", ["client", "unassign", "alan", "ada"], "alan does not look after ada any more."),
    ("identity", ["identity", "unlink", "slack", "U1"], "The slack account U1 is nobody's."),
    ("switch", ["switch", "release", "model", "qwen3:4b", "--reason", "mended"], "model qwen3:4b goes on."),
    ("quota", ["quota", "set"], "The quota of everybody is set."),
    ("hold", ["hold", "lift", "ada"], "The records of ada are free."),
]


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "tuppence.db")
    monkeypatch.setenv("TUPPENCE_HOME", str(folder))
    monkeypatch.setenv("TUPPENCE_USER", "grace")
    return folder


def typed(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(admin_app, list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout.strip()


def listed(what: str, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(typed(what, "list", "--json", *words))
    return found


def test_what_is_set_is_listed_and_undone_and_every_act_is_in_the_log(home: Path) -> None:
    for what, words, said in CHANGES:
        before = listed(what)
        assert typed(*words) == said
        assert listed(what) != before, words
        assert typed(*words) == "It was so already; nothing was changed."
    assert "desk" in typed("channel", "list")
    for what, words, said in UNDO:
        assert json.loads(typed(*words, "--json")) == {"changed": True, "said": said}
        assert listed(what) == []
    log = listed("audit")
    assert len(log) == len(CHANGES) + len(UNDO)
    assert {row["actor"] for row in log} == {"grace"}
    assert typed("audit", "verify") == f"The audit log of local is whole: {len(log)} rows."


def test_every_kind_has_a_list_and_says_when_it_is_empty(home: Path) -> None:
    for what in LISTINGS:
        assert listed(what) == []
        assert typed(what, "list") == f"Nothing is set ({what}, tenant local)."


def test_another_tenant_is_another_list(home: Path) -> None:
    typed("user", "save", "ada", "--tenant", "T1")
    assert listed("user") == []
    assert [row["id"] for row in listed("user", "--tenant", "T1")] == ["ada"]


def test_a_prompt_is_kept_from_a_file_and_put_in_use(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "advisor.txt"
    file.write_text("It is {today}. {data}. {max_calls} calls.", encoding="utf-8")
    assert "Kept as version 1; put it in use with: tuppence admin prompt activate advisor 1" in typed(
        "prompt", "save", "advisor", str(file)
    )
    typed("prompt", "activate", "advisor", "1")
    assert [(row["version"], row["active"]) for row in listed("prompt")] == [(1, True)]
    with pytest.raises(AdminRefused, match="can't be read"):
        typed("prompt", "save", "advisor", str(tmp_path / "missing"))


def test_what_is_refused_changes_nothing(home: Path) -> None:
    with pytest.raises(AdminRefused, match="no user “ada”"):
        typed("role", "grant", "ada", "adviser")
    assert listed("audit") == []


def test_a_broken_log_is_named_by_its_first_row_and_fails(home: Path) -> None:
    for name in ("ada", "ben", "cleo"):
        typed("user", "save", name)
    with closing(sqlite3.connect(home / "tuppence.db")) as file:
        file.execute("DROP TRIGGER audit_log_no_update")
        file.execute("UPDATE audit_log SET actor = 'nobody' WHERE sequence = 2")
        file.commit()
    assert "row 2 does not follow" in typed("audit", "verify", code=1)
    assert json.loads(typed("audit", "verify", "--json", code=1))["first_broken"] == 2


@pytest.mark.parametrize("pair", ["base_currency", "quiet_hours={", ""])
def test_a_field_without_a_value_is_refused(pair: str) -> None:
    with pytest.raises(AdminRefused):
        read_changes([pair])


def test_values_are_read_as_text_or_json() -> None:
    assert read_changes(["a=EUR", 'b={"x": 1}', "c=null", "d=1=2"]) == {
        "a": "EUR",
        "b": {"x": 1},
        "c": None,
        "d": "1=2",
    }
