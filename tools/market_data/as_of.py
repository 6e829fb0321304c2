"""Market data as it was known at a moment: a view of another source that shows nothing from after it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from tools.errors import MarketDataError, NoData, NotOffered
from tools.formatting import show_day
from tools.market_data.base import Quote
from tools.market_data.deprecations import ignore_deprecations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.market_data.base import (
        Events,
        ExchangeRate,
        Fundamentals,
        Headline,
        MarketData,
        MarketSummary,
        PriceHistory,
        ScreenCriteria,
        ScreenRow,
    )
    from tools.values import AsOf

HOME_EXCHANGE = "XNYS"
EXCHANGE_OF_SUFFIX: Mapping[str, str] = {
    "AS": "XAMS", "AX": "XASX", "BO": "XBOM", "BR": "XBRU", "CO": "XCSE", "DE": "XETR", "HE": "XHEL", "HK": "XHKG",
    "IR": "XDUB", "JO": "XJSE", "KS": "XKRX", "L": "XLON", "LS": "XLIS", "MC": "XMAD", "MI": "XMIL", "MX": "XMEX",
    "NS": "XBOM", "NZ": "XNZE", "OL": "XOSL", "PA": "XPAR", "SA": "BVMF", "SI": "XSES", "SS": "XSHG", "ST": "XSTO",
    "SW": "XSWX", "T": "XTKS", "TA": "XTAE", "TO": "XTSE", "TW": "XTAI", "VI": "XWBO", "WA": "XWAR",
}  # fmt: skip
"""Yahoo's ending of a symbol → the ISO 10383 code of its exchange."""
_EXCHANGE_OF_INDEX = {"^FTSE": "XLON", "^GDAXI": "XETR", "^N225": "XTKS", "^HSI": "XHKG", "^FCHI": "XPAR"}
_ROUND_THE_CLOCK = ("=X", "=F")
_FIXINGS = {"European Central Bank reference rates": time(16, 0)}
"""A source of one rate a day → the time, in UTC, by which the day's is out in summer and winter."""
_QUOTE_SPAN = timedelta(days=21)
_ONE_DAY, _LOOK_BACK = timedelta(days=1), timedelta(days=14)
_WEST_MOST = timedelta(hours=12)
"""A day is over everywhere on Earth so long after it ends in UTC."""


class AsOfMarketData:
    """A `MarketData` that shows only what `inner` could have shown at `at`.

    A close counts from the end of its session. Splits that came later are taken out of prices again; what `inner`
    itself adjusted for later dividends stays so, which leaves returns as they were. `running` is the time of the
    prices of a session that is still going on at `at`, for a source that was asked while it did; None hides them.
    `live` lets through what is only known of the present: events to come, and company figures.
    """

    def __init__(
        self, inner: MarketData, at: datetime, *, running: datetime | None = None, live: bool | None = None
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._at = at
        self._running = running
        self._live = running is not None if live is None else live

    async def today(self) -> date:
        """The day of `at`, or the last of the source where that is earlier."""
        return min(await self._inner.today(), self._at.date())

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """The last close known, or the running price, with the close before it."""
        found: dict[str, Quote | MarketDataError] = {}
        for symbol in symbols:
            try:
                found[symbol] = await self._quote(symbol)
            except MarketDataError as error:
                found[symbol] = error
        return found

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """Daily closes to the last that was known. Raises `NoData` where there was none yet."""
        whole = await self._inner.history(symbol, start, None)
        last = self.last_day(symbol)
        return cut_at(whole, min(last, end) if end else last, known=last)

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """Only for the present: what was published when is not known."""
        if not self._live:
            _not_then(f"the company figures of {symbol}")
        return await self._inner.fundamentals(symbol)

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        """The headlines that were out by then."""
        found = await self._inner.news(symbol, limit)
        kept = tuple(headline for headline in found if headline.published <= self._at or self._live)
        if not kept:
            raise NoData(f"No headline of {show_day(self._at.date())} or before is kept; ask for today's news.")
        return kept

    async def events(self, symbol: str) -> Events:
        """Past dividends and splits; dates to come only for the present."""
        found = await self._inner.events(symbol)
        day = self._at.date()
        known = replace(
            found,
            dividends=tuple(each for each in found.dividends if each[0] <= day),
            splits=tuple(each for each in found.splits if each[0] <= day),
        )
        if self._live:
            return known
        return replace(known, next_earnings=None, ex_dividend=None, dividend_payment=None)

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """Only for the present."""
        if not self._live:
            _not_then("a screen of companies")
        return await self._inner.screen(criteria)

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """As the source says."""
        return await self._inner.sectors()

    async def overview(self) -> MarketSummary:
        """As the source says."""
        return await self._inner.overview()

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """The rate on a date, or the last one that was known."""
        today = self._at.date()
        found = await self._inner.exchange_rate(base, quote, min(on or today, today))
        if found.as_of < today or self._live:
            return found
        fixed = _FIXINGS.get(found.source)
        if fixed is not None and self._at.timetz().replace(tzinfo=None) >= fixed:
            return found
        return await self._inner.exchange_rate(base, quote, today - timedelta(days=1))

    def last_day(self, symbol: str) -> date:
        """The last day whose price of `symbol` may be shown."""
        return last_known_day(symbol, self._at, running=self._running is not None)

    async def _quote(self, symbol: str) -> Quote:
        history = await self.history(symbol, self.last_day(symbol) - _QUOTE_SPAN, None)
        prices = history.closes if history.closes is not None else history.adjusted
        day = history.dates[-1]
        as_of: AsOf = day
        if self._running is not None and day > last_known_day(symbol, self._at):
            as_of = self._running
        return Quote(
            symbol,
            Decimal(repr(prices[-1])),
            history.currency,
            as_of,
            previous_close=Decimal(repr(prices[-2])) if len(prices) > 1 else None,
            adjusted=history.closes is None,
            note=history.note,
        )


def cut_at(history: PriceHistory, last: date, *, known: date | None = None) -> PriceHistory:
    """The history up to `last`, in the shares of `known` (`last` if None). Raises `NoData` where nothing is left."""
    stop = bisect_right(history.dates, last)
    if not stop:
        raise NoData(f"There was no price of {history.symbol} yet on {show_day(last)}; ask for a later day.")
    known = known or last
    later = [ratio for day, ratio in history.splits if day > known and ratio > 0]
    factor = 1.0
    for ratio in later:
        factor *= float(ratio)
    # A close of before a later split was divided by it: shares then were bigger ones.
    adjusted, closes, volumes = history.adjusted[:stop], history.closes and history.closes[:stop], history.volumes
    if later:
        adjusted = tuple(value * factor for value in adjusted)
        closes = closes and tuple(value * factor for value in closes)
        volumes = volumes and tuple(None if each is None else round(each / factor) for each in volumes)
    return replace(
        history,
        dates=history.dates[:stop],
        adjusted=adjusted,
        closes=closes,
        volumes=volumes and volumes[:stop],
        dividends=tuple((day, _in_shares(paid, factor)) for day, paid in history.dividends if day <= known),
        splits=tuple(each for each in history.splits if each[0] <= known),
    )


def _in_shares(paid: Decimal, factor: float) -> Decimal:
    return paid if factor == 1 else paid * Decimal(repr(factor))


def last_known_day(symbol: str, at: datetime, *, running: bool = False) -> date:
    """The last day whose close of `symbol` is final at `at`; with `running`, the day of a session under way too."""
    if symbol.endswith(_ROUND_THE_CLOCK):
        return at.date() if running else (at - _ONE_DAY).date()
    hours = _hours(symbol, at)
    if hours is None:
        return at.date() if running else (at - _ONE_DAY - _WEST_MOST).date()
    today = at.astimezone(ZoneInfo(hours.zone)).date()
    if running:
        begun = today in hours.opened and at >= hours.opened[today]
        return today if begun else today - _ONE_DAY
    is_open = today in hours.closed and at < hours.closed[today]
    return today - _ONE_DAY if is_open else today


def expected_day(symbol: str, at: datetime, *, running: bool = False) -> date | None:
    """The day that the newest price of `symbol` should be of at `at`; None where its exchange's hours are not known."""
    hours = None if symbol.endswith(_ROUND_THE_CLOCK) else _hours(symbol, at)
    if hours is None:
        return None
    begun = [day for day, moment in (hours.opened if running else hours.closed).items() if moment <= at]
    return max(begun, default=None)


def exchange_of(symbol: str) -> str | None:
    """The code of the exchange whose sessions the prices of `symbol` follow; None where it is not known."""
    if symbol.startswith("^"):
        return _EXCHANGE_OF_INDEX.get(symbol, HOME_EXCHANGE)
    _, dot, suffix = symbol.rpartition(".")
    return EXCHANGE_OF_SUFFIX.get(suffix) if dot else HOME_EXCHANGE


@dataclass(frozen=True, slots=True)
class _Hours:
    """The zone of an exchange, and when its sessions around a day open and close, by local date."""

    zone: str
    opened: Mapping[date, datetime]
    closed: Mapping[date, datetime]


def _hours(symbol: str, at: datetime) -> _Hours | None:
    code = exchange_of(symbol)
    return None if code is None else _session_times(code, at.date())


@lru_cache(maxsize=256)
def _session_times(code: str, day: date) -> _Hours | None:
    """The hours around a day; None where the calendar can't be had or does not reach so far."""
    from exchange_calendars import errors, get_calendar

    ignore_deprecations()
    try:
        calendar = get_calendar(code, start=day - _LOOK_BACK, end=day + 2 * _ONE_DAY)
    except (ValueError, NotImplementedError, errors.CalendarError):
        return None
    opened, closed = (
        {session.date(): moment.to_pydatetime().astimezone(UTC) for session, moment in times.items()}
        for times in (calendar.opens, calendar.closes)
    )
    return _Hours(str(calendar.tz), opened, closed)


def _not_then(what: str) -> NoReturn:
    raise NotOffered(f"What {what} was on a past day is not kept; ask for it as it is now.")
