"""A call for one thing becomes one for each of the things that the question lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("news on nike and tesla", ["nike", "tesla"]),
        ("any news for nike, and also for tesla and apple?", ["nike", "tesla", "apple"]),
        ("nike's and tesla's news", ["nike", "tesla"]),
        ("news on nike and how is tesla doing", ["nike"]),
        ("news on nike and tesla's share price", ["nike"]),
        ("news on nike, not tesla", ["nike"]),
        ("news on nike, the rival of tesla", ["nike"]),
    ],
)
def test_names(completed: Callable[..., Any], text: str, names: list[str]) -> None:
    got = completed(text, ("get_news", {"symbol": "nike"}))
    assert got == [("get_news", {"symbol": name}) for name in names]


def test_a_call_written_twice_is_for_both_names(completed: Callable[..., Any]) -> None:
    call = ("get_news", {"symbol": "nike"})
    assert completed("news about nike this week, same with tesla", call, call) == [
        call,
        ("get_news", {"symbol": "tesla"}),
    ]
    assert completed("nike news, tesla what it costs, apple price", call, call) == [call, call]


MINE, SUM = "get_portfolio_performance", {"from_currency": "usd", "to_currency": "eur"}
LOAN = {"principal": "9000", "annual_rate_percent": "5%", "years": "3 years"}


@pytest.mark.parametrize(
    ("text", "tool", "written", "changes"),
    [
        ("my return in 2020 and in 2021", MINE, {"period": "in 2020"}, [{"period": "in 2020"}, {"period": "in 2021"}]),
        ("my return in 2020, as I left in 2021", MINE, {"period": "in 2020"}, [{}]),
        ("usd in eur and yen", "convert_currency", SUM, [{}, {"to_currency": "yen"}]),
        ("usd in eur, as yen are weak", "convert_currency", SUM, [{}]),
        ("usd to eur now and on 2 May 2017", "convert_currency", SUM, [{}, {"date": "on 2 May 2017"}]),
        ("9000 for 3 years at 5% or 6%", "loan_payment", LOAN, [{}, {"annual_rate_percent": "6%"}]),
        ("9000 at 5% over 3 years, and over 4 years", "loan_payment", LOAN, [{}, {"years": "4 years"}]),
        ("9000 for 3 years at 5% and 2% inflation", "loan_payment", LOAN, [{}]),
        ("9000 at 5% over 3 years, I have owned it for 4 years", "loan_payment", LOAN, [{}]),
    ],
)
def test_other_lists(
    completed: Callable[..., Any], text: str, tool: str, written: dict[str, str], changes: list[dict[str, str]]
) -> None:
    assert completed(text, (tool, written)) == [(tool, {**written, **change}) for change in changes]


def test_a_call_written_twice_is_for_the_word_beside_the_name(completed: Callable[..., Any]) -> None:
    call = ("get_events", {"symbol": "ross stores"})
    assert completed("when do ross stores and burlington report", call, call) == [
        call,
        ("get_events", {"symbol": "burlington"}),
    ]
    assert completed("when do ross stores and others report", call, call) == [call, call]


def test_two_rates_over_a_length_each_are_two_plans(completed: Callable[..., Any]) -> None:
    said = {"principal": "240k", "annual_rate_percent": "6%", "years": "30 years"}
    other = {**said, "annual_rate_percent": "5.5%", "years": "15 years"}
    text = "240k over 30 years at 6%, and over 15 years at 5.5%, a month"
    assert completed(text, ("loan_payment", said)) == [("loan_payment", said), ("loan_payment", other)]


def test_a_second_length_may_be_asked_for_in_words_of_its_own(completed: Callable[..., Any]) -> None:
    said = {"principal": "200k", "annual_rate_percent": "4%", "years": "20 years"}
    text = "a month for 200k over 20 years at 4%, and how much is it over 30 years"
    assert completed(text, ("loan_payment", said)) == [
        ("loan_payment", said),
        ("loan_payment", {**said, "years": "30 years"}),
    ]


def test_the_hours_of_two_exchanges(completed: Callable[..., Any]) -> None:
    london, tokyo = (("get_market_status", {"exchange": place}) for place in ("london", "tokyo"))
    assert completed("is london open and is tokyo", london) == [london, tokyo]
    assert completed("is london open when tokyo is not", london) == [london]


def test_a_vague_time_is_not_listed_beside_an_exact_one(completed: Callable[..., Any]) -> None:
    sectors = ("get_sector_performance", {"period": "last 30 days"})
    assert completed("which sectors did well lately, last 30 days", sectors) == [sectors]


def test_two_names_after_the_same_words_are_both_asked_about(completed: Callable[..., Any]) -> None:
    text = "kindly the RSI of Pakistan Petroleum, and the RSI of Tesla"
    both = [("get_technicals", {"symbol": name}) for name in ("Pakistan Petroleum", "Tesla")]
    for written in both:
        assert sorted(completed(text, written), key=str) == sorted(both, key=str)
    assert completed("the RSI of Tesla, and is it above that of Ford", both[1]) == [both[1]]
