"""What alerts watch, read from market data: each symbol is asked about once, and what is missing is never guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.alerts.rules import ON_PRICES, PRICE_LEVELS, Reading, Watch, after_split, moment_of, session_day
from tools.errors import MarketDataError
from tools.freshness import is_future
from tools.market_data.base import Quote
from tools.subject import exact, positive

if TYPE_CHECKING:
    from collections.abc import Iterable
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


@dataclass
class Symbols:
    """The symbols of alerts, read once a pass; a year of closes is asked for once a session and kept till the next."""

    _histories: dict[str, tuple[date, PriceHistory | None]] = field(default_factory=dict)

    async def quotes(self, context: ToolContext, symbols: Iterable[str]) -> dict[str, Quote]:
        """The usable quotes; a symbol without one is left out."""
        wanted = list(dict.fromkeys(symbols))
        found = await context.market.quotes(wanted) if wanted else {}
        return {symbol: quote for symbol, quote in found.items() if is_usable(context, quote)}

    async def look(self, context: ToolContext, quote: Quote, watch: Watch) -> Look:
        """What one alert sees of its symbol, whose history is asked for only on the first look of a session."""
        moment = moment_of(quote.as_of)
        day = session_day(moment)
        before = session_day(watch.last_as_of) if watch.last_as_of else day
        history = None
        if day > before or watch.condition in _EXTREMES:
            history = await self._history(context, quote.symbol, day)
        splits = splits_between(history, before, day)
        extreme = extreme_before(history, watch.condition, day) if watch.condition in _EXTREMES else None
        against = extreme.price if extreme else positive(quote.previous_close)
        if watch.condition in PRICE_LEVELS | _EXTREMES and extreme is None:
            against = None
        reading = Reading(quote.price, moment, against, positive(quote.previous_close))
        seen = watch
        for _, ratio in splits:
            seen = after_split(seen, ratio)
        is_known = history is not None and bool(history.dates) and history.dates[-1] >= day
        doubt = "" if is_known or day == before else _jump(seen, quote.price)
        return Look(quote, reading, extreme, splits, doubt)

    async def _history(self, context: ToolContext, symbol: str, day: date) -> PriceHistory | None:
        """A year of closes as of this session, kept once the session's own close, so its split, too, is in it."""
        known = self._histories.get(symbol)
        if known and known[0] == day:
            return known[1]
        try:
            history = await context.market.history(symbol, day - YEAR, None)
        except MarketDataError:
            return None
        if history.dates and history.dates[-1] >= day:
            self._histories[symbol] = (day, history)
        return history


def is_usable(context: ToolContext, quote: Quote | MarketDataError | None) -> bool:
    """Whether a quote can be a price of now: a number above zero, from no time that is still to come."""
    return isinstance(quote, Quote) and positive(quote.price) is not None and not is_future(context, quote.as_of)


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
