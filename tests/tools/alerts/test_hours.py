"""Prices are asked for while they can have changed, and for an hour after."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tools.alerts.hours import calendar_of, may_have_moved
from tools.symbols.resolver import DirectoryResolver

SYMBOLS = DirectoryResolver()


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("AAPL", "XNYS"),
        ("BRK-B", "XNYS"),
        ("VOD.L", "XLON"),
        ("7203.T", "XTKS"),
        ("^GSPC", "XNYS"),
        ("^FTSE", "XLON"),
        ("^STOXX50E", ""),
        ("EURUSD=X", ""),
        ("GC=F", ""),
        ("BTC-USD", ""),
        ("ODD.ZZ", ""),
        ("^ODD", ""),
    ],
)
def test_a_symbol_trades_by_the_calendar_of_its_exchange(symbol: str, code: str) -> None:
    assert calendar_of(symbol, SYMBOLS) == code


@pytest.mark.parametrize(
    ("symbol", "now", "moves"),
    [
        ("AAPL", datetime(2026, 11, 20, 14, 29, tzinfo=UTC), False),
        ("AAPL", datetime(2026, 11, 20, 14, 30, tzinfo=UTC), True),
        ("AAPL", datetime(2026, 11, 20, 21, 59, tzinfo=UTC), True),  # closing prices arrive late
        ("AAPL", datetime(2026, 11, 20, 22, 0, tzinfo=UTC), False),
        ("AAPL", datetime(2026, 11, 21, 15, 0, tzinfo=UTC), False),  # a Saturday
        ("AAPL", datetime(2026, 11, 26, 15, 0, tzinfo=UTC), False),  # Thanksgiving
        ("VOD.L", datetime(2026, 11, 26, 15, 0, tzinfo=UTC), True),
        ("EURUSD=X", datetime(2026, 11, 20, 3, 0, tzinfo=UTC), True),
        ("EURUSD=X", datetime(2026, 11, 21, 3, 0, tzinfo=UTC), False),
        ("BTC-USD", datetime(2026, 11, 21, 3, 0, tzinfo=UTC), True),
        ("ODD.ZZ", datetime(2026, 11, 21, 3, 0, tzinfo=UTC), True),  # not known: asked for
    ],
)
def test_a_price_may_have_moved_while_its_exchange_trades_and_an_hour_after(
    symbol: str, now: datetime, moves: bool
) -> None:
    assert may_have_moved(symbol, SYMBOLS, now) == moves
