"""Tallies, their intervals, and when two calls are the same."""

from __future__ import annotations

import pytest

from bot.evaluation.scoring import Normaliser, Tally, reading_context
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

NORMALISER = Normaliser(Toolbox(TOOLS), reading_context())


def test_intervals_are_wilsons() -> None:
    """Reference: Newcombe 1998, table I (a): 81 of 263 → 0.2553 to 0.3662."""
    assert str(Tally(81, 263)) == "30.8% (25.5%-36.6%, n 263)"


def test_nothing_measured_says_so() -> None:
    assert str(Tally()) == "none"
    assert (Tally().share, Tally().interval()) == (0.0, (0.0, 1.0))


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("get_quote", {"symbols": ["coke"]}, {"symbols": ["KO"]}),
        ("get_quote", {"symbols": ["KO", "apple"]}, {"symbols": ["AAPL", "coke", "ko"]}),
        ("get_price_history", {"symbol": "tesla", "period": "the last 6 months"}, {"symbol": "TSLA", "period": "6mo"}),
        ("get_news", {"symbol": ""}, {}),
        ("get_sector_performance", {"period": "today"}, {}),
        ("define_term", {"term": "Short Selling"}, {"term": "Short Selling"}),
        ("convert_currency", {"amount": "5k", "from_currency": "quid", "to_currency": "euros"},
         {"amount": "5,000", "from_currency": "GBP", "to_currency": "EUR"}),
        ("convert_currency", {"amount": "one", "from_currency": "EUR", "to_currency": "TRY"},
         {"from_currency": "EUR", "to_currency": "TRY"}),
    ],
)  # fmt: skip
def test_the_same_meaning_is_the_same_call(name: str, one: dict[str, object], other: dict[str, object]) -> None:
    assert NORMALISER.call(name, one) == NORMALISER.call(name, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("get_quote", {"symbols": ["KO"]}), ("get_quote", {"symbols": ["PEP"]})),
        (("get_quote", {"symbols": ["KO"]}), ("get_news", {"symbol": "KO"})),
        (("get_sector_performance", {}), ("get_sector_performance", {"period": "ytd"})),
        (("convert_currency", {"amount": "2"}), ("convert_currency", {})),
        (("no_such_tool", {"x": 1}), ("no_such_tool", {"x": 2})),
    ],
)
def test_another_meaning_is_another_call(
    one: tuple[str, dict[str, object]], other: tuple[str, dict[str, object]]
) -> None:
    assert NORMALISER.call(*one) != NORMALISER.call(*other)


def test_the_order_of_calls_does_not_count_and_a_repeated_one_counts_once() -> None:
    quote, news = ("get_quote", {"symbols": ["KO"]}), ("get_news", {"symbol": "coke"})
    assert NORMALISER.calls([quote, news]) == NORMALISER.calls([news, quote, quote])
