"""How the asker's portfolio did: time-weighted, money-weighted, and in money."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.arguments import PeriodArgument
from tools.caveats import history_remarks, price_caveats
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.parsing.periods import Period
from tools.portfolio.exchange import Exchange
from tools.portfolio.positions import trades
from tools.portfolio.reading import SUBJECT, portfolio_name, read_histories, read_portfolio, sample_notes
from tools.portfolio.record import keep_record
from tools.returns import compound_annual_growth_rate
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.context import Portfolio
    from tools.market_data.base import PriceHistory
    from tools.portfolio.positions import Trade
    from tools.portfolio.record import RateOn, Record

DEFAULT_PERIOD = "1y"
_DAYS_A_YEAR = 365
# A close this much older than the day asked for is no longer "the last session".
_LONGEST_GAP = timedelta(days=10)
_MOST_POINTS = 120


@dataclass(frozen=True, slots=True)
class Measured:
    """What was held, day by day; `is_partial` when a holding had to be left out, or has no late price."""

    record: Record
    histories: Mapping[str, PriceHistory]
    notes: tuple[str, ...]
    is_partial: bool


async def get_portfolio_performance(context: ToolContext, period: PeriodArgument | None = None) -> Findings:
    """Show how the person's own portfolio did over a period: return, gain in money, best and worst holding.

    Use this when someone asks whether their portfolio made money or how their investments are doing; for what they
    hold now use get_portfolio, for one stock get_price_history.

    Args:
        period: how far back to look; a year when left out

    Returns:
        Time-weighted return (of the holdings, whatever was paid in when), money-weighted return (XIRR; what the
        person's own money earned), gain in the portfolio's currency, value at both ends, and each holding's gain.
        Rates over more than a year are also, or only, given per year. Dividends are counted where the source's
        adjusted closes hold them. `as_of` is the last close used.

    Raises:
        NoData: the portfolio is empty, began after the period, or none of it has prices.

    Source: daily closes from the market-data source. Time-weighted: daily returns linked (GIPS). Money-weighted:
    XIRR, actual/365, as spreadsheets have it; for a year or less the same rate over the period's own days.
    """
    portfolio = await read_portfolio(context)
    asked = period or Period(DEFAULT_PERIOD)
    measured = await measure(context, portfolio, asked)
    today = await context.market.today()
    return _findings(context, measured.record, portfolio_name(portfolio), portfolio.base_currency, asked, today,
                     measured.histories, (*sample_notes(portfolio), *measured.notes))  # fmt: skip


async def measure(context: ToolContext, portfolio: Portfolio, asked: Period) -> Measured:
    """The record of what was held, over a period. Raises `NoData` as `get_portfolio_performance` says."""
    today = await context.market.today()
    start, end = asked.base(today), min(asked.bounds(today)[1], today)
    if not portfolio.transactions:
        raise NoData("Your portfolio holds only cash, which has no performance; import your transactions.")
    first = min(item.traded_on for item in portfolio.transactions)
    if first > end:
        raise NoData(
            f"Your first transaction is of {show_day(first)}, after the period or after the latest prices, of "
            f"{show_day(end)}; ask for a later period or connect a live source of prices."
        )
    due = [item for item in portfolio.transactions if item.traded_on <= end]
    since = first if start is None else min(first, start)
    histories, failed = await read_histories(context, (item.symbol for item in due), since)
    notes = [f"{context.symbols.name(symbol)} is left out: {error}" for symbol, error in failed.items()]
    done = trades(due, histories)
    usable = _usable(context, done, histories, start, notes)
    done = tuple(trade for trade in done if trade.symbol in usable)
    if not done:
        raise NoData(notes[0])
    exchange = Exchange(context.market, portfolio.base_currency)
    rate_on = await _rates(exchange, done, usable, start, end)
    record = keep_record(done, usable, start, end, rate_on)
    if not record.dates:
        raise NoData(f"There is no close yet since your first transaction of {show_day(first)}; ask again later.")
    is_partial = bool(notes)
    if len(due) < len(portfolio.transactions):
        notes.append(f"Transactions after {show_day(end)} are not counted.")
    notes.append("Cash is not counted: its history is not known.")
    remarks = [
        history_remarks(context.symbols.name(symbol), history, is_latest=end >= today)
        for symbol, history in usable.items()
    ]
    notes += [*exchange.notes(), *await price_caveats(context, remarks)]
    return Measured(record, usable, tuple(notes), is_partial)


def money_weighted_return(flows: Sequence[tuple[date, float]]) -> float | None:
    """XIRR of dated payments (in negative, out positive), a fraction a year, actual/365; None if there is none."""
    from pyxirr import xirr

    if not (any(amount > 0 for _, amount in flows) and any(amount < 0 for _, amount in flows)):
        return None
    return xirr([day for day, _ in flows], [amount for _, amount in flows], silent=True)


def _usable(
    context: ToolContext,
    done: Sequence[Trade],
    histories: Mapping[str, PriceHistory],
    start: date | None,
    notes: list[str],
) -> dict[str, PriceHistory]:
    """The histories that cover what they must; the others are said in `notes`."""
    usable: dict[str, PriceHistory] = {}
    last = max((history.dates[-1] for history in histories.values() if history.dates), default=None)
    for symbol, history in histories.items():
        name = context.symbols.name(symbol)
        first = min(trade.traded_on for trade in done if trade.symbol == symbol)
        needed = first if start is None else max(first, start)
        if sum(trade.quantity for trade in done if trade.symbol == symbol) < 0:
            notes.append(f"{name} is left out: it shows more sold than bought; import the missing purchases.")
        elif history.currency is None:
            notes.append(f"{name} is left out: its prices have no currency.")
        elif not history.dates or history.dates[0] > needed + _LONGEST_GAP:
            notes.append(f"{name} is left out: its prices don't reach back to {show_day(needed)}.")
        else:
            usable[symbol] = history
            if last is not None and history.dates[-1] < last - _LONGEST_GAP:
                notes.append(f"{name} has no price after {show_day(history.dates[-1])}, so its value stays as it was.")
    return usable


async def _rates(
    exchange: Exchange, done: Sequence[Trade], histories: Mapping[str, PriceHistory], start: date | None, end: date
) -> RateOn:
    """Exchange rates at both ends, on every day of trade, and monthly between.

    While no shares are bought or sold, only the rates at the two ends of a stretch move its return, so a rate a
    month between trades leaves the returns exact.
    """
    first = max(start or done[0].traded_on, done[0].traded_on)
    months = [date(year, month, 1) for year in range(first.year, end.year + 1) for month in range(1, 13)]
    days = sorted({first, end, *(trade.traded_on for trade in done), *(day for day in months if first < day < end)})
    foreign = {trade.currency for trade in done} | {history.currency or "" for history in histories.values()}
    table: dict[str, list[float]] = {}
    for currency in foreign - {exchange.base}:
        try:
            table[currency] = [float(await exchange.rate(currency, day)) for day in days]
        except MarketDataError as error:
            raise NoData(f"Your {currency} holdings can't be converted to {exchange.base}: {error}") from error

    def rate_on(currency: str, day: date) -> float:
        if currency == exchange.base:
            return 1.0
        return table[currency][max(0, bisect_right(days, day) - 1)]

    return rate_on


def _findings(
    context: ToolContext,
    record: Record,
    name: str,
    base: str,
    asked: Period,
    today: date,
    histories: Mapping[str, PriceHistory],
    notes: tuple[str, ...],
) -> Findings:
    source = Source(context.market.name, record.dates[-1])
    returns = _returns(record, source)
    gain = _money(SUBJECT, "gain", record.gain, base, source)
    dates = (
        Figure(SUBJECT, "start date", record.dates[0], "date", source),
        Figure(SUBJECT, "end date", record.dates[-1], "date", source),
    )
    ends = (
        _money(SUBJECT, "value at the start", record.opening, base, source),
        _money(SUBJECT, "paid in", record.paid_in, base, source),
        _money(SUBJECT, "value at the end", record.values[-1], base, source),
    )
    by_holding = sorted(
        (
            _money(symbol, "gain", amount, base, source)
            for symbol, amount in record.gains.items()
            if symbol in histories
        ),
        key=lambda figure: figure.value,  # type: ignore[arg-type,return-value]
        reverse=True,
    )
    names = {SUBJECT: name, **{symbol: context.symbols.name(symbol) for symbol in histories}}
    return Findings(
        title=f"{name}: {asked.label(today)}",
        figures=(*returns.values(), gain, *ends, *dates, *by_holding),
        sentences=tuple(_sentences(names, gain, returns, dates, by_holding)),
        notes=notes,
        names=names,
        chart=_chart(record, source),
    )


def _returns(record: Record, source: Source) -> dict[str, Figure]:
    """Attribute → figure: time-weighted over the period and, past a year, a year; money-weighted for one of them."""
    start, end = record.dates[0], record.dates[-1]
    days = (end - start).days
    total = record.growth[-1] / 100 - 1
    yearly = money_weighted_return(record.flows) if days > 0 else None
    figures = [_percent("time-weighted return", total, source)]
    if days > _DAYS_A_YEAR:
        figures.append(_percent("time-weighted return a year", compound_annual_growth_rate(total, start, end), source))
        figures.append(_percent("money-weighted return a year", yearly, source))
    else:
        over_period = None if yearly is None or yearly <= -1 else (1 + yearly) ** (days / _DAYS_A_YEAR) - 1
        figures.append(_percent("money-weighted return", over_period, source))
    return {figure.attribute: figure for figure in figures}


def _percent(attribute: str, fraction: float | None, source: Source) -> Figure:
    value = None if fraction is None else Decimal(str(round(fraction * 100, 8)))
    return Figure(SUBJECT, attribute, value, "percent", source)


def _money(subject: str, attribute: str, value: float, currency: str, source: Source) -> Figure:
    return Figure(subject, attribute, Decimal(str(round(value, 6))), "money", source, currency)


def _sentences(
    names: dict[str, str],
    gain: Figure,
    returns: dict[str, Figure],
    dates: tuple[Figure, Figure],
    by_holding: list[Figure],
) -> list[str]:
    name, span = names[SUBJECT], f"from {show(dates[0])} to {show(dates[1])}"
    verb = "gained" if gain.value >= 0 else "lost"  # type: ignore[operator]
    weighted = returns["time-weighted return"]
    yearly = returns.get("time-weighted return a year")
    a_year = f" ({show(yearly)} a year)" if yearly is not None and yearly.value is not None else ""
    sentences = [
        f"{name} {verb} {show(gain, absolute=True)} {span}, a time-weighted return of {show(weighted)}{a_year}."
    ]
    for attribute in ("money-weighted return", "money-weighted return a year"):
        if attribute in returns and returns[attribute].value is not None and show(returns[attribute]) != show(weighted):
            per_year = " a year" if attribute.endswith("a year") else ""
            sentences.append(
                f"{name} had a money-weighted return of {show(returns[attribute])}{per_year}, which counts when money "
                "was paid in and out."
            )
    if len(by_holding) > 1:
        best, worst = by_holding[0], by_holding[-1]
        sentences.append(f"{join_words([_contribution(names, best, 'best'), _contribution(names, worst, 'worst')])}.")
    return sentences


def _contribution(names: dict[str, str], gain: Figure, place: str) -> str:
    word = "a gain" if gain.value >= 0 else "a loss"  # type: ignore[operator]
    return f"{names[gain.subject]} did {place} with {word} of {show(gain, absolute=True)}"


def _chart(record: Record, source: Source) -> Chart:
    """What 100 grew to, payments in and out left aside; at most 120 points, both ends kept."""
    growth = [100.0, *record.growth[1:]] if record.opening else record.growth
    last = len(growth) - 1
    places = list(range(last + 1))
    if last >= _MOST_POINTS:
        even = {round(step * last / (_MOST_POINTS - 3)) for step in range(_MOST_POINTS - 2)}
        places = sorted(even | {growth.index(min(growth)), growth.index(max(growth))})
    labels = tuple(record.dates[place].isoformat() for place in places)
    values = tuple(round(growth[place], 2) for place in places)
    title = "Growth of 100 (time-weighted)"
    return Chart(
        "line", title, labels, (Series("portfolio", values),), "points", f"{source.name}, {show_day(record.dates[-1])}"
    )
