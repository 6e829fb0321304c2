"""No secret of the settings is in logs, errors, the audit log, the doctor's report or what a model reads."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.app import start
from bot.doctor import run_doctor
from bot.encryption_keys import EncryptionKey, write_keys
from bot.errors import TuppenceError
from bot.logs import FILE
from bot.records import audit
from bot.records.opening import open_records
from bot.records.tables import Turn
from bot.redaction import HIDDEN, Redaction, one_line, redact, secrets_of
from bot.settings import Settings, load_settings
from bot.starting import read_settings
from bot.turn.assistant import Assistant, Question
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = write_keys([EncryptionKey("k1", b"seeded secret key material of 32")])
SEEDS = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890-seededbottoken",
    "SLACK_APP_TOKEN": "xapp-1-A0123-seededapptoken",
    "SLACK_SIGNING_SECRET": "5eeded005eeded005eeded005eeded00",
    "TUPPENCE_ENCRYPTION_KEYS": KEY,
}
PASSWORD = "s33ded%20passw0rd"
SECRETS = (*(value for key, value in SEEDS.items() if value != KEY), KEY.partition(":")[2], PASSWORD, "s33ded passw0rd")


def seen(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.fixture
def seeded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An installation with a secret in every setting that has one; the root logger is left as it was."""
    for key, value in SEEDS.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "embedded")
    monkeypatch.setenv("TUPPENCE_MARKET_DATA", "snapshot")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    root = logging.getLogger()
    before = list(root.handlers)
    yield tmp_path / "home"
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


async def test_a_turn_that_fails_with_secrets_in_its_error_tells_none(seeded: Path) -> None:
    settings = read_settings()
    model = ScriptedModel(
        [[ValueError(f"a bug with {' and '.join(SECRETS[:-2])} at postgresql://ada:{PASSWORD}@db")]], is_native=False
    )
    async with start(settings) as app:
        assistant = Assistant(replace(app.assistant.parts, model=model))
        reply = await assistant.ask(Question("price of Apple", app.actor, "c1"))
        async with app.assistant.parts.database.read() as session:
            log = [(row.subject, row.details) for row in await audit.entries(session, "local")]
            turn = await session.scalar(sa.select(Turn))
            assert turn is not None
            kept = json.dumps([log, turn.question, turn.answer, turn.failure, turn.evidence])
    written = (seeded / FILE).read_text()
    assert "a bug with" in written
    assert HIDDEN in written
    assert seen(written) == []
    assert seen(repr(reply)) == []
    assert seen(kept) == []
    assert seen(repr(model.asked)) == []


async def test_the_doctor_tells_none(seeded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await run_doctor()  # Slack can't be had here, which it says
    printed = capsys.readouterr()
    assert "database" in printed.out
    assert seen(printed.out + printed.err) == []


async def test_errors_about_the_database_and_keys_tell_none(seeded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUPPENCE_DATABASE_URL", f"postgresql://ada:{PASSWORD}@127.0.0.1:1/tuppence")
    settings = load_settings()
    with pytest.raises(TuppenceError) as refused:
        await open_records(settings)
    assert "127.0.0.1" in str(refused.value)
    assert seen(f"{refused.value} {refused.value!r} {settings!r}") == []
    monkeypatch.setenv("TUPPENCE_ENCRYPTION_KEYS", f"{KEY},{KEY}")
    with pytest.raises(TuppenceError) as refused:
        load_settings()
    assert seen(str(refused.value)) == []


def settings_with(tmp_path: Path, **more: str) -> Settings:
    return load_settings({"TUPPENCE_HOME": str(tmp_path), "TUPPENCE_USER": "ada", **SEEDS, **more}, None)


def test_every_secret_is_known_and_no_path_is_taken_for_one(tmp_path: Path) -> None:
    url = f"postgresql://ada:{PASSWORD}@db/tuppence"
    assert set(secrets_of(settings_with(tmp_path, TUPPENCE_DATABASE_URL=url))) == set(SECRETS)
    assert str(tmp_path) not in " ".join(secrets_of(settings_with(tmp_path)))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("token xoxb-12345-abcdef!", f"token {HIDDEN}!"),
        ("xoxp-12345-abcdef xapp-1-abcdef", f"{HIDDEN} {HIDDEN}"),
        ("Authorization: Bearer abc.def-123=", f"Authorization: Bearer {HIDDEN}"),
        ("at postgresql://ada:pa55@db:5432/x now", f"at postgresql://ada:{HIDDEN}@db:5432/x now"),
        ("postgresql+psycopg://ada:p@ss:w@db/x", f"postgresql+psycopg://ada:{HIDDEN}@db/x"),
        ("host=db password=pa55 user=ada", f"host=db password={HIDDEN} user=ada"),
        (f"keys {KEY},", f"keys k1:{HIDDEN},"),
        ("nothing: postgresql://db/x, a bearer of news", "nothing: postgresql://db/x, a bearer of news"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, cleaned: str) -> None:
    assert redact(text) == cleaned


def entry(message: str, *args: object, error: Exception | None = None) -> str:
    """What a handler writes."""
    record = logging.LogRecord(
        "bot", logging.ERROR, "f.py", 1, message, args, (type(error), error, None) if error else None
    )
    assert Redaction(["sesame"]).filter(record)
    return logging.Formatter("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize("evil", ["\n2026-01-01 ERROR fake", "\r\x1b[31mred", "\x07\x00\x9b1m", "\u2028next\x85line"])
def test_nobody_can_write_an_entry_of_their_own(evil: str) -> None:
    lines = entry("asked %r and %s", evil, evil, error=ValueError(evil)).splitlines()
    assert lines[0].startswith("ERROR asked ")
    assert all(line.startswith("| ") for line in lines[1:])
    assert all(line.isprintable() for line in lines)


def test_arguments_and_tracebacks_are_cleaned_too() -> None:
    assert "sesame" not in entry("open %s %d", "sesame", 3, error=ValueError("sesame\nxoxb-12345-abcdef"))
    assert "3" in entry("open %s %d", "sesame", 3)
    assert "kept" in entry("kept %d", "no number")


def test_letters_of_all_languages_stay() -> None:
    assert one_line("Ω 田中さん 👩 é") == "Ω 田中さん 👩 é"
