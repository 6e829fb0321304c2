"""What a savings plan starts with and what is added each month are told apart by the words beside the amounts."""

from __future__ import annotations

import pytest

from tools.parsing.contributions import parse_contributions


@pytest.mark.parametrize(
    ("text", "principal", "monthly"),
    [
        ("80 a month at 4%", None, "80"),
        ("every month I put 120 aside at 4% for 9 years", None, "120"),
        ("we save 90 dollars each month", None, "90"),
        ("60/month at 5%", None, "60"),
        ("monthly deposits of 75, 3%, 8 years", None, "75"),
        ("45 quid p.m. at 5%", None, "45"),
        ("300 every mnoth at 4%", None, "300"),
        ("9,000 at 4% for 6 years", "9,000", None),
        ("$700 at 6% for 10 years", "$700", None),
        ("I start with 800 and add 50 monthly", "800", "50"),
        ("from 650, putting in another 40 each month", "650", "40"),
        ("25 per month on top of 3000", "3000", "25"),
        ("$60 goes in each month at 2%", None, "$60"),
        ("starting from zero, 90 a month", None, "90"),
        ("5000 over 18 months", "5000", None),
        ("5000 now. What do 5000 become at 3%?", "5000", None),
    ],
)
def test_the_words_beside_an_amount_say_what_it_is(text: str, principal: str | None, monthly: str | None) -> None:
    found = parse_contributions(text)
    assert found is not None
    assert (found.principal and found.principal.text, found.monthly and found.monthly.text) == (principal, monthly)


@pytest.mark.parametrize(
    "text",
    [
        "what is compound interest",
        "50 a week at 4%",
        "2000 a year at 5%",
        "100 a month, later 200 a month",
        "3000 from mum and 5000 from dad",
        "150 a month for our 2 kids",
        "I earn 4000 a month and have 9000",
        "how long until 300 a month becomes the goal of 100k",
        "put in $1,000 the first month",
        "withdraw 500 a month from 80k",
    ],
)
def test_a_doubt_settles_nothing(text: str) -> None:
    assert parse_contributions(text) is None
