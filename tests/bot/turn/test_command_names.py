"""Which command a word is near to."""

from __future__ import annotations

import pytest

from bot.turn.command_names import as_command, nearest
from bot.turn.commands import names


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("qoute", "quote"),
        ("quotes", "quote"),
        ("Prices", "quote"),
        ("charts", "chart"),
        ("alerts", "alert"),
        ("watchlist", "watch"),
        ("watchlists", "watch"),
        ("HOLDINGS", "portfolio"),
        ("setings", "settings"),
        ("frobnicate", None),
        ("", None),
        ("s", None),
    ],
)
def test_the_command_that_was_meant(word: str, command: str | None) -> None:
    assert nearest(word, names()) == command


@pytest.mark.parametrize(
    "text",
    [
        "qoute NVDA",
        "Portfoilo",
        "quotes NVDA MSFT",
        "watchlist",
        "holdings",
        "alerts",
        "chat",
        "quote NVDA",
        "/nothing",
    ],
)
def test_what_looks_like_a_command_is_one(text: str) -> None:
    assert as_command(text, names()) == f"/{text.removeprefix('/')}"


@pytest.mark.parametrize(
    "text",
    [
        "what is a REIT",
        "price of Apple",
        "prices of gold and silver",
        "how are my holdings",
        "holdings of Berkshire",
        "chat with me",
        "Apple",
        "amd",
        "hello",
        "market",
    ],
)
def test_a_question_stays_one(text: str) -> None:
    assert as_command(text, names()) == text


def test_nothing_at_all_is_a_wish_for_help() -> None:
    assert as_command("", names()) == "/help"
