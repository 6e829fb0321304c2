"""The price of one or several symbols now, and today's move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.arguments import Symbol
from tools.caveats import Remarks, price_caveats, quote_remarks
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.freshness import is_future
from tools.market.wording import direction, moved, sentence
from tools.subject import Subject, exact, make_subject, positive
from tools.usable_closes import IMPOSSIBLE_FACTOR
from tools.values import Figure, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.market_data.base import Quote

_MOST_TOLD_SINGLY = 3
_IN_TABLES = ("price", "day change", "previous close")


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A checked quote. `figures` are by attribute."""

    subject: Subject
    figures: dict[str, Figure]
    is_close: bool
    remarks: Remarks


async def get_quote(context: ToolContext, symbols: list[Symbol]) -> Findings:
    """The latest price of one or several stocks, funds or indices, and how they moved today.

    Use this when the question is about the price now or today's move; for any longer time use get_price_history,
    for which of several did better use compare_performance.

    Args:
        symbols: one or more companies, funds or indices

    Returns:
        For each symbol: price in its own currency (an index in points), change from the previous close in money and
        percent, and what the source gives of the day's range and volume, with the time of the price.

    Raises:
        MarketDataError: no symbol has a usable price; one that fails beside others is told in a note.

    Source:
        change percent = price / previous close - 1.
    """
    rows, failures = await fetch_quotes(context, [listing.symbol for listing in symbols])
    if not rows:
        raise failures[0]
    names = [row.subject.name for row in rows]
    several = len(rows) > 1
    return Findings(
        title=f"{join_words(names)}: latest price{'s' if several else ''}",
        figures=tuple(shown_figures(rows) if several else _all_figures(rows[0])),
        sentences=tuple(map(sentence, _sentences(rows))),
        notes=(*map(str, failures), *await price_caveats(context, [row.remarks for row in rows])),
        names={row.subject.symbol: row.subject.name for row in rows},
        layout="table" if several else "lines",
    )


async def fetch_quotes(context: ToolContext, symbols: Sequence[str]) -> tuple[list[QuoteRow], list[MarketDataError]]:
    """The usable quotes in the order asked, and why the others are missing."""
    quotes = await context.market.quotes(symbols)
    rows: list[QuoteRow] = []
    failures: list[MarketDataError] = []
    for symbol in symbols:
        try:
            rows.append(_row(context, symbol, quotes.get(symbol)))
        except MarketDataError as error:
            failures.append(error)
    return rows, failures


def shown_figures(rows: Sequence[QuoteRow]) -> list[Figure]:
    """A narrow table of several symbols, with the times of the prices where these differ."""
    differ = len({row.subject.source.as_of for row in rows}) > 1
    attributes = (*_IN_TABLES, "as of") if differ else _IN_TABLES
    return [row.figures[attribute] for row in rows for attribute in attributes]


def today_sentence(row: QuoteRow) -> str:
    """One plain sentence: the price, when, and the move."""
    name, figures = row.subject.spoken, row.figures
    price, change = show(figures["price"]), figures["day change"]
    verb = f"{'closed' if row.is_close else 'was'} at {price} on {show(figures['as of'])}"
    if change.value is None:
        return f"{name} {verb}; its move on the day is unknown."
    if direction(change) == 0:
        return f"{name} {verb}, little changed from its previous close."
    return f"{name} {verb}, {moved(change, 'up', 'down')} from its previous close of {show(figures['previous close'])}."


def _row(context: ToolContext, symbol: str, quote: Quote | MarketDataError | None) -> QuoteRow:
    """The figures of one quote. Raises its error, or `NoData` for what can't be a price."""
    name = context.symbols.name(symbol)
    if isinstance(quote, MarketDataError):
        raise quote
    if quote is None or (exact(quote.price) or 0) <= 0:
        message = f"There is no usable price of {name} right now; ask again in a while."
        raise NoData(message)
    if is_future(context, quote.as_of):
        message = f"The price of {name} is stamped {show_day(quote.as_of)}, which is yet to come; ask again later."
        raise NoData(message)
    subject = make_subject(context, symbol, quote.currency, quote.as_of)
    said = quote_remarks(name, quote)
    caveats = [*said.remarks]
    if subject.unit == "money" and not quote.currency:
        caveats.append("the currency of the price is unknown")
    previous = positive(quote.previous_close)
    if previous is not None and max(quote.price, previous) / min(quote.price, previous) >= IMPOSSIBLE_FACTOR:
        caveats.append(
            "the price and the previous close are too far apart to be right, so check before relying on them"
        )
        previous = None
    change = None if previous is None else quote.price / previous - 1
    volume = exact(quote.volume) if quote.volume is not None and quote.volume >= 0 else None
    figures = [
        subject.price("price", quote.price),
        subject.percent("day change", change, decimals=2),
        _in_money(subject, None if previous is None else quote.price - previous),
        subject.price("previous close", previous),
        subject.price("day high", positive(quote.day_high)),
        subject.price("day low", positive(quote.day_low)),
        subject.number("volume", volume, "count", 0),
        subject.day("as of", quote.as_of),
    ]
    is_close = not isinstance(quote.as_of, datetime)
    return QuoteRow(
        subject, {figure.attribute: figure for figure in figures}, is_close, replace(said, remarks=tuple(caveats))
    )


def _all_figures(row: QuoteRow) -> list[Figure]:
    """All that is known of one symbol; the time of its price is that of its source."""
    return [
        figure
        for attribute, figure in row.figures.items()
        if attribute != "as of" and (figure.value is not None or attribute in _IN_TABLES)
    ]


def _in_money(subject: Subject, change: Decimal | None) -> Figure:
    """The day's change as an amount; for an index, which counts points, unknown and so left out."""
    return subject.money("day change in money", change if subject.unit == "money" else None)


def _sentences(rows: Sequence[QuoteRow]) -> list[str]:
    if len(rows) <= _MOST_TOLD_SINGLY:
        return [today_sentence(row) for row in rows]
    ranked = sorted(rows, key=_percent, reverse=True)
    best, worst = ranked[0], ranked[-1]
    told = [today_sentence(rows[0])]
    if _percent(best) > _percent(worst):
        told.append(
            f"Of these {best.subject.spoken} {moved(best.figures['day change'])} on the day, the best, "
            f"and {worst.subject.spoken} {moved(worst.figures['day change'])}, the worst."
        )
    return told


def _percent(row: QuoteRow) -> Decimal:
    """The change for ranking; an unknown one counts as none."""
    value = row.figures["day change"].value
    return value if isinstance(value, Decimal) else Decimal(0)
