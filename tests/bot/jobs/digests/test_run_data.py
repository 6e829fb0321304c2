from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.jobs.digests.run_data import REACH, RunData
from tests.fakes.market_data import TODAY, FakeMarketData, history, quote
from tools.errors import NoData, Unreachable
from tools.market_data.base import Events, Headline, PriceHistory

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


class SlowMarket(FakeMarketData):
    """One that answers only once it is let."""

    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)  # type: ignore[arg-type]
        self.gate = asyncio.Event()

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        await self.gate.wait()
        return await super().history(symbol, start, end)


def closes() -> PriceHistory:
    return history("AAPL", [100.0, 101.0, 102.0, 104.0], closes=[10.0, 11.0, 12.0, 14.0])


def run_of(market: FakeMarketData) -> RunData:
    return RunData(market, lambda: NOW)


async def test_a_symbol_is_asked_for_once_however_many_ask_at_a_time() -> None:
    market = SlowMarket(history_of={"AAPL": closes()})
    data = run_of(market)
    asking = [
        asyncio.create_task(data.history("AAPL", TODAY - timedelta(days=days), None)) for days in (1, 2, 30, 400) * 25
    ]
    await asyncio.sleep(0)
    market.gate.set()
    found = await asyncio.gather(*asking)
    assert data.requests == {"history": 1}
    assert len(market.asked) == 1
    assert found[0].dates == (date(2026, 11, 19), TODAY)
    assert found[1].dates == (date(2026, 11, 18), date(2026, 11, 19), TODAY)
    assert found[3] == closes()


async def test_who_gives_up_takes_the_answer_from_nobody_else() -> None:
    market = SlowMarket(history_of={"AAPL": closes()})
    data = run_of(market)
    first, second = (asyncio.create_task(data.history("AAPL", TODAY, None)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    market.gate.set()
    assert (await second).dates[-1] == TODAY
    assert data.requests["history"] == 1


async def test_a_span_from_beyond_the_usual_reach_asks_for_all_once_more() -> None:
    market = FakeMarketData(history_of={"AAPL": closes()})
    data = run_of(market)
    await data.history("AAPL", TODAY, None)
    for _ in range(3):
        await data.history("AAPL", NOW.date() - REACH - timedelta(days=1), None)
    await data.history("AAPL", None, None)
    assert data.requests["history"] == 2


async def test_an_error_is_told_to_all_and_not_asked_for_again() -> None:
    data = run_of(FakeMarketData(history_of={"AAPL": Unreachable("Away; ask again.")}))
    for _ in range(3):
        with pytest.raises(Unreachable, match="Away"):
            await data.history("AAPL", TODAY, None)
    assert data.requests["history"] == 1


async def test_a_bug_is_not_kept() -> None:
    data = run_of(FakeMarketData())
    tries = 0

    async def make() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ZeroDivisionError
        return 7

    with pytest.raises(ZeroDivisionError):
        await data.once("key", make)
    assert await data.once("key", make) == 7
    assert await data.once("key", make) == 7
    assert tries == 2


async def test_all_else_is_asked_for_once_too() -> None:
    told = Headline("Up", "Reuters", NOW)
    market = FakeMarketData(
        quote_of={"AAPL": quote("AAPL", "10")},
        news_of={"AAPL": (told,)},
        events_of={"AAPL": Events("AAPL")},
        rates={("EUR", "USD"): Decimal("1.1")},
    )
    data = run_of(market)
    for _ in range(2):
        assert await data.news("AAPL", 1) == (told,)
        assert await data.events("AAPL") == Events("AAPL")
        assert (await data.exchange_rate("EUR", "USD", None)).rate == Decimal("1.1")
        answers = await data.quotes(["AAPL", "NONE"])
        assert answers["AAPL"] == quote("AAPL", "10")
        assert isinstance(answers["NONE"], NoData)
    assert data.requests == {"news": 1, "events": 1, "rate": 1, "quote": 2}
    assert (await data.today(), data.name) == (TODAY, "fake market")
