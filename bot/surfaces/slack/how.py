"""What opens at "Show how": the tools that were used, what was asked of them, the figures they gave, and the model."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Span
from bot.surfaces.slack.blocks import localiser
from bot.surfaces.slack.limits import MESSAGE_CHARACTERS, MODAL_TITLE, VIEW_BLOCKS, shortened, text_size
from bot.surfaces.slack.markup import plain_text
from bot.surfaces.slack.pieces import Chunk, chunked, remark_pieces, text_pieces
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.records.answers import SeenTurn

TITLE = "How it was found"
_MOST_FIGURES = 40
_LONGEST = 3_000


def how_record(turn: SeenTurn) -> dict[str, Any]:
    """A turn of the records in the form of `record.turn_record`, as far as the view needs it."""
    times: dict[str, str] = {}
    latest: dict[str, str] = {}
    for figure in turn.figures:
        as_of = figure["as_of"] or ""
        latest[figure["source"]] = max(as_of, latest.get(figure["source"], ""))
        if "T" in as_of:
            times[show_day(datetime.fromisoformat(as_of))] = as_of
    return {
        "turn": turn.id,
        "calls": [
            {"name": call.name, "arguments": call.arguments, "ok": call.ok, "error": call.error} for call in turn.calls
        ],
        "figures": turn.figures,
        "sources": [{"name": name, "as_of": as_of or None} for name, as_of in latest.items()],
        "times": times,
        "withheld": turn.withheld,
        "model": {"name": turn.model_name, "digest": turn.model_digest} if turn.model_name else None,
    }


def how_text(record: dict[str, Any], *, locale: str, time_zone: str) -> str:
    """The same in words, where no form can be opened."""
    localise = localiser(record, locale=locale, time_zone=time_zone)
    chunks = [*_calls(record), *_figures(record, localise)]
    lines = [("• " if chunk.is_item else "") + "".join(span.text for span in chunk.spans) for chunk in chunks]
    return shortened("\n".join([*lines, *_remarks(record, localise)]), _LONGEST)


def how_view(record: dict[str, Any], *, locale: str, time_zone: str) -> dict[str, Any]:
    """The modal of a turn, for who may see the turn's answer: it holds the arguments and figures of its calls."""
    localise = localiser(record, locale=locale, time_zone=time_zone)
    chunks = [*_calls(record), *_figures(record, localise)]
    pieces = [*text_pieces(chunks, native=True), *remark_pieces(list(_remarks(record, localise)))]
    blocks: list[dict[str, Any]] = []
    for piece in pieces:
        if len(blocks) < VIEW_BLOCKS and text_size([*blocks, piece.block]) <= MESSAGE_CHARACTERS:
            blocks.append(piece.block)
    return {
        "type": "modal",
        "title": plain_text(shortened(TITLE, MODAL_TITLE)),
        "close": plain_text("Close"),
        "blocks": blocks,
    }


def _calls(record: dict[str, Any]) -> Iterator[Chunk]:
    yield Chunk((Span("Asked of the tools", bold=True),))
    for call in record.get("calls", ()):
        arguments = ", ".join(f"{name}={_argument(value)}" for name, value in call["arguments"].items())
        outcome = "" if call["ok"] else f" – {call['error'] or 'no answer'}"
        yield from chunked((Span(f"{call['name']}({arguments})", code=True), Span(outcome)), is_item=True)


def _argument(value: Any) -> str:
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)


def _figures(record: dict[str, Any], localise: Callable[[str], str]) -> Iterator[Chunk]:
    figures = record.get("figures", ())
    if not figures:
        return
    yield Chunk((Span("Figures and where each is from", bold=True),))
    for figure in figures[:_MOST_FIGURES]:
        of = f" – {figure['subject']} {figure['attribute']}, {figure['tool']}"
        yield from chunked((Span(localise(figure["text"]), bold=True), Span(of)), is_item=True)
    if (more := len(figures) - _MOST_FIGURES) > 0:
        yield Chunk((Span(f"and {more} more"),), is_item=True)


def _remarks(record: dict[str, Any], localise: Callable[[str], str]) -> Iterator[str]:
    for source in record.get("sources", ()):
        shown = {moment: text for text, moment in record.get("times", {}).items()}
        as_of = source["as_of"]
        yield f"Source: {source['name']}" + (f", as of {localise(shown.get(as_of) or _day(as_of))}" if as_of else "")
    if count := record.get("withheld"):
        was = "sentence was" if count == 1 else "sentences were"
        yield f"{count} {was} left out, because of a figure that could not be traced to a tool."
    if model := record.get("model"):
        yield f"Model: {model['name']} ({model['digest'][:12]})"
    yield f"Reference: {record['turn'][:8]}"


def _day(iso: str) -> str:
    return show_day(date.fromisoformat(iso[:10]))
