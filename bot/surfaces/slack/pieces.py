"""What an answer is drawn as, block by block, before it is put into messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Items, Paragraph, Span, text_of
from bot.surfaces.slack.limits import FIELD_TEXT, FIELDS, TEXT_OBJECT
from bot.surfaces.slack.markup import plain_text, rich_elements, room, text_object, visible
from bot.surfaces.slack.splitting import cuts, split
from bot.surfaces.slack.tables import capitalised, fenced_tables, native_tables, spoken_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.surfaces.answer import Part, Spans

_MARKS = 100
"""Room for the marks of emphasis in a text object."""
_MOST_FENCED_ROWS = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, and its words for notifications and screen readers."""

    block: dict[str, Any]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of text that fits into one text object; `is_item` for one of a list."""

    spans: Spans
    is_item: bool = False


def body_pieces(parts: Iterable[Part], *, native: bool) -> list[Piece]:
    """The answer itself. Facts that the sentence before them tells already are not told again."""
    pieces: list[Piece] = []
    chunks: list[Chunk] = []
    told = ""
    has_table = False
    for part in parts:
        if isinstance(part, Paragraph):
            chunks += chunked(part.spans)
            told = told if _is_label(part.spans) else text_of(part.spans)
        elif isinstance(part, Items):
            facts = facts_of(part)
            if facts and _is_told(facts, told):
                chunks = chunks[:-1] if chunks and _is_label(chunks[-1].spans) else chunks
            elif facts:
                pieces += [*text_pieces(chunks, native=native), *fact_pieces(dated(facts))]
                chunks = []
            else:
                chunks += [chunk for item in part.items for chunk in chunked(item, is_item=True)]
        else:
            drawn = table_pieces(part, native=native and not (has_table and len(part.rows) <= _MOST_FENCED_ROWS))
            has_table = has_table or native
            if not drawn:
                chunks += [chunk for row in spoken_rows(part) for chunk in chunked((Span(row),), is_item=True)]
                continue
            pieces += [*text_pieces(chunks, native=native), *drawn]
            chunks = []
    return [*pieces, *text_pieces(chunks, native=native)]


def chunked(spans: Spans, *, is_item: bool = False) -> list[Chunk]:
    """The spans in stretches that each fit into one text object."""
    chunks, start = [], 0
    text = text_of(spans)
    for end in cuts(text, TEXT_OBJECT - _MARKS, room):
        chunks.append(Chunk(_between(spans, start, end), is_item))
        start = end
    return chunks


def _between(spans: Spans, start: int, end: int) -> Spans:
    """The spans of a stretch of their text."""
    kept, place = [], 0
    for span in spans:
        piece = span.text[max(0, start - place) : max(0, end - place)]
        if piece:
            kept.append(replace(span, text=piece))
        place += len(span.text)
    return tuple(kept)


def text_pieces(chunks: Sequence[Chunk], *, native: bool) -> Iterator[Piece]:
    """Paragraphs and lists, as many in a block as fit."""
    for group in _grouped(chunks):
        words = "\n".join(f"{'• ' if chunk.is_item else ''}{text_of(chunk.spans).strip()}" for chunk in group)
        if native:
            yield Piece({"type": "rich_text", "elements": list(_rich(group))}, words)
        else:
            yield Piece({"type": "section", "text": text_object(tuple(_joined(group)))}, words)


def _grouped(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    group: list[Chunk] = []
    used = 0
    for chunk in chunks:
        if not visible(text_of(chunk.spans)).strip():
            continue
        size = room(text_of(chunk.spans)) + 4
        if group and used + size > TEXT_OBJECT - _MARKS:
            yield group
            group, used = [], 0
        group.append(chunk)
        used += size
    if group:
        yield group


def _rich(group: Sequence[Chunk]) -> Iterator[dict[str, Any]]:
    """Sections with a blank line between them, and lists."""
    items: list[dict[str, Any]] = []
    for place, chunk in enumerate(group):
        section = {"type": "rich_text_section", "elements": rich_elements(chunk.spans)}
        if chunk.is_item:
            items.append(section)
            continue
        if items:
            yield {"type": "rich_text_list", "style": "bullet", "elements": items}
            items = []
        if place + 1 < len(group) and not group[place + 1].is_item:
            section["elements"] = [*rich_elements(chunk.spans), {"type": "text", "text": "\n"}]
        yield section
    if items:
        yield {"type": "rich_text_list", "style": "bullet", "elements": items}


def _joined(group: Sequence[Chunk]) -> Iterator[Span]:
    for place, chunk in enumerate(group):
        if place:
            yield Span("\n" if chunk.is_item and group[place - 1].is_item else "\n\n")
        if chunk.is_item:
            yield Span("• ")
        yield from chunk.spans


def facts_of(items: Items) -> list[tuple[str, str]]:
    """(name, value) of a list in which each item is "name: **value**"; else nothing."""
    facts = []
    for item in items.items:
        if len(item) != 2 or item[0].bold or not item[1].bold or not item[0].text.endswith(": "):
            return []
        name, value = item[0].text[:-2], item[1].text
        if room(name) + room(value) > FIELD_TEXT - _MARKS:
            return []
        facts.append((name, value))
    return facts


def dated(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The facts with a value and its day as one: "high" and "high date", "end price" and "end date".

    A moment that is told in UTC too is left out where the reader's zone makes both the same.
    """
    joined: list[tuple[str, str]] = []
    for name, value in facts:
        before = joined[-1] if joined else ("", "")
        if name.endswith(" date") and before[0].removesuffix(" price") == name.removesuffix(" date"):
            joined[-1] = (before[0], f"{before[1]}, {value}")
        elif (f"{before[0]} in UTC", before[1]) != (name, value):
            joined.append((name, value))
    return joined


def _is_label(spans: Spans) -> bool:
    """Whether it only says whose facts follow: "The portfolio:"."""
    return text_of(spans).rstrip().endswith(":")


def _is_told(facts: Sequence[tuple[str, str]], text: str) -> bool:
    """Whether a text tells every value, signs aside: it says "fell 3%" for -3%."""
    values = (re.escape(value.lstrip("+-")) for _, value in facts)
    return all(re.search(rf"(?<![\w.,]){value}(?![\w%]|[.,]\d)", text) for value in values)


def fact_pieces(facts: Sequence[tuple[str, str]]) -> Iterator[Piece]:
    """Names with their values, in two columns."""
    for start in range(0, len(facts), FIELDS):
        some = facts[start : start + FIELDS]
        fields = [text_object((Span(capitalised(name), bold=True), Span(f"\n{value}"))) for name, value in some]
        words = "\n".join(f"{capitalised(name)}: {value}" for name, value in some)
        yield Piece({"type": "section", "fields": fields}, words)


def table_pieces(grid: Grid, *, native: bool) -> list[Piece]:
    """A table as blocks; nothing where only words will do."""
    blocks = native_tables(grid) if native else fenced_tables(grid)
    words = ["\n".join(spoken_rows(grid)), *([""] * len(blocks))]
    return [Piece(block, said) for block, said in zip(blocks, words, strict=False)]


def remark_pieces(remarks: Sequence[str]) -> list[Piece]:
    """What stands beside the answer in small print: a line each."""
    text = "\n".join(dict.fromkeys(remarks))
    return [
        Piece({"type": "context", "elements": [plain_text(piece.strip("\n"))]}, piece.strip("\n"))
        for piece in split(text, TEXT_OBJECT, room)
        if visible(piece).strip()
    ]
