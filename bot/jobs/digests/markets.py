"""The sections about markets: indices and rates, sectors, and who moved most."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import Line, Part, beside
from bot.jobs.digests.scene import FOLLOWED
from tools.charts import Chart, Series
from tools.errors import MarketDataError
from tools.formatting import show_day
from tools.market.closes import line_chart
from tools.market.plain_text import plain_text
from tools.parsing.sectors import SECTOR_NAMES
from tools.subject import Subject
from tools.values import Figure, Findings, Passage, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.jobs.digests.scene import Scene

MOST_INDICES = 12
MOST_MOVERS = 3
MOST_EXPLAINED = 3
_CHART_SESSIONS = 126
_LONGEST_HEADLINE, _LONGEST_PUBLISHER = 160, 60
_OLDEST_NEWS = timedelta(days=2)
BIG_MOVE = 0.03
"""From here on a company's move on a day is one that somebody will ask the cause of."""


async def universe(scene: Scene) -> tuple[str, ...]:
    """The companies whose moves are told: a person's own where the digest is about them, else those followed."""
    if scene.plan.kind == "watchlist":
        return await watched(scene)
    if scene.plan.kind == "my_portfolio":
        return await held_symbols(scene)
    return scene.plan.symbols or FOLLOWED


async def watched(scene: Scene) -> tuple[str, ...]:
    """The symbols on the person's watchlist. Raises what the access to it raises."""
    if scene.access is None:
        return ()
    symbols: tuple[str, ...] = await scene.owned("watchlist", scene.access.watchlist)
    return tuple(dict.fromkeys(symbols))


async def held_symbols(scene: Scene) -> tuple[str, ...]:
    """The symbols that the person held at the time of the digest."""
    if scene.access is None:
        return ()
    portfolio = await scene.owned("portfolio", scene.access.portfolio)
    sums: dict[str, Decimal] = {}
    for item in portfolio.transactions:
        if item.traded_on <= scene.held_until:
            sums[item.symbol] = sums.get(item.symbol, Decimal(0)) + item.quantity
    return tuple(symbol for symbol, quantity in sums.items() if quantity > 0)


def span_figures(scene: Scene, subject: str = "markets") -> tuple[Figure, ...]:
    """The ends of the time told, where it is longer than a day."""
    if not scene.plan.is_weekly or not isinstance(scene.index, Move):
        return ()
    source = scene.index.subject.source
    return (
        Figure(subject, "start date", scene.index.base, "date", source),
        Figure(subject, "end date", scene.index.last, "date", source),
    )


def parted(
    scene: Scene, moves: Mapping[str, Move | MarketDataError]
) -> tuple[list[Move], list[Move], list[tuple[str, str]]]:
    """(moves up to the day told, moves with older prices, (name, why) of what has none)."""
    fresh, old, missing = [], [], []
    for symbol, move in moves.items():
        if isinstance(move, MarketDataError):
            missing.append((scene.context.symbols.name(symbol), str(move)))
        elif scene.lags(move):
            old.append(move)
            missing.append((move.subject.name, f"its newest price is of {show_day(move.last)}"))
        else:
            fresh.append(move)
    return fresh, old, missing


def remarks_on(moves: Sequence[Move]) -> tuple[tuple[str, str], ...]:
    """(name, remark) for each remark on prices."""
    return tuple((move.subject.name, caveat) for move in moves for caveat in move.caveats)


async def indices(scene: Scene) -> Part | None:
    """What stands for the market, with longer moves, and the exchange rate of the reader's currency."""
    summary = await scene.data.overview()
    followed = (scene.index_symbol, *scene.plan.symbols) if scene.plan.symbols else summary.symbols[:MOST_INDICES]
    moves = await scene.moves(followed)
    _, _, missing = parted(scene, moves)
    shown = [move for move in moves.values() if isinstance(move, Move)]
    if not shown:
        return None
    lagging = {move.symbol for move in shown if scene.lags(move)}
    figures = [
        figure
        for move in shown
        for figure in move.figures(
            2 if move.symbol == scene.index_symbol else 1, show_day(move.last) if move.symbol in lagging else ""
        )
    ]
    columns = tuple(figure.attribute for figure in shown[0].figures())
    rows = [move.symbol for move in shown]
    rate, rate_name = await _rate(scene, columns)
    if rate and rate_name not in {move.subject.name for move in shown}:
        figures += rate
        rows.append(rate[0].subject)
    return Part(
        "indices",
        Findings(
            title="Indices and rates",
            figures=(*figures, *span_figures(scene)),
            names={**{move.symbol: move.subject.name for move in shown}, rate_name: rate_name},
            layout="table",
        ),
        columns=columns,
        rows=tuple(rows),
        missing=tuple(missing),
        remarks=remarks_on(shown),
    )


async def _rate(scene: Scene, columns: Sequence[str]) -> tuple[list[Figure], str]:
    """The dollar rate of the reader's currency (of the euro, for one who counts in dollars), as a row."""
    base = "EUR" if scene.plan.base_currency == "USD" else scene.plan.base_currency
    pair = f"{base}/USD"
    market = scene.context.market
    try:
        last = await market.exchange_rate(base, "USD", scene.last)
        monday = last.as_of - timedelta(days=last.as_of.weekday())
        ends = {
            "day change": last.as_of - timedelta(days=1),
            "week change": monday - timedelta(days=1),
            "price change": monday - timedelta(days=1),
            "change this year": last.as_of.replace(month=1, day=1) - timedelta(days=1),
        }
        before = {name: await market.exchange_rate(base, "USD", day) for name, day in ends.items() if name in columns}
    except MarketDataError:
        return [], pair
    subject = Subject(pair, pair, "ratio", None, Source(last.source, last.as_of))
    row = [subject.price("price", last.rate)]
    for name, earlier in before.items():
        row.append(subject.percent(name, last.rate / earlier.rate - 1 if earlier.rate > 0 else None))
    return sorted(row, key=lambda figure: columns.index(figure.attribute)), pair


async def sectors(scene: Scene) -> Part | None:
    """Which sectors led and which lagged: of the fund that stands for each, or the plain average of its companies."""
    members = await scene.data.sectors()
    moves = await scene.moves([symbol for group in members.values() for symbol in group])
    fresh, _, missing = parted(scene, moves)
    changes = {move.symbol: move.change for move in fresh if move.last == scene.last and move.change is not None}
    averages: dict[str, float] = {}
    for sector, symbols in members.items():
        known = [changes[symbol] for symbol in symbols if symbol in changes]
        if known:
            averages[sector] = math.fsum(known) / len(known)
    if len(averages) < 2 or not fresh:
        return None
    ranked = sorted(averages, key=lambda sector: averages[sector], reverse=True)
    source = fresh[0].subject.source
    names = {sector: SECTOR_NAMES.get(sector, sector) for sector in ranked}
    attribute = fresh[0].attribute
    figures = {
        sector: Subject(sector, names[sector], "money", None, source).percent(attribute, averages[sector])
        for sector in ranked
    }
    notes = ["A sector here is the plain average of its followed companies."] if len(moves) > len(members) else []
    return Part(
        "sectors",
        Findings("Sectors", figures=(*figures.values(), *span_figures(scene)), names=names, layout="table"),
        lines=(_sector_line(names, figures),),
        missing=tuple(missing),
        notes=tuple(notes),
        remarks=remarks_on(fresh),
        charts=(bars(f"Sectors {scene.when}", [(names[each], figures[each]) for each in ranked]),),
    )


def _sector_line(names: Mapping[str, str], figures: Mapping[str, Figure]) -> Line:
    first, *_, last = figures.items()
    values = [figure.value for figure in figures.values() if isinstance(figure.value, Decimal)]
    best, worst = beside([(names[first[0]], first[1])]), beside([(names[last[0]], last[1])])
    text = f"{best} did best and {worst} worst"
    if values[-1] > 0:
        return Line(text, "Every sector rose")
    return Line(text, "Every sector fell" if values[0] < 0 else "Sectors")


async def movers(scene: Scene) -> Part | None:
    """Who rose and fell most, and the newest headline on the largest moves."""
    symbols = await universe(scene)
    moves = await scene.moves(symbols)
    fresh, _, missing = parted(scene, moves)
    known = [move for move in fresh if move.change is not None and move.last == scene.last]
    if not known:
        return None
    ranked = sorted(known, key=lambda move: move.change or 0.0, reverse=True)
    figures = {move.symbol: move.told() for move in ranked}
    up = [move for move in ranked if (move.change or 0) > 0]
    down = [move for move in reversed(ranked) if (move.change or 0) < 0]
    lines = []
    for label, some_moves in (("Up most", up), ("Down most", down)):
        if some_moves:
            named = [(move.subject.name, figures[move.symbol]) for move in some_moves[:MOST_MOVERS]]
            lines.append(Line(beside(named), label))
    asked_about = [move for move in (*down[:2], *up[:2]) if abs(move.change or 0) >= BIG_MOVE][:MOST_EXPLAINED]
    passages = await _passages(scene, asked_about)
    lines += [Line(_quotation(scene, passage), "In the news", quoted=True) for passage in passages]
    return Part(
        "movers",
        Findings(
            title=count_title(len(up), len(down), len(known), scene.plan.symbols != ()),
            figures=(*figures.values(), *span_figures(scene)),
            passages=passages,
            names={move.symbol: move.subject.name for move in known},
            layout="table",
        ),
        lines=tuple(lines),
        missing=tuple(missing),
        remarks=remarks_on(known),
        personal=scene.plan.kind in ("watchlist", "my_portfolio"),
        charts=(bars(f"Moves {scene.when}", [(move.subject.name, figures[move.symbol]) for move in ranked]),),
    )


def count_title(up: int, down: int, known: int, are_chosen: bool) -> str:
    """How many rose and fell, in words that sentences may repeat."""
    what = "symbols" if are_chosen else "large companies"
    return f"Movers: {up} of the {known} {what} followed rose, {down} fell"


def _quotation(scene: Scene, passage: Passage) -> str:
    source = passage.source
    when = f", {show_day(source.as_of)}" if source.as_of else ""
    return f"{scene.context.symbols.name(passage.subject)}: “{passage.text}” ({source.name}{when})"


async def _passages(scene: Scene, moves: Sequence[Move]) -> tuple[Passage, ...]:
    """The newest headline on each, where the source has one of these days: quoted, never said to be the cause."""
    found = []
    for move in moves:
        try:
            headlines = await scene.context.market.news(move.symbol, 1)
        except MarketDataError:
            continue
        for headline in headlines[:1]:
            text = plain_text(headline.title, _LONGEST_HEADLINE)
            if text and scene.plan.at - headline.published <= _OLDEST_NEWS:
                publisher = plain_text(headline.publisher, _LONGEST_PUBLISHER) or scene.context.market.name
                found.append(Passage(move.symbol, "headline", text, Source(publisher, headline.published)))
    return tuple(found)


def bars(title: str, rows: Sequence[tuple[str, Figure]]) -> Chart:
    """Moves as bars in percent, at most a dozen: the ends of a longer list."""
    kept = rows if len(rows) <= 12 else [*rows[:6], *rows[-6:]]
    values = tuple(float(f.value) if isinstance(f.value, Decimal) else None for _, f in kept)
    source = rows[0][1].source
    as_of = f"{source.name}, as of {show_day(source.as_of)}" if source.as_of else source.name
    return Chart("bar", title, tuple(name for name, _ in kept), (Series("change", values),), "%", as_of)


async def index_chart(scene: Scene) -> Chart | None:
    """The index over half a year, as a line."""
    if not isinstance(scene.index, Move):
        return None
    move = scene.index
    dates, prices = move.dates[-_CHART_SESSIONS:], move.prices[-_CHART_SESSIONS:]
    source = f"{move.subject.source.name}, as of {show_day(move.last)}"
    return line_chart(f"{move.subject.name}, half a year", dates, [(move.subject.name, prices)], "points", source)
