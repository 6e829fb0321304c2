"""A ranking is named, or nothing is."""

from __future__ import annotations

import pytest

from tools.parsing.rankings import SAYS_RANK, parse_ranking


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("miners sorted by yield", "dividend_yield"),
        ("banks, rank them by the price-earnings ratio", "pe"),
        ("order those by market cap", "market_cap"),
        ("top 9 shares by price", "price"),
        ("which insurers have the lowest p/e", "pe"),
        ("highest divdend yield in tech", "dividend_yield"),
        ("largest retailers", "market_cap"),
        ("the ten cheapest tech stocks", "price"),
        ("the cheapest energy stocks, uh, by P/E", "pe"),
        ("todays top gainers", "change_percent"),
        ("biggest tech firms with the lowest p/e", "pe"),
    ],
)
def test_what_says_a_ranking(text: str, ranking: str) -> None:
    assert parse_ranking(text) == ranking
    assert SAYS_RANK.search(text)


@pytest.mark.parametrize(
    "text", ["cheap banks", "banks under $20", "biggest losers today", "top gainers, largest firms"]
)
def test_what_says_none_or_two(text: str) -> None:
    assert parse_ranking(text) is None
