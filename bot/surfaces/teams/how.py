"""What opens at "Show how": the tools that were used, what was asked of them, the figures they gave, and the model."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Span
from bot.surfaces.localising import Localiser, shown_day, shown_moment
from bot.surfaces.teams.cards import LARGEST, card, heading, remark, size, tables, text
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.records.answers import SeenTurn
    from bot.surfaces.localising import Reader
    from bot.surfaces.teams.cards import Element

_MOST_FIGURES = 60


def how_card(turn: SeenTurn, reader: Reader) -> dict[str, Any]:
    """The card of a turn, for who may see the turn's answer."""
    body: list[Element] = []
    for element in _elements(turn, reader):
        if size(card([*body, element])) <= LARGEST:
            body.append(element)
    return card(body)


def _elements(turn: SeenTurn, reader: Reader) -> Iterator[Element]:
    yield from heading("Asked of the tools")
    for call in turn.calls:
        arguments = ", ".join(f"{name}={_argument(value)}" for name, value in call.arguments.items())
        outcome = "" if call.ok else f" – {call.error or 'no answer'}"
        yield from text((Span("• "), Span(f"{call.name}({arguments})", code=True), Span(outcome)))
    figures = turn.figures[:_MOST_FIGURES]
    moments = {figure["as_of"] for figure in figures if figure["as_of"] and "T" in figure["as_of"]}
    times = {show_day(datetime.fromisoformat(moment)): moment for moment in moments}
    localise = Localiser(reader, [figure["text"] for figure in figures], times)
    if figures:
        yield from heading("Figures and where each is from")
        rows = tuple(
            (
                localise(figure["text"]),
                f"{figure['subject']} {figure['attribute']}",
                f"{figure['source']}{_as_of(figure['as_of'], reader)}",
            )
            for figure in figures
        )
        yield from tables(Grid(("figure", "of", "source"), rows, (True, False, False)))
    if (more := len(turn.figures) - _MOST_FIGURES) > 0:
        yield from remark(f"and {more} more")
    yield from (block for words in _remarks(turn) for block in remark(words))


def _argument(value: Any) -> str:
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)


def _as_of(iso: str | None, reader: Reader) -> str:
    if not iso:
        return ""
    if "T" in iso:
        return f", {shown_moment(datetime.fromisoformat(iso), reader)}"
    return f", {shown_day(date.fromisoformat(iso), reader)}"


def _remarks(turn: SeenTurn) -> Iterator[str]:
    if count := turn.withheld:
        was = "sentence was" if count == 1 else "sentences were"
        yield f"{count} {was} left out, because of a figure that could not be traced to a tool."
    if turn.model_name:
        yield f"Model: {turn.model_name} ({turn.model_digest[:12]})"
    yield f"Reference: {turn.id[:8]}"
