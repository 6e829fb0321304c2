"""What a follow-up names is compared with what was asked about before, where it says so."""

from __future__ import annotations

import pytest

from tests.bot.turn.completions.following import call, followed

QUOTED = call("get_quote", symbols=["nike"])
ADIDAS = call("get_price_history", symbol="adidas", period="this year")
BOTH = call("compare_performance", symbols=["nike", "adidas"], period="this year")


@pytest.mark.parametrize("text", ["this year, side by side with adidas", "how does it compare with adidas this year"])
def test_a_history_beside_that_of_before(text: str) -> None:
    assert followed(text, QUOTED, ADIDAS) == [BOTH]


def test_a_history_of_its_own() -> None:
    assert followed("adidas this year", QUOTED, ADIDAS) == [ADIDAS]


def test_the_history_of_one_of_those_compared_is_not_shown_twice() -> None:
    text = "no this year, head to head with adidas"
    nike = call("get_price_history", symbol="nike", period="this year")
    assert followed(text, call("get_price_history", symbol="nike", period="5 years"), nike, BOTH) == [BOTH]


def test_it_and_several_others() -> None:
    written = call("compare_performance", symbols=["adidas"], period="over 3 years")
    whole = call("compare_performance", symbols=["nike", "adidas", "tesla"], period="over 3 years")
    assert followed("compare it with adidas and tesla over 3 years", QUOTED, written) == [whole]
    two = call("compare_performance", symbols=["adidas", "tesla"], period="ytd")
    three = call("compare_performance", symbols=["nike", "adidas", "tesla"], period="ytd")
    assert followed("and adidas and tesla, all three compared ytd", QUOTED, two) == [three]


def test_a_name_that_nobody_knows() -> None:
    written = call("compare_performance", symbols=["Zorblax"], period="since 2022")
    whole = call("compare_performance", symbols=["nike", "Zorblax"], period="since 2022")
    assert followed("Make me comparison of it with Zorblax since 2022", QUOTED, written) == [whole]


def test_both_are_no_sectors() -> None:
    yields = call("get_fundamentals", symbol="adidas")
    sectors = call("get_sector_performance", period="this year")
    text = "show me adidas's, and compare both companies this year"
    assert followed(text, call("get_fundamentals", symbol="nike"), yields, sectors) == [yields, BOTH]
