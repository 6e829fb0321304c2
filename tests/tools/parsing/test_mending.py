"""A mistyped word is read as what fits between its neighbours; what is right, or may be a name, is left alone."""

from __future__ import annotations

import time

import pytest

from slm.corpus.vocabulary import pair_list
from tools.parsing.mending import WORD_PAIRS_FILE, is_rather_word, mends
from tools.parsing.spans import Span


def mended(text: str, *names: str) -> str:
    """`text` as it was meant."""
    spans = [span(text, name) for name in names]
    for mend in reversed(mends(text, spans, ())):
        text = text[: mend.start] + mend.meant + text[mend.end :]
    return text


def span(text: str, piece: str) -> Span:
    start = text.index(piece)
    return Span(start, start + len(piece), piece)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hw much is a share", "how much is a share"),  # short: only where both neighbours agree
        ("lte me know", "let me know"),
        ("what do i onw", "what do i own"),  # known slips of the phrase banks, too
        ("should i rebalnce", "should i rebalance"),
        ("when dose it report", "when does it report"),  # two letters swapped make another word
        ("how od i do it", "how do i do it"),
        ("show my wathclist", "show my watchlist"),
        ("did i make any mony", "did i make any money"),  # "many" is as near
        ("the difrent sectors", "the different sectors"),
        ("whta's the price", "what's the price"),
        ("is it a redd day", "is it a red day"),
        ("sel my shares", "sell my shares"),
        ("teh price", "the price"),
    ],
)
def test_slips_are_mended_by_the_words_beside_them(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "which sectors are starving",
        "i lost my purse on the way",
        "what is my wifes share",
        "they aren't mine",
        "the 25th of may",
        "form a company",
        "price of zorblax",
        "Onw shares",  # with a capital it may be a name
        "my goat ate a drone",
        "can i trade lone cattle",
    ],
)
def test_right_words_and_names_stay(text: str) -> None:
    assert mended(text) == text


def test_names_are_left_alone_and_count_as_neighbours() -> None:
    assert mended("remove zoom form my watchlist", "zoom") == "remove zoom from my watchlist"
    assert mended("teh and hwo", "teh") == "teh and how"


def test_a_mend_says_whether_it_fits() -> None:
    fitting = {mend.meant: mend.fits for mend in mends("whats hapening with spirt aerosystems", (), ())}
    assert fitting == {"happening": True, "shirt": False}


@pytest.mark.parametrize(
    ("text", "name", "is_word"),
    [
        ("when is the nxt dividend", "nxt", True),
        ("price of nxt", "nxt", False),
        ("shw me the chart", "shw", True),
        ("how is shw today", "shw", False),
        ("how far off my tragets am i", "tragets", True),
        ("back to my target weights", "target", True),
        ("how did target do", "target", False),
        ("what did gap earn", "gap", False),
    ],
)
def test_a_ticker_in_small_letters_may_be_a_word(text: str, name: str, *, is_word: bool) -> None:
    assert is_rather_word(text, span(text, name), [span(text, name)]) is is_word


def test_the_pairs_are_those_of_the_phrase_banks() -> None:
    assert WORD_PAIRS_FILE.read_text(encoding="ascii") == pair_list(), "run `python -m slm pairs`"


def test_a_long_text_without_a_right_word_is_no_trap() -> None:
    text = " ".join(f"{'abcdefghij'[at % 10]}{'klmno' * 2}{'pqrst'[at % 5]}" for at in range(500))
    mends(text, (), ())
    before = time.process_time()
    mends(text, (), ())
    assert time.process_time() - before < 1
