"""Long text in pieces: cut where it hurts least, and all of it there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.slack.limits import length
from bot.surfaces.slack.markup import room
from bot.surfaces.slack.splitting import split
from tests.fakes.hostile_text import hostile


@pytest.mark.parametrize(
    ("text", "most", "pieces"),
    [
        ("short", 10, ["short"]),
        ("", 10, []),
        ("First one.\n\nSecond. And third.", 24, ["First one.\n\n", "Second. And third."]),
        ("First one. Second two three", 20, ["First one. ", "Second two three"]),
        ("one two three four", 12, ["one two ", "three four"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("abc👩\u200d💻", 6, ["abc", "👩\u200d💻"]),
        ("abce\u0301", 4, ["abc", "e\u0301"]),
        ("abc🇩🇪", 5, ["abc", "🇩🇪"]),
    ],
)
def test_paragraph_before_sentence_before_word_before_letter(text: str, most: int, pieces: list[str]) -> None:
    assert split(text, most) == pieces


@given(hostile, st.integers(5, 200))
def test_pieces_fit_and_joined_are_the_text(text: str, most: int) -> None:
    for size in (length, room):
        pieces = split(text, most, size)
        assert "".join(pieces) == text
        assert all(pieces)
        assert all(size(piece) <= most for piece in pieces)


def test_forty_thousand_characters_without_a_place_to_cut() -> None:
    text = "&" * 40_000
    pieces = split(text, 3_000, room)
    assert "".join(pieces) == text
    assert {room(piece) for piece in pieces[:-1]} == {3_000}
