"""`docs/commands.md` shows every typed command, and what it shows is what the terminal prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import start
from bot.settings import load_settings
from bot.surfaces.console import ConsoleSurface
from bot.turn.assistant import Question
from bot.turn.commands import names

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
LEFT_OUT = "…"


def examples() -> list[tuple[str, str]]:
    """(what is typed, what is shown) in the order of the page."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    pieces = [piece for block in blocks for piece in re.split(r"^> (?=/)", block, flags=re.MULTILINE) if piece]
    return [(typed, shown) for typed, _, shown in (piece.partition("\n") for piece in pieces)]


def is_as_shown(printed: str, shown: str) -> bool:
    """Whether it is the same but for line breaks and what was left out."""
    parts = [re.escape(" ".join(part.split())) for part in shown.split(LEFT_OUT)]
    return re.fullmatch(r"\s?.*\s?".join(parts), " ".join(printed.split()), re.DOTALL) is not None


def test_every_command_has_an_example() -> None:
    assert {typed.split()[0].removeprefix("/") for typed, _ in examples()} >= set(names())


async def test_each_example_is_what_the_terminal_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # where `/export` writes
    monkeypatch.setenv("COLUMNS", "110")  # charts are as wide as the terminal
    settings = load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "tuppence"),
            "TUPPENCE_USER": "ada",
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
        },
        dotenv_path=None,
    )
    console = ConsoleSurface(plain=True)
    wrong = {}
    async with start(settings) as app:
        for typed, shown in examples():
            console.show(await app.assistant.ask(Question(typed, app.actor, "c1")))
            printed = capsys.readouterr().out
            if not is_as_shown(printed, shown):
                wrong[typed] = printed
    assert wrong == {}
