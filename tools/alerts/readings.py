"""What alerts watch, read from market data: each symbol is asked about once, and what is missing is never guessed."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.alerts.rules import ON_PRICES, Reading, Watch, after_split, moment_of, session_day
from tools.errors import MarketDataError
from tools.freshness import is_future
from tools.market_data.base import Quote
from tools.subject import exact, positive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from tools.context import ToolContext
    from tools.market_data.base import PriceHistory

YEAR = timedelta(days=365)
MUST_REACH_BACK = timedelta(days=350)
"""A 52-week high of shorter prices is none."""
SETTLING = timedelta(hours=1)
"""After the end of a session its daily closes count as final."""
SPLIT_JUMP = Decimal("1.3")
"""A price that moved this far, as a factor, is not believed before a split on that day can be ruled out."""
AT_ONCE = 40
_EXTREMES = frozenset({"new_high", "new_low"})


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest or lowest close of the 52 weeks before a session, and its day."""

    price: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Look:
    """One symbol as an alert sees it: the quote, what it is compared with, and the splits since the last look."""

    quote: Quote
    reading: Reading
    extreme: Extreme | None = None
    splits: tuple[tuple[date, Decimal], ...] = ()
    doubt: str = ""


class Symbols:
    """The symbols of alerts: quotes are asked for at each pass, a year of closes once a session.

    Sources answer a bounded number of requests within their time limit, so no more are under way at once.
    """

    def __init__(self) -> None:
        self._closes: dict[str, tuple[date, PriceHistory]] = {}

    async def quotes(self, context: ToolContext, symbols: Iterable[str]) -> dict[str, Quote]:
        """The usable quotes; a symbol without one is left out."""
        wanted, found = list(dict.fromkeys(symbols)), dict[str, Quote]()
        for start in range(0, len(wanted), AT_ONCE):
            try:
                answers = await context.market.quotes(wanted[start : start + AT_ONCE])
            except MarketDataError:  # the source as a whole: the next pass asks again
                break
            for symbol, quote in answers.items():
                if isinstance(quote, Quote) and can_be(context, quote):
                    found[symbol] = quote
        return found

    async def read_closes(self, context: ToolContext, sessions: Mapping[str, date]) -> dict[str, PriceHistory]:
        """Symbol → a year of closes as of the session named; one that can't be had now is left out."""
        found = {symbol: self._closes[symbol][1] for symbol, day in sessions.items() if self._knows(symbol, day)}
        missing = [symbol for symbol in sessions if symbol not in found]
        for start in range(0, len(missing), AT_ONCE):
            batch = missing[start : start + AT_ONCE]
            answers = await asyncio.gather(*(_closes(context, symbol, sessions[symbol]) for symbol in batch))
            for symbol, history in zip(batch, answers, strict=True):
                if history is None:
                    continue
                found[symbol] = history
                if history.dates and history.dates[-1] >= sessions[symbol]:  # else a split of that day may be missing
                    self._closes[symbol] = (sessions[symbol], history)
        return found

    def _knows(self, symbol: str, day: date) -> bool:
        return symbol in self._closes and self._closes[symbol][0] == day


def needs_closes(watch: Watch, quote: Quote) -> bool:
    """Whether the alert's first look of a session needs the splits since the last one, or a 52-week extreme."""
    return watch.condition in _EXTREMES or session_of(quote) > _last_session(watch, quote)


def look(watch: Watch, quote: Quote, history: PriceHistory | None) -> Look:
    """What one alert sees of its symbol; `history` is a year of closes, where they were needed and could be had."""
    day, before = session_of(quote), _last_session(watch, quote)
    splits = splits_between(history, before, day)
    extreme = extreme_before(history, watch.condition, day) if watch.condition in _EXTREMES else None
    previous = positive(quote.previous_close)
    against = extreme.price if extreme else previous if watch.condition == "day_move_percent" else None
    seen = watch
    for _, ratio in splits:
        seen = after_split(seen, ratio)
    has_session = history is not None and bool(history.dates) and history.dates[-1] >= day
    doubt = "" if has_session or day == before else _jump(seen, quote.price)
    return Look(quote, Reading(quote.price, moment_of(quote.as_of), against, previous), extreme, splits, doubt)


def session_of(quote: Quote) -> date:
    """The day of trading of a quote."""
    return session_day(moment_of(quote.as_of))


def _last_session(watch: Watch, quote: Quote) -> date:
    return session_day(watch.last_as_of) if watch.last_as_of else session_of(quote)


async def _closes(context: ToolContext, symbol: str, day: date) -> PriceHistory | None:
    try:
        return await context.market.history(symbol, day - YEAR, None)
    except MarketDataError:
        return None


def can_be(context: ToolContext, quote: Quote) -> bool:
    """Whether a quote can be a price of now: a number above zero, from no time that is still to come."""
    return positive(quote.price) is not None and not is_future(context, quote.as_of)


def splits_between(history: PriceHistory | None, before: date, day: date) -> tuple[tuple[date, Decimal], ...]:
    """The splits after one session up to another: (day, new shares for one old)."""
    if history is None:
        return ()
    return tuple(
        (on, ratio) for on, ratio in history.splits if before < on <= day and (exact(ratio) or 0) > 0 and ratio != 1
    )


def extreme_before(history: PriceHistory | None, condition: str, day: date) -> Extreme | None:
    """The highest, for `new_low` the lowest, close of the 52 weeks before `day`; None where they are not all known."""
    if history is None:
        return None
    closes = history.closes if history.closes is not None else history.adjusted
    known = [
        (close, on)
        for on, close in zip(history.dates, closes, strict=True)
        if day - YEAR <= on < day and math.isfinite(close) and close > 0
    ]
    if not known or min(on for _, on in known) > day - MUST_REACH_BACK:
        return None
    close, on = min(known) if condition == "new_low" else max(known)
    price = exact(close)
    return None if price is None else Extreme(price, on)


def last_settled(now: datetime) -> date:
    """The last day whose closes are final everywhere."""
    return session_day(now - SETTLING) - timedelta(days=1)


def _jump(watch: Watch, price: Decimal) -> str:
    """Why a price waits for the session's history; "" where it moved too little to be a split."""
    if watch.condition not in ON_PRICES or watch.last_value is None or watch.last_value <= 0:
        return ""
    factor = max(price, watch.last_value) / min(price, watch.last_value)
    return "" if factor < SPLIT_JUMP else "it moved so far that a split has to be ruled out first"
