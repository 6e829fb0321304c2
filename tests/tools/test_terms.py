"""What could be a finance term: those of the glossary, slips in their words allowed."""

from __future__ import annotations

import pytest

from bot.evaluation.scoring import reading_context
from tools.parsing.spans import find_names
from tools.terms import is_misspelt_term, narrow_terms


@pytest.mark.parametrize("typed", ["expnese ratio", "amortizaton", "poision pill", "Divdend yeild"])
def test_slips_of_a_term(typed: str) -> None:
    assert is_misspelt_term(typed, reading_context())


@pytest.mark.parametrize("typed", ["expense ratio", "divdend", "alpca", "teh tickr", "zorblax", "price of nike"])
def test_no_slips_of_a_term(typed: str) -> None:
    assert not is_misspelt_term(typed, reading_context())  # right as it is, read as a common word, or near none


def test_where_a_term_is_known_nothing_else_is_a_candidate() -> None:
    candidates = narrow_terms(find_names("what is a poision pill for zorblax"), reading_context())
    assert [span.text for span in candidates] == ["poision pill"]
    assert len(narrow_terms(find_names("what is zorblax"), reading_context())) > 0
