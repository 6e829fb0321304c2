"""Plain words that were taken for a name, and two names that were taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HOURS = ("get_market_status", {"exchange": "London"})


def test_the_name_that_no_call_is_about_takes_the_place_of_plain_words(completed: Callable[..., Any]) -> None:
    text = "when does London close, and what's the FTSE 100 doing"
    assert completed(text, HOURS, ("get_quote", {"symbols": ["London close"]})) == [
        HOURS,
        ("get_quote", {"symbols": ["FTSE 100"]}),
    ]
    text = "how have Treasury bond funds TLT and IEF done against each other"
    assert completed(text, ("compare_performance", {"symbols": ["Treasury bond funds", "IEF"]})) == [
        ("compare_performance", {"symbols": ["TLT", "IEF"]})
    ]


def test_a_casual_word_for_a_time_is_the_only_name_of_the_question(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["bitcoin"]})
    alert = {"condition": "below", "price": "90,000"}
    text = "whats bitcoin worth tonite and tell me when it goes below 90,000"
    assert completed(text, quote, ("propose_price_alert", {"symbol": "tonite", **alert})) == [
        quote,
        ("propose_price_alert", {"symbol": "bitcoin", **alert}),
    ]


@pytest.mark.parametrize("name", ["Zorblax", "ZORB"])
def test_a_name_that_nobody_knows_stays(completed: Callable[..., Any], name: str) -> None:
    quotes = [("get_quote", {"symbols": ["tesla"]}), ("get_news", {"symbol": name})]
    assert completed(f"price of tesla, and news on {name}, Ford's rival", *quotes)[1] == quotes[1]


def test_the_call_with_a_time_is_about_the_name_beside_it(completed: Callable[..., Any]) -> None:
    text = "what's bitcoin at and, hang on, how did ethereum do over the last six months"
    period = {"period": "over the last six months"}
    wrong = [("get_price_history", {"symbol": "bitcoin", **period}), ("get_quote", {"symbols": ["ethereum"]})]
    right = [("get_price_history", {"symbol": "ethereum", **period}), ("get_quote", {"symbols": ["bitcoin"]})]
    assert completed(text, *wrong) == completed(text, *right) == right


def test_two_names_in_one_clause_stay_where_they_are(completed: Callable[..., Any]) -> None:
    calls = [("get_price_history", {"symbol": "tesla", "period": "2020"}), ("get_quote", {"symbols": ["ford"]})]
    assert completed("tesla in 2020 with the price of ford", *calls) == calls
