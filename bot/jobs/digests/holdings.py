"""What a person held over the time of a digest, and what it gained: in money, in percent, and by exchange rates."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.jobs.digests.markets import held_symbols
from bot.jobs.digests.moves import Move
from bot.jobs.digests.run_data import REACH
from tools.errors import MarketDataError
from tools.formatting import show
from tools.portfolio.exchange import Exchange
from tools.portfolio.positions import trades
from tools.portfolio.reading import SUBJECT, portfolio_name, read_histories, sample_notes
from tools.portfolio.record import keep_record
from tools.subject import Subject, exact
from tools.values import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.jobs.digests.scene import Scene
    from tools.context import Portfolio, Transaction
    from tools.market_data.base import PriceHistory
    from tools.portfolio.positions import Trade
    from tools.portfolio.record import Record

_LONGEST_GAP = timedelta(days=10)
CASH_NOTE = "Cash is not counted."


@dataclass(frozen=True, slots=True)
class Holdings:
    """A person's holdings over the time of a digest. `record` is from the base to the last close.

    `currency_effects` are what exchange rates alone did to each foreign holding, in the portfolio's currency; `missing`
    names what has no usable prices, with why.
    """

    portfolio: Portfolio
    record: Record
    names: Mapping[str, str]
    currency_effects: Mapping[str, float]
    missing: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    base: date
    last: date

    @property
    def currency(self) -> str:
        """The portfolio's own."""
        return self.portfolio.base_currency

    @property
    def gain(self) -> float:
        """What all holdings gained, dividends included."""
        return self.record.gain

    @property
    def change(self) -> float | None:
        """The time-weighted return over the time, a fraction; None where nothing was held before."""
        return self.record.growth[-1] / 100 - 1 if self.record.opening else None


async def holdings_of(scene: Scene) -> Holdings | None:
    """The holdings of the person, made once a digest; None where nothing is held or nothing of it has prices."""
    return await scene.owned("holdings", lambda: _holdings(scene))  # type: ignore[no-any-return]


async def _holdings(scene: Scene) -> Holdings | None:
    if scene.access is None or not isinstance(scene.index, Move):
        return None
    portfolio: Portfolio = await scene.owned("portfolio", scene.access.portfolio)
    base, last = scene.index.base, scene.index.last
    due = [item for item in portfolio.transactions if item.traded_on <= scene.held_until]
    still = await held_symbols(scene)
    due = [item for item in due if item.symbol in still or item.traded_on > base]
    if not due:
        return None
    histories, failed = await _histories(scene, dict.fromkeys(item.symbol for item in due), min(_first(due), base))
    name_of = scene.context.symbols.name
    missing = [(name_of(symbol), str(error)) for symbol, error in failed.items()]
    usable: dict[str, PriceHistory] = {}
    for symbol, history in histories.items():
        if history.currency is None:
            missing.append((name_of(symbol), "its prices have no currency"))
        elif not history.dates or last - history.dates[-1] > _LONGEST_GAP:
            missing.append((name_of(symbol), "it has no recent price"))
        else:
            usable[symbol] = history
    done = tuple(_counted(trade, base, last) for trade in trades(due, histories) if trade.symbol in usable)
    exchange = Exchange(scene.context.market, portfolio.base_currency)
    done, usable, rates = await _converted(exchange, done, usable, (base, last), name_of, missing)
    if not done:
        return None
    recent = {symbol: _from(history, base) for symbol, history in usable.items()}
    record = keep_record(done, recent, base, last, lambda currency, day: _rate_on(rates, exchange.base, currency, day))
    if not record.dates:
        return None
    effects = _currency_effects(done, usable, rates, (base, last), exchange.base)
    names = {symbol: name_of(symbol) for symbol in usable}
    notes = (*sample_notes(portfolio), CASH_NOTE, *exchange.notes())
    return Holdings(portfolio, record, names, effects, tuple(missing), notes, base, record.dates[-1])


async def _histories(
    scene: Scene, symbols: Iterable[str], since: date
) -> tuple[dict[str, PriceHistory], dict[str, MarketDataError]]:
    """The usable closes of each symbol; those of the usual reach are cleaned once for all digests of a run."""
    reach = scene.data.began.date() - REACH
    if since < reach:
        return await read_histories(scene.context, symbols, since)
    found: dict[str, PriceHistory] = {}
    failed: dict[str, MarketDataError] = {}

    async def one(symbol: str) -> PriceHistory:
        kept, why = await read_histories(scene.context, [symbol], reach)
        if symbol in why:
            raise why[symbol]
        return kept[symbol]

    for symbol in symbols:
        try:
            found[symbol] = await scene.data.once(("usable", symbol, scene.plan.at), partial(one, symbol))
        except MarketDataError as error:
            failed[symbol] = error
    return found, failed


def _counted(trade: Trade, base: date, last: date) -> Trade:
    """A trade as a digest counts it: one within its time from the close of its day, one after the last close from that.

    What was paid is no move of the market: a holding that was imported without a date has that of its import, and was
    bought for a price of long before.
    """
    if trade.traded_on <= base:
        return trade
    return replace(trade, traded_on=min(trade.traded_on, last), amount=None)


def _from(history: PriceHistory, base: date) -> PriceHistory:
    """The closes from the last one on or before `base`: a record of days before is not kept."""
    first = max(0, bisect_right(history.dates, base) - 1)
    return replace(
        history,
        dates=history.dates[first:],
        adjusted=history.adjusted[first:],
        closes=history.closes and history.closes[first:],
        volumes=None,
    )


def _first(due: Sequence[Transaction]) -> date:
    return min(item.traded_on for item in due)


Rates = dict[str, tuple[list[date], list[float]]]


async def _converted(
    exchange: Exchange,
    done: tuple[Trade, ...],
    usable: dict[str, PriceHistory],
    span: tuple[date, date],
    name_of: Callable[[str], str],
    missing: list[tuple[str, str]],
) -> tuple[tuple[Trade, ...], dict[str, PriceHistory], Rates]:
    """The trades and histories whose currency has rates at both ends of the span, and those rates."""
    days = sorted({*span, *(trade.traded_on for trade in done if span[0] < trade.traded_on <= span[1])})
    rates: Rates = {}
    lost: dict[str, str] = {}
    of_trade = {trade.symbol: {trade.currency} for trade in done}
    for symbol, history in usable.items():
        for currency in sorted({history.currency or "", *of_trade.get(symbol, set())} - {exchange.base}):
            if currency in rates:
                continue
            try:
                rates[currency] = (days, [float(await exchange.rate(currency, day)) for day in days])
            except MarketDataError as error:
                lost[symbol] = f"it can't be converted to {exchange.base}: {error}"
    missing += [(name_of(symbol), why) for symbol, why in lost.items()]
    return (
        tuple(trade for trade in done if trade.symbol not in lost),
        {symbol: history for symbol, history in usable.items() if symbol not in lost},
        rates,
    )


def _rate_on(rates: Rates, base: str, currency: str, day: date) -> float:
    if currency == base:
        return 1.0
    days, values = rates[currency]
    return values[max(0, bisect_right(days, day) - 1)]


def _currency_effects(
    done: Sequence[Trade], usable: Mapping[str, PriceHistory], rates: Rates, span: tuple[date, date], base: str
) -> dict[str, float]:
    """What was held before the span, at its last price, times the change of the rate since."""
    effects: dict[str, float] = {}
    for symbol, history in usable.items():
        currency = history.currency or ""
        if currency == base:
            continue
        quantity = sum(float(trade.quantity) for trade in done if trade.symbol == symbol and trade.traded_on <= span[0])
        place = bisect_right(history.dates, span[1]) - 1
        closes = history.closes or history.adjusted
        first, last = (_rate_on(rates, base, currency, day) for day in span)
        if place >= 0 and quantity:
            effects[symbol] = quantity * closes[place] * (last - first)
    return effects


def whole_sentence(scene: Scene, held: Holdings, value: Figure, gain: Figure, change: Figure) -> str:
    """What the whole did, in money and percent."""
    name, shown = portfolio_name(held.portfolio), show(gain, absolute=True)
    stands = f"{'stood' if scene.is_closed else 'stands'} at {show(value)} without cash"
    if not held.record.opening and not held.gain:
        return f"{name} {stands}."  # nothing of it was held at the close before
    if not any(digit in shown for digit in "123456789"):
        return f"{name} was little changed {scene.when} and {stands}."
    verb = "gained" if held.gain > 0 else "lost"
    percent = f" ({show(change, absolute=True)})" if change.value is not None else ""
    return f"{name} {verb} {shown}{percent} {scene.when} and {stands}."


def whole_figures(scene: Scene, held: Holdings) -> tuple[Figure, Figure, Figure]:
    """(value, gain, return) of all holdings."""
    source = Source(scene.context.market.name, held.last)
    whole = Subject(SUBJECT, portfolio_name(held.portfolio), "money", held.currency, source)
    money, change = attributes_of(scene)
    return (
        whole.money("market value", exact(held.record.values[-1])),
        whole.money(money, exact(held.gain)),
        whole.percent(change, held.change, 2),
    )


def attributes_of(scene: Scene) -> tuple[str, str]:
    """What the gain in money and the change in percent are called: of a week, or of a day."""
    return ("gain", "price change") if scene.plan.is_weekly else ("day change in money", "day change")
