"""What holds for any text at all: nothing raises, nothing is lost, and time grows with length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.turn.grounding import Context, Grounding
from bot.turn.policy import LONGEST_TEXT, clean_model_text
from bot.turn.sentences import split_sentences
from tests.fakes.turns import known_name, turns

CHECK = Grounding(turns()[0].results, turns()[0].question, known_name)
EMPTY = Grounding((), "", lambda _: None)
PIECES = st.sampled_from(
    (
        "Apple", "Microsoft", "AAPL", "it", "its", "than", "and", "fell", "rose", "28.6%", "-28.6%", "$125.67", "volatility",
        "of", "in", "2022", "28 Dec 2022", "a", "year", "the", "best", "Tesla", ",", ".", ":", "(", ")", "–", "twenty",
        "percent", "half", "vs.", "Inc.", "between", "to", "from", "\n", "- ", "**", "1e9", "½", "\u200b", "３", "you", "your",
    )
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=40).map("".join)
)
LONG = (
    "Apple fell 28.6% and ", "1", "$", "(", "1,", "twenty-", "Apple, ", "than Apple ", "a b c d e ", "%", "Apple ", "between 1 and ",
    "the the ", "not ", "best ", "[", "<", "28 Dec ", "-", "it ", "A.", "Dec ", "Apple fell 28.6%. ", "price to ", "’s ",
)  # fmt: skip


@given(TEXTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_every_sentence_is_kept_or_withheld_in_order(text: str) -> None:
    for check in (CHECK, EMPTY):
        checked = check.check(text)
        left = {"kept": list(checked.kept), "withheld": list(checked.withheld)}
        for sentence in split_sentences(text):
            place = "kept" if left["kept"][:1] == [sentence] else "withheld"
            assert left[place].pop(0) == sentence
        assert left == {"kept": [], "withheld": []}


@given(TEXTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_unknown_digit_is_ever_kept(text: str) -> None:
    for sentence in EMPTY.check(text).kept:
        assert not any(character.isnumeric() for character in sentence)


@given(TEXTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_cleaning_is_final_and_bounded(text: str) -> None:
    cleaned = clean_model_text(text)

    assert clean_model_text(cleaned) == cleaned
    assert len(cleaned) <= LONGEST_TEXT


@pytest.mark.parametrize("piece", LONG)
def test_long_texts_take_little_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.process_time()
    CHECK.check(text)
    clean_model_text(text)
    CHECK.check_sentence(text[:690], Context())

    assert time.process_time() - start < 1.5


def test_splitting_loses_no_word() -> None:
    text = "Apple Inc. fell 2.5% vs. the index. It is worth $2.1B. Next, J. P. Morgan… 1. One!\n- two\n\n3. Three e.g. four"

    assert "".join(split_sentences(text)).replace(" ", "") == "".join(text.split())
