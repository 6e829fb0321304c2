"""Questions in plain words, with marks for names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.turn.completions.reading import Reading


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wat's the word on Tesla this week?", "what is the word on NAME TIME ?"),
        ("r my bags green rn", "are my bags green right now"),
        ("divvies from nike & apple", "dividends from NAME and NAME"),
        ("a 5% loan", "a RATE loan"),
        ("is the London exchange open", "is PLACE open"),
        ("ping me at 45", "ping me at NUMBER"),
        ("whats the RSI", "what is the rsi"),  # a measure is no name
        ("", ""),
    ],
)
def test_words(reading: Callable[[str], Reading], text: str, words: str) -> None:
    assert reading(text).skeleton.words == words


def test_the_marks_know_their_names(reading: Callable[[str], Reading]) -> None:
    assert [span.text for span in reading("Nike or Tesla, last year?").skeleton.names] == ["Nike", "Tesla"]
