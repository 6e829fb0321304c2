"""Digests and alerts as their owner reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.records.alerts import Kept
from bot.records.schedule_tables import Digest
from bot.turn.sendings import Sending, alert_sending, digest_sending, schedule_in_words
from tests.fakes.market_data import FakeSymbols
from tools.alerts.rules import Watch
from tools.alerts.telling import Level

SYMBOLS = FakeSymbols({"AAPL": "Apple"})


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("0 8 * * mon-fri", "08:00, Mon to Fri"),
        ("5 18 * * *", "18:05 every day"),
        ("0 9 * * sat", "09:00, Sat"),
        ("0 9 * * mon,wed", "09:00, Mon, Wed"),
        ("0 9 1 * *", "09:00 on day 1 of the month"),
        ("0 9 last * *", "09:00 on the last day of the month"),
        ("0 9 last-business-day * *", "09:00 on the last session of the month"),
        ("0 9 1 jan *", "0 9 1 jan *"),
        ("open", "at the open"),
        ("close+30m", "30 min after the close"),
        ("open-1h", "60 min before the open"),
        ("whenever", "whenever"),
    ],
)
def test_when(schedule: str, words: str) -> None:
    assert schedule_in_words(schedule) == words


def test_a_digest() -> None:
    row = Digest(id="d1", kind="my_portfolio", schedule="0 8 * * mon-fri", time_zone="Europe/Berlin", paused=True)
    assert digest_sending(row) == Sending("digest", "d1", "My portfolio: 08:00, Mon to Fri (Europe/Berlin)", True)
    row = Digest(
        id="d1", kind="market_open", schedule="open", time_zone="UTC", paused=False, failure="the channel is gone"
    )
    assert digest_sending(row).failure == "the channel is gone"


def test_an_alert() -> None:
    level = Level("above", "AAPL", Decimal(200), "USD")
    kept = Kept("t", "a1", "ada", "slack", level, Watch("above"), False, datetime(2026, 1, 1, tzinfo=UTC), None)
    assert alert_sending(kept, SYMBOLS) == Sending("alert", "a1", "Apple above $200.00")
    level = Level("drawdown_percent", None, Decimal(10))
    kept = Kept("t", "a2", "ada", "slack", level, Watch("drawdown_percent"), True, None, None)
    assert alert_sending(kept, SYMBOLS).text.startswith("Your portfolio is 10")
