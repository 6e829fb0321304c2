"""The watchlist with prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, quote, tool_context
from tests.fakes.portfolios import holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import NoData
from tools.portfolio.watchlist import get_watchlist

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "TSLA": "Tesla", "^GSPC": "S&P 500"}


async def _look(*watched: str) -> Findings:
    market = FakeMarketData(
        quote_of={
            "AAPL": quote("AAPL", "110", "100"),
            "MSFT": quote("MSFT", "95", "100"),
            "^GSPC": quote("^GSPC", "4000", None, None),
        }
    )
    return await get_watchlist(tool_context(market, NAMES, portfolio=holding(watched=watched)))


async def test_prices_and_changes_in_the_lists_order() -> None:
    found = await _look("MSFT", "AAPL")
    rows: list[tuple[str, str, object]] = [(f.subject, f.attribute, f.value) for f in found.figures]
    assert rows == [
        ("MSFT", "price", 95),
        ("MSFT", "day change", -5),
        ("AAPL", "price", 110),
        ("AAPL", "day change", 10),
    ]
    assert found.sentences == (
        "On your watchlist Apple did best on the day: it rose 10.00%.",
        "Microsoft did worst: it fell 5.00%.",
    )
    assert untraced_numbers(found) == []
    assert found.notes == ()


async def test_one_without_a_price_is_named_beside_the_others() -> None:
    found = await _look("AAPL", "TSLA")
    assert found.sentences == ("Apple rose 10.00% on the day.",)
    assert any(note.startswith("Tesla has no price") for note in found.notes)


async def test_an_index_has_points_and_an_unknown_change() -> None:
    found = await _look("^GSPC")
    assert [(f.unit, f.currency, f.value) for f in found.figures] == [("points", None, 4000), ("percent", None, None)]
    assert found.sentences == ()


async def test_an_empty_list_says_how_to_fill_it() -> None:
    found = await _look()
    assert found.sentences == ("Your watchlist is empty.",)
    assert "/watch add" in found.notes[0]


async def test_no_price_at_all_is_an_error() -> None:
    with pytest.raises(NoData):
        await _look("TSLA")
