"""Every error a person may be told has a sentence with a next step, and is in the tree drawn on top of the file."""

from __future__ import annotations

import inspect
import re

import pytest

from bot import errors
from bot.errors import TuppenceError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, TuppenceError)]


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn = re.findall(r"^([│ ]*)(?:[├└]── )?([A-Z]\w+) +(?:(\d+) )?", errors.__doc__ or "", re.MULTILINE)
    names = {name: int(code) for _, name, code in drawn if code}
    assert set(names) == {kind.__name__ for kind in KINDS} - {"TuppenceError"}
    assert names == {kind.__name__: kind.exit_code for kind in KINDS if kind is not TuppenceError}


@pytest.mark.parametrize(
    "error",
    [
        errors.DatabaseUnreachable("x.db", "no such folder", "Make it."),
        errors.DatabaseReadOnly("x.db"),
        errors.DatabaseCorrupt("x.db", "it is empty"),
        errors.DatabaseCorrupt("x.db", "it is empty", "backups/x.db"),
        errors.DatabaseReplaced("x.db"),
        errors.DatabaseNewer("x.db", "2", "1"),
        errors.DatabaseFull("x.db"),
        errors.DatabaseLocked("x.db"),
        errors.ModelUnavailable("http://127.0.0.1:11434"),
        errors.ModelMissing("qwen3:4b", "http://127.0.0.1:11434"),
        errors.ModelTimeout("qwen3:4b", 30),
        errors.ModelStopped("qwen3:4b"),
        errors.ModelFailed("qwen3:4b", "out of\nmemory"),
        errors.WeightsDamaged("model.gguf", "it is cut short"),
        errors.UnknownUser("ada"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_messages_are_a_sentence_and_a_next_step_on_one_line(error: TuppenceError) -> None:
    text = str(error)
    assert text[0].isupper()
    assert text.endswith(".")
    assert "\n" not in text
    assert len(re.findall(r"[.!?](?: [A-Z]|$)", text)) >= 2
    assert error.exit_code not in (0, 1, 2)


@pytest.mark.parametrize(
    "kind",
    [
        errors.SettingsError,
        lambda problems: errors.ImportRefused("a.csv", problems),
        lambda problems: errors.PortfolioRefused("qwen3:4b", problems),
    ],
)
def test_lists_of_problems_have_one_a_line(kind: type[errors.SettingsError]) -> None:
    assert str(kind(["a", "b"])).splitlines()[1:] == ["  - a", "  - b"]


def test_one_problem_is_not_several() -> None:
    assert "it has 1 problem" in str(errors.ImportRefused("a.csv", ["a"]))
    assert "One setting is wrong" in str(errors.SettingsError(["a"]))
