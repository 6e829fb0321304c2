"""Market data for one run of many digests: each thing is asked for once, whoever asks and however many at a time."""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_right
from collections import Counter
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tools.errors import MarketDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Sequence
    from datetime import date

    from tools.market_data.base import (
        Events,
        ExchangeRate,
        Fundamentals,
        Headline,
        MarketData,
        MarketSummary,
        PriceHistory,
        Quote,
        ScreenCriteria,
        ScreenRow,
    )

Value = TypeVar("Value")
REACH = timedelta(days=10 * 366)
"""How far back a history is asked for at first: far enough for most purchases, so that it is asked for once."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A history in little memory. `since` is the start it was asked from, None for its very beginning."""

    since: date | None
    bare: PriceHistory
    dates: tuple[date, ...]
    adjusted: array[float]
    closes: array[float] | None
    volumes: tuple[int | None, ...] | None

    def between(self, start: date | None, end: date | None) -> PriceHistory:
        """From the last close on or before `start`, as `MarketData.history` has it."""
        first = 0 if start is None else max(0, bisect_right(self.dates, start) - 1)
        stop = len(self.dates) if end is None else bisect_right(self.dates, end)
        kept = slice(first, stop)
        return replace(
            self.bare,
            dates=self.dates[kept],
            adjusted=tuple(self.adjusted[kept]),
            closes=None if self.closes is None else tuple(self.closes[kept]),
            volumes=None if self.volumes is None else self.volumes[kept],
        )


class RunData:
    """A `MarketData` in front of another for one run, in one event loop; `requests` counts what was asked, by kind.

    A value or error stays as it was for the whole run, so that all digests of it agree. `once` keeps other results
    of the run in the same way.
    """

    def __init__(self, market: MarketData, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.name = market.name
        self.requests: Counter[str] = Counter()
        self.began = now()
        self._market = market
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._shared_dates: dict[tuple[date, ...], tuple[date, ...]] = {}

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """What `make` returned the first time it was called for `key`; those who ask meanwhile wait for that call.

        A `MarketDataError` is raised for everyone; after any other failure the next one tries again.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(_outcome(make()))
            task.add_done_callback(lambda done: self._landed(key, done))
        found = await asyncio.shield(task)  # one who gives up takes it from nobody else
        if isinstance(found, MarketDataError):
            raise copy(found)  # the kept one would gather a traceback each time
        return cast("Value", found)

    async def today(self) -> date:
        """As the source says."""
        return await self._market.today()

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """See `MarketData.quotes`. Digests read prices off histories instead, which need no request more."""

        async def one(symbol: str) -> Quote | MarketDataError:
            try:
                return await self._quote(symbol)
            except MarketDataError as error:
                return error

        return dict(zip(symbols, await asyncio.gather(*map(one, symbols)), strict=True))

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """See `MarketData.history`; one request serves every span, but for one that reaches back beyond `REACH`."""
        reach = self.began.date() - REACH
        since = None if start is None else min(start, reach)
        packed = await self.once(("history", symbol), lambda: self._fetch(symbol, since))
        if packed.since is not None and (start is None or start < packed.since):
            packed = await self.once(("whole history", symbol), lambda: self._fetch(symbol, None))
        return packed.between(start, end)

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """See `MarketData.fundamentals`."""
        return await self._ask("fundamentals", symbol, lambda: self._market.fundamentals(symbol))

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        """See `MarketData.news`."""
        return await self._ask("news", (symbol, limit), lambda: self._market.news(symbol, limit))

    async def events(self, symbol: str) -> Events:
        """See `MarketData.events`."""
        return await self._ask("events", symbol, lambda: self._market.events(symbol))

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """See `MarketData.screen`."""
        return await self._ask("screen", criteria, lambda: self._market.screen(criteria))

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """As the source says; it is no request."""
        return await self._market.sectors()

    async def overview(self) -> MarketSummary:
        """As the source says; it is no request."""
        return await self._market.overview()

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """See `MarketData.exchange_rate`."""
        return await self._ask("rate", (base, quote, on), lambda: self._market.exchange_rate(base, quote, on))

    async def _quote(self, symbol: str) -> Quote:
        async def fetch() -> Quote:
            found = (await self._market.quotes([symbol]))[symbol]
            if isinstance(found, MarketDataError):
                raise found
            return found

        return await self._ask("quote", symbol, fetch)

    async def _ask(self, kind: str, key: Hashable, fetch: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        async def counted() -> Value:
            self.requests[kind] += 1
            return await fetch()

        return await self.once((kind, key), counted)

    async def _fetch(self, symbol: str, since: date | None) -> _Packed:
        """Ask for a history from `since`; None is its beginning."""
        self.requests["history"] += 1
        found = await self._market.history(symbol, since, None)
        dates = self._shared_dates.setdefault(found.dates, found.dates)  # most symbols trade on the same days
        closes = None if found.closes is None else array("d", found.closes)
        bare = replace(found, dates=(), adjusted=(), closes=None, volumes=None)
        return _Packed(since, bare, dates, array("d", found.adjusted), closes, found.volumes)

    def _landed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._tasks.pop(key, None)


async def _outcome(work: Coroutine[Any, Any, Value]) -> Value | MarketDataError:
    try:
        return await work
    except MarketDataError as error:
        return error.with_traceback(None)
