"""What is taken back is not looked up; what only sounds like it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.turn.completions.taken_back import find_taken_back
from tools.arguments import NUMBER
from tools.parsing.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable


def names(text: str, *words: str) -> list[Span]:
    return [Span(text.index(word), text.index(word) + len(word), word) for word in words]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("price of Tesco no sorry Nike", "Nike"),
        ("price of Tesco, uh, no, I mean Nike", "Nike"),
        ("price of Tesco - scratch that - Nike", "Nike"),
        ("price of Tesco no wait Zorblax", "Zorblax"),
        ("swap Tesco for Nike", "Nike"),
        ("replace the Tesco with the Nike", "Nike"),
        ("Tesco and Nike", None),
        ("Tesco, uh, Nike", None),
        ("Tesco? no thanks", None),
        ("Tesco, no dividend", None),
    ],
)
def test_a_name(text: str, meant: str | None) -> None:
    known = names(text, *(word for word in ("Tesco", "Nike") if word in text))
    found = [(old.text, new.text) for old, new in find_taken_back(text, (known,))]
    assert found == ([("Tesco", meant)] if meant else [])


def test_an_amount() -> None:
    text = "alert me under 300 no let's say 280"
    assert [(old.text, new.text) for old, new in find_taken_back(text, ([], NUMBER.find(text)))] == [("300", "280")]


@pytest.mark.parametrize(
    ("text", "written", "wanted"),
    [
        ("add Nike no Tesla to my watchlist", ["Nike"], ["Tesla"]),
        ("add Nike no Tesla to my watchlist", ["Nike", "Tesla"], ["Tesla"]),
        ("add Nike, Tesla no Ford and Visa to my watchlist", ["Nike", "Tesla", "Visa"], ["Nike", "Ford", "Visa"]),
    ],
)
def test_a_list_holds_what_is_meant(
    completed: Callable[..., Any], text: str, written: list[str], wanted: list[str]
) -> None:
    [(_, arguments)] = completed(text, ("propose_watchlist_change", {"action": "add", "symbols": written}))
    assert arguments["symbols"] == wanted


def test_the_other_exchange(completed: Callable[..., Any]) -> None:
    call = ("get_market_status", {"exchange": "the Frankfurt"})
    got = completed("when does the Frankfurt no the Zurich exchange open", call)
    assert got[0][1]["exchange"].startswith("the Zurich")
