"""Dividends the asker's holdings paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.arguments import PeriodArgument
from tools.caveats import Remarks, price_caveats, remarks_in
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.parsing.periods import Period
from tools.portfolio.exchange import Exchange
from tools.portfolio.positions import trades
from tools.portfolio.reading import SUBJECT, portfolio_name, read_histories, read_portfolio, sample_notes
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tools.market_data.base import PriceHistory
    from tools.portfolio.positions import Trade

DEFAULT_PERIOD = "1y"
_COUNTED = "Before tax, by ex-dividend date; interest and dividends still to come are not counted."


@dataclass(frozen=True, slots=True)
class Payout:
    """One dividend in the portfolio's currency: shares held the day before, times dividend, times exchange rate."""

    symbol: str
    ex_date: date
    amount: Decimal


async def get_portfolio_income(context: ToolContext, period: PeriodArgument | None = None) -> Findings:
    """Show the dividends the person's own holdings paid over a period, in sum and by holding.

    Use this when someone asks about dividends or income they received; for one stock's next dividend use get_events,
    for gains get_portfolio_performance.

    Args:
        period: how far back to look; a year when left out

    Returns:
        Dividend income in the portfolio's currency, in sum and for each holding, largest first; unknown where the
        source doesn't list dividends. Gross, counted on the ex-dividend date for shares bought before it. `as_of` is
        the last day looked at.

    Raises:
        NoData: the portfolio has no transactions, or the source has none of its symbols.

    Source: dividends in the market-data source's price histories; exchange rates of the ex-dividend dates.
    """
    portfolio = await read_portfolio(context)
    if not portfolio.transactions:
        raise NoData("Your portfolio holds only cash, and its interest isn't known here; import your transactions.")
    today = await context.market.today()
    asked = period or Period(DEFAULT_PERIOD)
    first = min(item.traded_on for item in portfolio.transactions)
    start, end = asked.bounds(today)
    start, end = max(start or first, first), min(end, today)
    histories, failed = await read_histories(context, (item.symbol for item in portfolio.transactions), first)
    if not histories:
        raise next(iter(failed.values()))
    names = {symbol: context.symbols.name(symbol) for symbol in (*histories, *failed)}
    notes = [f"Dividends of {names[symbol]} are unknown: {error}" for symbol, error in failed.items()]
    done = trades(portfolio.transactions, histories)
    exchange = Exchange(context.market, portfolio.base_currency)
    sums: dict[str, Decimal | None] = dict.fromkeys(failed)
    payouts: list[Payout] = []
    for symbol, history in histories.items():
        paid = await _payouts(history, done, (start, end), exchange, names[symbol], notes)
        sums[symbol] = None if paid is None else sum((item.amount for item in paid), Decimal(0))
        payouts += paid or []
    unlisted = [names[symbol] for symbol, history in histories.items() if history.closes is None]
    if unlisted:
        whose = "" if len(unlisted) == len(names) else f" of {join_words(unlisted)}"
        why = "the prices here include them; set TUPPENCE_MARKET_DATA=yahoo to see them"
        notes.append(f"Dividends{whose} are unknown: {why}.")
    source = Source(context.market.name, end)
    total = _total(sums, portfolio.base_currency, source)
    ordered = sorted(sums.items(), key=lambda item: Decimal(-1) if item[1] is None else item[1], reverse=True)
    base = portfolio.base_currency
    rows = [Figure(symbol, "dividend income", value, "money", source, base) for symbol, value in ordered]
    if total.value is None:  # a row of "unknown" for each holding says no more than the sum does
        rows = []
    newest = end if end >= today else None
    remarks = [
        Remarks(names[symbol], remarks_in(history.note), newest and history.dates[-1])
        for symbol, history in histories.items()
    ]
    name = portfolio_name(portfolio)
    span = (Figure(SUBJECT, "start date", start, "date", source), Figure(SUBJECT, "end date", end, "date", source))
    return Findings(
        title=f"{name}: dividends, {asked.label(today)}",
        figures=(total, *rows, *span),
        sentences=tuple(_sentences(name, names, total, rows, span, context.market.name)),
        notes=(
            *sample_notes(portfolio),
            *notes,
            *exchange.notes(),
            *([] if total.value is None else [_COUNTED]),
            *await price_caveats(context, remarks),
        ),
        names={SUBJECT: name, **names},
        chart=_chart(payouts, portfolio.base_currency, source),
    )


async def _payouts(
    history: PriceHistory,
    done: Sequence[Trade],
    span: tuple[date, date],
    exchange: Exchange,
    name: str,
    notes: list[str],
) -> list[Payout] | None:
    """The dividends of one symbol in the span, both ends included; None when they can't be known."""
    if history.closes is None:
        return None
    payouts: list[Payout] = []
    for day, dividend in history.dividends:
        held = sum((t.quantity for t in done if t.symbol == history.symbol and t.traded_on < day), Decimal(0))
        if not span[0] <= day <= span[1] or held <= 0:
            continue
        if history.currency is None:
            notes.append(f"Dividends of {name} are unknown: its prices have no currency.")
            return None
        try:
            rate = await exchange.rate(history.currency, day)
        except MarketDataError as error:
            notes.append(f"Dividends of {name} can't be converted to {exchange.base}: {error}")
            return None
        payouts.append(Payout(history.symbol, day, held * dividend * rate))
    return payouts


def _total(sums: Mapping[str, Decimal | None], currency: str, source: Source) -> Figure:
    known = [value for value in sums.values() if value is not None]
    value = sum(known, Decimal(0)) if known else None
    note = "partial" if known and len(known) < len(sums) else ""
    return Figure(SUBJECT, "dividend income", value, "money", source, currency, note=note)


def _sentences(
    name: str,
    names: Mapping[str, str],
    total: Figure,
    rows: Sequence[Figure],
    span: tuple[Figure, Figure],
    market: str,
) -> list[str]:
    when = f"from {show(span[0])} to {show(span[1])}"
    if total.value is None:
        return [f"{name} may have earned dividends, but the source of its prices doesn't list them."]
    least = " at least" if total.note else ""
    if total.value == 0:
        return [f"{name} earned no dividends that {market} knows of {when} ({show(total)})."]
    sentences = [f"{name} earned{least} {show(total)} of dividends {when}."]
    if len(rows) > 1 and rows[0].value:
        sentences.append(f"{names[rows[0].subject]} paid the most, with {show(rows[0])}.")
    return sentences


def _chart(payouts: Sequence[Payout], currency: str, source: Source) -> Chart | None:
    """Dividends by month; by year when there are more months than fit."""
    if not payouts:
        return None
    months = {payout.ex_date.strftime("%Y-%m") for payout in payouts}
    form = "%Y-%m" if len(months) <= 24 else "%Y"
    bars: dict[str, Decimal] = {}
    for payout in sorted(payouts, key=lambda item: item.ex_date):
        label = payout.ex_date.strftime(form)
        bars[label] = bars.get(label, Decimal(0)) + payout.amount
    values = tuple(round(float(value), 2) for value in bars.values())
    shown = f"{source.name}, {show_day(source.as_of)}" if source.as_of else source.name
    return Chart("bar", "Dividends", tuple(bars), (Series("dividends", values),), currency, shown)
