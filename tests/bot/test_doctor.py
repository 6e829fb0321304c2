"""The report: one line for each part, the fix for what is wrong, and an exit code that scripts can use."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot import doctor
from bot.doctor import run_doctor
from bot.records import models
from bot.records.database import open_database
from bot.records.scores import Score, keep_score
from bot.records.users import Actor
from bot.settings import load_settings
from bot.surfaces.importer import run_import
from tests.fakes.ollama_server import DIGEST, FakeOllama, Hang

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    monkeypatch.chdir(tmp_path)
    for key, value in {
        "TUPPENCE_HOME": str(home),
        "TUPPENCE_USER": "ada",
        "TUPPENCE_MODEL_BACKEND": "embedded",
        "TUPPENCE_MARKET_DATA": "snapshot",
        "COLUMNS": "80",
    }.items():
        monkeypatch.setenv(key, value)
    return home


async def examined(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """The exit code, and each part's line with its mark."""
    code = await run_doctor()
    lines = capsys.readouterr().out.splitlines()
    return code, {line[2:14].strip(): f"{line[0]} {line[15:]}" for line in lines}


async def test_a_whole_installation_gets_a_clean_bill(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, parts = await examined(capsys)
    assert code == 0
    assert list(parts) == ["settings", "database", "portfolio", "built-in", "market data", "symbols"]
    assert parts["settings"] == f"✓ read; data folder {home}"
    assert parts["database"].startswith("✓ whole and up to date")
    assert parts["portfolio"].startswith("• none for ada; import one")
    assert parts["built-in"].startswith("✓ model tuppence, weights ")
    assert "up to 28 Dec 2022" in parts["market data"]
    assert "TUPPENCE_MARKET_DATA=yahoo" in parts["market data"]
    assert parts["symbols"].startswith("✓ ")


async def test_it_tells_the_sample_from_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "holdings.csv"
    file.write_text("symbol,quantity,cost,currency,date\nAAPL,10,100,USD,2020-01-02\n")
    await run_import(load_settings(), file, "", confirmed=True, replace=False)
    capsys.readouterr()
    _, parts = await examined(capsys)
    assert parts["portfolio"] == "✓ 1 transactions for ada"


async def test_wrong_settings_are_the_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "openai")
    assert await run_doctor() == 78
    out = capsys.readouterr().out
    assert "✗ settings" in out
    assert "TUPPENCE_MODEL_BACKEND: it must be auto, ollama or embedded; write one of them" in out


@pytest.mark.parametrize("content", [b"", b"this is a letter" * 4096, None])
async def test_a_damaged_database_is_found_and_left_alone(
    capsys: pytest.CaptureFixture[str], home: Path, content: bytes | None
) -> None:
    file = home / "tuppence.db"
    damaged = file.read_bytes()[:8192] if content is None else content
    file.write_bytes(damaged)
    code, parts = await examined(capsys)
    assert code == 1
    assert parts["database"].startswith("✗ ")
    assert "is damaged" in parts["database"]
    assert parts["built-in"].startswith("✓")
    assert file.read_bytes() == damaged


async def test_an_ollama_that_is_asked_for_must_answer_with_the_model(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "ollama")
    monkeypatch.setenv("TUPPENCE_MODEL", "qwen3:4b")
    async with FakeOllama() as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.address)
        code, parts = await examined(capsys)
        assert (code, parts["ollama"]) == (0, f"✓ answers at {ollama.address} and has qwen3:4b")
        assert "built-in" not in parts
        monkeypatch.setenv("TUPPENCE_MODEL", "llama3.2")
        code, parts = await examined(capsys)
        assert code == 1
        assert "ollama pull llama3.2" in parts["ollama"]
    code, parts = await examined(capsys)
    assert code == 1
    assert "ollama serve" in parts["ollama"]


async def test_a_model_that_is_there_and_says_nothing_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "WORD_SECONDS", 0.2)
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "ollama")
    monkeypatch.setenv("TUPPENCE_MODEL", "qwen3:4b")
    async with FakeOllama().then(Hang()) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.address)
        code, parts = await examined(capsys)
    assert code == 1
    assert parts["ollama"].startswith("✗ qwen3:4b said nothing within 0.2 seconds. It may be loading")


async def test_an_ollama_that_is_only_welcome_may_be_absent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "auto")
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    code, parts = await examined(capsys)
    assert code == 0
    assert parts["ollama"].startswith("• ")
    assert parts["ollama"].endswith("The built-in model answers instead.")


async def test_a_yahoo_that_is_asked_for_must_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_MARKET_DATA", "yahoo")
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    code, parts = await examined(capsys)
    assert code == 1
    assert parts["market data"].startswith("✗ Yahoo Finance can't be reached")


async def test_what_was_remembered_of_the_network_is_asked_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("TUPPENCE_MARKET_DATA", "auto")
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    memory = home / "yahoo-reachable.json"
    memory.write_text('{"reachable": true, "asked_at": "2999-01-01T00:00:00+00:00"}')
    code, parts = await examined(capsys)
    assert code == 0
    assert "bundled history" in parts["market data"]
    assert '"reachable": false' in memory.read_text()


async def test_the_approved_model_and_the_log_of_its_approval_are_looked_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TUPPENCE_MODEL_BACKEND")
    now, admin = datetime(2026, 3, 1, tzinfo=UTC), Actor("ada")
    score = Score("qwen3:4b", "ollama", DIGEST, "tools", 90, 100, 900.0, 1500.0, None, {}, now)
    url = load_settings().database_url.get_secret_value()
    async with await open_database(url) as database, database.write() as session:
        await keep_score(session, "local", score)
        await models.add_model(session, admin, "qwen3:4b", "ollama", ["tools"], now=now)
        await models.promote_model(session, admin, "qwen3:4b", DIGEST, {}, now=now)
    async with FakeOllama() as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.address)
        code, parts = await examined(capsys)
    assert code == 0
    assert parts["models"].startswith("✓ qwen3:4b answers (")
    assert parts["audit log"] == "✓ 2 acts, none altered"
    async with await open_database(url) as database, database.write() as session:
        await session.execute(sa.text("DROP TRIGGER audit_log_no_update"))
        await session.execute(sa.text("UPDATE audit_log SET actor = 'ben' WHERE sequence = 2"))
    code, parts = await examined(capsys)
    assert code == 1
    assert parts["models"].startswith("• The built-in model answers. qwen3:4b is passed over.")
    assert parts["audit log"].startswith("✗ row 2 does not follow from the one before")
