"""One's own portfolio: which side of it a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

RISK, PERFORMANCE, INCOME = "get_portfolio_risk", "get_portfolio_performance", "get_portfolio_income"
HOLDINGS, BALANCE = "get_portfolio", "suggest_rebalance"


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("how wobbly are my holdings", RISK),
        ("am I spread too thin or too concentrated?", RISK),
        ("my maximum drawdown please", RISK),
        ("do the funds I own have too much volatility", RISK),
        ("have I put too much into one stock", RISK),
        ("how far off my target mix am I", BALANCE),
        ("get me back to my plan", BALANCE),
        ("I set 70/30, where do I stand", BALANCE),
        ("am I overweight anywhere", BALANCE),
        ("what distributions have I received so far", INCOME),
        ("my dividends, all of them", INCOME),
        ("how much did my shares pay me in dividends", INCOME),
        ("are my investments in the red", PERFORMANCE),
        ("how have my funds done", PERFORMANCE),
        ("did I make any money with my shares", PERFORMANCE),
        ("total value of my holdings", HOLDINGS),
        ("list my positions", HOLDINGS),
        ("how much is my depot right now", HOLDINGS),
        ("what have I got in my account", HOLDINGS),
        ("what on earth am I invested in", HOLDINGS),
        ("do I still own any Nike", HOLDINGS),
    ],
)
def test_asked_for(settled: Callable[..., Any], text: str, tool: str) -> None:
    assert settled(text, "DECLINE: out_of_scope") == [(tool, {})]


@pytest.mark.parametrize(
    "text",
    [
        "how wobbly is Nike",
        "what is risk",
        "reinvest my dividends",
        "can I live on my dividends",
        "place the trades to rebalance",
        "how do I edit my target weights?",
        "when do my dividends arrive",
        "list my saved stocks",
        "stocks with a dividend over 3% that pay me",
        "am I signing up for a loan",
    ],
)
def test_not_asked_for(settled: Callable[..., Any], text: str) -> None:
    assert settled(text, "DECLINE: out_of_scope") == "DECLINE: out_of_scope"


def test_what_was_asked_about_before_may_be_owned(settled: Callable[..., Any]) -> None:
    earlier = [("get_quote", {"symbols": ["Nike"]})]
    assert settled("do I own any?", (PERFORMANCE, {}), earlier=earlier) == [(HOLDINGS, {})]


def test_one_side_takes_the_place_of_another(settled: Callable[..., Any]) -> None:
    assert settled("how wobbly are my holdings", (HOLDINGS, {})) == [(RISK, {})]
    period = {"period": "this year"}
    assert settled("are my investments green this year", (INCOME, period)) == [(PERFORMANCE, period)]
