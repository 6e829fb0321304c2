"""What is written as a name: capitals in the middle of a sentence, and no day, month or shout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.capital_names import capital_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("does Bank of the West pay a dividend", ["Bank of the West"]),
        ("Would Standard & Poor know", ["Standard & Poor"]),
        ("Price of Zorblax in May please", ["Zorblax"]),
        ("is it closed. The Golden Week is near", []),
        ("Is the market open on Monday", []),
        ("I think I know", []),
        ("WHAT IS THE PRICE", []),
        ("news on bank of ireland please", ["bank of ireland"]),
        ("how is air canada doing", ["air canada"]),
        ("the bank of dreams", []),
        ("What Is The Price Of It", []),
        ("price of IBM and KO", []),
    ],
)
def test_names_by_their_capitals(text: str, names: list[str]) -> None:
    assert [span.text for span in capital_names(text)] == names


@given(st.text(st.sampled_from("aA Bb.&' ofI"), max_size=40))
def test_a_name_is_a_piece_of_the_text(text: str) -> None:
    assert all(text[span.start : span.end] == span.text for span in capital_names(text))
