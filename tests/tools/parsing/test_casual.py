"""Casual forms are written in full; nothing but whole words changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.casual import FULL_FORMS, in_full, without_sounds


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("whats up w u", "what is up with you"),
        ("idk what's r&d", "idk what is r&d"),
        ("apples & pears", "apples and pears"),
        ("a&b w/o c", "a&b w/o c"),
        ("cant rn", "can not right now"),
        ("an what now", "and what now"),
        ("an apple, an orange", "an apple, an orange"),
        ("pxs of atmos", "pxs of atmos"),
    ],
)
def test_casual_forms_are_written_in_full(typed: str, written: str) -> None:
    assert in_full(typed) == written


@pytest.mark.parametrize(
    ("typed", "left"), [("so, um, now", "so, now"), ("uh... yes", "yes"), ("er drums hum", "drums hum"), ("hmm", "")]
)
def test_sounds_are_left_out(typed: str, left: str) -> None:
    assert without_sounds(typed) == left


@given(st.lists(st.sampled_from(sorted(FULL_FORMS)), max_size=8))
def test_what_is_in_full_stays_as_it_is(words: list[str]) -> None:
    once = in_full(" ".join(words))
    assert in_full(once) == once
