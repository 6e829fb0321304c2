"""What no tool may answer, and what only sounds like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

QUOTE = ("get_quote", {"symbols": ["Nike"]})
MINE: tuple[str, dict[str, Any]] = ("get_portfolio", {})
HOURS: tuple[str, dict[str, Any]] = ("get_market_status", {})


@pytest.mark.parametrize(
    ("text", "call", "reply"),
    [
        ("should I sell my stuff", MINE, "DECLINE: advice"),
        ("which of my holdings would you ditch?", MINE, "DECLINE: advice"),
        ("is Nike worth buying", QUOTE, "DECLINE: advice"),
        ("will Nike go higher", QUOTE, "DECLINE: advice"),
        ("is it wise to hold Nike", QUOTE, "DECLINE: advice"),
        ("buy 20 Nike shares", QUOTE, "DECLINE: trade_order"),
        ("grab me 5 of those", QUOTE, "DECLINE: trade_order"),
        ("go long on Nike", QUOTE, "DECLINE: trade_order"),
        ("subscribe me for the Nike offering", QUOTE, "DECLINE: trade_order"),
        ("do you advise me to fix the rate", MINE, "DECLINE: advice"),
        ("Nike fell, I must buy more of it?", QUOTE, "DECLINE: advice"),
        ("where will Nike be a year from now", QUOTE, "DECLINE: advice"),
        ("Nike, where by eoy?", QUOTE, "DECLINE: advice"),
        ("i am broke, check the balance", MINE, "DECLINE: banking"),
        ("what will one Nike share cost in 2031", QUOTE, "DECLINE: advice"),
        ("what percent of my salary should go into funds", MINE, "DECLINE: advice"),
        ("my card was declined at Nike", QUOTE, "DECLINE: banking"),
        ("what is in my sister's portfolio", MINE, "DECLINE: out_of_scope"),
        ("is the flea market open", HOURS, "DECLINE: out_of_scope"),
        ("the lyrics of that Nike song", QUOTE, "DECLINE: out_of_scope"),
        ("hello, it's Anna again", QUOTE, "CHAT: greeting"),
        ("explain that term", ("define_term", {"term": "term"}), "CLARIFY: missing"),
        ("euros please", ("convert_currency", {"from_currency": "eur", "to_currency": "eur"}), "CLARIFY: missing"),
        ("RSI reading", ("get_technicals", {"symbol": "RSI"}), "CLARIFY: symbol"),
    ],
)
def test_refused(settled: Callable[..., Any], text: str, call: Any, reply: str) -> None:
    assert settled(text, call) == reply


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("should I rebalance", ("suggest_rebalance", {})),
        ("tell me when Nike will go above 90", ("propose_price_alert", {"symbol": "Nike", "price": "90"})),
        ("what did I sell", MINE),
        ("how is Nike? it rains and my dinner burns. is Nike's price up", QUOTE),
        ("what is Nike at, the song is stuck in my head", QUOTE),
        ("today's portfolio", MINE),
        ("is the stock market open", HOURS),
    ],
)
def test_kept(settled: Callable[..., Any], text: str, call: Any) -> None:
    assert settled(text, call)[0][0] == call[0]


def test_an_everyday_thing_does_not_outweigh_a_sure_decision(settled: Callable[..., Any]) -> None:
    text = "the lyrics of that Nike song"
    assert settled(text, QUOTE, confidence=-0.02) == [QUOTE]
    assert settled(text, QUOTE, confidence=None) == [QUOTE]


@pytest.mark.parametrize(
    ("text", "call", "reply"),
    [
        ("does Nike sell tents", QUOTE, "DECLINE: out_of_scope"),
        ("what time does Nike close tonight", QUOTE, "DECLINE: out_of_scope"),
        ("which phone is better, Nike's or Sony's?", QUOTE, "DECLINE: out_of_scope"),
        ("who won the cup", MINE, "DECLINE: out_of_scope"),
        ("how much did I spend on shoes in May", MINE, "DECLINE: banking"),
        ("send 40 to my sister", MINE, "DECLINE: banking"),
        ("the balance of my savings account please", MINE, "DECLINE: banking"),
        ("how do I pay less tax on Nike", QUOTE, "DECLINE: advice"),
        ("do I declare my dividends", MINE, "DECLINE: advice"),
        ("you believe Nike climbs further?", QUOTE, "DECLINE: advice"),
        ("shares or bonds for me", MINE, "DECLINE: advice"),
        ("swap my Nike for Tesla", QUOTE, "DECLINE: trade_order"),
        ("change my watchlist", ("get_watchlist", {}), "CLARIFY: missing"),
        ("turn this into euros and into yen please", ("convert_currency", {"from_currency": "euros", "to_currency": "yen"}),
         "CLARIFY: missing"),
        ("what do the papers say about them", ("get_news", {}), "CLARIFY: symbol"),
    ],
)  # fmt: skip
def test_refused_by_what_is_asked_for(settled: Callable[..., Any], text: str, call: Any, reply: str) -> None:
    assert settled(text, call) == reply


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("what does Nike sell", ("get_fundamentals", {"symbol": "Nike"})),
        ("does Nike have a lot of debt", ("get_fundamentals", {"symbol": "Nike"})),
        ("what time does the nasdaq open", ("get_market_status", {"exchange": "nasdaq"})),
        ("who won this year, Nike or Tesla", ("compare_performance", {"symbols": ["Nike", "Tesla"]})),
        ("over breakfast: what is a blue chip", ("define_term", {"term": "blue chip"})),
        ("compare Nike or Tesla for me", ("compare_performance", {"symbols": ["Nike", "Tesla"]})),
        ("price of Nike or Tesla for me", ("get_quote", {"symbols": ["Nike", "Tesla"]})),
        ("what is going on in the markets, I heard about it", ("get_news", {})),
        ("what has been the better investment since 2020, Nike or Tesla",
         ("compare_performance", {"symbols": ["Nike", "Tesla"], "period": "since 2020"})),
    ],
)  # fmt: skip
def test_kept_in_spite_of_it(settled: Callable[..., Any], text: str, call: Any) -> None:
    assert settled(text, call)[0][0] == call[0]


def test_what_may_be_a_shops_matter_outweighs_an_unsure_decision_only(settled: Callable[..., Any]) -> None:
    text, call = "does Nike do anything with yoga", ("get_fundamentals", {"symbol": "Nike"})
    assert settled(text, call, confidence=-0.4) == "DECLINE: out_of_scope"
    assert settled(text, call, confidence=-0.02) == [call]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("short it", "DECLINE: trade_order"),
        ("ape me in 200 quid", "DECLINE: trade_order"),
        ("actually just buy 50 shares at market", "DECLINE: trade_order"),
        ("it is too high? I must sell?", "DECLINE: advice"),
        ("is Monday going to be a good day on the markets?", "DECLINE: advice"),
        ("what is my IBAN please", "DECLINE: banking"),
        ("cool send that to my buddy in berlin", "DECLINE: banking"),
        ("alert me when it gets high", "CLARIFY: missing"),
    ],
)
def test_more_that_is_refused(settled: Callable[..., Any], text: str, reply: str) -> None:
    assert settled(text, MINE) == reply


def test_the_day_to_hold_a_share_for_its_dividend_is_no_opinion(settled: Callable[..., Any]) -> None:
    events = ("get_events", {"symbol": "Nike"})
    assert settled("by which date must i hold Nike to get the dividend", events) == [events]


def test_the_beginning_of_an_amount_is_no_length(settled: Callable[..., Any]) -> None:
    said = {"principal": "three hundred thousand", "annual_rate_percent": "five percent", "years": "three"}
    text = "so what would three hundred thousand cost me monthly at five percent"
    assert settled(text, ("loan_payment", said)) == "CLARIFY: missing"


def test_a_loan_without_its_amount(settled: Callable[..., Any]) -> None:
    loan = ("loan_payment", {"annual_rate_percent": "6.9%", "years": "4 years"})
    assert settled("what is a loan at 6.9% over 4 years a month", loan) == "CLARIFY: missing"
