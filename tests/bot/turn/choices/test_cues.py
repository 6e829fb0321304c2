"""The form of the tables: shared words are put in, and names are counted."""

from __future__ import annotations

import pytest

from bot.turn.choices.cues import Cue, Names, compiled


def test_shared_words_are_put_in() -> None:
    assert compiled(r"\b<it> <rise>\b").search("the NAME soared")
    assert not compiled(r"\b<it> <rise>\b").search("the NAME slept")


@pytest.mark.parametrize(
    ("names", "here", "known", "asks"),
    [
        ("none", 0, 0, True),
        ("none", 1, 1, False),
        ("some", 0, 1, True),
        ("some", 0, 0, False),
        ("two", 2, 2, True),
        ("two", 1, 2, False),
        ("any", 3, 3, True),
    ],
)
def test_names_are_counted(names: Names, here: int, known: int, asks: bool) -> None:
    cue = Cue("get_news", names, compiled(r"\bnews\b"), compiled(r"\bno news\b"))
    assert (cue.asked("the news", here, known) is not None) is asks
    assert cue.asked("no news", here, known) is None
