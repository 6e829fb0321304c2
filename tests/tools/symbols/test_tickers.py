"""The ways a ticker is spelt, and which of them name their exchange."""

from __future__ import annotations

import pytest

from tools.symbols.tickers import full_ticker


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [
        ("SHOP.TO", "SHOP.TO"),
        ("700.HK", "0700.HK"),
        ("LON:AAF", "AAF.L"),
        ("LON: AAF", "AAF.L"),
        ("AAF.LN", "AAF.L"),
        ("BT-A.L", "BT-A.L"),
    ],
)
def test_a_ticker_with_its_exchange_is_whole(typed: str, symbol: str) -> None:
    assert full_ticker(typed) == symbol


@pytest.mark.parametrize(
    "typed",
    ["SHOP", "apple.is", "shop.to", "BRK.B", "NYSE:XYZ", "AAF LN", "EURUSD=X", "U.S", "", ".L", "Ä.L", "A/B.L?x=1"],
)
def test_anything_else_is_not(typed: str) -> None:
    assert full_ticker(typed) is None
