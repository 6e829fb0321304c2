"""The section on signs of a trend: what code found in the closes by the fixed rules of `tools.market.signals`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.jobs.digests.markets import universe
from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import MOST_NAMED, Line, Part, beside, few, some
from tools.formatting import join_words, show
from tools.market.signals import DEFINITIONS, LONG_AVERAGE, SHORT_AVERAGE
from tools.values import Figure, Findings, Passage, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.jobs.digests.scene import Scene
    from tools.market.signals import Signal, SignalKind

NAME = "signals"
RULES = Source("Tuppence's fixed rules")
_ATTRIBUTES: dict[SignalKind, tuple[str, str]] = {
    "new 52-week high": ("52-week high", "highest close before"),
    "new 52-week low": ("52-week low", "lowest close before"),
    "average crossed up": ("SMA 50", "SMA 200"),
    "average crossed down": ("SMA 50", "SMA 200"),
    "unusual move": ("day change", "usual move"),
    "unusual volume": ("volume", "usual volume"),
    "high volatility": ("annualised volatility", "sessions with less"),
    "low volatility": ("annualised volatility", "sessions with less"),
}
_FRACTIONS = frozenset({"unusual move", "high volatility", "low volatility"})


async def signals(scene: Scene) -> Part | None:
    """The rules met by the index and the companies told of; None where nothing could be looked at."""
    symbols = await universe(scene)
    moves = [move for move in (await scene.moves(symbols)).values() if isinstance(move, Move)]
    moves = [move for move in moves if move.last == scene.last]
    index = scene.index if isinstance(scene.index, Move) else None
    everyone = [*([index] if index and index.symbol not in symbols else []), *moves]
    if not everyone:
        return None
    found: dict[SignalKind, list[tuple[Move, Signal]]] = {}
    for move in everyone:
        for signal in move.signals:
            if _is_worth_telling(signal, of_index=move is index, weekly=scene.plan.is_weekly):
                found.setdefault(signal.kind, []).append((move, signal))
    figures = [figure for kind, met in found.items() for move, signal in met for figure in _figures(kind, move, signal)]
    passages = tuple(Passage(NAME, kind, DEFINITIONS[kind], RULES) for kind in DEFINITIONS if kind in found)
    split = [move for move in everyone if move.split]
    figures += [move.subject.number("last split", move.split, "ratio", 4) for move in split]
    return Part(
        NAME,
        Findings(
            title=_title(found),
            figures=tuple(dict.fromkeys(figures)),
            passages=passages,
            names={move.symbol: move.subject.name for move in everyone},
        ),
        lines=(*_splits(split), *_lines(found)),
        notes=("Signs of a trend describe past prices; they don't say what comes next.",) if found else (),
        is_unusual=bool(found or split),
        personal=scene.plan.kind in ("watchlist", "my_portfolio"),
        period="20d",
    )


def _is_worth_telling(signal: Signal, *, of_index: bool, weekly: bool) -> bool:
    """Of many companies a few are always calm or rough; the headline tells the move of the index.

    A single day's move and volume say little of a week.
    """
    if signal.kind in ("high volatility", "low volatility"):
        return of_index
    if signal.kind in ("unusual move", "unusual volume"):
        return not weekly and not (of_index and signal.kind == "unusual move")
    return True


def _title(found: dict[SignalKind, list[tuple[Move, Signal]]]) -> str:
    """With the counts that the lines tell."""
    counts = [(_title_word(kind), few([move.subject.name for move, _ in met])) for kind, met in found.items()]
    return "; ".join(["Signs of a trend", *(f"{word} {count}" for word, count in counts if count)])


def _title_word(kind: SignalKind) -> str:
    return "unusual change" if kind == "unusual move" else f"{kind}s"


def _figures(kind: SignalKind, move: Move, signal: Signal) -> tuple[Figure, ...]:
    one, other = _ATTRIBUTES[kind]
    subject = move.subject
    if kind == "unusual volume":
        return subject.number(one, signal.value, "count", 0), subject.number(other, signal.usual, "count", 0)
    if kind in _FRACTIONS:
        return subject.percent(one, signal.value), subject.percent(other, signal.usual, 1)
    return subject.price(one, signal.value), subject.price(other, signal.usual)


def _splits(moves: Sequence[Move]) -> list[Line]:
    """Whose shares were split, as prices are then of other shares than the reader remembers."""
    told = [f"{move.subject.name} ({move.split.normalize():f} for one)" for move in moves if move.split]
    return [Line(join_words(told), "Split of shares")] if told else []


def _lines(found: dict[SignalKind, list[tuple[Move, Signal]]]) -> list[Line]:
    lines = []
    for kind in DEFINITIONS:  # in the order that matters to a reader
        met = found.get(kind, [])
        if not met:
            continue
        names = [move.subject.name for move, _ in met]
        if kind == "new 52-week high":
            lines.append(Line(some(names), _plural("New 52-week high", names)))
        elif kind == "new 52-week low":
            lines.append(Line(some(names), _plural("New 52-week low", names)))
        elif kind in ("average crossed up", "average crossed down"):
            way = "above" if kind.endswith("up") else "below"
            lines.append(Line(some(names), f"{SHORT_AVERAGE}-day average now {way} the {LONG_AVERAGE}-day one"))
        elif kind == "unusual move":
            ranked = sorted(met, key=lambda pair: -abs(pair[1].value / pair[1].usual))
            moved = [(move.subject.name, move.subject.percent("day change", signal.value)) for move, signal in ranked]
            text = beside(moved) if len(moved) <= MOST_NAMED else some([name for name, _ in moved])
            lines.append(Line(text, _plural("Unusually large move", names)))
        elif kind == "unusual volume":
            lines.append(Line(some(names), "Unusual volume"))
        else:
            lines.append(Line(_volatility(kind, *met[0]), "Volatility"))
    return lines


def _plural(label: str, names: list[str]) -> str:
    return f"{label}s" if len(names) > 1 else label


def _volatility(kind: SignalKind, move: Move, signal: Signal) -> str:
    shown = show(move.subject.percent("annualised volatility", signal.value))
    side = "high" if kind == "high volatility" else "low"
    return f"{side}, with {move.subject.spoken}'s annualised volatility over 20 sessions at {shown}"
