"""The bundled provider gives what it holds, dated, and says in a sentence with a fix what it lacks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tools.errors import MarketDataError, NoData, NotOffered
from tools.market_data.base import MarketData, Quote, ScreenCriteria
from tools.market_data.snapshot import COMPANIES, FUNDS, SnapshotMarketData

FIX = "set TUPPENCE_MARKET_DATA=yahoo"
LAST_DAY = date(2022, 12, 28)


@pytest.fixture
def market() -> MarketData:
    return SnapshotMarketData()


async def quote_of(market: MarketData, symbol: str) -> Quote:
    quote = (await market.quotes([symbol]))[symbol]
    assert isinstance(quote, Quote)
    return quote


async def test_today_is_the_last_bundled_session(market: MarketData) -> None:
    assert await market.today() == LAST_DAY


async def test_a_stock_quote_is_the_last_adjusted_close_and_says_so(market: MarketData) -> None:
    quote = await quote_of(market, "AAPL")
    assert (quote.price, quote.previous_close) == (Decimal("125.674"), Decimal("129.652"))
    assert (quote.currency, quote.as_of, quote.adjusted) == ("USD", LAST_DAY, True)
    assert quote.adjusted


async def test_an_index_level_has_no_currency_and_is_not_adjusted(market: MarketData) -> None:
    quote = await quote_of(market, "^GSPC")
    assert (quote.price, quote.currency, quote.adjusted) == (Decimal("3783.22"), None, False)
    assert not quote.adjusted


async def test_every_bundled_symbol_has_a_quote(market: MarketData) -> None:
    quotes = await market.quotes(["^GSPC", *COMPANIES, *FUNDS])
    assert len(quotes) == 26
    assert all(isinstance(quote, Quote) and quote.as_of == LAST_DAY for quote in quotes.values())


async def test_a_symbol_without_prices_fails_alone_and_names_what_has_prices(market: MarketData) -> None:
    quotes = await market.quotes(["NVDA", "KO"])
    assert isinstance(quotes["KO"], Quote)
    error = quotes["NVDA"]
    assert isinstance(error, NoData)
    assert "20 large US companies" in str(error)
    assert FIX in str(error)


async def test_a_currency_pair_is_quoted_from_the_reference_rates(market: MarketData) -> None:
    quote = await quote_of(market, "EURUSD=X")
    assert (quote.price, quote.currency, quote.as_of) == (Decimal("1.1172"), "USD", date(2026, 10, 30))
    assert quote.previous_close == Decimal("1.113")


async def test_history_starts_from_the_close_before_the_period(market: MarketData) -> None:
    history = await market.history("AAPL", date(2022, 1, 1), date(2022, 1, 4))
    assert history.dates == (date(2021, 12, 31), date(2022, 1, 3), date(2022, 1, 4))
    assert len(history.adjusted) == 3
    assert history.closes is None


async def test_history_without_bounds_is_everything(market: MarketData) -> None:
    history = await market.history("^GSPC", None, None)
    assert (history.dates[0], history.dates[-1]) == (date(1990, 1, 2), LAST_DAY)
    assert history.closes == history.adjusted


async def test_history_from_before_the_first_close_begins_with_it(market: MarketData) -> None:
    history = await market.history("MTUM", date(2010, 1, 1), date(2014, 1, 3))
    assert history.dates == (date(2014, 1, 2), date(2014, 1, 3))


@pytest.mark.parametrize(
    ("symbol", "start", "end"),
    [
        ("AAPL", date(2023, 1, 1), None),
        ("MTUM", None, date(2013, 12, 31)),
        ("VOD.L", None, None),
        ("EURUSD=X", None, None),
    ],
)
async def test_history_outside_the_bundle_says_what_there_is(
    market: MarketData, symbol: str, start: date | None, end: date | None
) -> None:
    with pytest.raises(NoData, match=FIX):
        await market.history(symbol, start, end)


async def test_fundamentals_news_and_events_are_never_offered(market: MarketData) -> None:
    for asked in (market.fundamentals("AAPL"), market.news("AAPL", 5), market.news(None, 5), market.events("AAPL")):
        with pytest.raises(NotOffered, match=FIX):
            await asked


async def test_a_screen_by_price_and_sector_lists_what_passes(market: MarketData) -> None:
    rows = await market.screen(ScreenCriteria(sector="healthcare", max_price=Decimal(200), sort_by="price"))
    assert [row.symbol for row in rows] == ["PFE", "MRK", "JNJ"]
    assert all(row.pe is None and row.market_cap is None for row in rows)


async def test_a_screen_by_change_puts_the_largest_gain_first(market: MarketData) -> None:
    rows = await market.screen(ScreenCriteria(sort_by="change_percent", limit=20))
    changes = [row.change_percent for row in rows if row.change_percent is not None]
    assert len(changes) == 20
    assert changes == sorted(changes, reverse=True)


@pytest.mark.parametrize(
    "criteria",
    [
        ScreenCriteria(max_pe=Decimal(15)),
        ScreenCriteria(min_dividend_yield_percent=Decimal(3)),
        ScreenCriteria(min_market_cap=Decimal(10) ** 9),
        ScreenCriteria(sort_by="pe", sector="energy"),
        ScreenCriteria(sort_by="dividend_yield"),
        ScreenCriteria(),
    ],
)
async def test_a_screen_on_figures_the_bundle_lacks_is_refused(market: MarketData, criteria: ScreenCriteria) -> None:
    with pytest.raises(NotOffered, match=FIX):
        await market.screen(criteria)


async def test_a_screen_of_a_sector_without_bundled_companies_says_so(market: MarketData) -> None:
    with pytest.raises(NoData, match="utilities"):
        await market.screen(ScreenCriteria(sector="utilities"))


async def test_sectors_hold_each_bundled_company_once(market: MarketData) -> None:
    sectors = await market.sectors()
    assert sorted(symbol for symbols in sectors.values() for symbol in symbols) == sorted(COMPANIES)
    assert sectors["energy"] == ("CVX", "RRC", "XOM")


async def test_the_overview_is_the_index_and_the_factor_funds(market: MarketData) -> None:
    overview = await market.overview()
    assert overview.symbols == ("^GSPC", "MTUM", "QUAL", "SIZE", "USMV", "VLUE")
    assert set(overview.names) == set(overview.symbols)


async def test_rates_cross_through_the_euro(market: MarketData) -> None:
    rate = await market.exchange_rate("USD", "JPY", date(2026, 10, 30))
    assert rate.rate == Decimal("175.68") / Decimal("1.1172")
    assert (rate.as_of, rate.source) == (date(2026, 10, 30), "European Central Bank reference rates")


async def test_a_weekend_takes_the_rate_of_the_day_before(market: MarketData) -> None:
    assert (await market.exchange_rate("EUR", "USD", date(2020, 1, 5))).as_of == date(2020, 1, 3)


async def test_without_a_date_the_newest_rate_is_given(market: MarketData) -> None:
    rate = await market.exchange_rate("EUR", "USD", None)
    assert (rate.rate, rate.as_of) == (Decimal("1.1172"), date(2026, 10, 30))


async def test_a_currency_into_itself_is_one(market: MarketData) -> None:
    assert (await market.exchange_rate("USD", "USD", None)).rate == 1


@pytest.mark.parametrize(
    ("base", "quote", "on", "says"),
    [
        ("USD", "GBP", date(1998, 12, 31), "4 Jan 1999 to 30 Oct 2026"),
        ("USD", "GBP", date(2026, 11, 20), "4 Jan 1999 to 30 Oct 2026"),
        ("USD", "XYZ", None, "no rate for XYZ"),
        ("RUB", "USD", None, "1 Mar 2022"),
        ("USD", "HRK", date(2024, 5, 1), "30 Dec 2022"),
        ("CNY", "USD", date(1999, 5, 5), "no CNY rate on or before 5 May 1999"),
    ],
)
async def test_rates_that_are_missing_or_ended_are_not_made_up(
    market: MarketData, base: str, quote: str, on: date | None, says: str
) -> None:
    with pytest.raises(NoData, match=says):
        await market.exchange_rate(base, quote, on)


async def test_every_refusal_is_one_sentence_with_a_next_step(market: MarketData) -> None:
    errors: list[MarketDataError] = []
    for asked in (market.fundamentals("AAPL"), market.history("TSLA", None, None), market.screen(ScreenCriteria())):
        with pytest.raises(MarketDataError) as caught:
            await asked
        errors.append(caught.value)
    assert all(str(error).endswith(".") and FIX in str(error) for error in errors)
