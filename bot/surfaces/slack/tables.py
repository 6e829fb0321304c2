"""Tables: Slack's own where it has room, lines of one width where it has not, and words for a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from bot.surfaces.answer import Grid
from bot.surfaces.slack.limits import TABLE_CHARACTERS, TABLE_COLUMNS, TABLE_ROWS, TEXT_OBJECT, length
from bot.surfaces.slack.markup import code_fence, harmless, room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDEST = 96
"""Characters of one width that a line of Slack's holds on a desktop before it wraps."""
_BLANK_CELL = " "
"""An empty cell is refused."""


def told_once(grid: Grid) -> tuple[Grid, str]:
    """The table without the columns that say the same day in every row, and those as words: "Start date: …"."""
    if len(grid.rows) < 2:
        return grid, ""
    alike = [
        column
        for column, name in enumerate(grid.header)
        if name.endswith(" date") and len({row[column] for row in grid.rows}) == 1 and grid.rows[0][column]
    ]
    if len(alike) >= len(grid.header) - 1:
        return grid, ""
    kept = [column for column in range(len(grid.header)) if column not in alike]
    smaller = Grid(
        tuple(grid.header[column] for column in kept),
        tuple(tuple(row[column] for column in kept) for row in grid.rows),
        tuple(grid.right[column] for column in kept),
    )
    return smaller, "; ".join(f"{capitalised(grid.header[column])}: {grid.rows[0][column]}" for column in alike)


def capitalised(text: str) -> str:
    """With a capital first letter, as a heading has."""
    return text[:1].upper() + text[1:]


def native_tables(grid: Grid) -> list[dict[str, Any]]:
    """`table` blocks, each within the limits and with the header; none where even one row is too much for a table."""
    if len(grid.header) > TABLE_COLUMNS:
        return []
    header = [_cell(capitalised(name)) for name in grid.header]
    most = TABLE_CHARACTERS - _size(header)
    chunks: list[list[list[dict[str, str]]]] = [[]]
    used = 0
    for row in ([_cell(text) for text in row] for row in grid.rows):
        if (size := _size(row)) > most:
            return []
        if len(chunks[-1]) == TABLE_ROWS - 1 or used + size > most:
            chunks.append([])
            used = 0
        chunks[-1].append(row)
        used += size
    settings: list[dict[str, Any]] = [{"align": "right" if is_right else "left"} for is_right in grid.right]
    settings[0]["is_wrapped"] = True
    return [{"type": "table", "rows": [header, *rows], "column_settings": settings} for rows in chunks]


def _cell(text: str) -> dict[str, str]:
    return {"type": "raw_text", "text": harmless(text).replace("\n", " ") or _BLANK_CELL}


def _size(row: Sequence[dict[str, str]]) -> int:
    return sum(length(cell["text"]) for cell in row)


def fenced_tables(grid: Grid) -> list[dict[str, Any]]:
    """The same as text in code fences; nothing where a line would be too wide to stay one line."""
    lines = aligned_lines(grid)
    if not lines or max(map(cell_len, lines)) > WIDEST:
        return []
    header, body = lines[:2], lines[2:]
    return [
        {"type": "section", "text": code_fence([*header, *chunk])}
        for chunk in _chunks(body, TEXT_OBJECT - 16 - sum(room(line) + 1 for line in header))
    ]


def _chunks(lines: Sequence[str], most: int) -> Iterator[list[str]]:
    """Runs of lines that fit; a single line always does, as it is no wider than the widest."""
    chunk: list[str] = []
    used = 0
    for line in lines:
        size = room(line) + 1
        if chunk and used + size > most:
            yield chunk
            chunk, used = [], 0
        chunk.append(line)
        used += size
    yield chunk


def aligned_lines(grid: Grid) -> list[str]:
    """The table in letters of one width: the header, a rule, and a line for each row."""
    cells = [[harmless(text).replace("\n", " ") for text in row] for row in (grid.header, *grid.rows)]
    cells[0] = [capitalised(text) for text in cells[0]]
    widths = [max(cell_len(row[column]) for row in cells) for column in range(len(grid.header))]
    lines = [
        "  ".join(
            _padded(text, width, is_right=is_right)
            for text, width, is_right in zip(row, widths, grid.right, strict=True)
        ).rstrip()
        for row in cells
    ]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def _padded(text: str, width: int, *, is_right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if is_right else text + blanks


def spoken_rows(grid: Grid) -> list[str]:
    """Each row in words, with the names of its columns: "Apple (AAPL): total return -28.6%, …"."""
    said = []
    for label, *cells in grid.rows:
        named = [f"{name} {cell}".strip() for name, cell in zip(grid.header[1:], cells, strict=True) if cell]
        first = f"{grid.header[0]} {label}".strip()
        said.append(f"{first}: {', '.join(named)}" if named else first)
    return said
