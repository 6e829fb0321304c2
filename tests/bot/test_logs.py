"""The log can be read by a program: one JSON object a line, whatever was put into it, and no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.logs import FILE, keep_log, log_to_terminal
from bot.settings import Settings, load_settings

TOKEN = "xoxb-1234567890-abcdefghijkl"
log = logging.getLogger("bot.test")


@pytest.fixture
def handlers() -> Iterator[None]:
    root, kept, raises = logging.getLogger(), list(logging.getLogger().handlers), logging.raiseExceptions
    yield
    for handler in [handler for handler in root.handlers if handler not in kept]:
        root.removeHandler(handler)
        handler.close()
    logging.raiseExceptions = raises


def settings_of(home: Path, log_format: str) -> Settings:
    environ = {"TUPPENCE_HOME": str(home), "TUPPENCE_USER": "ada", "TUPPENCE_LOG_FORMAT": log_format}
    return load_settings(environ, dotenv_path=None)


def entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("handlers")
def test_an_entry_is_one_object_whatever_a_person_wrote(tmp_path: Path) -> None:
    keep_log(settings_of(tmp_path, "json"))
    forged = 'x"}\n{"level": "ERROR", "message": "forged"}\x1b[31m'
    log.warning("asked: %s", forged)
    (entry,) = entries((tmp_path / FILE).read_text())
    assert entry["level"] == "WARNING"
    assert entry["logger"] == "bot.test"
    assert entry["time"].startswith("20")
    assert entry["message"].startswith('asked: x"}\\n')
    assert "\x1b" not in entry["message"]


@pytest.mark.usefixtures("handlers")
def test_a_traceback_is_part_of_its_entry_and_holds_no_secret(tmp_path: Path) -> None:
    keep_log(settings_of(tmp_path, "json"))
    try:
        raise ValueError(TOKEN)  # noqa: TRY301
    except ValueError:
        log.exception("a bug with %s", TOKEN, extra={"token": TOKEN})
    written = (tmp_path / FILE).read_text()
    (entry,) = entries(written)
    assert "ValueError" in entry["exc_info"]
    assert TOKEN not in written


@pytest.mark.usefixtures("handlers")
def test_a_server_writes_the_same_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_of(tmp_path, "json")
    keep_log(settings)
    log_to_terminal(settings)
    log.warning("a token %s", TOKEN)
    printed = capsys.readouterr().err
    assert entries(printed) == entries((tmp_path / FILE).read_text())
    assert TOKEN not in printed


@pytest.mark.usefixtures("handlers")
def test_without_a_setting_it_is_text(tmp_path: Path) -> None:
    keep_log(settings_of(tmp_path, "text"))
    log.warning("asked: %s", "a\nb")
    assert (tmp_path / FILE).read_text().rstrip().endswith("WARNING bot.test: asked: a\\nb")
