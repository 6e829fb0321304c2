"""What is asked for next after a call, in a few words that mean nothing without it."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import HISTORY, LOAN, call, followed, recalled


def test_what_was_meant_takes_the_place_of_what_was_said() -> None:
    quote = call("get_quote", symbols=["nike"])
    assert followed("my bad, i meant tesla", quote, call("get_portfolio")) == [call("get_quote", symbols=["tesla"])]
    assert followed("oops i meant zorblax", quote) == [call("get_quote", symbols=["zorblax"])]
    removed = call("propose_watchlist_change", action="remove", symbols=["nike"])
    added = call("propose_watchlist_change", action="add", symbols=["nike"])
    assert followed("no no i meant add, not remove", removed, removed) == [added]
    news = call("get_news", symbol="nike")
    assert followed("i meant the news", quote, news) == [news]  # another thing about the same one


def test_nothing_but_names_asks_the_same_of_them() -> None:
    quote = call("get_quote", symbols=["nike"])
    assert followed("tesla, apple?", quote, call("define_term", term="tesla")) == [
        call("get_quote", symbols=["tesla", "apple"])
    ]
    assert followed("tesla?", HISTORY, call("get_quote", symbols=["tesla"])) == [
        call("get_price_history", symbol="tesla", period="in 2021")
    ]


def test_what_is_taken_off_the_list_is_no_order() -> None:
    listed = call("get_watchlist")
    wanted = [call("propose_watchlist_change", action="remove", symbols=["nike"])]
    assert followed("take nike off it", listed, reply="DECLINE: trade_order") == wanted
    assert followed("take nike off it", HISTORY, reply="DECLINE: trade_order") == []


def test_the_same_of_ones_own_portfolio() -> None:
    gauges = call("get_technicals", symbol="nike")
    assert followed("and my own portfolio?", gauges, call("get_portfolio")) == [call("get_portfolio_risk")]
    assert followed("what about my portfolio", HISTORY, call("get_portfolio")) == [
        call("get_portfolio_performance", period="in 2021")
    ]
    assert followed("what is in my portfolio", gauges, call("get_portfolio")) == [call("get_portfolio")]


def test_over_another_time_the_company_is_meant() -> None:
    quote = call("get_quote", symbols=["nike"])
    own = call("get_portfolio_performance", period="over 5 years")
    assert followed("and over 5 years?", quote, own) == [
        call("get_price_history", symbol="nike", period="over 5 years")
    ]
    assert followed("and my own over 5 years?", quote, own) == [own]


@pytest.mark.parametrize(
    ("text", "before", "wanted"),
    [
        ("so how is it doing today", call("get_market_status"), call("get_market_overview")),
        ("and why?", call("get_market_overview"), call("get_news")),
        ("what's the ticker?", HISTORY, call("find_symbol", query="nike")),
    ],
)
def test_what_is_asked_next(text: str, before: ToolCall, wanted: ToolCall) -> None:
    assert followed(text, before, reply="CLARIFY: symbol") == [wanted]


def test_another_company_is_no_comparison() -> None:
    compared = call("compare_performance", symbols=["nike", "tesla"], period="in 2021")
    assert followed("how about tesla", HISTORY, compared) == [
        call("get_price_history", symbol="tesla", period="in 2021")
    ]
    assert followed("how about against tesla", HISTORY, compared) == [compared]


@pytest.mark.parametrize(
    ("text", "changed"),
    [("and at 7%?", {"annual_rate_percent": "7%"}), ("same but 15 years", {"years": "15 years"})],
)
def test_the_plan_of_an_older_turn_goes_on(text: str, changed: dict[str, str]) -> None:
    own = call("get_portfolio_performance", period="15 years")
    wanted = [call("loan_payment", **{**LOAN.arguments, **changed})]
    assert recalled(text, own, turns=[[LOAN], [call("get_market_status")]]) == wanted
    assert recalled(text, own, turns=[[call("get_market_status")]]) != wanted


@pytest.mark.parametrize(
    ("text", "before", "wanted"),
    [
        ("mine?", call("define_term", term="drawdown"), call("get_portfolio_risk")),
        ("and how big is that in my portfolio", call("define_term", term="drawdown"), call("get_portfolio_risk")),
        (
            "what is it for Tesla?",
            call("define_term", term="P/E"),
            call("get_fundamentals", symbol="Tesla"),
        ),
        ("and of Tesla?", call("define_term", term="annuity"), call("get_quote", symbols=["Tesla"])),
    ],
)
def test_the_figure_that_was_explained(text: str, before: ToolCall, wanted: ToolCall) -> None:
    written = call("get_quote", symbols=["Tesla"]) if "Tesla" in text else call("get_portfolio")
    assert followed(text, before, written) == [wanted]


def test_the_meaning_of_the_term_of_before() -> None:
    before = call("get_fundamentals", symbol="Tesla")
    assert followed("erm meaning?", before, said="EV/EBITDA of Tesla") == [call("define_term", term="EV/EBITDA")]


def test_savings_as_a_loan() -> None:
    plan = {"principal": "100k", "annual_rate_percent": "5%", "years": "10 years"}
    saved = call("project_growth", **plan)
    assert followed("um and if I borrowed that instead, monthly cost", saved) == [call("loan_payment", **plan)]


def test_names_alone_with_a_word_that_says_the_same() -> None:
    before = call("get_technicals", symbol="Tesla")
    for text in ("Apple likewise, please", "oops, sorry. Apple", "same for Apple"):
        assert followed(text, before) == [call("get_technicals", symbol="Apple")]
    assert followed("oops fat fingers. ZZQX", before) == [call("get_technicals", symbol="ZZQX")]
    compared = call("compare_performance", symbols=["Tesla", "Apple"], period="3 years")
    assert followed("just Apple tho", compared) == [call("get_price_history", symbol="Apple", period="3 years")]


def test_news_of_the_market_after_those_of_a_company() -> None:
    overview = call("get_market_overview")
    assert followed("and about the market as a whole?", call("get_news", symbol="Tesla"), overview) == [
        call("get_news")
    ]
