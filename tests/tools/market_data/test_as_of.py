from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.market_data import FakeMarketData, history
from tools.errors import NoData, NotOffered
from tools.market_data.as_of import EXCHANGE_OF_SUFFIX, AsOfMarketData, cut_at, expected_day, last_known_day
from tools.market_data.base import Events, Headline, PriceHistory, Quote
from tools.market_data.snapshot import SnapshotMarketData
from tools.values import AsOf

FRIDAY = date(2026, 11, 20)
AFTER_CLOSE = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
AT_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def market(**fields: object) -> FakeMarketData:
    return FakeMarketData(**{"history_of": {"AAPL": history("AAPL", [100.0, 101.0, 102.0, 104.0])}, **fields})  # type: ignore[arg-type]


async def test_a_close_counts_from_the_end_of_its_session() -> None:
    before = await AsOfMarketData(market(), AT_NOON).history("AAPL", None, None)
    after = await AsOfMarketData(market(), AFTER_CLOSE).history("AAPL", None, None)
    assert (before.dates[-1], before.adjusted[-1]) == (date(2026, 11, 19), 102.0)
    assert (after.dates[-1], after.adjusted[-1]) == (FRIDAY, 104.0)


async def test_a_half_day_ends_earlier() -> None:
    bundle = SnapshotMarketData()
    at = datetime(2022, 11, 25, 18, 5, tzinfo=UTC)
    early = await AsOfMarketData(bundle, at - timedelta(minutes=10)).history("KO", date(2022, 11, 1), None)
    late = await AsOfMarketData(bundle, at).history("KO", date(2022, 11, 1), None)
    assert early.dates[-1] == date(2022, 11, 23)
    assert late.dates[-1] == date(2022, 11, 25)


async def test_a_running_session_shows_only_to_whoever_asked_while_it_ran() -> None:
    view = AsOfMarketData(market(), AT_NOON, running=AT_NOON)
    quote = (await view.quotes(["AAPL"]))["AAPL"]
    assert isinstance(quote, Quote)
    assert (quote.price, quote.previous_close, quote.as_of) == (Decimal("104.0"), Decimal("102.0"), AT_NOON)
    closed = (await AsOfMarketData(market(), AT_NOON).quotes(["AAPL"]))["AAPL"]
    assert isinstance(closed, Quote)
    assert (closed.price, closed.as_of) == (Decimal("102.0"), date(2026, 11, 19))


@settings(max_examples=15)
@given(days_back=st.integers(0, 9000), hour=st.integers(0, 23))
def test_nothing_of_the_bundle_shows_from_after_the_moment(days_back: int, hour: int) -> None:
    at = datetime(2022, 12, 31, hour, 30, tzinfo=UTC) - timedelta(days=days_back)
    view = AsOfMarketData(SnapshotMarketData(), at)

    async def look() -> tuple[date, AsOf]:
        found = await view.history("KO", at.date() - timedelta(days=30), None)
        quote = (await view.quotes(["KO"]))["KO"]
        assert isinstance(quote, Quote)
        assert await view.today() <= at.date()
        return found.dates[-1], quote.as_of

    for day in asyncio.run(look()):
        assert day <= at.date()
        assert day < at.date() or hour >= 17  # New York never closes before 17:00 UTC


def test_a_later_split_is_taken_out_again() -> None:
    split = history(
        "AAPL",
        [25.0, 26.0, 27.0, 30.0],
        closes=[25.0, 26.0, 27.0, 30.0],
        splits=((FRIDAY, Decimal(4)),),
        dividends=((date(2026, 11, 18), Decimal("0.25")), (FRIDAY, Decimal("0.30"))),
    )
    split = replace(split, volumes=(400, 800, None, 1200))
    before = cut_at(split, date(2026, 11, 19))
    assert before.closes == (100.0, 104.0, 108.0)
    assert before.adjusted == (100.0, 104.0, 108.0)
    assert before.volumes == (100, 200, None)
    assert before.splits == ()
    assert before.dividends == ((date(2026, 11, 18), Decimal("1.000")),)
    after = cut_at(split, FRIDAY)
    assert after.closes == (25.0, 26.0, 27.0, 30.0)
    assert after.splits == ((FRIDAY, Decimal(4)),)


async def test_asking_for_an_earlier_end_keeps_the_shares_of_the_moment() -> None:
    split = history("AAPL", [25.0, 26.0, 27.0, 30.0], closes=[25.0, 26.0, 27.0, 30.0], splits=((FRIDAY, Decimal(4)),))
    view = AsOfMarketData(FakeMarketData(history_of={"AAPL": split}), AFTER_CLOSE)
    assert (await view.history("AAPL", None, date(2026, 11, 18))).closes == (25.0, 26.0)


async def test_before_the_first_close_there_is_no_data() -> None:
    view = AsOfMarketData(market(), datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(NoData, match="no price of AAPL yet on"):
        await view.history("AAPL", None, None)
    assert isinstance((await view.quotes(["AAPL"]))["AAPL"], NoData)


async def test_what_is_only_known_of_the_present_is_not_shown_of_the_past() -> None:
    events = Events(
        "AAPL",
        "USD",
        next_earnings=date(2026, 12, 1),
        ex_dividend=date(2026, 12, 2),
        dividends=((date(2026, 11, 2), Decimal(1)), (date(2026, 11, 25), Decimal(2))),
    )
    told = Headline("Old", "Reuters", AFTER_CLOSE - timedelta(hours=1))
    later = Headline("New", "Reuters", AFTER_CLOSE + timedelta(hours=1))
    source = market(events_of={"AAPL": events}, news_of={"AAPL": (later, told)})
    past, present = AsOfMarketData(source, AFTER_CLOSE), AsOfMarketData(source, AFTER_CLOSE, live=True)
    assert await past.events("AAPL") == Events("AAPL", "USD", dividends=((date(2026, 11, 2), Decimal(1)),))
    assert (await present.events("AAPL")).next_earnings == date(2026, 12, 1)
    assert await past.news("AAPL", 5) == (told,)
    with pytest.raises(NotOffered):
        await past.fundamentals("AAPL")
    with pytest.raises(NoData):
        await AsOfMarketData(source, AFTER_CLOSE - timedelta(days=3)).news("AAPL", 5)


async def test_a_reference_rate_counts_from_the_afternoon_it_is_published() -> None:
    bundle = SnapshotMarketData()
    morning = AsOfMarketData(bundle, datetime(2020, 3, 16, 9, 0, tzinfo=UTC))
    evening = AsOfMarketData(bundle, datetime(2020, 3, 16, 20, 0, tzinfo=UTC))
    assert (await morning.exchange_rate("EUR", "USD", None)).as_of == date(2020, 3, 13)
    assert (await evening.exchange_rate("EUR", "USD", None)).as_of == date(2020, 3, 16)
    assert (await evening.exchange_rate("EUR", "USD", date(2020, 3, 18))).as_of == date(2020, 3, 16)


@pytest.mark.parametrize(
    ("symbol", "at", "running", "day"),
    [
        ("AAPL", AFTER_CLOSE, False, FRIDAY),
        ("AAPL", AT_NOON, True, FRIDAY),
        ("AAPL", datetime(2026, 11, 20, 13, 0, tzinfo=UTC), True, date(2026, 11, 19)),  # not open yet
        ("VOD.L", AT_NOON, False, FRIDAY),  # London closed at 16:30
        ("7203.T", datetime(2026, 11, 20, 3, 0, tzinfo=UTC), False, date(2026, 11, 19)),
        ("EURUSD=X", AFTER_CLOSE, False, date(2026, 11, 19)),
        ("ABC.XX", AFTER_CLOSE, False, date(2026, 11, 19)),  # of an exchange that nobody knows
    ],
)
def test_the_last_day_is_that_of_the_symbols_own_exchange(symbol: str, at: datetime, running: bool, day: date) -> None:
    assert last_known_day(symbol, at, running=running) == day


def test_a_holiday_is_no_day_that_a_price_should_be_of() -> None:
    thanksgiving = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    assert expected_day("AAPL", thanksgiving) == date(2026, 11, 25)
    assert expected_day("VOD.L", thanksgiving) == date(2026, 11, 26)
    assert expected_day("EURUSD=X", thanksgiving) is None


def test_where_a_calendar_does_not_reach_the_careful_rule_holds() -> None:
    """The holidays of Mumbai are not known for 2029."""
    at = datetime(2029, 11, 20, 21, 30, tzinfo=UTC)
    assert expected_day("INFY.NS", at) is None
    assert last_known_day("INFY.NS", at) == date(2029, 11, 19)


@pytest.mark.parametrize("suffix", EXCHANGE_OF_SUFFIX)
def test_every_ending_is_of_an_exchange_with_a_calendar(suffix: str) -> None:
    assert expected_day(f"X.{suffix}", datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) is not None


def test_a_history_without_later_splits_is_only_cut() -> None:
    whole = PriceHistory("X", "USD", (date(2026, 1, 1), date(2026, 1, 2)), (1.0, 2.0), closes=None)
    assert cut_at(whole, date(2026, 1, 1)) == replace(whole, dates=whole.dates[:1], adjusted=(1.0,))
