"""A common word is a name only where nothing else can stand."""

from __future__ import annotations

import pytest

from tools.parsing.placed_names import find_placed_names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ping me if hood drops under $20", ["hood"]),
        ("when is gap reporting", ["gap"]),
        ("kick snow, net and fox off my watchlist", ["snow", "net", "fox"]),
        ("coin vs ford", ["coin", "ford"]),
        ("ford vs coin this year", ["ford", "coin"]),
        ("rsi of fox pls", ["fox"]),
        ("is gap beating ford", ["gap"]),
        ("ford or coin, who won", ["coin"]),
    ],
)
def test_a_word_in_the_place_of_a_name(text: str, words: list[str]) -> None:
    found = find_placed_names(text)
    assert [span.text for span in found] == words
    assert all(span.is_placed and text[span.start : span.end] == span.text for span in found)


@pytest.mark.parametrize(
    "text",
    [
        "tell me if it drops under 20",
        "put everything on my watchlist",
        "when are earnings reporting",
        "the price of fox",
        "gold or silver",
        "take the stock off my list",
        "if rates drop below 4%",
        "",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert find_placed_names(text) == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("which one did better in 2024, hood or coin", ["hood", "coin"]),
        ("and pep above 160", ["pep"]),
        ("wake me if sol dumps under 110", ["sol"]),
        ("tech under 12 times earnings", []),
    ],
)
def test_more_places(text: str, names: list[str]) -> None:
    assert [span.text for span in find_placed_names(text)] == names
