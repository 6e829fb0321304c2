"""The price of one or several symbols now, and today's move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.arguments import Symbol
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.market.freshness import freshness_note, is_future
from tools.market.subject import Subject, exact, make_subject
from tools.market.wording import direction, moved, sentence, shared_notes
from tools.values import Figure, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.market_data.base import Quote

# No listed company moves so far in a day; pence taken for pounds, an unadjusted split and a bad tick do.
_IMPOSSIBLE_FACTOR = 20
_MOST_TOLD_SINGLY = 3


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A checked quote. `figures` are by attribute; `caveats` are fit to follow the subject's name."""

    subject: Subject
    figures: dict[str, Figure]
    is_close: bool
    caveats: tuple[str, ...]


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
        figures=tuple(figure for row in rows for figure in _shown(row, everything=not several)),
        sentences=tuple(map(sentence, _sentences(rows))),
        notes=(*map(str, failures), *await quote_notes(context, rows)),
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


async def quote_notes(context: ToolContext, rows: Sequence[QuoteRow]) -> tuple[str, ...]:
    """The caveats of all rows, and the age of the prices where they are old."""
    notes = list(shared_notes((row.subject.name, caveat) for row in rows for caveat in row.caveats))
    for row in rows:
        if row.subject.source.as_of is not None:
            stale = await freshness_note(context, row.subject.source.as_of)
            notes += [stale] if stale else []
    return tuple(dict.fromkeys(notes))


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
    caveats = [quote.note] if quote.note else []
    if subject.unit == "money" and not quote.currency:
        caveats.append("the currency of its price is unknown")
    previous = _positive(quote.previous_close)
    if previous is not None and max(quote.price, previous) / min(quote.price, previous) >= _IMPOSSIBLE_FACTOR:
        caveats.append("the price and the previous close are too far apart to be right; check before relying on them")
        previous = None
    change = None if previous is None else quote.price / previous - 1
    volume = exact(quote.volume) if quote.volume is not None and quote.volume >= 0 else None
    figures = [
        subject.price("price", quote.price),
        subject.percent("day change", change, decimals=2),
        subject.price("day change in money", None if previous is None else quote.price - previous),
        subject.price("previous close", previous),
        subject.price("day high", _positive(quote.day_high)),
        subject.price("day low", _positive(quote.day_low)),
        subject.number("volume", volume, "count", 0),
        subject.day("as of", quote.as_of),
    ]
    is_close = not isinstance(quote.as_of, datetime)
    return QuoteRow(subject, {figure.attribute: figure for figure in figures}, is_close, tuple(caveats))


def _positive(value: Decimal | None) -> Decimal | None:
    value = exact(value)
    return value if value is not None and value > 0 else None


def _shown(row: QuoteRow, *, everything: bool) -> list[Figure]:
    """Several symbols get a narrow table; one gets all that is known."""
    attributes = ("price", "day change", "previous close", "as of")
    if not everything:
        return [row.figures[attribute] for attribute in attributes]
    return [figure for figure in row.figures.values() if figure.value is not None or figure.attribute in attributes]


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
