"""A call stands for what the question means by it, and nothing is looked up that no word asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("when does Nike report, no wait, Zorblax", "Zorblax"),
        ("when does nike report... sorry, i mean tesla", "tesla"),
        ("when does nike report this year no wait make that tesla", "tesla"),
        ("um when does nike, uh, report", "nike"),
        ("when does nike report, i mean this year", "nike"),
    ],
)
def test_a_name_that_is_taken_back(completed: Callable[..., Any], text: str, name: str) -> None:
    said = "Nike" if "Nike" in text else "nike"
    assert completed(text, ("get_events", {"symbol": said})) == [("get_events", {"symbol": name})]


def test_the_hours_of_an_index_are_its_level(completed: Callable[..., Any]) -> None:
    hours = [("get_market_status", {"exchange": place}) for place in ("paris", "the cac 40")]
    quote = ("get_quote", {"symbols": ["cac 40"]})
    assert completed("is paris open and where is the cac 40", *hours) == [hours[0], quote]
    assert completed("when does the cac 40 open", hours[1]) == [hours[1]]
    assert completed("how far up is the cac 40", hours[1]) == [quote]
    assert completed("how far up is the cac 40", hours[1], quote) == [quote]


def test_the_news_of_the_market_stand_beside_no_explanation_unasked(completed: Callable[..., Any]) -> None:
    term, news = ("define_term", {"term": "yield curve"}), ("get_news", {})
    assert completed("what is the yield curve and do i care", term, news) == [term]
    assert completed("what is the yield curve, and any headlines", term, news) == [term, news]


def test_a_term_in_passing_is_not_explained(completed: Callable[..., Any]) -> None:
    held, term = ("get_portfolio", {}), ("define_term", {"term": "cost basis"})
    assert completed("list my shares with their cost basis", held, term) == [held]
    assert completed("list my shares, and explain cost basis", held, term) == [held, term]


def test_terms_alone_are_explained(completed: Callable[..., Any]) -> None:
    terms = [("define_term", {"term": term}) for term in ("alpha", "beta")]
    assert completed("alpha, beta", *terms) == terms


def test_a_price_beside_a_ticker_is_asked_for(completed: Callable[..., Any]) -> None:
    ticker, quote = ("find_symbol", {"query": "nike"}), ("get_quote", {"symbols": ["nike"]})
    assert completed("has nike a ticker, and which", ticker, quote) == [ticker]
    assert completed("the ticker of nike and its price", ticker, quote) == [ticker, quote]


def test_a_symbol_that_nothing_asks_for_is_not_looked_up(completed: Callable[..., Any]) -> None:
    compare, look_up = ("compare_performance", {"symbols": ["uber", "lyft"]}), ("find_symbol", {"query": "lyft"})
    assert completed("put uber up against lyft, who came out ahead", compare, look_up) == [compare]
    assert completed("compare uber and lyft, and the ticker of lyft", compare, look_up) == [compare, look_up]


def test_the_performance_of_one_listing_is_no_portfolio(completed: Callable[..., Any]) -> None:
    own = ("get_portfolio_performance", {"period": "2020"})
    assert completed("hm, and how did the dow do in 2020", own)[0][0] == "get_price_history"
    assert completed("how did my shares do in 2020, nike aside", own) == [own]
