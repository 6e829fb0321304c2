"""One name in the place of another of those that were compared."""

from __future__ import annotations

import pytest

from tests.bot.turn.completions.following import call, followed

COMPARED = call("compare_performance", symbols=["Ford", "GM"], period="past 5 years")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("with Tesla instead of GM", ["Ford", "Tesla"]),
        ("no with tesla insted of GM", ["Ford", "tesla"]),
        ("forget Ford, do Stellantis instead", ["Stellantis", "GM"]),
        ("and um throw Zorblax in instead of GM", ["Ford", "Zorblax"]),
        ("change GM by Zorblax Motors", ["Ford", "Zorblax Motors"]),
        ("swap the second one for Tesla", ["Ford", "Tesla"]),
        ("swap GM for Gucci's owner Kering", ["Ford", "Kering"]),
        ("take GM out and put Tesla in", ["Ford", "Tesla"]),
        ("please leave GM out and use Tesla in its place", ["Ford", "Tesla"]),
        ("without GM, with Tesla", ["Ford", "Tesla"]),
        ("drop GM and add Tesla and Stellantis", ["Ford", "Tesla", "Stellantis"]),
        ("do Ford against Tesla instead", ["Ford", "Tesla"]),
    ],
)
def test_a_name_takes_the_place_of_another(text: str, names: list[str]) -> None:
    changed = call("compare_performance", symbols=names, period="past 5 years")
    assert followed(text, COMPARED, COMPARED) == [changed]


def test_one_more_is_no_swap() -> None:
    whole = call("compare_performance", symbols=["Ford", "GM", "Tesla"], period="past 5 years")
    assert followed("not only these, add Tesla too", COMPARED, call("compare_performance", symbols=["Tesla"])) == [
        whole
    ]
