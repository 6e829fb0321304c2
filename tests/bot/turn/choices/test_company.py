"""One listing, or several: which side of it a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

NIKE = {"symbol": "Nike"}
DECLINED = "DECLINE: out_of_scope"


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("what's the ticker of Nike", "find_symbol", {"query": "Nike"}),
        ("who is Nike?", "find_symbol", {"query": "Nike"}),
        ('the form says "Nike"; which company is that?', "find_symbol", {"query": "Nike"}),
        ("any gossip about Nike", "get_news", NIKE),
        ("why has Nike tumbled", "get_news", NIKE),
        ("what is going on with Nike", "get_news", NIKE),
        ("when does Nike report", "get_events", NIKE),
        ("ex-div date Nike", "get_events", NIKE),
        ("what Nike pays out in dividends per share", "get_events", NIKE),
        ("Nike, what fund is that?", "find_symbol", {"query": "Nike"}),
        ("the P/E of Nike", "get_fundamentals", NIKE),
        ("what does Nike actually make", "get_fundamentals", NIKE),
        ("what sort of business is Nike", "get_fundamentals", NIKE),
        ("volatility of Nike", "get_technicals", NIKE),
        ("is Nike oversold", "get_technicals", NIKE),
        ("yearly high, Nike", "get_technicals", NIKE),
        ("gimme the 200 day on Nike", "get_technicals", NIKE),
        ("a chart of Nike", "get_price_history", NIKE),
        ("Nike and Tesla quotes", "get_quote", {"symbols": ["Nike", "Tesla"]}),
        ("is Nike up or down", "get_quote", {"symbols": ["Nike"]}),
        ("which has grown more, Nike or Tesla?", "compare_performance", {"symbols": ["Nike", "Tesla"]}),
        ("did Nike outperform Tesla", "compare_performance", {"symbols": ["Nike", "Tesla"]}),
        ("Nike level", "get_quote", {"symbols": ["Nike"]}),
        ("Nike against the mean of 50 days, its average of the last 50 days", "get_technicals", NIKE),
        (
            "what happened to the Nike share price over 3 months",
            "get_price_history",
            {**NIKE, "period": "over 3 months"},
        ),
        ("how high has Nike been last year", "get_price_history", {**NIKE, "period": "last year"}),
    ],
)
def test_asked_for(settled: Callable[..., Any], text: str, tool: str, arguments: dict[str, Any]) -> None:
    assert settled(text, DECLINED) == [(tool, arguments)]


@pytest.mark.parametrize(
    "text",
    [
        "any gossip about my neighbour",
        "what's the ticker of",
        "is Nike oversold, do I go in",
        "cheapest companies by P/E next to Nike",
        "no news on Nike please",
        "when you have time, the shoes of Nike",
        "what does Nike mean",
        "my Nike shoes squeak",
        "is it oversold",
    ],
)
def test_not_asked_for(settled: Callable[..., Any], text: str) -> None:
    assert settled(text, DECLINED) == DECLINED


def test_the_name_before_counts_where_none_is_said(settled: Callable[..., Any]) -> None:
    earlier = [("get_quote", {"symbols": ["Nike"]})]
    assert settled("is it oversold", DECLINED, earlier=earlier) == [("get_technicals", NIKE)]
    assert settled("what do they even sell", ("get_news", NIKE), earlier=earlier) == [("get_fundamentals", NIKE)]
