"""A follow-up changes what it names and keeps the rest; what does not follow is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TOOLBOX = Toolbox(TOOLS)
LOAN = ToolCall("loan_payment", {"principal": "20k", "annual_rate_percent": "5%", "years": "10 years"})
SAVED = ToolCall("project_growth", {"monthly_contribution": "200", "annual_rate_percent": "5%", "years": "20 years"})
COMPARED = ToolCall("compare_performance", {"symbols": ["apple", "nike"], "period": "this year"})
DEFINED = ToolCall("define_term", {"term": "callable bond"})
HISTORY = ToolCall("get_price_history", {"symbol": "nike", "period": "in 2021"})


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments)


def followed(
    text: str, before: ToolCall, *written: ToolCall, reply: str = "", said: str | None = None
) -> list[ToolCall]:
    draft = Draft(list(written), reply)
    texts = None if said is None else [text, said]
    return list(settle(draft, text, TOOLBOX, reading_context(), [before], texts).calls)


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
