"""What a person owns and watches at a glance: the value, the day's change, the shares in it, and prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.caveats import price_caveats
from tools.errors import MarketDataError
from tools.formatting import join_words, show_day
from tools.freshness import as_of_day
from tools.market.quotes import fetch_quotes
from tools.portfolio.holdings import get_portfolio
from tools.portfolio.reading import SUBJECT
from tools.values import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.charts import Chart
    from tools.context import ToolContext
    from tools.market.quotes import QuoteRow
    from tools.values import AsOf, Findings

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Quoted:
    """One symbol with its price and the change of the day; None where it is not known."""

    symbol: str
    name: str
    price: Figure | None = None
    change: Figure | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """All that is known of it now; None and empty are unknown. `movers` are the holdings, the largest moves first."""

    value: Figure | None = None
    day_change: Figure | None = None
    day_change_percent: Figure | None = None
    allocation: Chart | None = None
    movers: tuple[Quoted, ...] = ()
    watched: tuple[Quoted, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure in it."""
        sums = (self.value, self.day_change, self.day_change_percent)
        rows = (figure for row in (*self.movers, *self.watched) for figure in (row.price, row.change))
        return tuple(figure for figure in (*sums, *rows) if figure)


async def glance(context: ToolContext) -> Glance:
    """The asker's portfolio and watchlist at a glance. What can't be had is left out, and a note says why.

    The day's change is that of each holding from the close before its latest price, at the latest exchange rate, in
    sum and as a part of the value before it; cash has none. Raises `AccessRefused`.
    """
    portfolio, watched = await context.portfolio.portfolio(), await context.portfolio.watchlist()
    notes: list[str] = []
    held: Findings | None = None
    if portfolio.transactions or any(portfolio.cash.values()):
        try:
            held = await get_portfolio(context)
            notes += held.notes
        except MarketDataError as error:
            notes.append(str(error))
    values = _values(held)
    rows, failures = await _quotes(context, list(dict.fromkeys([*values, *watched])))
    change, percent = _day_change(held, values, rows, notes)
    notes += [*map(str, failures), *await price_caveats(context, [row.remarks for row in rows.values()])]
    quoted = {symbol: _quoted(context, symbol, rows.get(symbol)) for symbol in (*values, *watched)}
    return Glance(
        value=_sum(held, "market value"),
        day_change=change,
        day_change_percent=percent,
        allocation=held.chart if held else None,
        movers=tuple(sorted((quoted[symbol] for symbol in values if quoted[symbol].change), key=_size, reverse=True)),
        watched=tuple(quoted[symbol] for symbol in watched),
        notes=tuple(dict.fromkeys(notes)),
    )


async def _quotes(context: ToolContext, symbols: Sequence[str]) -> tuple[dict[str, QuoteRow], list[MarketDataError]]:
    """Symbol → its checked quote, and why others have none."""
    if not symbols:
        return {}, []
    try:
        rows, failures = await fetch_quotes(context, symbols)
    except MarketDataError as error:
        return {}, [error]
    return {row.subject.symbol: row for row in rows}, failures


def _sum(held: Findings | None, attribute: str) -> Figure | None:
    """A figure about the whole portfolio."""
    figures = held.figures if held else ()
    return next((f for f in figures if f.subject == SUBJECT and f.attribute == attribute), None)


def _values(held: Findings | None) -> dict[str, Decimal | None]:
    """Symbol → what is held of it, in the portfolio's currency; None when that is unknown."""
    figures = held.figures if held else ()
    shares = {figure.subject for figure in figures if figure.attribute == "quantity"}
    return {
        figure.subject: figure.value if isinstance(figure.value, Decimal) else None
        for figure in figures
        if figure.subject in shares and figure.attribute == "market value"
    }


def _day_change(
    held: Findings | None, values: Mapping[str, Decimal | None], rows: Mapping[str, QuoteRow], notes: list[str]
) -> tuple[Figure | None, Figure | None]:
    """(in money, in percent) of what has a value and a move; what has none is named in `notes`."""
    total = _sum(held, "market value")
    known: list[tuple[Decimal, Decimal, AsOf | None]] = []
    missing: list[str] = []
    for symbol, value in values.items():
        row = rows.get(symbol)
        move = row.figures["day change"].value if row else None
        if row is None or value is None or not isinstance(move, Decimal):
            missing.append(held.names[symbol] if held else symbol)
            continue
        known.append((value, value - value / (1 + move / 100), row.subject.source.as_of))
    if total is None or not isinstance(total.value, Decimal) or not known:
        return None, None
    if missing:
        named = join_words(missing) if len(missing) <= _MOST_NAMED else f"{len(missing)} holdings"
        notes.append(f"The day's change is without {named}, whose move on the day is unknown.")
    days = {as_of_day(as_of) for _, _, as_of in known if as_of is not None}
    if len(days) > 1:
        notes.append(f"The day's change is of different days, from {show_day(min(days))} to {show_day(max(days))}.")
    moved = sum((move for _, move, _ in known), Decimal(0))
    before = total.value - moved
    source = Source(total.source.name, min(days, default=total.source.as_of))
    note = "partial" if missing else ""
    money = Figure(SUBJECT, "day change in money", moved, "money", source, total.currency, note=note)
    if before <= 0:
        return money, None
    return money, Figure(SUBJECT, "day change", moved / before * 100, "percent", source, note=note)


def _quoted(context: ToolContext, symbol: str, row: QuoteRow | None) -> Quoted:
    name = context.symbols.name(symbol)
    if row is None:
        return Quoted(symbol, name)
    change = row.figures["day change"]
    return Quoted(symbol, name, row.figures["price"], change if change.value is not None else None)


def _size(quoted: Quoted) -> Decimal:
    """How far it moved, whichever way."""
    value = quoted.change.value if quoted.change else None
    return abs(value) if isinstance(value, Decimal) else Decimal(0)
