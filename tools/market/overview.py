"""The broad market at a glance, and how its sectors did."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tools import returns
from tools.arguments import PeriodArgument
from tools.caveats import price_caveats
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.market.closes import Closes, fetch_all
from tools.market.quotes import QuoteRow, fetch_quotes, shown_figures, today_sentence
from tools.market.span import span_of
from tools.market.wording import direction, moved, sentence
from tools.parsing.periods import Period
from tools.parsing.sectors import SECTOR_NAMES
from tools.subject import Subject
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

DEFAULT_SECTOR_PERIOD = "1d"
_MOST_NAMED = 3


async def get_market_overview(context: ToolContext) -> Findings:
    """How markets are doing in general: the main indices, or what stands for them, and their moves today.

    Use this when the question is about the market, stocks or indices as a whole; for one named index use get_quote,
    for sectors use get_sector_performance.

    Returns:
        Level or price, change from the previous close in percent, and time, for each entry of the source's summary.

    Raises:
        MarketDataError: none of them has a usable price.

    Source:
        the market-data source's summary and quotes; change percent = price / previous close - 1.
    """
    summary = await context.market.overview()
    rows, failures = await fetch_quotes(context, summary.symbols)
    if not rows:
        message = "There is no market summary right now; ask for one index, such as the S&P 500."
        raise failures[0] if failures else NoData(message)
    rows = [_named(row, summary.names) for row in rows]
    moves = [row for row in rows[1:] if row.figures["day change"].value is not None]
    sentences = [today_sentence(rows[0])]
    if moves:
        each = [f"{row.subject.spoken} {moved(row.figures['day change'])}" for row in moves[:_MOST_NAMED]]
        sentences.append(f"On the day {join_words(each)}.")
    return Findings(
        title="Markets at a glance",
        figures=tuple(shown_figures(rows)),
        sentences=tuple(map(sentence, sentences)),
        notes=(*map(str, failures), *await price_caveats(context, [row.remarks for row in rows])),
        names={row.subject.symbol: row.subject.name for row in rows},
        layout="table",
    )


async def get_sector_performance(context: ToolContext, period: PeriodArgument | None = None) -> Findings:
    """Which market sectors lead and which lag over a period, with a chart.

    Use this when the question is about sectors or industries as groups; to list the companies of one use
    screen_stocks.

    Args:
        period: the time asked about; leave out when not said (the last session)

    Returns:
        The return of each sector in percent, best first: of the fund that stands for it, or the plain average of
        the companies the source has (said in a note).

    Raises:
        MarketDataError: no sector has usable prices.

    Source:
        total return from adjusted closes, averaged with equal weights.
    """
    period = period or Period(DEFAULT_SECTOR_PERIOD)
    start, end = await span_of(context, period)
    members = await context.market.sectors()
    symbols = list(dict.fromkeys(symbol for group in members.values() for symbol in group))
    fetched = await fetch_all(context, symbols, start, end)
    found = {symbol: closes for symbol, closes in fetched.items() if isinstance(closes, Closes)}
    failures = [error for error in fetched.values() if isinstance(error, MarketDataError)]
    if not found:
        message = "There are no sector prices right now; ask for one company or index."
        raise failures[0] if failures else NoData(message)
    first, last = _usual_span(found.values())
    source = Source(context.market.name, last)
    found = {symbol: closes for symbol, closes in found.items() if (closes.dates[0], closes.dates[-1]) == (first, last)}
    figures = _sector_figures(members, found, source)
    label = period.label(await context.market.today())
    span = Subject("sectors", "Sectors", "money", None, source)
    dates = (span.day("start date", first), span.day("end date", last))
    names = {figure.subject: SECTOR_NAMES.get(figure.subject, figure.subject) for figure in figures}
    is_latest = end >= await context.market.today()
    caveats = await price_caveats(context, [each.remarks(is_latest=is_latest) for each in found.values()])
    return Findings(
        title=f"Sectors: {label}",
        figures=(*figures, *dates),
        sentences=_sector_sentences([names[figure.subject] for figure in figures], figures, dates),
        notes=(*_member_notes(members, found), *caveats),
        names={**names, "sectors": "Sectors"},
        layout="table",
        chart=_bar_chart(f"Sectors, {label}", figures, names, source),
    )


def _named(row: QuoteRow, names: Mapping[str, str]) -> QuoteRow:
    """The row under the name that the source's summary gives it, if any."""
    name = names.get(row.subject.symbol, row.subject.name)
    return replace(row, subject=replace(row.subject, name=name), remarks=replace(row.remarks, name=name))


def _usual_span(found: Collection[Closes]) -> tuple[date, date]:
    """The first and last date that most symbols share; a symbol with others can't be averaged with them."""
    spans = [(closes.dates[0], closes.dates[-1]) for closes in found]
    return max(spans, key=lambda span: (spans.count(span), span))


def _sector_figures(members: Mapping[str, Sequence[str]], found: Mapping[str, Closes], source: Source) -> list[Figure]:
    """One return for each sector with prices, best first."""
    averages = {}
    for sector, symbols in members.items():
        totals = [returns.total_return(found[symbol].adjusted) or 0.0 for symbol in symbols if symbol in found]
        if totals:
            averages[sector] = math.fsum(totals) / len(totals)
    ranked = sorted(averages, key=lambda sector: averages[sector], reverse=True)
    subjects = {sector: Subject(sector, SECTOR_NAMES.get(sector, sector), "money", None, source) for sector in ranked}
    return [subjects[sector].percent("total return", averages[sector]) for sector in ranked]


def _sector_sentences(names: Sequence[str], figures: Sequence[Figure], dates: tuple[Figure, Figure]) -> tuple[str, ...]:
    when = f"between {show(dates[0])} and {show(dates[1])}"
    if len(figures) == 1:
        return (f"{names[0]} {moved(figures[0])} {when}.",)
    told = [
        f"{names[0]} did best of the sectors {when}: it {moved(figures[0])}.",
        f"{names[-1]} did worst: it {moved(figures[-1])}.",
    ]
    directions = {direction(figure) for figure in figures}
    if directions in ({1}, {-1}):
        told.append("Every sector rose." if 1 in directions else "No sector rose.")
    return tuple(told)


def _member_notes(members: Mapping[str, Sequence[str]], found: Mapping[str, Closes]) -> list[str]:
    notes = []
    if any(len(symbols) > 1 for symbols in members.values()):
        each = "; ".join(f"{SECTOR_NAMES.get(sector, sector)}: {', '.join(members[sector])}" for sector in members)
        notes.append(f"Each sector is the plain average of the companies with prices here, not of all ({each}).")
    missing = [symbol for symbols in members.values() for symbol in symbols if symbol not in found]
    if missing:
        notes.append(f"Without prices and left out: {', '.join(dict.fromkeys(missing))}.")
    absent = [name for sector, name in SECTOR_NAMES.items() if sector not in members]
    if absent and members:
        notes.append(f"No prices here for {join_words(absent)}.")
    return notes


def _bar_chart(title: str, figures: Sequence[Figure], names: Mapping[str, str], source: Source) -> Chart:
    values = tuple(float(figure.value) for figure in figures)  # type: ignore[arg-type]  # percents are Decimal
    labels = tuple(names[figure.subject] for figure in figures)
    as_of = f"{source.name}, as of {show_day(source.as_of)}" if source.as_of else source.name
    return Chart("bar", title, labels, (Series("total return", values),), "%", as_of)
