"""The words around a piece end at the next piece and, for its clause, at the next break."""

from __future__ import annotations

from tools.parsing.finders import find_numbers
from tools.parsing.surroundings import mended_words, surrounded


def test_words_go_to_the_next_piece_and_are_mended() -> None:
    first, last = surrounded("Banks with pe belo 8, and yeild over 3 each", find_numbers()("pe 8 over 3"))[:2]
    assert (first.before, last.after) != (first.after, last.before)
    text = "P/E belo 8 and a yeild over 3, please"
    first, last = surrounded(text, find_numbers()(text))
    assert (first.before, first.after) == ("p/e below ", " and a yield over ")
    assert (last.before, last.after) == (first.after, ", please")
    assert (last.clause_before, last.clause_after) == ("a yield over ", "")


def test_spaces_at_the_ends_stay_and_those_inside_are_one() -> None:
    assert mended_words("  Teh   Price ") == " the price "
    assert mended_words("") == ""
