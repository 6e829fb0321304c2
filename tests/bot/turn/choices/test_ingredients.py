"""Calls that the question holds whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = "CLARIFY: missing"
PLAN = {"principal": "9000", "annual_rate_percent": "5%", "years": "3 years"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "ping me if Nike drops below 90",
            ("propose_price_alert", {"symbol": "Nike", "condition": "below", "price": "90"}),
        ),
        ("slap Nike on my watchlist", ("propose_watchlist_change", {"action": "add", "symbols": ["Nike"]})),
        (
            "70 euros in dollars",
            ("convert_currency", {"amount": "70", "from_currency": "euros", "to_currency": "dollars"}),
        ),
        ("how many yen for 5 dollars", None),
    ],
)
def test_written_out(settled: Callable[..., Any], text: str, wanted: Any) -> None:
    found = settled(text, MISSING)
    assert found == [wanted] if wanted else found[0][0] == "convert_currency"


@pytest.mark.parametrize(
    "text",
    [
        "ping me if Nike moves to 90",  # which way?
        "ping me if it drops below 90",
        "Nike dropped below 90",
        "70 euros",
        "is it a good time to change euros into dollars",
    ],
)
def test_left_open(settled: Callable[..., Any], text: str) -> None:
    assert settled(text, MISSING) == MISSING


def test_a_question_about_the_list_changes_nothing(settled: Callable[..., Any]) -> None:
    listed: tuple[str, dict[str, Any]] = ("get_watchlist", {})
    assert settled("did I add Nike to my watchlist", listed) == [listed]


def test_what_was_asked_about_before_is_put_on_the_list(settled: Callable[..., Any]) -> None:
    earlier = [("get_quote", {"symbols": ["Nike"]})]
    got = settled("stick it on my watchlist", ("get_watchlist", {}), earlier=earlier)
    assert got == [("propose_watchlist_change", {"action": "add", "symbols": ["Nike"]})]


def test_one_borrows_or_saves(settled: Callable[..., Any]) -> None:
    assert settled("I owe 9000 at 5% for 3 years", ("project_growth", PLAN)) == [("loan_payment", PLAN)]
    assert settled("I invest 9000 at 5% for 3 years", ("loan_payment", PLAN)) == [("project_growth", PLAN)]
    both = "invest 9000 at 5% for 3 years or pay off the loan"
    assert settled(both, ("loan_payment", PLAN))[0][0] == "loan_payment"


def test_a_plan_goes_on_as_what_it_was(settled: Callable[..., Any]) -> None:
    earlier = [("loan_payment", {**PLAN, "principal": "8000"})]
    assert settled("and with 9000?", ("project_growth", PLAN), earlier=earlier) == [("loan_payment", PLAN)]


@pytest.mark.parametrize(
    "text", ["if nike tanks to 30 lmk", "let me know the second nike drops below 30", "once nike is below 30 text me"]
)
def test_an_alert_is_asked_for_before_or_after(settled: Callable[..., Any], text: str) -> None:
    alert = ("propose_price_alert", {"symbol": "nike", "condition": "below", "price": "30"})
    assert settled(text, "DECLINE: trade_order") == [alert]


def test_whether_something_is_on_the_list_changes_nothing(settled: Callable[..., Any]) -> None:
    change = ("propose_watchlist_change", {"action": "add", "symbols": ["nike"]})
    assert settled("is nike already on my watchlist", change) == [("get_watchlist", {})]
    assert settled("is nike on my watchlist? if not, add it", change) == [change]
