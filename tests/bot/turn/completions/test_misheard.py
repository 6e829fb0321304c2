"""A call stands for what the question means by it, and nothing is looked up that no word asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tests.bot.turn.completions.following import call, followed, recalled
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

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


def test_the_hours_of_the_only_place_that_is_named(completed: Callable[..., Any]) -> None:
    hours = ("get_market_status", {})
    assert completed("is there a holiday coming up in india", hours) == [(hours[0], {"exchange": "india"})]
    assert completed("is there a holiday coming up", hours) == [hours]


def test_beside_a_measure_of_risk_the_portfolio_is_asked_for_its_risk(completed: Callable[..., Any]) -> None:
    held, risk = ("get_portfolio", {}), ("get_portfolio_risk", {})
    term = ("define_term", {"term": "drawdown"})
    assert completed("what is drawdown and my portfolio, how much had it", term, held) == [term, risk]
    other = ("define_term", {"term": "dividend"})
    assert completed("what is a dividend and what do i hold", other, held) == [other, held]


def test_the_ratio_of_a_split_is_no_fundamental(completed: Callable[..., Any]) -> None:
    events, facts = ("get_events", {"symbol": "nike"}), ("get_fundamentals", {"symbol": "nike"})
    assert completed("did nike split and what was the ratio", events, facts) == [events]
    assert completed("did nike split and what is its payout ratio", events, facts) == [events, facts]


def test_the_extremes_of_52_weeks_are_an_indicator(completed: Callable[..., Any]) -> None:
    history = ("get_price_history", {"symbol": "nike", "period": "past fifty-two weeks"})
    assert completed("lowest point of nike in the past fifty-two weeks", history) == [
        ("get_technicals", {"symbol": "nike"})
    ]
    assert completed("how did nike do in the past fifty-two weeks", history) == [history]


def test_what_is_explained_is_no_company(completed: Callable[..., Any]) -> None:
    term, odd = ("define_term", {"term": "EBITAD"}), ("get_fundamentals", {"symbol": "EBITAD"})
    facts = ("get_fundamentals", {"symbol": "nike"})
    assert completed("what is EBITAD and how much debt does nike have", term, odd, facts) == [term, facts]


def test_news_are_about_the_only_name(completed: Callable[..., Any]) -> None:
    news, of_nike = ("get_news", {}), ("get_news", {"symbol": "nike"})
    assert completed("is there a reason nike is in all the papers", news) == [of_nike]
    assert completed("market headlines, nike aside", news) == [news]
    assert completed("the top stories of the day", news) == [news]


def test_how_a_named_index_does_is_its_level(completed: Callable[..., Any]) -> None:
    overview, news = ("get_market_overview", {}), ("get_news", {})
    quote = ("get_quote", {"symbols": ["cac 40"]})
    assert completed("how is the cac 40 doing", overview) == [quote]
    assert completed("how is the cac 40 doing and what are the headlines", overview, news) == [quote, news]
    both = ("get_quote", {"symbols": ["cac 40", "dax"]})
    assert completed("how are the cac 40 and the dax doing", overview) == [both]
    assert completed("how are markets doing, the cac 40 say", overview) == [overview]
    assert completed("how are things", overview) == [overview]
    assert completed("how do the dax and nike do", overview) == [overview]


def test_what_two_agree_on_is_not_taken_for_unasked() -> None:
    calls = [ToolCall("find_symbol", {"query": "nike"}), ToolCall("get_quote", {"symbols": ["tesla"]})]
    text = "ticker for nike? and px of tesla"
    for is_agreed, left in ((False, calls[:1]), (True, calls)):
        draft = Draft(calls, "", -0.01, is_agreed=is_agreed)
        assert list(settle(draft, text, Toolbox(TOOLS), reading_context()).calls) == left


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


@pytest.mark.parametrize(
    ("term", "tool"), [("P/E", "get_fundamentals"), ("payout ratio", "get_fundamentals"), ("RSI", "get_technicals")]
)
def test_after_a_figure_its_value_is_asked_for(completed: Callable[..., Any], term: str, tool: str) -> None:
    defined, quote = ("define_term", {"term": term}), ("get_quote", {"symbols": ["nike"]})
    assert completed(f"what is a {term} and what is it for nike", defined, quote) == [
        defined,
        (tool, {"symbol": "nike"}),
    ]
    if tool == "get_fundamentals":
        assert completed(f"what is a {term} and what is the price of nike", defined, quote) == [defined, quote]
    bond = ("define_term", {"term": "bond"})
    assert completed("what is a bond and what is nike", bond, quote) == [bond, quote]


def test_news_are_on_the_name_that_they_are_asked_about(completed: Callable[..., Any]) -> None:
    assert completed("what is written about the dax", ("get_news", {})) == [("get_news", {"symbol": "dax"})]
    assert completed("nike apart, what is in the papers", ("get_news", {})) == [("get_news", {})]


def test_a_code_of_digits_is_looked_up(completed: Callable[..., Any]) -> None:
    wanted = [("find_symbol", {"query": "6758"})]
    assert completed("code 6758 is which company", ("find_symbol", {"query": "code"})) == wanted
    assert completed("ticker of nike", ("find_symbol", {"query": "nike"})) == [("find_symbol", {"query": "nike"})]


def test_hours_that_nobody_asks_for_go(completed: Callable[..., Any]) -> None:
    sum_ = ("convert_currency", {"amount": "50", "from_currency": "euros", "to_currency": "yen"})
    hours = ("get_market_status", {"exchange": "tokyo"})
    assert completed("off to tokyo, 50 euros in yen", sum_, hours) == [sum_]
    assert completed("50 euros in yen, and is tokyo open", sum_, hours) == [sum_, hours]


def test_a_term_is_asked_for_in_other_words_too(completed: Callable[..., Any]) -> None:
    term, news = ("define_term", {"term": "inflation"}), ("get_news", {"symbol": "nike"})
    assert completed("what exactly is inflation and any news on nike", term, news) == [term, news]
    assert completed("wtf is inflation and any news on nike", term, news) == [term, news]


def test_why_it_moves_asks_for_no_price(completed: Callable[..., Any]) -> None:
    news, quote = ("get_news", {"symbol": "nike"}), ("get_quote", {"symbols": ["nike"]})
    assert completed("she said nike is crashing, why", news, quote) == [news]
    assert completed("why is nike crashing, and how far", news, quote) == [news, quote]


def test_hours_that_nobody_here_knows_are_not_those_of_new_york(completed: Callable[..., Any]) -> None:
    hours = ("get_market_status", {})
    assert completed("is the nairobi exchange shut today?", hours) == [("get_market_status", {"exchange": "nairobi"})]
    assert completed("is the market open today?", hours) == [hours]


@pytest.mark.parametrize(
    ("text", "beside", "written"),
    [
        ("Ford or Tesla YTD? News on Ford", ("compare_performance", {"symbols": ["Ford", "Tesla"]}), {}),
        ("Nike, Ford quotes. Ford news.", ("get_quote", {"symbols": ["Nike", "Ford"]}), {"symbol": "Nike"}),
    ],
)
def test_news_are_on_the_name_beside_the_word(text: str, beside: tuple[str, Any], written: dict[str, str]) -> None:
    calls = [ToolCall(*beside), ToolCall("get_news", written)]
    settled = settle(Draft(calls, "", -0.05), text, Toolbox(TOOLS), reading_context())
    assert ToolCall("get_news", {"symbol": "Ford"}) in settled.calls
    assert len(settled.calls) == 2


def test_the_term_itself_is_looked_up_as_nothing_else(completed: Callable[..., Any]) -> None:
    term = ("define_term", {"term": "contango"})
    quotes = [("get_quote", {"symbols": [name]}) for name in ("contango", "Tesla")]
    assert completed("what is contango? And the price of Tesla", term, *quotes) == [term, quotes[1]]


def test_an_exchange_that_trades_is_asked_for_its_hours(completed: Callable[..., Any]) -> None:
    hours = ("get_market_status", {"exchange": "the ASX"})
    assert completed("let me know if the ASX trades tomorrow", hours) == [hours]


@pytest.mark.parametrize("words", ["what the golden cross is", "wtf is a golden cross", "wot a golden cross is"])
def test_a_term_beside_another_thing_is_asked_for_in_many_ways(completed: Callable[..., Any], words: str) -> None:
    calls = [("get_technicals", {"symbol": "Tesla"}), ("define_term", {"term": "golden cross"})]
    assert sorted(completed(f"is Tesla oversold, and {words}", *calls)) == sorted(calls)


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("what's the Dow at, and how have my shares done?", ("get_portfolio_performance", {})),
        ("why is the market falling, and how much fell the Dow?", ("get_news", {})),
    ],
)
def test_a_named_index_beside_ones_own_shares_is_its_level(text: str, beside: tuple[str, Any]) -> None:
    calls = [ToolCall("get_market_overview", {}), ToolCall(*beside)]
    settled = settle(Draft(calls, "", -0.05, is_agreed=True), text, Toolbox(TOOLS), reading_context())
    assert settled.calls == [ToolCall("get_quote", {"symbols": ["Dow"]}), ToolCall(*beside)]


def test_news_of_the_market_are_no_companys(completed: Callable[..., Any]) -> None:
    history = ("get_price_history", {"symbol": "Tesla", "period": "last 2 years"})
    text = "chart of Tesla for the last 2 years, and news of the market"
    assert completed(text, history, ("get_news", {"symbol": "Tesla"}))[1] == ("get_news", {})
    text = "news on Tesla, and is there market news"
    assert completed(text, ("get_news", {"symbol": "Tesla"})) == [("get_news", {"symbol": "Tesla"})]


def test_what_a_company_did_is_not_what_it_paid(completed: Callable[..., Any]) -> None:
    income = ("get_portfolio_income", {"period": "in 2023"})
    assert completed("show me what Pick n Pay did in 2023", income) == [
        ("get_price_history", {"symbol": "Pick n Pay", "period": "in 2023"})
    ]
    assert completed("what did Tesla pay me in 2023", income) == [income]


def test_an_index_after_the_hours_of_its_exchange() -> None:
    hours = call("get_market_status", exchange="the Nasdaq")
    done = "and what has the Nasdaq 100 done this month"
    assert followed(done, hours, call("get_market_status", exchange="the Nasdaq 100")) == [
        call("get_price_history", symbol="Nasdaq 100", period="this month")
    ]
    assert followed("what is the FTSE 250 at", hours, hours) == [call("get_quote", symbols=["FTSE 250"])]


def test_an_index_over_the_same_time_as_before() -> None:
    turns = [[call("get_price_history", symbol="hang seng", period="2021")], [call("get_market_status")]]
    written = call("get_market_status", exchange="the Nikkei")
    assert recalled("and the Nikkei that same year?", written, turns=turns) == [
        call("get_price_history", symbol="Nikkei", period="2021")
    ]
