"""A broker's CSV file, from bytes to cells: which kind of file, encoding and delimiter it is, within strict limits."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 2_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 50
MAX_CELL_BYTES = 4_096
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_KINDS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"PK\x05\x06", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "a sound or image file"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_MARKUP = (("<", "a web page or XML"), ("{", "JSON"), ("[", "JSON"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file can't be imported; `line` counts from 1."""

    line: int
    reason: str

    def __str__(self) -> str:
        """As people see it: "line 3: …"."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one record, and the line it begins on."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it."""
        return not any(cell.strip() for cell in self.cells)


class Unreadable(Exception):
    """The file as a whole is no CSV text; `problem` says why."""

    def __init__(self, line: int, reason: str) -> None:
        self.problem = Problem(line, reason)
        super().__init__(str(self.problem))


def decode(content: bytes) -> tuple[str, str | None]:
    """The text, and a note when its encoding had to be inferred. Raises `Unreadable`."""
    if len(content) > MAX_BYTES:
        raise Unreadable(1, f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    for start, kind in _KINDS:
        if content.startswith(start):
            raise Unreadable(1, f"this is {kind}; export it as CSV text")
    text, note = _decode(content)
    if not text.strip():
        raise Unreadable(1, "the file is empty; it should begin with a line of column names")
    for opening, markup in _MARKUP:
        if text.lstrip().startswith(opening):
            raise Unreadable(1, f"this is {markup}; export it as CSV text")
    for position, character in enumerate(text):
        if (character < " " and character not in "\t\r\n") or character == "\x7f":
            line = text.count("\n", 0, position) + 1
            name = "a NUL byte" if character == "\x00" else f"the control character {ord(character)}"
            raise Unreadable(line, f"it holds {name}, so it is no plain text; export it as CSV again")
    return text, note


def _decode(content: bytes) -> tuple[str, str | None]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding), None
            except UnicodeDecodeError as error:
                raise Unreadable(
                    1, f"its text breaks off or is damaged at byte {error.start}; export it again"
                ) from None
    if content[:200].count(0) > len(content[:200]) // 3:  # ASCII in UTF-16 has a zero in every other place
        encoding = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
        try:
            return content.decode(encoding), None
        except UnicodeDecodeError:
            raise Unreadable(1, "this is not text; export it as CSV") from None
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    note = "The file is not UTF-8; it was read as Western European text."
    try:
        return content.decode("cp1252"), note
    except UnicodeDecodeError:
        return content.decode("latin-1"), note


def records(text: str, delimiter: str) -> Iterator[Row]:
    """Each record of the text with its first line, blank ones included. Raises `Unreadable` at the first bad one."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, cells in enumerate(reader):
            if number > MAX_ROWS + 100:  # the header and what may stand before it do not count
                raise Unreadable(line, f"the file is too long; at most {MAX_ROWS:,} lines are imported at a time")
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(line, f"it has {len(cells)} columns; at most {MAX_COLUMNS} are read")
            if any(len(cell.encode("utf-8", "replace")) > MAX_CELL_BYTES for cell in cells):
                raise Unreadable(line, f"a cell is longer than {MAX_CELL_BYTES:,} bytes; is a quotation mark missing?")
            yield Row(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable(
            line, "a quotation mark is never closed, or stands inside a cell; double or remove it"
        ) from None
