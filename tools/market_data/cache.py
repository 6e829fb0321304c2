"""Market data kept for a while: one request for the same thing at a time, and the last good value in bad times."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from tools.errors import MarketDataError, NoData, RateLimited, Unreachable
from tools.market_data.base import REMARK_SEPARATOR, Quote
from tools.market_data.breaker import Breaker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
    from datetime import date

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

Value = TypeVar("Value")
Kind = Literal["quote", "history", "fundamentals", "news", "events", "screen", "rate", "past_rate"]


@dataclass(frozen=True, slots=True)
class Keep:
    """How long a value is as good as new, and how many of its kind are kept, the least used going first."""

    seconds: float
    most: int


AGES: Mapping[Kind, Keep] = {
    "quote": Keep(30, 2000),
    "history": Keep(600, 100),
    "fundamentals": Keep(12 * 3600, 500),
    "news": Keep(300, 200),
    "events": Keep(6 * 3600, 500),
    "screen": Keep(600, 50),
    "rate": Keep(300, 500),
    "past_rate": Keep(24 * 3600, 1000),
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(slots=True)
class _Kept:
    value: Any
    at: float


class CachedMarketData:
    """A `MarketData` in front of another, for one event loop.

    While the source asks us to wait or can't be reached, the last good values are returned, however old, with a note
    that tells their age; without one the source's error is raised. `clock` is in seconds and never goes back.
    """

    def __init__(
        self, inner: MarketData, *, clock: Callable[[], float] = time.monotonic, ages: Mapping[Kind, Keep] = AGES
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._clock = clock
        self._ages = ages
        self._kept: dict[Kind, OrderedDict[Hashable, _Kept]] = {kind: OrderedDict() for kind in ages}
        self._flying: dict[tuple[Kind, Hashable], asyncio.Task[Any]] = {}
        self._breaker = Breaker(inner.name, clock)

    async def today(self) -> date:
        """As the source says."""
        return await self._inner.today()

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        """Kept quotes, and one request for all the others that nobody is asking for already."""
        wanted = tuple(dict.fromkeys(symbols))
        missing = [each for each in wanted if not self._is_fresh("quote", each) and ("quote", each) not in self._flying]
        if missing and self._breaker.admits():
            batch = _Batch(self._inner, missing)
            for each in missing:
                self._launch("quote", each, batch.quote(each))
        # All that is under way is looked up before anything is awaited: it may have landed a moment later.
        answers = [self._answer("quote", each, self._flying.get(("quote", each))) for each in wanted]
        quotes: dict[str, Quote | MarketDataError] = {}
        for symbol, quote in zip(wanted, await asyncio.gather(*answers, return_exceptions=True), strict=True):
            if isinstance(quote, BaseException) and not isinstance(quote, MarketDataError):
                raise quote
            quotes[symbol] = quote
        return quotes

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """See `MarketData.history`."""
        return await self._get("history", (symbol, start, end), lambda: self._inner.history(symbol, start, end))

    async def fundamentals(self, symbol: str) -> Fundamentals:
        """See `MarketData.fundamentals`."""
        return await self._get("fundamentals", symbol, lambda: self._inner.fundamentals(symbol))

    async def news(self, symbol: str | None, limit: int) -> tuple[Headline, ...]:
        """See `MarketData.news`. Headlines carry their own times, so old ones get no note."""
        return await self._get("news", (symbol, limit), lambda: self._inner.news(symbol, limit))

    async def events(self, symbol: str) -> Events:
        """See `MarketData.events`."""
        return await self._get("events", symbol, lambda: self._inner.events(symbol))

    async def screen(self, criteria: ScreenCriteria) -> tuple[ScreenRow, ...]:
        """See `MarketData.screen`."""
        return await self._get("screen", criteria, lambda: self._inner.screen(criteria))

    async def sectors(self) -> dict[str, tuple[str, ...]]:
        """As the source says; it is no request."""
        return await self._inner.sectors()

    async def overview(self) -> MarketSummary:
        """As the source says; it is no request."""
        return await self._inner.overview()

    async def exchange_rate(self, base: str, quote: str, on: date | None) -> ExchangeRate:
        """See `MarketData.exchange_rate`. Rates of past days are kept a day, as they don't change any more."""
        past = on is not None and on < await self._inner.today()
        return await self._get(
            "past_rate" if past else "rate", (base, quote, on), lambda: self._inner.exchange_rate(base, quote, on)
        )

    async def _get(self, kind: Kind, key: Hashable, fetch: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The fresh value, the one being asked for, a new one, or, when there is none to be had, the last good one."""
        flying = self._flying.get((kind, key))
        if flying is None and not self._is_fresh(kind, key) and self._breaker.admits():
            flying = self._launch(kind, key, fetch())
        return cast("Value", await self._answer(kind, key, flying))

    def _launch(self, kind: Kind, key: Hashable, answer: Awaitable[Any]) -> asyncio.Task[Any]:
        flying = asyncio.create_task(self._fetch(kind, key, answer))
        self._flying[kind, key] = flying
        flying.add_done_callback(lambda task: self._landed(kind, key, task))
        return flying

    async def _answer(self, kind: Kind, key: Hashable, flying: asyncio.Task[Any] | None) -> Any:
        """What a request brings; without one, what is kept."""
        if flying is None:
            return self._recall(kind, key) if self._is_fresh(kind, key) else self._last_good(kind, key, self._shut())
        try:
            # Shielded: when one who waits gives up, the others still get their answer.
            return await asyncio.shield(flying)
        except (RateLimited, Unreachable) as error:
            return self._last_good(kind, key, error)

    async def _fetch(self, kind: Kind, key: Hashable, answer: Awaitable[Value]) -> Value:
        """Asks the source, keeps the value, and tells the breaker how it went."""
        try:
            value = await answer
        except (RateLimited, Unreachable) as error:
            self._breaker.failed(error)
            raise
        except MarketDataError:
            self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        shelf = self._kept[kind]
        shelf[key] = _Kept(value, self._clock())
        shelf.move_to_end(key)
        while len(shelf) > self._ages[kind].most:
            shelf.popitem(last=False)
        return value

    def _landed(self, kind: Kind, key: Hashable, task: asyncio.Task[Any]) -> None:
        self._flying.pop((kind, key), None)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody waiting any more is no warning

    def _shut(self) -> MarketDataError:
        """Why nothing is asked now; without a reason someone else's try is under way."""
        return self._breaker.reason or Unreachable(f"{self.name} is being tried again just now; ask again in a minute.")

    def _is_fresh(self, kind: Kind, key: Hashable) -> bool:
        kept = self._kept[kind].get(key)
        return kept is not None and self._clock() - kept.at < self._ages[kind].seconds

    def _recall(self, kind: Kind, key: Hashable) -> Any:
        self._kept[kind].move_to_end(key)
        return self._kept[kind][key].value

    def _last_good(self, kind: Kind, key: Hashable, error: MarketDataError) -> Any:
        """The kept value with its age. Raises `error` when there is none."""
        if key not in self._kept[kind]:
            raise copy(error)  # the breaker's own would gather a traceback each time
        age = self._clock() - self._kept[kind][key].at
        return _labelled(self._recall(kind, key), f"fetched {_ago(age)}, as {self.name} gives no newer data right now")


class _Batch:
    """One request for several quotes, sent when the first of them is wanted."""

    def __init__(self, source: MarketData, symbols: Sequence[str]) -> None:
        self._source = source
        self._symbols = symbols
        self._answer: asyncio.Task[dict[str, Quote | MarketDataError]] | None = None

    async def quote(self, symbol: str) -> Quote:
        """Raises the symbol's error, or `NoData` when the source left it out."""
        if self._answer is None:
            self._answer = asyncio.create_task(self._source.quotes(self._symbols))
        found = (await asyncio.shield(self._answer)).get(symbol)
        if found is None:
            raise NoData(f"{self._source.name} has no price of {symbol} right now; ask again later.")
        if isinstance(found, MarketDataError):
            raise found
        return found


def _labelled(value: Any, label: str) -> Any:
    """The value with a note more; in a list, on each; headlines and other values without notes as they are."""
    if isinstance(value, tuple):
        return tuple(_labelled(each, label) for each in value)
    if hasattr(value, "note"):
        return replace(value, note=f"{value.note}{REMARK_SEPARATOR}{label}" if value.note else label)
    if hasattr(value, "source"):
        return replace(value, source=f"{value.source}, {label}")
    return value


def _ago(seconds: float) -> str:
    """Says "25 minutes ago"."""
    for size, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            many = int(seconds // size)
            return f"{many} {word}{'' if many == 1 else 's'} ago"
    return f"{int(seconds)} second{'' if int(seconds) == 1 else 's'} ago"
