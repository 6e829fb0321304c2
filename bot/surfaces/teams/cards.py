"""What a card holds, element by element: facts, tables, charts, and text that shows its letters as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Items, Span
from bot.surfaces.slack.pieces import dated, facts_of
from bot.surfaces.slack.splitting import split
from bot.surfaces.slack.tables import capitalised, spoken_rows
from bot.surfaces.teams.markup import inert, is_plain, rich

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.surfaces.answer import Part

TYPE = "application/vnd.microsoft.card.adaptive"
LARGEST = 24_000
"""Bytes of a card: Teams takes a little more."""
MOST_ROWS, MOST_COLUMNS = 40, 8
_LONGEST_BLOCK = 3000
_WIDEST, _PADDING = 12, 3
"""Letters of a cell after which it may be broken, and what the edges of one take."""
Element = dict[str, Any]


def card(body: Sequence[Element], actions: Sequence[Element] = ()) -> dict[str, Any]:
    """An Adaptive Card as wide as the message."""
    whole: dict[str, Any] = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "msteams": {"width": "full"},
        "body": list(body),
    }
    return {**whole, "actions": list(actions)} if actions else whole


def attached(drawn: dict[str, Any]) -> dict[str, Any]:
    """A card as an attachment."""
    return {"contentType": TYPE, "content": drawn}


def size(value: Any) -> int:
    """Bytes as they are sent."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def elements_of(part: Part) -> list[Element]:
    """A part of an answer as elements."""
    if isinstance(part, Items):
        facts = facts_of(part)
        return fact_set(dated(facts)) if facts else [element for item in part.items for element in _item(item)]
    if isinstance(part, Grid):
        return tables(part)
    return text(part.spans)


def text(spans: Sequence[Span], **more: Any) -> list[Element]:
    """Words, in blocks that fit."""
    if sum(len(span.text) for span in spans) <= _LONGEST_BLOCK:
        return rich(spans, **more)
    return [
        block
        for span in spans
        for piece in split(span.text, _LONGEST_BLOCK)
        for block in rich((Span(piece, span.bold, span.italic, span.code),), **more)
    ]


def remark(words: str) -> list[Element]:
    """What stands beside the answer, in small print."""
    blocks = text((Span(words),), spacing="Small")
    for block in blocks:
        for run in block["inlines"]:
            run["size"], run["isSubtle"] = "Small", True
    return blocks


def heading(words: str) -> list[Element]:
    """A line above what follows."""
    return rich((Span(words, bold=True),), separator=True, spacing="Medium")


def _item(spans: Sequence[Span]) -> list[Element]:
    return text((Span("• "), *spans), spacing="Small")


def fact_set(facts: Sequence[tuple[str, str]]) -> list[Element]:
    """Names with their values; those that a reader of markdown would read otherwise as lines of text."""
    named = [(capitalised(inert(name)), inert(value)) for name, value in facts]
    if all(is_plain(name) and is_plain(value) for name, value in named):
        return [{"type": "FactSet", "facts": [{"title": name, "value": value} for name, value in named]}]
    return [block for name, value in facts for block in text((Span(f"{capitalised(name)}: ", bold=True), Span(value)))]


def tables(grid: Grid) -> list[Element]:
    """A table, in several where it is long; a wide one as a line for each row."""
    if len(grid.header) > MOST_COLUMNS:
        return [block for row in spoken_rows(grid) for block in _item((Span(row),))]
    return [_table(grid, rows) for rows in _chunks(grid)]


def _chunks(grid: Grid) -> Iterator[tuple[tuple[str, ...], ...]]:
    for start in range(0, max(len(grid.rows), 1), MOST_ROWS):
        yield grid.rows[start : start + MOST_ROWS]


def _table(grid: Grid, rows: Sequence[tuple[str, ...]]) -> Element:
    header = [capitalised(name) for name in grid.header]
    widths = [_width(name, [row[place] for row in rows]) for place, name in enumerate(header)]
    return {
        "type": "Table",
        "firstRowAsHeaders": True,
        "gridStyle": "default",
        "columns": [{"width": width} for width in widths],
        "rows": [_row(header, grid.right, bold=True), *(_row(row, grid.right) for row in rows)],
    }


def _width(name: str, cells: Sequence[str]) -> int:
    """The share of a column, about in letters: Teams breaks a longer word anywhere, and a heading says only words."""
    words = [*name.split(), *(cell[:_WIDEST] for cell in cells)]
    return max(map(len, words), default=0) + _PADDING


def _row(cells: Sequence[str], right: Sequence[bool], *, bold: bool = False) -> Element:
    return {
        "type": "TableRow",
        "cells": [
            {
                "type": "TableCell",
                "items": rich(
                    (Span(cell.replace("\n", " ") or " ", bold=bold),),
                    **({"horizontalAlignment": "Right"} if is_right else {}),
                ),
            }
            for cell, is_right in zip(cells, right, strict=True)
        ],
    }


def decided(message: dict[str, Any], nonce: str, line: str) -> dict[str, Any]:
    """A posted message with a line in the place of the buttons of that nonce."""
    drawn: dict[str, Any] = json.loads(json.dumps(message))
    for each in drawn.get("attachments") or ():
        body = each["content"]["body"]
        each["content"]["body"] = [
            block for element in body for block in (remark(line) if _is_of(element, nonce) else [element])
        ]
    return drawn


def _is_of(element: Element, nonce: str) -> bool:
    return any((action.get("data") or {}).get("nonce") == nonce for action in element.get("actions", ()))
