"""From the record of a turn to messages for `chat.postMessage`: native blocks, or plain ones for older servers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Paragraph, changed, parts_of, text_of
from bot.surfaces.localising import Localiser, Reader, known_in
from bot.surfaces.slack.buttons import answer_buttons, feedback_block, plain_feedback, wants_feedback
from bot.surfaces.slack.chart_blocks import chart_block, chart_title
from bot.surfaces.slack.events import COMMAND
from bot.surfaces.slack.limits import (
    CHARTS,
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    MESSAGE_TEXT,
    TABLES,
    text_size,
)
from bot.surfaces.slack.markup import entities, room
from bot.surfaces.slack.pieces import Piece, body_pieces, remark_pieces
from bot.surfaces.slack.splitting import split
from bot.surfaces.slack.tables import told_once
from bot.turn.commands import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.surfaces.answer import Part

_FULL = MESSAGE_CHARACTERS - 700
"""A little less than Slack takes, as it does not say what it counts."""
_TYPED = re.compile(rf"(?<![\w/.:])/(?=(?:{'|'.join(names())})\b(?!/))")
_NOTHING_TO_SAY = "There is no answer to show."


def messages(record: dict[str, Any], *, locale: str, time_zone: str) -> list[dict[str, Any]]:
    """The messages of a turn, to be posted one after the other: text, table and chart, sources, buttons."""
    localise = localiser(record, locale=locale, time_zone=time_zone)
    charts = [
        Piece(block, f"Chart: {chart_title(chart, localise.label)}.")
        for chart in record.get("charts", ())
        if (block := chart_block(chart, localise.label))
    ]
    feedback = [Piece(feedback_block(record))] if wants_feedback(record) else []
    return _messages(record, localise, charts, feedback, native=True)


def plain_messages(record: dict[str, Any], *, locale: str, time_zone: str) -> list[dict[str, Any]]:
    """The same in blocks that every server knows: text, tables in letters of one width, and ordinary buttons.

    The charts are not in them; `pictures` has those, to be uploaded.
    """
    localise = localiser(record, locale=locale, time_zone=time_zone)
    feedback = [Piece(plain_feedback(record))] if wants_feedback(record) else []
    return _messages(record, localise, [], feedback, native=False)


def localiser(record: dict[str, Any], *, locale: str, time_zone: str) -> Localiser:
    """What writes the figures and dates of a record as one reader does."""
    return Localiser(Reader(locale, time_zone), known_in(record), record.get("times", {}))


def typed_here(text: str) -> str:
    """The text with typed commands as Slack takes them: "/watch list" is "/fin watch list" there."""
    return _TYPED.sub(f"{COMMAND} ", text)


def _messages(
    record: dict[str, Any], localise: Localiser, charts: list[Piece], feedback: list[Piece], *, native: bool
) -> list[dict[str, Any]]:
    parts = parts_of(record["answer"])
    body, remarks = _sorted([changed(part, lambda text: typed_here(localise(text))) for part in parts])
    pieces = [*body_pieces(body, native=native), *charts, *remark_pieces(remarks)]
    pieces += [Piece(block) for block in answer_buttons(record)] + feedback
    if disclosure := record.get("disclosure"):
        pieces += remark_pieces([disclosure])
    if not any(piece.words for piece in pieces):
        pieces = [*remark_pieces([_NOTHING_TO_SAY]), *pieces]
    return [_message(group) for group in _packed(pieces)]


def _sorted(parts: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """(the answer, what stands beside it); an answer of nothing but remarks is the answer."""
    body: list[Part] = []
    remarks: list[str] = []
    for part in parts:
        if isinstance(part, Paragraph) and part.is_remark:
            remarks.append(text_of(part.spans))
        elif isinstance(part, Grid):
            smaller, told = told_once(part)
            body.append(smaller)
            remarks += [told] if told else []
        else:
            body.append(part)
    return (body, remarks) if body else (list(parts), [])


def _packed(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces in as few messages as their order and the limits allow."""
    group: list[Piece] = []
    for piece in pieces:
        if group and not _fits([*group, piece]):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _fits(group: Sequence[Piece]) -> bool:
    kinds = [piece.block["type"] for piece in group]
    return (
        len(group) < MESSAGE_BLOCKS  # where it goes elsewhere, a line is put before it
        and kinds.count("table") <= TABLES
        and kinds.count("data_visualization") <= CHARTS
        and text_size([piece.block for piece in group]) <= _FULL
    )


def _message(group: Sequence[Piece]) -> dict[str, Any]:
    """One message; its `text` says everything, for who hears it or sees only a notification."""
    words = "\n".join(piece.words for piece in group if piece.words) or _NOTHING_TO_SAY
    text = split(words, MESSAGE_TEXT - 1, room)
    return {
        "text": entities(text[0]) + ("…" if len(text) > 1 else ""),
        "blocks": [piece.block for piece in group],
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
