"""A portfolio day by day: what it was worth, what it gained, and what was paid in and out."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tools.market_data.base import PriceHistory
    from tools.portfolio.positions import Trade

    RateOn = Callable[[str, date], float]
    """(currency, day) → units of the portfolio's currency for one of that currency."""


@dataclass(slots=True)
class Record:
    """Parallel to `dates`: the value at each close, and the growth factor since the close before (1.0 at first).

    `flows` are what the owner paid in (negative) and got out (positive), dividends included, with the opening value
    as the first payment and the closing value as the last: the form a money-weighted return is computed from.
    """

    dates: list[date] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    flows: list[tuple[date, float]] = field(default_factory=list)
    gains: dict[str, float] = field(default_factory=dict)
    opening: float = 0.0
    paid_in: float = 0.0

    @property
    def gain(self) -> float:
        """Value gained in money, dividends included, payments in and out taken off."""
        return sum(self.gains.values())

    @property
    def growth(self) -> list[float]:
        """What 100 grew to, whatever was paid in or out: the time-weighted index at each date."""
        level, levels = 100.0, []
        for factor in self.factors:
            level *= factor
            levels.append(level)
        return levels


class _Prices:
    """One symbol's closes by day, the latest one on or before."""

    def __init__(self, history: PriceHistory) -> None:
        self._dates = history.dates
        self._adjusted = history.adjusted
        self._closes = history.closes or history.adjusted
        self.currency = history.currency or ""

    def at(self, day: date) -> tuple[float, float] | None:
        """(close, adjusted close), None before the first."""
        place = bisect_right(self._dates, day) - 1
        return None if place < 0 else (self._closes[place], self._adjusted[place])


def keep_record(
    done: Sequence[Trade], histories: Mapping[str, PriceHistory], start: date | None, end: date, rate_on: RateOn
) -> Record:
    """The record from the close on or before `start` to `end`; from the first trade when that is later.

    The return of a day is that of what was held at the close before: shares bought count from their day's close and
    shares sold until it. So payments never move the time-weighted return, while the difference between the price
    paid and the close is in the gain and in the money-weighted return. On the first day the price paid counts.
    A trade on a day without a close belongs to the next one. Every traded symbol must have a history with a currency.
    """
    first = min((trade.traded_on for trade in done), default=end)
    opens = start is not None and first <= start
    ledger = _Ledger({symbol: _Prices(history) for symbol, history in histories.items()}, done, rate_on)
    for day in _sessions(histories, start if opens else None, first, end):
        ledger.close_day(day, opens=opens and not ledger.record.dates)
    record = ledger.record
    if record.dates:
        record.flows.append((record.dates[-1], record.values[-1]))
    return record


def _sessions(histories: Mapping[str, PriceHistory], opening: date | None, first: date, end: date) -> list[date]:
    """The days with a close to `end`: from the last one on or before `opening`, else from the first trade."""
    days = sorted({day for history in histories.values() for day in history.dates if day <= end})
    if opening is None:
        return [day for day in days if day >= first]
    return days[max(0, bisect_right(days, opening) - 1) :]


class _Ledger:
    """The running state while days are closed one after another."""

    def __init__(self, prices: Mapping[str, _Prices], done: Sequence[Trade], rate_on: RateOn) -> None:
        self.record = Record(gains=dict.fromkeys(prices, 0.0))
        self._prices = prices
        self._rate_on = rate_on
        self._held: dict[str, float] = {}
        self._before: dict[str, tuple[float, float, float]] = {}  # symbol → close, adjusted close, rate
        self._to_book = sorted(done, key=lambda trade: trade.traded_on, reverse=True)
        self._waiting: list[Trade] = []

    def close_day(self, day: date, *, opens: bool) -> None:
        """Book one day: gains of what was held, then its trades, then the value at the close."""
        record = self.record
        base, gained, paid_out = self._gains(day)
        cost = traded_gain = 0.0
        for trade in self._due(day):
            close = self._close(trade.symbol, day)
            self._held[trade.symbol] = self._held.get(trade.symbol, 0.0) + float(trade.quantity)
            if opens:
                continue
            worth = float(trade.quantity) * close
            paid = (
                worth if trade.amount is None else float(trade.amount) * self._rate_on(trade.currency, trade.traded_on)
            )
            record.flows.append((day, -paid))
            record.paid_in += paid
            record.gains[trade.symbol] += worth - paid
            cost, traded_gain = cost + paid, traded_gain + worth - paid
        value = sum(quantity * self._close(symbol, day) for symbol, quantity in self._held.items() if quantity)
        if opens:
            record.opening = value
            record.flows.append((day, -value))
        if paid_out:
            record.flows.append((day, paid_out))
        factor = 1 + gained / base if base > 0 else (1 + traded_gain / cost if cost > 0 else 1.0)
        record.dates.append(day)
        record.values.append(value)
        record.factors.append(factor)
        self._before = {symbol: found for symbol in self._held if (found := self._at(symbol, day)) is not None}

    def _due(self, day: date) -> list[Trade]:
        """The trades to book on this day; one without a close yet waits for the first."""
        while self._to_book and self._to_book[-1].traded_on <= day:
            self._waiting.append(self._to_book.pop())
        due = [trade for trade in self._waiting if self._at(trade.symbol, day) is not None]
        self._waiting = [trade for trade in self._waiting if self._at(trade.symbol, day) is None]
        return due

    def _gains(self, day: date) -> tuple[float, float, float]:
        """(value held at the close before, what it gained since, what of that was paid out as dividends)."""
        base = gained = paid_out = 0.0
        for symbol, quantity in self._held.items():
            before, now = self._before.get(symbol), self._at(symbol, day)
            if not quantity or before is None or now is None:
                continue
            worth = quantity * before[0] * before[2]
            gain = worth * (now[1] / before[1] * now[2] / before[2] - 1)
            payout = gain - (quantity * now[0] * now[2] - worth)
            self.record.gains[symbol] += gain
            base, gained = base + worth, gained + gain
            paid_out += payout if abs(payout) > abs(worth) * 1e-6 else 0.0  # less is the rounding of adjusted closes
        return base, gained, paid_out

    def _at(self, symbol: str, day: date) -> tuple[float, float, float] | None:
        prices = self._prices[symbol]
        found = prices.at(day)
        return None if found is None else (*found, self._rate_on(prices.currency, day))

    def _close(self, symbol: str, day: date) -> float:
        found = self._at(symbol, day)
        return 0.0 if found is None else found[0] * found[2]
