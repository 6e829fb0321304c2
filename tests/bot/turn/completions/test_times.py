"""The only time of a question goes to the only call that takes one, unless it belongs to a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

HISTORY, SECTORS, MINE = "get_price_history", "get_sector_performance", "get_portfolio_performance"


@pytest.mark.parametrize(
    ("text", "tool", "period"),
    [
        ("nike chart in 2021", HISTORY, "in 2021"),
        ("Over the last 3 years, how did nike do?", HISTORY, "Over the last 3 years"),
        ("which sectors lead today", SECTORS, "today"),
        ("Is my portfolio up this year?", MINE, "this year"),
        ("I sold nike. How did it do since 2019?", HISTORY, "since 2019"),
        ("Could you kindly set out nike since 2019?", HISTORY, "since 2019"),
    ],
)
def test_a_time_that_was_left_out(completed: Callable[..., Any], text: str, tool: str, period: str) -> None:
    arguments = {"symbol": "nike"} if tool == HISTORY else {}
    assert completed(text, (tool, arguments)) == [(tool, {**arguments, "period": period})]


@pytest.mark.parametrize(
    "text",
    [
        "nike chart",
        "I bought nike last year. Can I see its chart?",
        "My sister got nike shares in 2015, show the chart",
        "nike chart, shares bought in 2020",
        "nike in 2020 and in 2021",
        "what a week! nike chart",
        "how has nike done lately",
        "nike chart, I've been at it for forty years",
        "what will nike do in the next 6 months",
        "Show nike. It was hot last week. The chart, please.",
    ],
)
def test_a_time_that_is_none_of_the_call(completed: Callable[..., Any], text: str) -> None:
    call = (HISTORY, {"symbol": "nike"})
    assert completed(text, call)[0] == call


def test_what_the_call_says_stays_unless_it_is_of_an_earlier_question(completed: Callable[..., Any]) -> None:
    assert completed("nike since March 2020", (HISTORY, {"symbol": "nike", "period": "March 2020"})) == [
        (HISTORY, {"symbol": "nike", "period": "March 2020"})
    ]
    assert completed("and in 2021?", (HISTORY, {"symbol": "nike", "period": "2019"})) == [
        (HISTORY, {"symbol": "nike", "period": "in 2021"})
    ]


def test_the_day_of_a_conversion(completed: Callable[..., Any]) -> None:
    call = ("convert_currency", {"from_currency": "euro", "to_currency": "yen"})
    assert completed("euro in yen on 4 May 2018", call) == [(call[0], {**call[1], "date": "on 4 May 2018"})]
    told = "On 4 May 2018 I sent her euro."
    assert completed(f"{told} What was that in yen that day?", call)[0][1] == {**call[1], "date": "On 4 May 2018"}
    assert completed("I sent euro on 4 May 2018. What is that in yen?", call) == [call]


def test_of_two_calls_for_two_times_the_one_that_is_told_of_goes(completed: Callable[..., Any]) -> None:
    calls = [(HISTORY, {"symbol": "nike", "period": period}) for period in ("in 2021", "since 2022")]
    assert completed("I bought nike in 2021. Plot nike since 2022", *calls) == calls[1:]
    assert completed("Plot nike in 2021 and since 2022", *calls) == calls


def test_today_may_be_of_another_call(completed: Callable[..., Any]) -> None:
    calls = [("get_quote", {"symbols": ["nike"]}), (MINE, {})]
    assert completed("how is nike today, and am I in profit", *calls) == calls


def test_two_calls_that_take_a_time_leave_a_doubt(completed: Callable[..., Any]) -> None:
    calls = [(HISTORY, {"symbol": "nike"}), (SECTORS, {})]
    assert completed("nike and the sectors in 2021", *calls) == calls


def test_the_time_that_is_asked_about_and_not_the_one_told_of(completed: Callable[..., Any]) -> None:
    income = "get_portfolio_income"
    text = "I moved from Brazil last year. What dividends did I get this year?"
    assert completed(text, (income, {"period": "last year"})) == [(income, {"period": "this year"})]
    told = [(income, {"period": "last year"})]
    assert completed("I moved last year. What dividends did I get?", *told) == told


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("and what dividends came in over that time", True),
        ("And how much dividends in the same year?", True),
        ("And of that, how much was dividends?", True),
        ("and since then?", True),
        ("and my dividends?", False),
        ("what dividends do I get", False),
        ("is it time for dividends", False),
    ],
)
def test_the_time_of_the_question_before(text: str, carried: bool) -> None:
    income, before = ToolCall("get_portfolio_income", {}), ToolCall(MINE, {"period": "in 2021"})
    calls = settle(Draft([income]), text, Toolbox(TOOLS), reading_context(), [before]).calls
    assert [call.arguments for call in calls] == [{"period": "in 2021"} if carried else {}]


def test_one_time_for_two_things(completed: Callable[..., Any]) -> None:
    calls = [(MINE, {"period": "this year"}), ("get_portfolio_income", {})]
    with_it = "did i make money this year and what dividends came with it"
    assert completed(with_it, *calls) == [calls[0], ("get_portfolio_income", {"period": "this year"})]
    assert completed("did i make money this year, and my dividends", *calls) == calls


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("Expected payouts from my holdings, next 6 months.", "next 6 months"),
        ("how much dividend money will i get over the next twelve months", "next twelve months"),
        ("waht payuots are comign to me nxt month", "nxt month"),
        ("my dividends in the coming year", "coming year"),
        ("my next dividends", None),
    ],
)
async def test_a_time_ahead_is_not_counted_back(completed: Callable[..., Any], text: str, ahead: str | None) -> None:
    [(name, arguments)] = completed(text, ("get_portfolio_income", {}))
    assert arguments == ({"period": ahead} if ahead else {})
    if ahead:
        outcome = await Toolbox(TOOLS).call(name, arguments, reading_context())
        assert "lies ahead" in str(outcome.error)


def test_of_that_year_no_price_now_is_asked_for() -> None:
    before, quote = ToolCall(SECTORS, {"period": "in 2022"}), ToolCall("get_quote", {"symbols": ["nike"]})
    for text, wanted in (
        ("and nike in the same year", [ToolCall(HISTORY, {"symbol": "nike", "period": "in 2022"})]),
        ("and nike", [quote]),
    ):
        assert settle(Draft([quote]), text, Toolbox(TOOLS), reading_context(), [before]).calls == wanted
