"""A name is the whole name of the question; what is none goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.turn.completions.following import call, followed

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("what is the ticker of berkshire hathway", "hathway", "berkshire hathway"),
        ("what trades as ticker F", "ticker F", "F"),
        ("who is behind the ticker F", "behind the ticker F", "F"),
        ("who is apple inc", "apple", "apple"),  # the same company
        ("tell me about zorblax quickly", "zorblax", "zorblax"),
        ("tell me about zorblax foods", "zorblax", "zorblax foods"),
        ("news on Zorblax Cement please", "Zorblax", "Zorblax Cement"),
        ("is zorblax energy stock up", "zorblax", "zorblax"),  # its sector
        ("wats teh yield of nike", "wats", "nike"),
        ("and its ticker?", "tesla", "tesla"),  # from the question before
        ("Rite Aid is gone, what was its ticker?", "Aid", "Rite Aid"),
        ("what is the ticker of Tate & Lyle please", "Lyle", "Tate & Lyle"),
        ("Find Zorblax Foods for me", "Zorblax", "Zorblax Foods"),  # "Find" begins the sentence
        ("is Apple Zorblax a thing", "Zorblax", "Zorblax"),  # beside a known name
        ("what is spirt aerosystems", "spirt", "spirt aerosystems"),
        ("zorblax shrae price", "zorblax", "zorblax"),  # "share" fits
        ("what's zorblax fetchin this arvo", "zorblax", "zorblax"),  # "fetching"
        ("how did zorblax do sicne 2018", "zorblax", "zorblax"),
        ("zorblax sicne 2018", "zorblax", "zorblax"),  # a time is no part of a name
    ],
)
def test_one_name(completed: Callable[..., Any], text: str, written: str, name: str) -> None:
    assert completed(text, ("find_symbol", {"query": written})) == [("find_symbol", {"query": name})]


def test_a_time_in_a_list_of_names_is_none(completed: Callable[..., Any]) -> None:
    compare = {"symbols": ["VOO", "VTI", "10 years"], "period": "10 years"}
    assert completed("VOO vs VTI 10 years", ("compare_performance", compare)) == [
        ("compare_performance", {**compare, "symbols": ["VOO", "VTI"]})
    ]


def test_a_currency_in_a_list_of_names_is_none(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["Lindt & Sprüngli", "Swiss francs"]})
    convert = ("convert_currency", {"amount": "1,000", "from_currency": "Swiss francs", "to_currency": "pounds"})
    text = "the price of Lindt & Sprüngli, and 1,000 Swiss francs in pounds"
    assert completed(text, quote, convert) == [("get_quote", {"symbols": ["Lindt & Sprüngli"]}), convert]


@pytest.mark.parametrize(
    ("text", "written", "named"),
    [
        ("rate the clowns for me, nio vs xpeng", ["clowns", "nio", "xpeng"], ["nio", "xpeng"]),
        ("Plot Visa and Apple", ["Plot", "Visa", "Apple"], ["Visa", "Apple"]),
        ("Visa, Apple and Zorblax", ["Visa", "Apple", "Zorblax"], ["Visa", "Apple", "Zorblax"]),
        ("Zorblax with Visa and Apple", ["Zorblax", "Visa", "Apple"], ["Zorblax", "Visa", "Apple"]),
        ("Plot Zorblax", ["Plot", "Zorblax"], ["Plot", "Zorblax"]),  # which of two unknown words is a name?
    ],
)
def test_a_word_outside_of_the_list_is_no_name(
    completed: Callable[..., Any], text: str, written: list[str], named: list[str]
) -> None:
    assert completed(text, ("compare_performance", {"symbols": written})) == [
        ("compare_performance", {"symbols": named})
    ]


def test_a_call_about_a_length_of_time_goes_where_another_is_left(completed: Callable[..., Any]) -> None:
    loan = ("loan_payment", {"principal": "8000", "annual_rate_percent": "5%", "years": "10 years"})
    nothing = ("get_fundamentals", {"symbol": "10 years"})
    assert completed("owes 8000 at 5%, 10 years to pay", loan, nothing) == [loan]
    term = ("define_term", {"term": "bond"})
    assert completed("is the 10 year above its average, and what is a bond", nothing, term) == [nothing, term]


def test_beside_the_portfolio_nobody_is_the_portfolio(completed: Callable[..., Any]) -> None:
    mine: tuple[str, dict[str, Any]] = ("get_portfolio", {})
    asked = "what do I own and how has it done since 2021"
    assert completed(asked, mine, ("get_price_history", {"symbol": "lv", "period": "since 2021"})) == [
        mine,
        ("get_portfolio_performance", {"period": "since 2021"}),
    ]
    assert completed("what I own, and its volatility", mine, ("get_technicals", {"symbol": "q"})) == [
        mine,
        ("get_portfolio_risk", {}),
    ]
    earlier = ("get_technicals", {"symbol": "tesla"})
    assert completed("what I own, and its volatility", mine, earlier) == [mine, earlier]


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("ticker of snowflake's rival mongodb", "snowflake", "mongodb"),
        ("Gucci owner Kering, its ticker", "Gucci", "Kering"),
        ("ticker of the crude oil company Equinor", "crude oil", "Equinor"),
        ("ticker of zorblax's partner nike", "zorblax", "nike"),
        ("Heineken's rival, Molson Coors, by its ticker", "Heineken", "Molson Coors"),
        ("ticker of snowflake's rival", "snowflake", "snowflake"),
        ("ticker of snowflake, the rival of mongodb", "snowflake", "snowflake"),
        ("what ticker does nvidia's maker use", "nvidia", "nvidia"),
    ],
)
def test_whose_rival_it_is_is_not_asked(completed: Callable[..., Any], text: str, written: str, name: str) -> None:
    assert completed(text, ("find_symbol", {"query": written})) == [("find_symbol", {"query": name})]


@pytest.mark.parametrize(
    ("text", "symbols", "left"),
    [
        ("how moved nike in 2016 because of my study about brexit", ["nike", "brexit"], ["nike"]),
        ("nike or zorblax", ["nike", "zorblax"], None),
        ("nike against zorblax", ["nike", "zorblax"], None),
    ],
)
def test_a_comparison_with_a_word_is_none(
    completed: Callable[..., Any], text: str, symbols: list[str], left: list[str] | None
) -> None:
    [(tool, arguments)] = completed(text, ("compare_performance", {"symbols": symbols}))
    assert (tool, arguments.get("symbol")) == (
        ("get_price_history", left[0]) if left else ("compare_performance", None)
    )


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("numbers on zorblax quux please", "numbers on zorblax quux", "zorblax quux"),
        ("the figures on nike", "figures on nike", "nike"),
        ("Show Zorblax beside nike", "Zorblax", "Zorblax"),
    ],
)
def test_words_of_asking_are_no_part_of_a_name(
    completed: Callable[..., Any], text: str, written: str, name: str
) -> None:
    assert completed(text, ("get_fundamentals", {"symbol": written})) == [("get_fundamentals", {"symbol": name})]


def test_a_price_is_no_part_of_a_name(completed: Callable[..., Any]) -> None:
    alert = {"symbol": "zorblax at 12.50", "condition": "above", "price": "12.50"}
    [(_, arguments)] = completed("an alert for zorblax at 12.50 or higher", ("propose_price_alert", alert))
    assert arguments == {**alert, "symbol": "zorblax"}


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("who is MGZX3", "MGZX", "MGZX3"),
        ("ticker of the Zorblax 2000 index", "Zorblax", "Zorblax 2000"),
        ("Zorblax price please", "Zorblax price", "Zorblax"),
        ("Put Zorblax away", "Zorblax", "Zorblax"),
    ],
)
def test_digits_belong_to_a_name_and_words_about_the_share_do_not(
    completed: Callable[..., Any], text: str, written: str, name: str
) -> None:
    assert completed(text, ("get_news", {"symbol": written})) == [("get_news", {"symbol": name})]


def test_what_a_name_is_set_against_is_compared_with_it(completed: Callable[..., Any]) -> None:
    call = ("compare_performance", {"symbols": ["zorblax"], "period": "past 2 years"})
    both = ("compare_performance", {**call[1], "symbols": ["zorblax", "corners"]})
    assert completed("zorblax vs corners past 2 years", call) == [both]
    assert completed("corners against the zorblax past 2 years", call) == [
        ("compare_performance", {**call[1], "symbols": ["zorblax", "corners"]})
    ]


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("what's the ticker for zorbax-lloyd?", "zorbax", "zorbax-lloyd"),
        ("how did Zorblax Nickel perform in 2021", "Zorblax Nickel perform", "Zorblax Nickel"),
        ("the ASX 200 over two weeks, and is the ASX shut", "ASX", "ASX 200"),
        ("how much pays zorblax of dividend", "zorblax of dividend", "zorblax"),
        ("price of Zorblax Bank", "Zorblax Bank", "Zorblax Bank"),
    ],
)
def test_names_are_cut_where_they_end(completed: Callable[..., Any], text: str, written: str, name: str) -> None:
    assert completed(text, ("get_news", {"symbol": written})) == [("get_news", {"symbol": name})]


def test_a_ticker_is_no_slip_of_a_word(completed: Callable[..., Any]) -> None:
    both = ("compare_performance", {"symbols": ["ARKK", "SARK"]})
    assert completed("which did less bad, ARKK or SARK", both) == [both]


def test_a_part_of_a_remembered_name_is_the_whole() -> None:
    before = call("get_price_history", symbol="Zorblax Finserv", period="2022")
    assert followed("and its symbol", before, call("find_symbol", query="Zorblax"), said="Zorblax Finserv in 2022") == [
        call("find_symbol", query="Zorblax Finserv")
    ]


def test_a_part_of_another_name_of_the_list_goes(completed: Callable[..., Any]) -> None:
    written = ("compare_performance", {"symbols": ["H", "H&R REIT", "Tesla"]})
    assert completed("compare H&R REIT and Tesla", written) == [
        ("compare_performance", {"symbols": ["H&R REIT", "Tesla"]})
    ]


def test_a_name_with_an_ampersand_is_said_in_full(completed: Callable[..., Any]) -> None:
    assert completed("what does Hims & Hers trade under", ("find_symbol", {"query": "Hims"})) == [
        ("find_symbol", {"query": "Hims & Hers"})
    ]
