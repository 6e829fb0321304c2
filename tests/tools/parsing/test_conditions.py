"""Every number of a search is a limit of one quantity, or nothing is said of any."""

from __future__ import annotations

import pytest

from tools.parsing.conditions import CONDITIONS, parse_conditions
from tools.parsing.spans import Span


def conditions(text: str) -> dict[str, str] | None:
    found = parse_conditions(text)
    return None if found is None else {name: span.text for name, span in found.items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("miners under 15 dollars", {"max_price": "15"}),
        ("banks no dearer, I mean no more than $12 a share", {"max_price": "$12"}),
        ("nothing over 80 bucks in tech", {"max_price": "80"}),
        ("not less than 90 dollars per share", {"min_price": "90"}),
        ("shares at 30 dollars or more", {"min_price": "30"}),
        ("insurers from 10 to 25 dollars", {"min_price": "10", "max_price": "25"}),
        ("between $5 and $9 a piece", {"min_price": "$5", "max_price": "$9"}),
        ("pharma on fewer than 18 times earnings", {"max_pe": "18"}),
        ("pe belo 11 and divident abvoe 4", {"max_pe": "11", "min_dividend_yield_percent": "4"}),
        ("P/E ratios of at most 9.5, paying 6 percent or more", {"max_pe": "9.5", "min_dividend_yield_percent": "6 percent"}),
        ("oil firms that yield 3%", {"min_dividend_yield_percent": "3%"}),
        ("worth more than 40 billion", {"min_market_cap": "40 billion"}),
        ("bigger than 700 million", {"min_market_cap": "700 million"}),
        ("top 7 by price", {"limit": "7"}),
        ("show me 12 retailers with a yield over 2%", None),  # whatever "retailers" are, 12 may count something else
        ("show me 12 retail stocks with a yield over 2%", {"limit": "12", "min_dividend_yield_percent": "2%"}),
        ("I have $40 to spend: which cost less than 40 dollars?", {"max_price": "40"}),
        ("the cheapest energy stocks", {}),
        ("ones that don't cost more than 45", {"max_price": "45"}),
        ("dividends of 2 percent minimum share price below $82", {"min_dividend_yield_percent": "2 percent", "max_price": "$82"}),
    ],
)  # fmt: skip
def test_each_number_is_a_condition(text: str, found: dict[str, str] | None) -> None:
    assert conditions(text) == found
    assert set(found or ()) <= CONDITIONS


@pytest.mark.parametrize(
    "text",
    [
        "P/E above 30",  # no search has a lowest P/E
        "market cap under 2 billion",
        "yield of at most 3%",
        "stocks with an RSI below 30",
        "stocks up more than 5% today",
        "companies with more than 500 employees",
        "stocks with 3 letters under $10",
        "under 10 dollars and under 20 dollars",
        "pe 14",
        "maximum 10",
    ],
)
def test_a_doubt_leaves_all_to_the_model(text: str) -> None:
    assert conditions(text) is None


def test_numbers_of_names_are_none() -> None:
    text = "S&P 500 stocks under 20 dollars"
    assert parse_conditions(text) is None
    found = parse_conditions(text, [Span(0, 7, "S&P 500")])
    assert found is not None
    assert {name: span.text for name, span in found.items()} == {"max_price": "20"}
