"""`tuppence admin account`, as people start it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "seven lamps by the river"


@pytest.fixture
def tuppence(tmp_path: Path) -> CommandLine:
    """The command line on a data folder of its own."""
    return CommandLine(tmp_path / "home")


def test_an_account_is_added_listed_disabled_and_reset(tuppence: CommandLine) -> None:
    def account(*arguments: str, typed: str = "") -> str:
        ended = tuppence.run("admin", "account", *arguments, typed=typed)
        assert ended.code == 0, ended.err
        return ended.out

    assert "There is no account yet" in account("list")
    assert "grace may sign in" in account("add", "grace", "--stdin", typed=f"{PASSPHRASE}\n")
    account("add", "alan@example.com", "--single-sign-on")
    listed = account("list")
    assert "not yet" in listed
    assert "single sign-on" in listed
    assert PASSPHRASE not in listed
    account("disable", "grace")
    assert "│ no " in account("list")
    account("reset", "grace", "--stdin", typed="another seven lamps\n")
    assert "│ no " not in account("list")
    assert (tuppence.home / "tuppence.db").read_bytes().find(PASSPHRASE.encode()) == -1


@pytest.mark.parametrize(
    ("arguments", "typed", "problem"),
    [
        (("add", "grace", "--stdin"), "too short\n", "at least 12 characters"),
        (("add", "grace", "--stdin"), "", "at least 12 characters"),
        (("disable", "nobody"), "", "there is no such account"),
        (("reset", "nobody", "--stdin"), f"{PASSPHRASE}\n", "there is no such account"),
    ],
)
def test_what_can_not_be_done_is_one_sentence_with_the_fix(
    tuppence: CommandLine, arguments: tuple[str, ...], typed: str, problem: str
) -> None:
    ended = tuppence.run("admin", "account", *arguments, typed=typed)
    assert ended.code == 65
    assert problem in ended.err
