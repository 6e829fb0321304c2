"""A call written twice beside a word to explain explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

RISK: tuple[str, dict[str, Any]] = ("get_portfolio_risk", {})


@pytest.mark.parametrize(
    "text", ["What is a drawdown, and how bad is mine?", "explain what drawdown means and show mine"]
)
def test_a_word_that_is_asked_about(completed: Callable[..., Any], text: str) -> None:
    assert completed(text, RISK, RISK) == [("define_term", {"term": "drawdown"}), RISK]
    assert completed(text, RISK) == [("define_term", {"term": "drawdown"}), RISK]


def test_a_word_that_is_not(completed: Callable[..., Any]) -> None:
    assert completed("how deep is my drawdown", RISK, RISK) == [RISK, RISK]


@pytest.mark.parametrize(
    ("text", "written", "whole"),
    [
        ("Tell me what a bid-ask spread is", "bid", "bid-ask spread"),
        ("what is a zero-coupon bond", "bond", "zero-coupon bond"),
        ("what is a bond", "bond", "bond"),
        ("what is a bond, and a zero-coupon bond", "bond", "bond"),  # said twice: which is meant?
    ],
)
def test_a_term_is_the_whole_one(completed: Callable[..., Any], text: str, written: str, whole: str) -> None:
    assert ("define_term", {"term": whole}) in completed(text, ("define_term", {"term": written}))


def test_a_word_in_quotation_marks_is_what_is_asked_about(completed: Callable[..., Any]) -> None:
    call = ("define_term", {"term": "shares"})
    text = 'I read the word "overallotment" in a contract for shares, what is it'
    assert completed(text, call) == [("define_term", {"term": "overallotment"})]
    assert completed('my "friend" asks what shares are', call) == [call]


def test_a_term_in_quotation_marks_that_is_asked_about(completed: Callable[..., Any]) -> None:
    profile = ("get_fundamentals", {"symbol": "Evraz"})
    text = 'waht does Evraz do adn what does "zorblax listing" meen'
    assert completed(text, ("define_term", {"term": "Evraz"}), profile)[0] == (
        "define_term",
        {"term": "zorblax listing"},
    )


def test_a_term_before_the_word_meaning_stays(completed: Callable[..., Any]) -> None:
    calls = [("define_term", {"term": "sharpe ratio"}), ("get_portfolio_risk", {})]
    assert completed("sharpe ratio meaning pls, and whats the beta of my portfolio", *calls) == calls


@pytest.mark.parametrize(
    ("text", "tool", "name"),
    [
        ("What is Zorblax Group's P/E?", "get_fundamentals", "Zorblax Group"),
        ("What is the P/E of Zorblax Group?", "get_fundamentals", "Zorblax Group"),
        ("What is Zorblax's RSI", "get_technicals", "Zorblax"),
    ],
)
def test_the_figure_of_a_company_that_nobody_knows(
    completed: Callable[..., Any], text: str, tool: str, name: str
) -> None:
    term = "RSI" if tool == "get_technicals" else "P/E"
    assert completed(text, ("define_term", {"term": term})) == [(tool, {"symbol": name})]


@pytest.mark.parametrize("text", ["What's P/E?", "What is a P/E", "And I don't know this P/E, explain please."])
def test_what_a_figure_means(completed: Callable[..., Any], text: str) -> None:
    assert completed(text, ("define_term", {"term": "P/E"})) == [("define_term", {"term": "P/E"})]
