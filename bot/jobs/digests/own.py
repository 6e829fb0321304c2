"""The sections about one person: how what is held and watched moved, and what exchange rates did to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.jobs.digests.holdings import Holdings, attributes_of, holdings_of, whole_figures, whole_sentence
from bot.jobs.digests.markets import bars, parted, remarks_on, span_figures, watched
from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import Line, Part, beside
from tools.formatting import join_words, show, show_day
from tools.portfolio.reading import SUBJECT, portfolio_name
from tools.subject import Subject, exact
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.jobs.digests.scene import Scene
    from tools.charts import Chart

MOST_ROWS = 12


async def portfolio(scene: Scene) -> Part | None:
    """What the holdings did, in money and in percentage points of the whole, largest first."""
    held = await holdings_of(scene)
    if held is None:
        return None
    source = Source(scene.context.market.name, held.last)
    moves = await scene.moves(list(held.names))
    fresh, _, missing = parted(scene, moves)
    money, change = attributes_of(scene)
    gains = {symbol: held.record.gains.get(symbol, 0.0) for symbol in held.names}
    ranked = sorted(gains, key=lambda symbol: abs(gains[symbol]), reverse=True)
    figures: list[Figure] = [*whole_figures(scene, held)]
    by_symbol = {move.symbol: move for move in fresh}
    for symbol in ranked:
        figures += _row(held, symbol, by_symbol.get(symbol), (money, change), source)
    shown = ranked[:MOST_ROWS]
    rest = ["The smaller moves are left out of the table."] if len(ranked) > len(shown) else []
    largest = [
        (held.names[s], Subject(s, s, "money", held.currency, source).money(money, exact(gains[s]))) for s in ranked
    ]
    return Part(
        "portfolio",
        Findings(
            title=portfolio_name(held.portfolio),
            figures=(*figures, *span_figures(scene, SUBJECT)),
            names={SUBJECT: portfolio_name(held.portfolio), **held.names},
            layout="table",
        ),
        lines=tuple(_portfolio_lines(scene, held, figures, ranked, money)),
        columns=("price", change, money, "contribution"),
        rows=tuple(shown),
        missing=tuple(dict.fromkeys((*held.missing, *missing))),
        notes=(*held.notes, *rest),
        remarks=remarks_on(fresh),
        personal=True,
        charts=(money_bars(f"Gains and losses {scene.when}", held.currency, largest),),
    )  # fmt: skip


def _row(
    held: Holdings, symbol: str, move: Move | None, attributes: tuple[str, str], source: Source
) -> tuple[Figure, ...]:
    money, change = attributes
    gain, opening = held.record.gains.get(symbol), held.record.opening
    own = Subject(symbol, held.names[symbol], "money", held.currency, source)
    price = move.price() if move else Figure(symbol, "price", None, "money", source, None)
    return (
        price,
        move.told() if move else own.percent(change, None),
        own.money(money, None if gain is None or move is None else exact(gain)),
        own.percent("contribution", gain / opening if gain is not None and move and opening > 0 else None, 2),
    )


def _portfolio_lines(
    scene: Scene, held: Holdings, figures: Sequence[Figure], ranked: Sequence[str], money: str
) -> list[Line]:
    """Which holdings brought and cost most; how the whole did where no headline says it."""
    by_symbol = {
        figure.subject: figure for figure in figures if figure.attribute == money and figure.subject != SUBJECT
    }
    is_told = scene.plan.kind == "my_portfolio" and "headline" in scene.plan.wanted
    lines = [] if is_told else [Line(whole_sentence(scene, held, *figures[:3]))]
    known = [s for s in ranked if by_symbol[s].value]
    ups = sorted((s for s in known if by_symbol[s].value > 0), key=lambda s: by_symbol[s].value, reverse=True)  # type: ignore[operator,arg-type,return-value]
    downs = sorted((s for s in known if by_symbol[s].value < 0), key=lambda s: by_symbol[s].value)  # type: ignore[operator,arg-type,return-value]
    for label, symbols in (("Gained", ups[:3]), ("Lost", downs[:3])):
        if symbols:
            told = [f"{held.names[s]} ({show(by_symbol[s], signed=True)})" for s in symbols]
            lines.append(Line(join_words(told), label))
    return lines


def money_bars(title: str, currency: str, rows: Sequence[tuple[str, Figure]]) -> Chart:
    """Amounts as bars, largest first."""
    return replace(bars(title, rows[:12]), unit=currency)


async def watchlist(scene: Scene) -> Part | None:
    """What the person watches, each with its moves."""
    symbols = await watched(scene)
    if not symbols:
        return None
    moves = await scene.moves(symbols)
    fresh, old, missing = parted(scene, moves)
    shown = [move for move in moves.values() if isinstance(move, Move)]
    if not shown:
        return None
    lagging = {move.symbol for move in old}
    figures = [f for move in shown for f in move.figures(note=show_day(move.last) if move.symbol in lagging else "")]
    ranked = sorted((m for m in fresh if m.change is not None), key=lambda move: move.change or 0.0, reverse=True)
    lines = []
    for label, some_moves in (
        ("Up most", [m for m in ranked if (m.change or 0) > 0][:3]),
        ("Down most", [m for m in reversed(ranked) if (m.change or 0) < 0][:3]),
    ):
        if some_moves:
            lines.append(Line(beside([(move.subject.name, move.told()) for move in some_moves]), label))
    return Part(
        "watchlist",
        Findings(
            title="Your watchlist",
            figures=(*figures, *span_figures(scene)),
            names={move.symbol: move.subject.name for move in shown},
            layout="table",
        ),
        lines=tuple(lines),
        columns=tuple(figure.attribute for figure in shown[0].figures()),
        rows=tuple(move.symbol for move in shown),
        missing=tuple(missing),
        remarks=remarks_on(shown),
        personal=True,
        charts=(bars(f"Your watchlist {scene.when}", [(m.subject.name, m.told()) for m in ranked]),) if ranked else (),
    )


async def currency(scene: Scene) -> Part | None:
    """What exchange rates alone did to foreign holdings; None where there are none."""
    held = await holdings_of(scene)
    if held is None or not held.currency_effects:
        return None
    source = Source(scene.context.market.name, held.last)
    name = portfolio_name(held.portfolio)
    total = sum(held.currency_effects.values())
    whole = Subject(SUBJECT, name, "money", held.currency, source)
    effect = whole.money("currency effect", exact(total))
    rows = [
        Subject(symbol, held.names[symbol], "money", held.currency, source).money("currency effect", exact(value))
        for symbol, value in sorted(held.currency_effects.items(), key=lambda pair: -abs(pair[1]))
    ]
    text = f"{show(effect, signed=True)} on {name[:1].lower()}{name[1:]} {scene.when}"
    return Part(
        "currency",
        Findings(
            "Exchange rates",
            figures=(effect, *rows, *span_figures(scene, SUBJECT)),
            names={SUBJECT: name, **{symbol: held.names[symbol] for symbol in held.currency_effects}},
        ),
        lines=(Line(text, "Currency effect"),),
        personal=True,
    )
