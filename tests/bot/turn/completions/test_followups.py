"""A follow-up changes what it names and keeps the rest; what does not follow is left alone."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import HISTORY, LOAN, call, followed, recalled

SAVED = ToolCall("project_growth", {"monthly_contribution": "200", "annual_rate_percent": "5%", "years": "20 years"})
COMPARED = ToolCall("compare_performance", {"symbols": ["apple", "nike"], "period": "this year"})
DEFINED = ToolCall("define_term", {"term": "callable bond"})


@pytest.mark.parametrize("text", ["what if i haggle em down to 6.9%", "and at 6.9%?"])
def test_another_rate(text: str) -> None:
    changed = call("loan_payment", **{**LOAN.arguments, "annual_rate_percent": "6.9%"})
    assert followed(text, LOAN, call("define_term", term="em")) == [changed]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("which stocks yield more than 5%", call("screen_stocks", min_dividend_yield_percent="5%")),
        ("what about funds with 5%", call("screen_stocks", min_dividend_yield_percent="5%")),
        ("and is apple up 5%", call("get_quote", symbols=["apple"])),
        ("is that 5% a good rate", call("define_term", term="rate")),
    ],
)
def test_a_rate_of_another_thing(text: str, written: ToolCall) -> None:
    assert followed(text, LOAN, written) == [written]


def test_what_is_not_said_is_as_before() -> None:
    wrong = call("project_growth", **{**SAVED.arguments, "annual_rate_percent": "9 %", "years": "200"})
    assert followed("make it 9 %", SAVED, wrong) == [
        call("project_growth", **{**SAVED.arguments, "annual_rate_percent": "9 %"})
    ]
    own = call("project_growth", **{**SAVED.arguments, "years": "30 years"})
    assert followed("and over 30 years?", SAVED, own) == [own]


def test_a_name_of_its_own() -> None:
    assert followed("and adidas how did it do", HISTORY, HISTORY) == [
        call("get_price_history", symbol="adidas", period="in 2021")
    ]
    news = call("get_news", symbol="nike")
    assert followed("is there news of it with adidas", HISTORY, news) == [news]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lol, throw in the russell 2000 too", ["apple", "nike", "russell 2000"]),
        ("add tesla", ["apple", "nike", "tesla"]),
    ],
)
def test_one_more_to_compare(text: str, names: list[str]) -> None:
    assert followed(text, COMPARED, reply="DECLINE: out_of_scope") == [
        call("compare_performance", symbols=names, period="this year")
    ]


@pytest.mark.parametrize(
    ("text", "reply"),
    [("buy 500 of tesla too", "DECLINE: trade_order"), ("thanks", "CHAT: greeting"), ("add it", "CLARIFY: symbol")],
)
def test_what_is_refused_stays_refused(text: str, reply: str) -> None:
    assert followed(text, COMPARED, reply=reply) == []


def test_another_term_or_exchange() -> None:
    assert followed("Thank you. And a zero-coupon bond?", DEFINED, DEFINED) == [
        call("define_term", term="zero-coupon bond")
    ]
    assert followed("and a put?", DEFINED, reply="DECLINE: out_of_scope") == [call("define_term", term="put")]
    assert followed("what does it mean exactly", DEFINED, DEFINED) == [DEFINED]
    opened = call("get_market_status", exchange="London")
    assert followed("Thank you. And the one in Madrid?", opened, reply="CHAT: greeting") == [
        call("get_market_status", exchange="Madrid")
    ]
    assert followed("Thank you, Madrid is warm", opened, reply="CHAT: greeting") == []


def test_a_name_that_nobody_said_is_the_remembered_one() -> None:
    made_up = call("get_technicals", symbol="mw")
    assert followed("is it overbought now", HISTORY, made_up, said="how did nike do in 2021") == [
        call("get_technicals", symbol="nike")
    ]
    owned = call("get_portfolio")
    assert followed(
        "and how has all that done since 2021", owned, call("get_price_history", symbol="mw", period="since 2021"),
        said="what do i own",
    ) == [call("get_portfolio_performance", period="since 2021")]  # fmt: skip
    assert followed("is it overbought", owned, call("get_quote", symbols=["BA"]), said="what do i own") == []


def test_a_currency_of_the_question_before_is_no_name() -> None:
    sum_ = call("convert_currency", amount="100", from_currency="EUR", to_currency="USD")
    assert followed("is it overbought", sum_, call("get_technicals", symbol="EUR"), said="100 EUR to USD") == []


def test_a_name_of_the_question_before_the_last_call_is_said() -> None:
    written = call("get_price_history", symbol="Alphabet")
    assert followed("How has the stock done?", call("get_portfolio"), written, said="How much Alphabet do I hold?") == [
        written
    ]


def test_a_length_of_time_is_no_name() -> None:
    written = call("get_price_history", symbol="10 years", period="10 years")
    assert followed("nah do 10 years", HISTORY, written, said="nike chart in 2021") == [
        call("get_price_history", symbol="nike", period="10 years")
    ]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("and nike on its own in 2022", "nike"),
        ("might I see the second of those on its own in 2022?", "nike"),
        ("the first one alone in 2022", "apple"),
    ],
)
def test_one_of_two_that_were_compared_is_looked_at_alone(text: str, symbol: str) -> None:
    written = call("compare_performance", symbols=["apple", "nike"], period="in 2022")
    assert followed(text, COMPARED, written) == [call("get_price_history", symbol=symbol, period="in 2022")]


def test_one_of_several_by_its_place() -> None:
    assert followed("any news on the first one?", COMPARED, call("get_news", symbol="first")) == [
        call("get_news", symbol="apple")
    ]
    quote = call("get_quote", symbols=["apple", "nike"])
    assert followed("price of the latter", COMPARED, quote) == [call("get_quote", symbols=["nike"])]
    own = call("get_news", symbol="tesla")
    assert followed("news on tesla in the first place", COMPARED, own) == [own]
    only = call("get_news", symbol="nike")
    assert followed("some news please", HISTORY, only) == [only]


def test_a_new_comparison_is_of_its_own_two() -> None:
    written = call("compare_performance", symbols=["apple", "tesla", "visa"], period="this year")
    whole = call("compare_performance", symbols=["tesla", "visa"], period="this year")
    assert followed("and tesla agianst visa", COMPARED, written) == [whole]
    added = call("compare_performance", symbols=["apple", "nike", "tesla", "visa"], period="this year")
    assert followed("add tesla and visa too", COMPARED, added) == [added]


def test_another_name_joins_a_comparison() -> None:
    for name in ("tesla", "zorblax"):
        whole = call("compare_performance", symbols=[*COMPARED.arguments["symbols"], name], period="this year")
        assert followed(f"chuck {name} in there as well", COMPARED, COMPARED) == [whole]
    later = call("compare_performance", symbols=COMPARED.arguments["symbols"], period="since 2020")
    assert followed("and since 2020 too", COMPARED, COMPARED) == [later]


def test_against_another_name_is_a_comparison() -> None:
    before = call("get_price_history", symbol="nike", period="5y")
    both = call("compare_performance", symbols=["nike", "tesla"], period="5y")
    assert followed("vs tesla", before, call("get_price_history", symbol="tesla", period="5y"), said="nike 5y") == [
        both
    ]
    later = call("compare_performance", symbols=["nike", "tesla"], period="1y")
    assert followed("compared to tesla 1y", before, call("get_price_history", symbol="tesla", period="1y")) == [later]


def test_a_loan_over_another_time() -> None:
    loan = call("loan_payment", principal="9000", annual_rate_percent="5%", years="8 years")
    changed = call("loan_payment", principal="9000", annual_rate_percent="5%", years="6 years")
    got = followed("and over 6 years instead", loan, call("get_price_history", symbol="nike", period="6 years"))
    assert got == [changed]


def test_what_is_saved_on_top_keeps_the_start() -> None:
    before = call("project_growth", principal="8000", annual_rate_percent="6%", years="20 years")
    written = call("project_growth", monthly_contribution="250", annual_rate_percent="6%", years="20 years")
    whole = call("project_growth", **before.arguments, monthly_contribution="250")
    assert followed("and if i put in 250 a month on top", before, written) == [whole]


def test_a_figure_of_the_company_of_before() -> None:
    term = call("define_term", term="yield")
    before = call("get_events", symbol="nike")
    assert followed("and what's the yield?", before, term) == [call("get_fundamentals", symbol="nike")]
    assert followed("what is a yield?", before, term) == [term]
    gauge = call("define_term", term="rsi")
    assert followed("whats the rsi", before, gauge) == [call("get_technicals", symbol="nike")]


def test_another_term_is_explained_too() -> None:
    before = call("define_term", term="alpha")
    assert followed("and beta", before, call("get_portfolio_risk")) == [call("define_term", term="beta")]
    assert followed("and my beta", before, call("get_portfolio_risk")) == [call("get_portfolio_risk")]


def test_one_name_takes_the_place_of_another_in_a_comparison() -> None:
    changed = call("compare_performance", symbols=["apple", "tesla"], period="this year")
    assert followed("swap nike for tesla", COMPARED, COMPARED) == [changed]


ALERTED = call("propose_price_alert", symbol="nike", condition="below", price="90")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("and the same for tesla at 900", {"symbol": "tesla", "price": "900"}),
        ("tesla above 2000 too", {"symbol": "tesla", "condition": "above", "price": "2000"}),
        ("actually 110", {"price": "110"}),
    ],
)
def test_another_alert(text: str, changed: dict[str, str]) -> None:
    wanted = [call("propose_price_alert", **{**ALERTED.arguments, **changed})]
    assert followed(text, ALERTED, call("get_price_history", symbol="tesla", period="2000")) == wanted


@pytest.mark.parametrize(
    "text", ["how did tesla do from 2015 to 2020", "what was tesla at in 2020", "tesla since 2020"]
)
def test_a_question_of_its_own_is_no_alert(text: str) -> None:
    own = call("get_price_history", symbol="tesla")
    assert followed(text, ALERTED, own)[0].name == "get_price_history"


SEARCHED = call("screen_stocks", sector="bank", max_pe="10", limit="5")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("only the energy sector", {"sector": "energy sector"}),
        ("make it 10", {"limit": "10"}),
        ("change it to under 8", {"max_pe": "8"}),
    ],
)
def test_another_search(text: str, changed: dict[str, str]) -> None:
    [got] = followed(text, SEARCHED, call("get_sector_performance"))
    wanted = {**SEARCHED.arguments, **changed}
    assert {**got.arguments, "sector": got.arguments["sector"].removeprefix("the ")} == wanted


def test_how_a_sector_does_is_no_search() -> None:
    own = call("get_sector_performance", period="this year")
    assert followed("and how did tech do this year", SEARCHED, own) == [own]


@pytest.mark.parametrize("text", ["drop nike", "ok now without nike", "lose nike please"])
def test_one_of_those_compared_goes(text: str) -> None:
    three = call("compare_performance", symbols=["apple", "nike", "tesla"], period="this year")
    wanted = call("compare_performance", symbols=["apple", "tesla"], period="this year")
    assert followed(text, three, three) == [wanted]
    assert followed(text, COMPARED, COMPARED) == [COMPARED]  # one is no comparison


@pytest.mark.parametrize("text", ["and over twenty", "hmm what about over 25 then"])
def test_years_without_their_unit(text: str) -> None:
    [got] = followed(text, LOAN, call("loan_payment", **{**LOAN.arguments, "principal": "twenty"}))
    assert {**got.arguments, "years": "10 years"} == LOAN.arguments
    assert got.arguments["years"] in {"twenty", "25"}


def test_the_amounts_of_a_plan() -> None:
    both = call("project_growth", **{**SAVED.arguments, "principal": "1000"})
    less = call("project_growth", principal="1000", annual_rate_percent="5%", years="20 years")
    assert followed("and without the monthly part?", both, both) == [less]
    started = call("project_growth", principal="1000", annual_rate_percent="5%", years="20 years")
    asked = call("project_growth", **{**started.arguments, "principal": "50", "monthly_contribution": "50"})
    wanted = call("project_growth", **{**started.arguments, "monthly_contribution": "50"})
    assert followed("if i add 50 a month?", started, asked) == [wanted]
    more = call("project_growth", principal="300", annual_rate_percent="5%", years="20 years")
    assert followed("better 300", SAVED, more) == [
        call("project_growth", **{**SAVED.arguments, "monthly_contribution": "300"})
    ]


def test_the_same_time_may_be_an_older_turns() -> None:
    own = call("get_price_history", symbol="tesla")
    turns = [[HISTORY], [call("get_events", symbol="nike")]]
    wanted = [call("get_price_history", symbol="tesla", period="in 2021")]
    assert recalled("and how did tesla do over the same period", own, turns=turns) == wanted


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("other direction sorry, same number", {"condition": "above"}),
        ("no, when it drops below it", {"condition": "below"}),
    ],
)
def test_an_alert_the_other_way(text: str, changed: dict[str, str]) -> None:
    assert followed(text, ALERTED, ALERTED) == [ToolCall("propose_price_alert", {**ALERTED.arguments, **changed})]


def test_the_exchange_of_before() -> None:
    hours = call("get_market_status", exchange="London")
    assert followed("what time does it shut", hours, call("get_market_status")) == [hours]
    assert followed("when do markets shut", hours, call("get_market_status")) == [call("get_market_status")]


def test_what_is_everyday_is_no_follow_up() -> None:
    hours = call("get_market_status", exchange="Tokyo")
    assert followed("and how is the weather in Tokyo", hours, reply="DECLINE: out_of_scope") == []


def test_two_names_of_which_one_is_unknown_are_compared_anew() -> None:
    compared = call("compare_performance", symbols=["Tesla", "Apple"], period="2022")
    assert followed("now Apple with Zorblax", compared, compared) == [
        call("compare_performance", symbols=["Apple", "Zorblax"], period="2022")
    ]


def test_one_call_for_each_of_several_names() -> None:
    before = call("get_price_history", symbol="CAC 40", period="this year")
    written = call("get_price_history", symbol="AEX", period="this year")
    both = [written, call("get_price_history", symbol="IBEX 35", period="this year")]
    assert followed("Do the same for the AEX and the IBEX 35.", before, written) == both


def test_the_prices_of_those_alone_that_are_new() -> None:
    before, both = call("get_quote", symbols=["nike"]), call("get_quote", symbols=["nike", "adidas"])
    assert followed("and adidas", before, both) == [call("get_quote", symbols=["adidas"])]
    assert followed("its price along with adidas", before, both) == [both]


def test_another_term_that_was_heard_as_a_request_for_advice() -> None:
    before = call("define_term", term="gamma squeeze")
    assert followed("an a short squeeze?", before, reply="DECLINE: advice") == [
        call("define_term", term="short squeeze")
    ]
    assert followed("and a pony?", before, reply="DECLINE: advice") == []


def test_another_place_that_nobody_knows() -> None:
    before = call("get_market_status", exchange="Johannesburg")
    there = [call("get_market_status", exchange="Nairobi")]
    assert followed("And Nairobi, please?", before, reply="DECLINE: out_of_scope") == there
    assert followed("And Sarah, who is she?", before, reply="DECLINE: out_of_scope") == []


def test_what_is_beside_another_call_is_about_the_company_of_before() -> None:
    added = call("propose_watchlist_change", action="add", symbols=["nike"])
    own = call("get_portfolio_performance", period="since 2020")
    did = call("get_price_history", symbol="nike", period="since 2020")
    text = "add it to my watchlist and also show me how it did since 2020"
    assert followed(text, call("get_quote", symbols=["nike"]), added, own) == [added, did]


def test_no_word_of_a_turn_about_nobody_is_a_name() -> None:
    asked = call("get_quote", symbols=["define etf"])
    assert followed("price?", call("define_term", term="ETF"), asked, said="define ETF") == []


def test_a_name_of_several_words_that_was_meant() -> None:
    before = call("get_fundamentals", symbol="Equity Group")
    written = call("define_term", term="Equity Zorblax")
    meant = [call("get_fundamentals", symbol="Zorblax Residential")]
    assert followed("Sorry, I meant Zorblax Residential.", before, written) == meant
