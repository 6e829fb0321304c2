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


def test_two_plans_one_after_the_other(completed: Callable[..., Any]) -> None:
    loan = (LOAN, {"principal": "20k", "annual_rate_percent": "6%", "years": "10 years"})
    text = "what would 20k grow to at 5% over 10 years, and what would a 20k loan at 6% over 10 years cost"
    saved = (GROWTH, {"principal": "20k", "annual_rate_percent": "5%", "years": "10 years"})
    assert completed(text, loan, loan) == completed(text, loan) == [saved, loan]
    monthly = "two things: a 9000 mortgage at 6% for 20 years, and investing 100 a month at 7% for 20 years"
    assert completed(monthly, loan, loan)[1] == (
        GROWTH,
        {"monthly_contribution": "100", "annual_rate_percent": "7%", "years": "20 years"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "a 20k loan at 6% for 10 years, or 20k at 6% for 10 years",  # what is the second one?
        "20k saved and 5k borrowed, at 6% and 7%, for 10 years and 5 years",  # which is whose?
        "a 20k loan at 6% for 10 years",
    ],
)
def test_no_second_plan_is_made_of_a_doubt(completed: Callable[..., Any], text: str) -> None:
    loan = (LOAN, {"principal": "20k", "annual_rate_percent": "6%", "years": "10 years"})
    assert {name for name, _ in completed(text, loan)} == {LOAN}


def test_what_is_wanted_every_month_is_saved(completed: Callable[..., Any]) -> None:
    plan = {"principal": "200", "annual_rate_percent": "5%", "years": "30 years"}
    assert completed("we want to save 200 a month at 5% for 30 years", (GROWTH, plan)) == [
        (GROWTH, {"monthly_contribution": "200", "annual_rate_percent": "5%", "years": "30 years"})
    ]


def test_an_amount_a_month_is_the_monthly_one(completed: Callable[..., Any]) -> None:
    plan = {"annual_rate_percent": "5%", "years": "18 years", "monthly_contribution": "18"}
    got = completed("75 quid a month until she is 18 so 18 years at 5%", ("project_growth", plan))
    assert got == [("project_growth", {**plan, "monthly_contribution": "75"})]


def test_a_figure_of_a_plan_is_no_name(completed: Callable[..., Any]) -> None:
    loan = {"principal": "240k", "annual_rate_percent": "4.2%", "years": "25 years"}
    text = "mortgage of 240k at 4.2% for 25 years and what if its 20 years"
    got = completed(text, ("loan_payment", loan), ("get_quote", {"symbols": ["nike"]}), ("get_news", {"symbol": "4.2"}))
    assert ("get_news", {"symbol": "4.2"}) not in got
    both = [("loan_payment", loan), ("loan_payment", {**loan, "years": "20 years"})]
    assert completed(text, ("loan_payment", loan), ("get_news", {"symbol": "4.2"})) == both


def test_what_is_put_away_every_month_is_no_loan(completed: Callable[..., Any]) -> None:
    written = ("loan_payment", {"principal": "150", "annual_rate_percent": "4%", "years": "10 years"})
    saved = ("project_growth", {"annual_rate_percent": "4%", "years": "10 years", "monthly_contribution": "150"})
    assert completed("I put 150 each month at 4% for 10 years, what do I get", written) == [saved]
    assert completed("I put 150 each month into a loan at 4% for 10 years", written)[0][0] == "loan_payment"


def test_what_is_there_and_what_is_added_are_one_plan(completed: Callable[..., Any]) -> None:
    rest = {"annual_rate_percent": "6%", "years": "8 years"}
    parts = [("project_growth", {"principal": amount, **rest}) for amount in ("300", "9k")]
    [(_, arguments)] = completed("9k to start with plus 300 every month at 6% for 8 years", *parts)
    assert arguments == {"principal": "9k", "monthly_contribution": "300", **rest}


def test_a_plan_and_a_loan_have_their_own_amounts(completed: Callable[..., Any]) -> None:
    text = "if i save 400 a month at 3% for 5 years, and what does a loan of 20,000 at 7% over 6 years cost"
    wrong = ("project_growth", {"monthly_contribution": "20,000", "annual_rate_percent": "3%", "years": "5 years"})
    loan = ("loan_payment", {"principal": "20,000", "annual_rate_percent": "7%", "years": "6 years"})
    right = ("project_growth", {"monthly_contribution": "400", "annual_rate_percent": "3%", "years": "5 years"})
    assert completed(text, wrong, loan) == [right, loan]


def test_a_loan_again_at_another_rate_needs_no_word_for_it(completed: Callable[..., Any]) -> None:
    first = {"principal": "35,000", "annual_rate_percent": "5.5%", "years": "5 years"}
    second = {"principal": "35,000", "annual_rate_percent": "6.5%", "years": "7 years"}
    text = "I borrow 35,000 at 5.5% for 5 years, then 35,000 at 6.5% for 7 years"
    wrong = [("loan_payment", first), ("project_growth", second)]
    assert completed(text, *wrong) == [("loan_payment", first), ("loan_payment", second)]


def test_an_amount_is_no_length_of_time(completed: Callable[..., Any]) -> None:
    plan = {"annual_rate_percent": "5%", "years": "200", "monthly_contribution": "200"}
    assert completed("and if I save 200 at 5%?", ("project_growth", plan)) == [
        ("project_growth", {"annual_rate_percent": "5%", "monthly_contribution": "200"})
    ]
    twice = {"annual_rate_percent": "5", "years": "5", "monthly_contribution": "200"}
    assert completed("save 200 a month at 5 for 5", ("project_growth", twice)) == [("project_growth", twice)]


def test_what_is_put_away_beside_a_loan_is_savings(completed: Callable[..., Any]) -> None:
    text = (
        "if I put 50,000 with 6% for 5 years what comes out, and with a loan of 50,000 at 9% for 5 years what do I pay"
    )
    rates = {name: {"principal": "50,000", "annual_rate_percent": name, "years": "5 years"} for name in ("6%", "9%")}
    wrong = [("loan_payment", rates["6%"]), ("project_growth", rates["9%"])]
    assert completed(text, *wrong) == [("project_growth", rates["6%"]), ("loan_payment", rates["9%"])]
