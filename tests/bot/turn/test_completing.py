"""An only call with a list of names holds every known name of the question; nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import complete
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TOOLBOX = Toolbox(TOOLS)


def completed(text: str, *calls: ToolCall) -> list[dict[str, Any]]:
    return [call.arguments for call in complete(calls, text, TOOLBOX, reading_context())]


@pytest.mark.parametrize(
    ("text", "written", "whole"),
    [
        ("prices of apple, google and tesla", ["apple", "tesla"], ["apple", "google", "tesla"]),
        ("nike or adidas", ["adidas", "nike", "nike", "nike"], ["adidas", "nike"]),
        ("AAPL MSFT KO", ["MSFT"], ["AAPL", "MSFT", "KO"]),
        ("apple and zorblax", ["zorblax"], ["apple", "zorblax"]),
        ("how is apple inc", ["apple"], ["apple"]),  # a part of it was written: no second one is made of the rest
        ("and the other one", ["apple"], ["apple"]),  # from the question before
    ],
)
def test_a_list_is_made_whole_in_the_order_of_the_question(text: str, written: list[str], whole: list[str]) -> None:
    assert completed(text, ToolCall("get_quote", {"symbols": written})) == [{"symbols": whole}]


def test_a_call_that_another_one_holds_is_dropped() -> None:
    both, one = ToolCall("get_quote", {"symbols": ["tesco", "apple"]}), ToolCall("get_quote", {"symbols": ["apple"]})
    news = ToolCall("get_news", {"symbol": "apple"})
    assert completed("tesco and apple", both, one) == completed("tesco and apple", one, both) == [both.arguments]
    assert completed("tesco and apple", one, news) == [one.arguments, news.arguments]


def test_a_comparison_of_one_is_with_the_company_of_the_call_beside_it() -> None:
    text = "What happened at Boeing? Please compare it with Airbus over the past year too."
    news = ToolCall("get_news", {"symbol": "Boeing"})
    half = ToolCall("compare_performance", {"symbols": ["Airbus"], "period": "the past year"})
    whole = {"symbols": ["Boeing", "Airbus"], "period": "the past year"}
    assert completed(text, news, half) == [news.arguments, whole]
    assert completed(text, half, news) == [whole, news.arguments]
    same = ToolCall("get_news", {"symbol": "Airbus"})
    assert {**half.arguments, "symbols": ["Airbus", "Boeing"]} in completed(text, same, half)


def test_other_arguments_stay_as_they_are() -> None:
    call = ToolCall("compare_performance", {"symbols": ["apple"], "period": "in 2022"})
    assert completed("apple and microsoft in 2022", call) == [{"symbols": ["apple", "microsoft"], "period": "in 2022"}]


@pytest.mark.parametrize(
    "calls",
    [
        (),
        (ToolCall("get_price_history", {"symbol": "apple"}),),
        (ToolCall("get_quote", {"symbols": ["apple"]}), ToolCall("get_news", {"symbol": "tesla"})),
        (ToolCall("nonsense", {"symbols": ["apple"]}),),
        (ToolCall("get_quote", {"symbols": "apple"}),),
    ],
)
def test_what_is_no_only_list_is_left_alone(calls: tuple[ToolCall, ...]) -> None:
    assert completed("apple and tesla", *calls) == [call.arguments for call in calls]
