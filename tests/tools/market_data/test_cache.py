"""The cache asks once, keeps values for their time, and falls back on them while the source is out of reach."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, history, quote
from tools.errors import MarketDataError, NoData, RateLimited, Unreachable
from tools.market_data.base import Fundamentals, Headline, Quote, ScreenCriteria, ScreenRow
from tools.market_data.breaker import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
from tools.market_data.cache import AGES, CachedMarketData, Keep

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMITED = RateLimited("Wait.")
GONE = Unreachable("Gone.")


@dataclass
class Clock:
    """Seconds that pass when told to."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def turn(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Held(FakeMarketData):
    """Answers for quotes only once `gate` is open; `arrivals` tells when it was asked."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrivals: asyncio.Queue[tuple[str, ...]] = field(default_factory=asyncio.Queue)

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        self.asked.append(("quotes", tuple(symbols)))
        self.arrivals.put_nowait(tuple(symbols))
        await self.gate.wait()
        return {symbol: self.quote_of.get(symbol, NoData("None.")) for symbol in symbols}


def market() -> FakeMarketData:
    return FakeMarketData(
        quote_of={"AAPL": quote("AAPL", "270"), "MSFT": quote("MSFT", "500")},
        history_of={"AAPL": history("AAPL", [1.0, 2.0])},
        fundamentals_of={"AAPL": Fundamentals("AAPL", TODAY, pe_trailing=Decimal(30))},
        rates={("EUR", "USD"): Decimal("1.1")},
    )


def cached(inner: FakeMarketData) -> tuple[CachedMarketData, Clock]:
    clock = Clock()
    return CachedMarketData(inner, clock=clock), clock


async def price_of(data: CachedMarketData, symbol: str = "AAPL") -> Quote:
    found = (await data.quotes([symbol]))[symbol]
    if isinstance(found, MarketDataError):
        raise found
    return found


async def test_a_quote_is_kept_for_thirty_seconds() -> None:
    inner = market()
    data, clock = cached(inner)
    await price_of(data)
    clock.turn(29.9)
    await price_of(data)
    assert len(inner.asked) == 1
    clock.turn(0.1)
    await price_of(data)
    assert len(inner.asked) == 2


@pytest.mark.parametrize(("kind", "seconds"), [("quote", 30), ("history", 600), ("fundamentals", 43200), ("news", 300)])
def test_ages_are_those_promised(kind: str, seconds: float) -> None:
    assert {name: keep.seconds for name, keep in AGES.items()}[kind] == seconds  # type: ignore[index]


async def test_only_missing_quotes_are_asked_for_and_in_one_request() -> None:
    inner = market()
    data, _ = cached(inner)
    await price_of(data, "AAPL")
    found = await data.quotes(["AAPL", "MSFT", "NOPE", "MSFT"])
    assert inner.asked == [("quotes", ("AAPL",)), ("quotes", ("MSFT", "NOPE"))]
    assert list(found) == ["AAPL", "MSFT", "NOPE"]
    assert isinstance(found["NOPE"], NoData)


async def test_many_who_want_the_same_share_one_request() -> None:
    inner = Held(quote_of={"AAPL": quote("AAPL", "270"), "MSFT": quote("MSFT", "500")})
    data, _ = cached(inner)
    waiting = [asyncio.create_task(data.quotes(["AAPL"])) for _ in range(20)]
    waiting.append(asyncio.create_task(data.quotes(["AAPL", "MSFT"])))
    await inner.arrivals.get()
    await inner.arrivals.get()
    inner.gate.set()
    found = await asyncio.gather(*waiting)
    assert inner.asked == [("quotes", ("AAPL",)), ("quotes", ("MSFT",))]
    assert all(each["AAPL"] == quote("AAPL", "270") for each in found)


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    inner = Held(quote_of={"AAPL": quote("AAPL", "270")})
    data, _ = cached(inner)
    first = asyncio.create_task(data.quotes(["AAPL"]))
    await inner.arrivals.get()
    second = asyncio.create_task(data.quotes(["AAPL"]))
    third = asyncio.create_task(data.quotes(["AAPL", "MSFT"]))
    await inner.arrivals.get()  # for MSFT only: by now the second waits too
    first.cancel()
    inner.gate.set()
    assert (await second)["AAPL"] == (await third)["AAPL"] == quote("AAPL", "270")
    assert first.cancelled()
    assert inner.asked == [("quotes", ("AAPL",)), ("quotes", ("MSFT",))]


@pytest.mark.parametrize("error", [LIMITED, GONE])
async def test_in_bad_times_the_last_good_value_comes_with_its_age(error: MarketDataError) -> None:
    inner = market()
    data, clock = cached(inner)
    await price_of(data)
    await data.history("AAPL", None, None)
    await data.fundamentals("AAPL")
    inner.quote_of = {"AAPL": error}
    inner.history_of = {"AAPL": error}
    inner.fundamentals_of = {"AAPL": error}
    clock.turn(25 * 60)
    label = "fetched 25 minutes ago, as fake market gives no newer data right now"
    found = await price_of(data)
    assert (found.price, found.note) == (Decimal(270), label)
    assert (await data.history("AAPL", None, None)).note == label
    assert (await data.fundamentals("AAPL")).note == "", "twelve hours are not over"
    clock.turn(24 * 3600)
    assert (await data.fundamentals("AAPL")).note.startswith("fetched 1 day ago")


async def test_old_screens_are_labelled_on_each_row_and_old_rates_in_their_source() -> None:
    inner = market()
    inner.rows = (ScreenRow("AAPL", "Apple"),)
    data, clock = cached(inner)
    criteria = ScreenCriteria()
    await data.screen(criteria)
    await data.exchange_rate("EUR", "USD", None)
    inner.quote_of = {"X": LIMITED}
    clock.turn(7200)
    with pytest.raises(RateLimited):
        await price_of(data, "X")
    assert (await data.screen(criteria))[0].note.startswith("fetched 2 hours ago")
    assert (await data.exchange_rate("EUR", "USD", None)).source.startswith("fake rates, fetched 2 hours ago")


async def test_a_rate_of_a_past_day_is_kept_a_day() -> None:
    inner = market()
    data, clock = cached(inner)
    first = await data.exchange_rate("EUR", "USD", date(2026, 11, 2))
    inner.rates = {}
    clock.turn(23 * 3600)
    assert await data.exchange_rate("EUR", "USD", date(2026, 11, 2)) == first


async def test_headlines_need_no_label() -> None:
    inner = market()
    story = Headline("Apple rises", "A Newspaper", quote("AAPL", "1").as_of)  # type: ignore[arg-type]
    inner.news_of = {"AAPL": (story,)}
    data, clock = cached(inner)
    await data.news("AAPL", 5)
    inner.news_of = {"AAPL": LIMITED}
    clock.turn(301)
    assert await data.news("AAPL", 5) == (story,)


async def test_without_a_kept_value_the_error_is_raised_again_and_nothing_is_asked() -> None:
    inner = market()
    inner.quote_of = {"AAPL": LIMITED, "MSFT": quote("MSFT", "500")}
    data, clock = cached(inner)
    for _ in range(100):
        with pytest.raises(RateLimited, match="Wait"):
            await price_of(data)
        with pytest.raises(RateLimited, match="Wait"):
            await price_of(data, "MSFT")
        clock.turn(0.2)
    assert len(inner.asked) == 1


async def test_a_day_of_429_is_met_with_one_try_after_each_longer_pause() -> None:
    inner = market()
    inner.quote_of = {"AAPL": LIMITED}
    data, clock = cached(inner)
    for _ in range(24 * 60 * 6):
        with pytest.raises(RateLimited):
            await price_of(data)
        clock.turn(10)
    # 30 s, doubled up to 15 minutes: five tries in the first quarter of an hour, then four an hour.
    assert len(inner.asked) <= 5 + 24 * 3600 / LONGEST_PAUSE_SECONDS


async def test_a_longer_pause_that_the_source_asked_for_is_kept() -> None:
    inner = market()
    inner.quote_of = {"AAPL": RateLimited("Wait.", retry_after_seconds=600)}
    data, clock = cached(inner)
    with pytest.raises(RateLimited):
        await price_of(data)
    inner.quote_of = {"AAPL": quote("AAPL", "270")}
    clock.turn(599)
    with pytest.raises(RateLimited):
        await price_of(data)
    clock.turn(1)
    assert (await price_of(data)).price == 270


async def test_one_log_line_when_it_opens_and_one_when_the_source_answers_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inner = market()
    inner.quote_of = {"AAPL": LIMITED}
    data, clock = cached(inner)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            with pytest.raises(RateLimited):
                await price_of(data)
            clock.turn(LONGEST_PAUSE_SECONDS)
        inner.quote_of = {"AAPL": quote("AAPL", "270")}
        await price_of(data)
        await data.history("AAPL", None, None)
    assert [record.getMessage() for record in caplog.records] == [
        "fake market is left alone for 30 seconds: Wait.",
        "fake market answers again after 4500 seconds",
    ]


async def test_a_single_fault_among_answers_opens_nothing() -> None:
    inner = market()
    inner.quote_of = {"AAPL": GONE, "MSFT": quote("MSFT", "500")}
    data, clock = cached(inner)
    for _ in range(3):
        found = await data.quotes(["AAPL", "MSFT"])
        assert isinstance(found["AAPL"], Unreachable)
        assert isinstance(found["MSFT"], Quote)
        clock.turn(31)
    assert len(inner.asked) == 3


async def test_no_data_counts_as_an_answer() -> None:
    inner = market()
    inner.quote_of = {"AAPL": GONE}
    data, clock = cached(inner)
    for _ in range(10):
        with pytest.raises(Unreachable):
            await price_of(data)
        with pytest.raises(NoData):
            await price_of(data, "NOPE")
        clock.turn(1)
    assert len(inner.asked) == 20


async def test_unreachable_twice_in_a_row_opens() -> None:
    inner = market()
    inner.quote_of = {"AAPL": GONE}
    data, clock = cached(inner)
    for _ in range(10):
        with pytest.raises(Unreachable):
            await price_of(data)
    assert len(inner.asked) == 2
    clock.turn(FIRST_PAUSE_SECONDS)
    with pytest.raises(Unreachable):
        await price_of(data)
    assert len(inner.asked) == 3


async def test_while_one_tries_the_others_do_not() -> None:
    inner = Held(quote_of={"AAPL": LIMITED})
    inner.gate.set()
    data, clock = cached(inner)
    with pytest.raises(RateLimited):
        await price_of(data)
    inner.gate.clear()
    inner.quote_of = {"AAPL": quote("AAPL", "270")}
    clock.turn(FIRST_PAUSE_SECONDS)
    inner.arrivals.get_nowait()
    trying = asyncio.create_task(price_of(data))
    await inner.arrivals.get()
    with pytest.raises(RateLimited):
        await price_of(data, "MSFT")
    inner.gate.set()
    assert (await trying).price == 270
    assert len(inner.asked) == 2


async def test_a_try_whose_asker_gave_up_still_closes_the_breaker() -> None:
    inner = Held(quote_of={"AAPL": LIMITED})
    inner.gate.set()
    data, clock = cached(inner)
    with pytest.raises(RateLimited):
        await price_of(data)
    inner.gate.clear()
    clock.turn(FIRST_PAUSE_SECONDS)
    inner.arrivals.get_nowait()
    trying = asyncio.create_task(price_of(data))
    await inner.arrivals.get()
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    inner.quote_of = {"AAPL": quote("AAPL", "270"), "MSFT": quote("MSFT", "500")}
    inner.gate.set()
    assert (await price_of(data, "AAPL")).price == 270, "of the same request"
    assert (await price_of(data, "MSFT")).price == 500
    assert len(inner.asked) == 3


async def test_each_kind_keeps_a_bounded_number_and_drops_the_least_used() -> None:
    inner = market()
    clock = Clock()
    data = CachedMarketData(inner, clock=clock, ages={**AGES, "quote": Keep(30, 2)})
    inner.quote_of = {name: quote(name, "1") for name in ("A", "B", "C")}
    for name in ("A", "B", "A", "C"):
        await price_of(data, name)
    inner.asked.clear()
    await price_of(data, "A")
    await price_of(data, "C")
    assert inner.asked == []
    await price_of(data, "B")
    assert inner.asked == [("quotes", ("B",))]


async def test_a_bug_in_the_source_is_not_hidden_and_not_kept() -> None:
    class Broken(FakeMarketData):
        async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
            raise ZeroDivisionError

    data, _ = cached(Broken())
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await data.quotes(["AAPL"])
