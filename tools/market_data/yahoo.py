"""Market data from Yahoo Finance, through yfinance: personal use only, by Yahoo's terms, so an operator opts in."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tools.errors import MarketDataError, NoData, Unreachable
from tools.market_data.base import Events, ExchangeRate, Headline, MarketSummary, Quote
from tools.market_data.deprecations import ignore_deprecations
from tools.market_data.yahoo_charts import history_of, no_prices, quote_of, read_chart
from tools.market_data.yahoo_companies import events_of, fundamentals_of, headlines_of
from tools.market_data.yahoo_faults import is_broken_cache, is_not_data, is_not_found, is_surprise, told
from tools.market_data.yahoo_library import forget_answers, forget_login, keep_nothing, set_up, ticker
from tools.market_data.yahoo_screens import SECTORS, ask_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tools.market_data.base import Fundamentals, PriceHistory, ScreenCriteria, ScreenRow
    from tools.market_data.yahoo_charts import Chart
    from tools.market_data.yahoo_session import YahooSession

Result = TypeVar("Result")

SECTOR_FUNDS = {
    "technology": ("XLK",),
    "healthcare": ("XLV",),
    "financial-services": ("XLF",),
    "consumer-cyclical": ("XLY",),
    "consumer-defensive": ("XLP",),
    "energy": ("XLE",),
    "industrials": ("XLI",),
    "basic-materials": ("XLB",),
    "real-estate": ("XLRE",),
    "utilities": ("XLU",),
    "communication-services": ("XLC",),
}
"""Sector key → the Select Sector SPDR fund that stands for it."""

OVERVIEW = {
    "^GSPC": "S&P 500",
    "^DJI": "Dow Jones Industrial Average",
    "^IXIC": "Nasdaq Composite",
    "^RUT": "Russell 2000",
    "^VIX": "VIX volatility index",
    "^TNX": "US 10-year Treasury yield",
    "EURUSD=X": "euro in US dollars",
    "GC=F": "gold",
    "CL=F": "crude oil (WTI)",
    "^FTSE": "FTSE 100",
    "^GDAXI": "DAX",
    "^N225": "Nikkei 225",
}

_MARKET_SYMBOL = "^GSPC"
_THREADS = 8
_BASE_MARGIN = timedelta(days=14)
_EVENT_YEARS = timedelta(days=5 * 366)
_LONGEST_RATE_GAP = timedelta(days=10)

log = logging.getLogger(__name__)


class YahooMarketData:
    """`MarketData` over yfinance, in a bounded pool of threads.

    yfinance keeps one session, cookie and crumb for the whole process, and its files in `folder`: make one of these.
    Every call ends within `timeout_seconds`; of several quotes, those that came in time are returned.
    """

    name = "Yahoo Finance"

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = 10.0,
        make_session: Callable[[], YahooSession] | None = None,
    ) -> None:
        self._folder = folder
        self._now = now
        self._timeout = timeout_seconds
        self._make_session = make_session
        self._session: YahooSession | None = None
        self._opening = threading.Lock()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="yahoo")

    def warm_up(self) -> None:
        """Starts to import yfinance (about a second) beside whatever else is starting; returns at once."""
        self._pool.submit(self._open)

    def close(self) -> None:
        """Takes no more calls; running ones end by their deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def today(self) -> date:
        """Today, in UTC."""
        return self._now().date()

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """The latest price of each symbol; those that failed, or took too long, map to their error."""
        wanted = tuple(dict.fromkeys(symbols))
        answers = await asyncio.gather(
            *(self._ask(symbol, partial(self._quote, symbol)) for symbol in wanted), return_exceptions=True
        )
        found: dict[str, Quote | MarketDataError] = {}
        for symbol, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, MarketDataError):
                raise answer
            found[symbol] = answer
        return found

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """Daily closes, raw and adjusted. Raises `NoData` when Yahoo has none in the period."""
        return await self._ask(symbol, lambda session: self._history(session, symbol, start, end))

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """Company figures; for funds and indices most are unknown. Raises `NoData` when there are none."""
        return await self._ask(
            symbol, lambda session: fundamentals_of(symbol, ticker(session, symbol).get_info(), self._now())
        )

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        """The latest headlines, newest first; without a symbol those on the S&P 500. Raises `NoData` for none."""

        def work(session: YahooSession) -> tuple[Headline, ...]:
            stories = ticker(session, symbol or _MARKET_SYMBOL).get_news(count=limit)
            return headlines_of(symbol, stories, self._now())[:limit]

        return await self._ask(symbol or "the market", work)

    async def events(self, symbol: str) -> Events:
        """Earnings and dividend dates, and the dividends and splits of five years."""

        def work(session: YahooSession) -> Events:
            chart = self._chart(session, symbol, start=self._now().date() - _EVENT_YEARS)
            try:
                info = ticker(session, symbol).get_info()
            except Exception as error:
                if not is_not_found(error):  # funds and indices have no company page
                    raise
                info = {}
            return events_of(chart, info, self._now())

        return await self._ask(symbol, work)

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """Companies on the US exchanges within the limits, by Yahoo's screener; empty when none passes."""
        if criteria.sector is not None and criteria.sector not in SECTORS:
            raise NoData(f"Yahoo Finance has no sector “{criteria.sector}”; name one of {', '.join(SECTORS)}.")
        return await self._ask("the screen", lambda session: ask_screen(session, criteria))

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """Sector key → its Select Sector SPDR fund."""
        return dict(SECTOR_FUNDS)

    async def overview(self) -> MarketSummary:
        """The main indices, and the euro, gold and oil."""
        return MarketSummary(tuple(OVERVIEW), dict(OVERVIEW))

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """The latest rate, or the close of the last day on or before `on`. Raises `NoData` for an unknown pair."""
        today = self._now().date()
        if base == quote:
            return ExchangeRate(base, quote, Decimal(1), on or today, "same currency")
        if on is not None and on > today:
            raise NoData(f"There is no exchange rate for {on.isoformat()} yet; ask for a day up to today.")
        pair = f"{base}{quote}=X"

        def work(session: YahooSession) -> ExchangeRate:
            if on is None or on == today:
                latest = self._quote(pair, session)
                day = latest.as_of.date() if isinstance(latest.as_of, datetime) else latest.as_of
                return ExchangeRate(base, quote, latest.price, day, self.name)
            found = self._history(session, pair, on, on)
            if found.dates[-1] > on or on - found.dates[-1] > _LONGEST_RATE_GAP or found.closes is None:
                raise no_prices(pair)
            return ExchangeRate(base, quote, Decimal(str(found.closes[-1])), found.dates[-1], self.name)

        return await self._ask(pair, work)

    def _quote(self, symbol: str, session: YahooSession) -> Quote:
        found = ticker(session, symbol)
        frame = found.history(period="5d", auto_adjust=False, timeout=self._timeout)
        return quote_of(read_chart(symbol, frame, found.history_metadata, self._now()), self._now())

    def _history(self, session: YahooSession, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        return history_of(self._chart(session, symbol, start, end), start, end)

    def _chart(self, session: YahooSession, symbol: str, start: date | None = None, end: date | None = None) -> Chart:
        """Bars from two weeks before `start`, so that there is a close on or before it."""
        found = ticker(session, symbol)
        span: dict[str, Any] = {"period": "max"} if start is None else {"start": start - _BASE_MARGIN}
        if end is not None:
            span["end"] = end + timedelta(days=1)
        frame = found.history(**span, auto_adjust=False, timeout=self._timeout)
        return read_chart(symbol, frame, found.history_metadata, self._now())

    async def _ask(self, subject: str, work: Callable[[YahooSession], Result]) -> Result:
        """Runs `work` in a thread, until its deadline. Raises only `MarketDataError`."""
        deadline = time.monotonic() + self._timeout
        call = asyncio.get_running_loop().run_in_executor(self._pool, self._work, subject, work, deadline)
        try:
            async with asyncio.timeout(self._timeout):
                return await call
        except TimeoutError:
            raise self._too_slow() from None

    def _work(self, subject: str, work: Callable[[YahooSession], Result], deadline: float) -> Result:
        """In a thread: once more when there is something to mend, as a stale cookie that brings a page for data."""
        if time.monotonic() >= deadline:  # it waited in the queue for all of its time
            raise self._too_slow()
        ignore_deprecations()
        session = self._open()
        with session.until(deadline):
            try:
                forget_answers(session)
                return work(session)
            except Exception as error:  # yfinance raises whatever its parsing meets
                if is_broken_cache(error):
                    keep_nothing()
                elif is_not_data(error):
                    forget_login(session)
                else:
                    if is_surprise(error):
                        log.warning("Yahoo Finance's answer on %s was not understood", subject, exc_info=error)
                    raise told(error, subject) from error
            try:
                forget_answers(session)
                return work(session)
            except Exception as error:
                raise told(error, subject) from error

    def _too_slow(self) -> Unreachable:
        return Unreachable(f"Yahoo Finance did not answer within {self._timeout:g} seconds; ask again in a minute.")

    def _open(self) -> YahooSession:
        """The session, made once, with yfinance set up for it."""
        with self._opening:
            if self._session is None:
                self._session = set_up(self._folder, self._make_session)
            return self._session
