"""Markets as a whole, and the watchlist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DECLINED = "CHAT: help"


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("which sectors are lagging", "get_sector_performance", {}),
        ("when does the stock market close", "get_market_status", {}),
        ("is the London exchange shut", "get_market_status", {"exchange": "the London exchange"}),
        ("is the market having a half day", "get_market_status", {}),
        ("how are the markets doing", "get_market_overview", {}),
        ("was it a bad day for stocks", "get_market_overview", {}),
        ("market news", "get_news", {}),
        ("did the market end the day up or down", "get_market_overview", {}),
        ("what is on my watchlist", "get_watchlist", {}),
    ],
)
def test_asked_for(settled: Callable[..., Any], text: str, tool: str, arguments: dict[str, Any]) -> None:
    assert settled(text, DECLINED) == [(tool, arguments)]


@pytest.mark.parametrize(
    "text",
    [
        "when does the flea market close",
        "how did the market close",
        "predict which sector will do best next year",
        "in which order should I watch the movies",
        "the news is so gloomy",
        "put it on my watchlist",
    ],
)
def test_not_asked_for(settled: Callable[..., Any], text: str) -> None:
    assert settled(text, DECLINED) == DECLINED
