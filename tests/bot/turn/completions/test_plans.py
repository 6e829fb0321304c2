"""Amounts, rate and length of a plan are those of the question, each in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GROWTH, LOAN = "project_growth", "loan_payment"


@pytest.mark.parametrize(
    ("text", "written", "amounts"),
    [
        ("70 a month at 4% for 9 years", {"principal": "70"}, {"monthly_contribution": "70"}),
        ("6000 at 4% for 9 years", {}, {"principal": "6000"}),
        ("6000 at 4% for 9 years", {"principal": "6000", "monthly_contribution": "6000"}, {"principal": "6000"}),
        (
            "starting with 6000 and 70 monthly, 4% for 9 years",
            {"principal": "70"},
            {"principal": "6000", "monthly_contribution": "70"},
        ),
        ("50 a week at 4% for 9 years", {"principal": "50"}, {"principal": "50"}),
    ],
)
def test_amounts(completed: Callable[..., Any], text: str, written: dict[str, str], amounts: dict[str, str]) -> None:
    rest = {"annual_rate_percent": "4%", "years": "9 years"}
    assert completed(text, (GROWTH, {**written, **rest})) == [(GROWTH, {**amounts, **rest})]


def test_a_follow_up_changes_what_it_says_alone(completed: Callable[..., Any]) -> None:
    plan = {"principal": "6000", "annual_rate_percent": "4%", "years": "9 years"}
    assert completed("with 70 a month on top", (GROWTH, plan)) == [(GROWTH, {**plan, "monthly_contribution": "70"})]
    assert completed("over 12 years", (LOAN, plan)) == [(LOAN, {**plan, "years": "12 years"})]
    assert completed("and at 5%?", (LOAN, plan)) == [(LOAN, {**plan, "annual_rate_percent": "5%"})]


def test_a_rate_that_is_another_argument(completed: Callable[..., Any]) -> None:
    loan = {"principal": "90", "annual_rate_percent": "90", "years": "3 years"}
    assert completed("90 at 5% for 3 years", (LOAN, loan)) == [(LOAN, {**loan, "annual_rate_percent": "5%"})]
    own = {**loan, "annual_rate_percent": "6"}
    assert completed("90 with 20% down at 6 for 3 years", (LOAN, own)) == [(LOAN, own)]


def test_an_amount_may_be_of_another_call(completed: Callable[..., Any]) -> None:
    calls = [
        ("convert_currency", {"amount": "2000", "from_currency": "euro", "to_currency": "yen"}),
        (GROWTH, {"annual_rate_percent": "4%", "years": "9 years"}),
    ]
    assert completed("2000 euro in yen, and what grows at 4% for 9 years", *calls) == calls
