"""A market with a year and more of closes for everything that a digest tells of."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.jobs.digests.plan import DigestParts
from bot.jobs.digests.run_data import RunData
from tests.fakes.market_data import FakeMarketData, FakeSymbols, history
from tools.market_data.base import MarketSummary, PriceHistory
from tools.market_data.snapshot import COMPANIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.llm.portfolio import Portfolio

CLOSED = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
"""Half an hour after New York's close on the market's day."""
NAMES = {"^GSPC": "S&P 500", **{symbol: name for symbol, (name, _) in COMPANIES.items()}}
SESSIONS = 300


def closes(number: int, last: float = 0.001, sessions: int = SESSIONS) -> list[float]:
    """Calm closes around 100 that end with a change of `last`, others for each number."""
    before = [100 + number + 2 * math.sin(place / 9 + number) for place in range(sessions - 1)]
    return [round(value, 4) for value in [*before, before[-1] * (1 + last)]]


def listed(symbol: str, number: int, last: float = 0.001, **terms: Any) -> PriceHistory:
    """A listing with raw closes and volumes."""
    prices = closes(number, last)
    currency = terms.pop("currency", None if symbol.startswith("^") else "USD")
    found = history(symbol, prices, closes=prices, currency=currency, **terms)
    return replace(found, volumes=(1000,) * len(prices))


def digest_market(changes: Mapping[str, float] | None = None, **fields: Any) -> FakeMarketData:
    """The index and the companies followed; `changes` are the last day's, by symbol, as fractions."""
    changes = changes or {}
    histories: dict[str, Any] = {
        symbol: listed(symbol, place, changes.get(symbol, 0.001 * (place % 3 - 1)))
        for place, symbol in enumerate(NAMES)
    }
    histories.update(fields.pop("history_of", {}))
    sectors: dict[str, list[str]] = {}
    for symbol, (_, sector) in COMPANIES.items():
        sectors.setdefault(sector, []).append(symbol)
    terms: dict[str, Any] = {
        "history_of": histories,
        "sector_symbols": {sector: tuple(symbols) for sector, symbols in sectors.items()},
        "summary": MarketSummary(("^GSPC",), {"^GSPC": "S&P 500"}),
        "rates": {("EUR", "USD"): Decimal("1.1"), ("GBP", "USD"): Decimal("1.25")},
        **fields,
    }
    return FakeMarketData(**terms)


def digest_parts(
    market: FakeMarketData,
    *,
    now: datetime = CLOSED,
    models: Portfolio | None = None,
    names: Mapping[str, str] | None = None,
) -> DigestParts:
    """Parts of a run over that market."""
    clock = lambda: now  # noqa: E731
    symbols = FakeSymbols({**NAMES, **(names or {})})
    if models is None:
        return DigestParts(RunData(market, clock), symbols, now=clock)
    return DigestParts(RunData(market, clock), symbols, models, clock)
