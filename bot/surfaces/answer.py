"""An answer's markdown as parts, so that each can be drawn as Slack draws it best.

It reads what Tuppence itself writes: paragraphs, `- ` lists, tables, `> ` remarks, and `**`, `*` and backticks within.
Whatever else a text holds is shown as it was typed: nothing is dropped, however odd.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_TOKEN = re.compile(r"\\([!-/:-@\[-`{-~])|`([^`\n]+)`|(\*\*|\*)")
_RULE = re.compile(r"\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")
_CELL_END = re.compile(r"(?<!\\)(?:\\\\)*\|")
_HEADING = re.compile(r"#{1,6} +(?=\S)")
_ITEM = re.compile(r"[-*] +(?=\S)")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that belong together; `is_remark` for what stands beside the answer: a caveat, the source, a disclosure."""

    spans: Spans
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `rows` without the `header`, all of the same width; `right` says which columns hold figures."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


Part = Paragraph | Items | Grid


def text_of(spans: Sequence[Span]) -> str:
    """The words of spans."""
    return "".join(span.text for span in spans)


def parts_of(markdown: str) -> tuple[Part, ...]:
    """The parts of an answer in their order."""
    lines = markdown.replace("\r\n", "\n").split("\n")
    return tuple(_parts(lines))


def changed(part: Part, change: Callable[[str], str]) -> Part:
    """The part with `change` done to each of its texts."""
    if isinstance(part, Paragraph):
        return replace(part, spans=_changed(part.spans, change))
    if isinstance(part, Items):
        return Items(tuple(_changed(item, change) for item in part.items))
    rows = tuple(tuple(change(cell) for cell in row) for row in part.rows)
    return replace(part, header=tuple(change(cell) for cell in part.header), rows=rows)


def _changed(spans: Spans, change: Callable[[str], str]) -> Spans:
    return tuple(replace(span, text=change(span.text)) for span in spans)


def _parts(lines: Sequence[str]) -> Iterator[Part]:
    place = 0
    while place < len(lines):
        kind, first = _kind(lines, place), place
        if kind == "table":
            place += 2
            while place < len(lines) and lines[place].lstrip().startswith("|"):
                place += 1
            yield _grid(lines[first], lines[first + 1], lines[first + 2 : place])
            continue
        place += 1
        while place < len(lines) and kind != "heading" and _kind(lines, place) == kind:
            place += 1
        block = lines[first:place]
        if kind == "item":
            yield Items(tuple(spans_of(_ITEM.sub("", line, count=1)) for line in block))
        elif kind == "quote":
            quoted = "\n".join(line.removeprefix(">").removeprefix(" ") for line in block)
            yield Paragraph(spans_of(quoted), is_remark=True)
        elif kind == "heading":
            yield Paragraph((Span(text_of(spans_of(_HEADING.sub("", block[0], count=1))), bold=True),))
        elif kind == "text":
            spans = spans_of("\n".join(block))
            yield Paragraph(spans, is_remark=all(span.italic for span in spans))


def _kind(lines: Sequence[str], place: int) -> str:
    line = lines[place]
    if not line.strip():
        return "blank"
    following = lines[place + 1] if place + 1 < len(lines) else ""
    if line.startswith("|") and _RULE.fullmatch(following.strip()):
        return "table"
    if _ITEM.match(line):
        return "item"
    if line.startswith(">"):
        return "quote"
    return "heading" if _HEADING.match(line) else "text"


def spans_of(text: str) -> Spans:
    """Inline markdown: a mark without its partner is a sign like any other."""
    tokens = list(_TOKEN.finditer(text))
    partners = _partners(text, tokens)
    spans: list[Span] = []
    bold = italic = False
    place = 0

    def add(piece: str, *, code: bool = False) -> None:
        if not piece:
            return
        if spans and (spans[-1].bold, spans[-1].italic, spans[-1].code) == (bold, italic, code):
            piece = spans.pop().text + piece
        spans.append(Span(piece, bold, italic, code))

    for number, token in enumerate(tokens):
        add(text[place : token.start()])
        place = token.end()
        if token[1]:
            add(token[1])
        elif token[2]:
            add(token[2], code=True)
        elif number not in partners:
            add(token[3])
        elif token[3] == "**":
            bold = not bold
        else:
            italic = not italic
    add(text[place:])
    return tuple(spans)


def _partners(text: str, tokens: Sequence[re.Match[str]]) -> set[int]:
    """The numbers of the marks that open or close an emphasis, each kind for itself."""
    found: set[int] = set()
    opened: dict[str, int] = {}
    for number, token in enumerate(tokens):
        mark = token[3]
        if not mark:
            continue
        before, after = text[token.start() - 1 : token.start()], text[token.end() : token.end() + 1]
        if mark in opened and before.strip():
            found |= {opened.pop(mark), number}
        elif mark not in opened and after.strip():
            opened[mark] = number
    return found


def _grid(header: str, rule: str, rows: Sequence[str]) -> Grid:
    """A table from its lines; a row that is longer than the others makes the whole table wider."""
    cells = [_cells(line) for line in (header, *rows)]
    width = max(map(len, cells))
    filled = [(*row, *([""] * (width - len(row)))) for row in cells]
    right = [cell.strip().endswith(":") for cell in rule.strip().strip("|").split("|")]
    aligned = (*right, *([False] * width))[:width]
    return Grid(filled[0], tuple(filled[1:]), tuple(aligned))


def _cells(line: str) -> tuple[str, ...]:
    line = line.strip().removeprefix("|")
    cells, start = [], 0
    for end in _CELL_END.finditer(line):
        cells.append(line[start : end.end() - 1])
        start = end.end()
    if line[start:].strip():
        cells.append(line[start:])
    return tuple(text_of(spans_of(cell.strip())) for cell in cells)
