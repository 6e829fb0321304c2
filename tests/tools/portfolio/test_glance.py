"""A portfolio and a watchlist at a glance: right sums, moves in their order, and every gap said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tools.errors import RateLimited
from tools.market_data.base import Quote
from tools.portfolio.glance import Glance, glance

NAMES = {"AAPL": "Apple", "VOD.L": "Vodafone", "TSLA": "Tesla", "KO": "Coca-Cola"}


def market(**quotes: Quote) -> FakeMarketData:
    named = {
        "AAPL": quote("AAPL", "200", "160"),
        "VOD.L": quote("VOD.L", "0.80", "1.00", currency="GBP"),
        "KO": quote("KO", "60", "50"),
        **quotes,
    }
    flat = {symbol: history(symbol, [1.0] * 5, closes=[1.0] * 5) for symbol in named}
    return FakeMarketData(quote_of=named, history_of=flat, rates={("GBP", "USD"): Decimal("1.25")})


MINE = (bought("AAPL", "4", "150", "2021-01-04"), bought("VOD.L", "100", "1.20", "2021-01-04", currency="GBP"))


async def seen(mine: FakePortfolio, source: FakeMarketData | None = None) -> Glance:
    return await glance(tool_context(source or market(), NAMES, portfolio=mine))


async def test_the_days_change_is_that_of_all_holdings_in_one_currency() -> None:
    found = await seen(holding(*MINE, cash={"USD": "165"}, watched=("KO", "AAPL")))
    assert found.value is not None
    assert found.value.value == 800 + 100 + 165
    # Apple rose by 4 × $40, Vodafone fell by 100 × £0.20 at $1.25; before it all was worth $1,065 - $135.
    assert found.day_change is not None
    assert found.day_change_percent is not None
    assert (found.day_change.value, found.day_change.currency) == (160 - 25, "USD")
    assert found.day_change_percent.value == pytest.approx(Decimal(135) / 930 * 100)
    assert [row.symbol for row in found.movers] == ["AAPL", "VOD.L"]
    assert [(row.symbol, row.name) for row in found.watched] == [("KO", "Coca-Cola"), ("AAPL", "Apple")]
    assert found.watched[0].change is not None
    assert found.watched[0].change.value == 20
    assert found.allocation is not None
    assert all(figure.source.name for figure in found.figures)
    assert len(found.figures) == 3 + 2 * 4


async def test_each_gap_is_said_and_never_counted_as_nothing() -> None:
    mine = holding(*MINE, bought("TSLA", "1", "9", "2021-01-04"), watched=("TSLA",))
    found = await seen(mine, market(KO=quote("KO", "60")))
    assert found.value is not None
    assert found.day_change is not None
    assert (found.value.note, found.day_change.note) == ("partial", "partial")
    assert "The day's change is without Tesla, whose move on the day is unknown." in found.notes
    assert any(note.startswith("Tesla has no price") for note in found.notes)
    (row,) = found.watched
    assert (row.price, row.change) == (None, None)
    assert "TSLA" not in [row.symbol for row in found.movers]


async def test_without_any_previous_close_there_is_no_change() -> None:
    found = await seen(holding(MINE[0]), market(AAPL=quote("AAPL", "200")))
    assert found.value is not None
    assert (found.day_change, found.day_change_percent, found.movers) == (None, None, ())


async def test_changes_of_different_days_say_so() -> None:
    yesterday = replace(quote("VOD.L", "0.80", "1.00", currency="GBP"), as_of=date(2026, 11, 19))
    found = await seen(holding(*MINE), market(**{"VOD.L": yesterday}))
    assert "The day's change is of different days, from 19 Nov 2026 to 20 Nov 2026." in found.notes
    assert found.day_change is not None
    assert found.day_change.source.as_of == date(2026, 11, 19)


async def test_nothing_held_and_nothing_watched_is_empty_and_asks_nobody() -> None:
    source = market()
    assert await seen(holding(), source) == Glance()
    assert source.asked == []


async def test_a_source_that_fails_is_a_note() -> None:
    class Failing(FakeMarketData):
        async def quotes(self, symbols: object) -> dict[str, Quote]:
            raise RateLimited("Ask again in a minute.")

    found = await seen(holding(*MINE, watched=("KO",)), Failing(history_of=market().history_of))
    assert found.value is None
    assert "Ask again in a minute." in found.notes
    assert [row.symbol for row in found.watched] == ["KO"]


async def test_the_sample_is_called_so() -> None:
    found = await seen(holding(MINE[0], is_sample=True))
    assert any("sample portfolio" in note for note in found.notes)
    assert found.value is not None
    assert found.value.source.as_of == TODAY
