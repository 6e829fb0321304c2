"""A question that asks in so many words for a term of the glossary is answered by it, whatever the model made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINE = "define_term"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("what is a short squeeze", "short squeeze"),
        ("What's a stop loss?", "stop loss"),
        ("whats the market order", "market order"),
        ("so, what are dividends?", "dividends"),
        ("define beta", "beta"),
        ("the meaning of free cash flow", "free cash flow"),
        ("what does an ETF mean?", "ETF"),
        ("short squeeze meaning", "short squeeze"),
    ],
)
def test_what_the_model_declined_is_looked_up(completed: Callable[..., Any], text: str, term: str) -> None:
    assert completed(text) == [(DEFINE, {"term": term})]


@pytest.mark.parametrize(
    "text",
    [
        "what is a good ETF",
        "what is the meaning of life",
        "what is my dividend yield",
        "what is a stop loss and should I set one",
        "place a market order",
        "explain that term to me",
        "what is?",
        "",
    ],
)
def test_what_asks_for_anything_else_is_left_to_the_model(completed: Callable[..., Any], text: str) -> None:
    assert completed(text) == []


def test_another_tool_gives_way_only_where_no_company_is_named(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["market order"]})
    assert completed("what is a market order", quote) == [(DEFINE, {"term": "market order"})]
    named = ("get_fundamentals", {"symbol": "Apple"})
    assert completed("what is Apple", named) == [named]


def test_a_term_that_the_model_found_stays_with_what_belongs_to_it(completed: Callable[..., Any]) -> None:
    assert completed("what is a short squeeze", (DEFINE, {"term": "squeeze"})) == [(DEFINE, {"term": "short squeeze"})]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("waht is a divdend", "divdend"),
        ("whta is amortiztion", "amortiztion"),
        ("short selling = ?", "short selling"),
        ("short selling, explain it like im five", "short selling"),
        ("wtf is short selling lol", "short selling"),
        ("what precisely does one mean by short selling", "short selling"),
    ],
)
def test_a_meaning_is_asked_for_in_many_ways(completed: Callable[..., Any], text: str, term: str) -> None:
    assert completed(text) == [("define_term", {"term": term})]


def test_a_term_and_another_thing(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["nike"]})
    assert completed("waht is a etf an wat is teh price of nike", quote) == [("define_term", {"term": "etf"}), quote]


@pytest.mark.parametrize("text", ["tell me what stock is going up", "what is an alpca"])
def test_what_only_sounds_like_it(completed: Callable[..., Any], text: str) -> None:
    assert completed(text, ("get_quote", {"symbols": ["nike"]})) == [("get_quote", {"symbols": ["nike"]})]


@pytest.mark.parametrize("text", ["tf is a dead cat bounce", "um, explain the dead cat bounce bit"])
def test_more_ways_to_ask(completed: Callable[..., Any], text: str) -> None:
    assert completed(text, ("get_portfolio_risk", {})) == [("define_term", {"term": "dead cat bounce"})]


def test_a_term_of_the_turn_before_is_not_asked_about_again(completed: Callable[..., Any]) -> None:
    text = "and what does out of the money mean"
    assert completed(text, ("define_term", {"term": "put option"})) == [("define_term", {"term": "out of the money"})]
