"""The interactive form, in a real terminal and on a pipe: follow-ups, notices, and clean ends."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

import pytest
import sqlalchemy as sa

from bot.app import start
from bot.records.tables import Turn
from bot.surfaces.chat import run_chat
from tests.fakes.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

PROMPT = "› "
# Makes the terminal the one that sends Ctrl-C to the process it then becomes.
OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture
def tuppence(tmp_path: Path, sqlite_template: Path) -> CommandLine:
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    return CommandLine(home)


class Terminal:
    """A person at a terminal of 80 columns: types, and reads what is drawn."""

    def __init__(self, tuppence: CommandLine) -> None:
        self.fd, inner = pty.openpty()
        environment = {**tuppence.environment, "TERM": "xterm", "COLUMNS": "80"}
        command = [sys.executable, "-c", OWN_TERMINAL, *tuppence.command, "chat"]
        self.process = subprocess.Popen(
            command, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True
        )
        os.close(inner)
        self.seen = ""

    def read_until(self, text: str, seconds: float = 20) -> str:
        """What was drawn up to `text`, without colours and cursor movements."""
        ends = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0.0, ends - time.monotonic()))
            assert ready, f"no {text!r} in {self.seen!r}"
            try:
                piece = os.read(self.fd, 65536)
            except OSError:  # the other side has closed
                piece = b""
            assert piece, f"no {text!r} in {self.seen!r}"
            self.seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", piece.decode(errors="replace"))
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def press_ctrl_c(self) -> int:
        """As people do, again when nothing happens: one that comes while the line is being drawn is not heard."""
        for _ in range(6):
            self.type("\x03")
            try:
                return self.process.wait(5)  # a second one on its way out would end it as a signal does
            except subprocess.TimeoutExpired:
                continue
        pytest.fail("it goes on, however often Ctrl-C is pressed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self.fd)


def test_a_conversation_in_a_terminal_ends_with_ctrl_c(tuppence: CommandLine) -> None:
    with Terminal(tuppence) as terminal:
        assert "automated assistant that can be wrong" in terminal.read_until(PROMPT)
        terminal.type("price of Apple\n")
        answer = terminal.read_until(PROMPT)
        assert "$125.67" in answer
        assert "(embedded, " in answer
        assert all(len(line) <= 80 for line in answer.splitlines())
        terminal.type("/watch add AAPL\n")
        assert "Added to your watchlist: AAPL" in terminal.read_until(PROMPT)
        terminal.type("half a quest")
        terminal.read_until("quest")
        assert terminal.press_ctrl_c() == 0


async def typed(settings: Settings, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    await run_chat(settings, "")


async def test_a_conversation_on_a_pipe_ends_with_its_input(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await typed(settings, monkeypatch, "/help\n\n😀\n/watch list")
    out, err = capsys.readouterr()
    assert err == ""
    for said in ("/watch add AAPL MSFT", "There is nothing to answer yet", "questions typed in words", "LLY, PEP"):
        assert said in out


@pytest.mark.parametrize("end", ["/quit", "exit", " :Q "])
async def test_words_end_it_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    await typed(settings, monkeypatch, f"{end}\n/help\n")
    assert "Ask anything in plain words" not in capsys.readouterr().out


async def test_its_questions_are_one_conversation_of_its_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await typed(settings, monkeypatch, "/help\n/help\n")
    async with start(settings) as app, app.assistant.parts.database.read() as session:
        turns = list(await session.scalars(sa.select(Turn)))
    assert sorted(turn.position for turn in turns) == [0, 0, 1, 1]
