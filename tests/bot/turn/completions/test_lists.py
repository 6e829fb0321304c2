"""Quotes are one list; the other lists are tested beside `complete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def test_quotes_one_by_one_are_one_list(completed: Callable[..., Any]) -> None:
    quotes = [("get_quote", {"symbols": [name]}) for name in ("nike", "tesla")]
    assert completed("nike and tesla, what price", *quotes) == [("get_quote", {"symbols": ["nike", "tesla"]})]
    compared = [("compare_performance", {"symbols": ["nike"], "period": "2020"}), quotes[1]]
    assert completed("nike in 2020 and tesla, what price", *compared) == compared


def test_a_sound_is_no_name(completed: Callable[..., Any]) -> None:
    call = ("get_quote", {"symbols": ["tesla"]})
    assert completed("mm-hm, and how is it today", call) == [call]


def test_a_time_is_no_name_of_a_list(completed: Callable[..., Any]) -> None:
    call = ("compare_performance", {"symbols": ["VOO", "VTI"], "period": "10 years"})
    assert completed("VOO vs VTI 10 years", call) == [call]


def test_which_of_two_did_more_is_a_comparison(completed: Callable[..., Any]) -> None:
    call = ("get_price_history", {"symbol": "ford", "period": "since 2019"})
    both = ("compare_performance", {"symbols": ["ford", "nike"], "period": "since 2019"})
    assert completed("ford and nike since 2019, which one swung more", call) == [both]
    assert completed("ford since 2019, as nike is up more", call) == [call]


def test_what_sets_one_against_another_compares_both(completed: Callable[..., Any]) -> None:
    call = ("get_price_history", {"symbol": "ford", "period": "since 2019"})
    both = ("compare_performance", {"symbols": ["ford", "nike"], "period": "since 2019"})
    assert completed("did ford keep pace with nike since 2019", call) == [both]
    assert completed("ford versus the nike since 2019", call) == [both]
    assert completed("ford since 2019, like nike", call) == [call]


def test_a_comparison_beside_another_call(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["ford", "nike"]})
    history = ("get_price_history", {"symbol": "nike", "period": "in 2019"})
    both = ("compare_performance", {"symbols": ["ford", "nike"], "period": "in 2019"})
    text = "what do ford and nike cost, and which did better in 2019"
    assert completed(text, quote, history) == [quote, both]


def test_changes_of_one_kind_are_one(completed: Callable[..., Any]) -> None:
    changes = [("propose_watchlist_change", {"action": "add", "symbols": [name]}) for name in ("zorblax", "quuxo")]
    both = ("propose_watchlist_change", {"action": "add", "symbols": ["zorblax", "quuxo"]})
    assert completed("zorblax goes on it, quuxo too", *changes) == [both]


def test_one_listing_under_two_names_is_compared_with_nothing(completed: Callable[..., Any]) -> None:
    twice = ("compare_performance", {"symbols": ["gold ETF", "GLD"], "period": "in 2021"})
    wanted = ("get_price_history", {"symbol": "GLD", "period": "in 2021"})
    assert completed("the gold ETF, GLD, how was it in 2021", twice) == [wanted]


def test_it_of_a_comparison_is_what_was_quoted_beside_it(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["nike"]})
    written = ("compare_performance", {"symbols": ["ford"], "period": "since 2018"})
    whole = ("compare_performance", {"symbols": ["nike", "ford"], "period": "since 2018"})
    assert completed("is nike down today and did it do better than ford since 2018", quote, written) == [quote, whole]


def test_a_comparison_of_one_is_with_the_name_that_is_left(completed: Callable[..., Any]) -> None:
    risk = ("get_portfolio_risk", {})
    half = ("compare_performance", {"symbols": ["Hang Seng"], "period": "past 5 years"})
    text = "compare the Hang Seng with the Straits Times Index over the past 5 years, and how risky is my portfolio"
    whole = ("compare_performance", {**half[1], "symbols": ["Hang Seng", "Straits Times Index"]})
    assert completed(text, half, risk) == [whole, risk]


def test_a_comparison_of_one_is_with_what_is_listed_or_looked_up(completed: Callable[..., Any]) -> None:
    symbol = ("find_symbol", {"query": "crocs"})
    half = ("compare_performance", {"symbols": ["deckers", "deckers"]})
    text = "ticker for crocs pls, also did they crush it or flop vs deckers"
    assert completed(text, symbol, half)[1] == ("compare_performance", {"symbols": ["crocs", "deckers"]})
    listed = ("propose_watchlist_change", {"action": "add", "symbols": ["Zorblax"]})
    half = ("compare_performance", {"symbols": ["Generali"]})
    assert completed("put Zorblax on my watchlist. has it beaten Generali?", listed, half) == [
        listed,
        ("compare_performance", {"symbols": ["Zorblax", "Generali"]}),
    ]


def test_a_list_beside_what_is_about_nobody_is_whole(completed: Callable[..., Any]) -> None:
    sectors = ("get_sector_performance", {})
    text = "hows teh dax adn the stoxx 50, and wat sectrs r up"
    assert completed(text, ("get_quote", {"symbols": ["dax"]}), sectors) == [
        ("get_quote", {"symbols": ["dax", "stoxx 50"]}),
        sectors,
    ]


def test_a_comparison_without_names_is_of_what_is_written_as_names(completed: Callable[..., Any]) -> None:
    text = "Compare Zorblax with Wibblefrotz for 3 years."
    whole = ("compare_performance", {"symbols": ["Zorblax", "Wibblefrotz"], "period": "for 3 years"})
    assert completed(text, ("compare_performance", {"period": "for 3 years"})) == [whole]
