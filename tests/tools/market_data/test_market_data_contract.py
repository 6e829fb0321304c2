"""One contract for every provider: what `MarketData` promises holds for each, fakes and cache included."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, history, quote
from tests.fakes.yahoo_payloads import NOW
from tests.fakes.yahoo_server import YahooServer
from tools.errors import MarketDataError, NoData
from tools.market_data.base import MarketData, Quote, ScreenCriteria
from tools.market_data.cache import CachedMarketData
from tools.market_data.snapshot import SnapshotMarketData
from tools.market_data.yahoo import YahooMarketData
from tools.parsing.sectors import SECTOR_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROVIDERS = ("snapshot", "yahoo", "cached yahoo", "fake")


@dataclass(frozen=True)
class Provider:
    """A provider, and the questions it can be asked: all know AAPL, none knows NOPE."""

    data: MarketData
    day: date


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Provider]:
    if request.param == "snapshot":
        yield Provider(SnapshotMarketData(), date(2022, 12, 28))
    elif request.param == "fake":
        fake = FakeMarketData(
            quote_of={"AAPL": quote("AAPL", "270", "268")},
            history_of={"AAPL": history("AAPL", [float(i) for i in range(1, 31)])},
            rates={("EUR", "USD"): Decimal("1.1"), ("USD", "USD"): Decimal(1)},
            sector_symbols={"technology": ("XLK",)},
        )
        yield Provider(fake, fake.day)
    else:
        with YahooServer() as server:
            yahoo = YahooMarketData(tmp_path, now=lambda: NOW, make_session=server.session)
            yield Provider(CachedMarketData(yahoo) if request.param == "cached yahoo" else yahoo, NOW.date())
            yahoo.close()


def test_every_provider_has_exactly_the_methods_of_the_protocol(provider: Provider) -> None:
    promised = {name: each for name, each in vars(MarketData).items() if inspect.iscoroutinefunction(each)}
    assert provider.data.name
    for name, each in promised.items():
        method = getattr(provider.data, name)
        assert inspect.iscoroutinefunction(method)
        assert list(inspect.signature(method).parameters) == list(inspect.signature(each).parameters)[1:], name


async def test_today_is_a_date(provider: Provider) -> None:
    assert await provider.data.today() == provider.day


async def test_quotes_map_each_symbol_to_its_quote_or_its_error(provider: Provider) -> None:
    found = await provider.data.quotes(["NOPE", "AAPL"])
    assert set(found) == {"NOPE", "AAPL"}
    assert isinstance(found["NOPE"], NoData)
    apple = found["AAPL"]
    assert isinstance(apple, Quote)
    assert apple.symbol == "AAPL"
    assert isinstance(apple.price, Decimal)
    assert apple.price > 0
    assert apple.currency == "USD"
    as_of = apple.as_of
    if isinstance(as_of, datetime):
        assert as_of.tzinfo is UTC
        as_of = as_of.date()
    assert timedelta(0) <= provider.day - as_of < timedelta(days=7)


async def test_no_symbols_are_no_quotes(provider: Provider) -> None:
    assert await provider.data.quotes([]) == {}


async def test_history_is_dated_oldest_first_and_of_one_length(provider: Provider) -> None:
    found = await provider.data.history("AAPL", provider.day - timedelta(days=14), provider.day)
    assert list(found.dates) == sorted(set(found.dates))
    assert len(found.dates) > 5
    assert len(found.adjusted) == len(found.dates)
    assert found.closes is None or len(found.closes) == len(found.dates)
    assert found.volumes is None or len(found.volumes) == len(found.dates)
    assert all(isinstance(each, float) and 0 < each < float("inf") for each in found.adjusted)


async def test_the_first_close_is_the_last_one_on_or_before_the_start(provider: Provider) -> None:
    sunday = provider.day - timedelta(days=provider.day.weekday() + 1)
    found = await provider.data.history("AAPL", sunday, provider.day)
    assert found.dates[0] == sunday - timedelta(days=2)
    assert found.dates[1] > sunday


async def test_the_end_is_inclusive(provider: Provider) -> None:
    last = (await provider.data.history("AAPL", None, None)).dates[-3]
    found = await provider.data.history("AAPL", last - timedelta(days=7), last)
    assert found.dates[-1] == last


async def test_an_unknown_symbol_has_no_data_and_is_never_called_delisted(provider: Provider) -> None:
    with pytest.raises(MarketDataError) as caught:
        await provider.data.history("NOPE", None, None)
    assert isinstance(caught.value, NoData)
    assert "delisted" not in str(caught.value)


@pytest.mark.parametrize("method", ["fundamentals", "events"])
async def test_what_is_not_known_of_a_symbol_is_an_error_not_a_value(provider: Provider, method: str) -> None:
    with pytest.raises(MarketDataError, match=r"[;,] .+\."):
        await getattr(provider.data, method)("NOPE")


async def test_sector_keys_are_the_eleven(provider: Provider) -> None:
    sectors = await provider.data.sectors()
    assert sectors
    assert set(sectors) <= set(SECTOR_NAMES)
    assert all(isinstance(symbols, tuple) and symbols for symbols in sectors.values())


async def test_the_overview_names_its_symbols(provider: Provider) -> None:
    overview = await provider.data.overview()
    assert set(overview.names) == set(overview.symbols)


async def test_a_screen_keeps_to_its_price_and_number(provider: Provider) -> None:
    found = await provider.data.screen(ScreenCriteria(max_price=Decimal(150), sort_by="price", limit=1))
    assert len(found) <= 1
    assert all(row.price is not None and row.price <= 150 for row in found)


async def test_rates_say_their_day(provider: Provider) -> None:
    asked = provider.day - timedelta(days=2)
    found = await provider.data.exchange_rate("EUR", "USD", asked)
    assert (found.base, found.quote) == ("EUR", "USD")
    assert Decimal("0.5") < found.rate < 2
    assert timedelta(0) <= asked - found.as_of < timedelta(days=7)
    assert found.source


async def test_a_currency_is_worth_itself(provider: Provider) -> None:
    assert (await provider.data.exchange_rate("USD", "USD", None)).rate == 1
