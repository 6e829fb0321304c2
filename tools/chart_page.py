"""The page that a chart is drawn on: its layout, and text that is set on it in the letters that there are."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Pixels of a picture: its size, where texts (`edge`) and the plot (`left`) begin, sizes of letters and lines."""

    width: int
    height: int
    edge: int
    left: int
    right: int
    above: int
    title: int
    text: int
    line: int

    @property
    def row(self) -> int:
        """The height of a row of text."""
        return self.text * 3 // 2


WIDTH, HEIGHT, LEFT, TOP = 1200, 640, 120, 110
"""Of the wide picture; its plot begins at `TOP` below a title and a legend of one row each."""
WIDE = Layout(WIDTH, HEIGHT, LEFT, LEFT, right=40, above=20, title=28, text=18, line=4)
NARROW = Layout(600, 400, edge=20, left=78, right=20, above=12, title=21, text=17, line=3)
"""For a card on a phone, where it is shown at little more than half its size."""
INK = "#1d1c1d"
_LONGEST_READ = 160
_SPELT = str.maketrans({
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "®": "", "€": "EUR", "£": "GBP", "¥": "JPY",
    "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
    "ı": "i",
})  # fmt: skip
_DRAWN = frozenset("©«°±·»‘’“”‹›⁄")
"""What the font has beside ASCII."""


def spelt(text: str) -> str:
    """The text in letters that the font has, as far as there are any for it: "Nestlé" as "Nestle"."""
    split = unicodedata.normalize("NFKD", text[:_LONGEST_READ].translate(_SPELT))
    return "".join(letter for letter in split if unicodedata.category(letter) != "Mn")


def is_spelt(text: str) -> bool:
    """Whether there are letters for all of it."""
    return all(letter.isascii() or letter in _DRAWN for letter in spelt(text))


class Page:
    """What is drawn on, and how text is set on it."""

    def __init__(self, layout: Layout) -> None:
        from PIL import Image, ImageDraw, ImageFont

        self.layout = layout
        self.image = Image.new("RGB", (layout.width, layout.height), "white")
        self.draw = ImageDraw.Draw(self.image)
        self._fonts = {size: ImageFont.load_default(size) for size in (layout.text, layout.title)}

    def write(
        self, place: tuple[float, float], text: str, *, size: int = 0, anchor: str = "la", colour: str = INK
    ) -> None:
        """Write one line."""
        self.draw.text(place, text, font=self._fonts[size or self.layout.text], fill=colour, anchor=anchor)

    def wide(self, text: str, size: int = 0) -> float:
        """The width of one line."""
        return float(self.draw.textlength(text, font=self._fonts[size or self.layout.text]))

    def fitted(self, text: str, room: float, size: int = 0) -> str:
        """The text, cut where there is no more room."""
        if self.wide(text, size) <= room:
            return text
        while text and self.wide(f"{text}…", size) > room:
            text = text[:-1]
        return f"{text.rstrip(' ,')}…"

    def titled(self, title: str) -> float:
        """Write the title in one line or two; returns where it ends."""
        layout, size = self.layout, self.layout.title
        room = layout.width - layout.edge - layout.right
        words, lines = title.split(), [""]
        while words and self.wide(f"{lines[0]} {words[0]}".strip(), size) <= room:
            lines[0] = f"{lines[0]} {words.pop(0)}".strip()
        lines = [*filter(None, lines), *filter(None, [" ".join(words)])]
        for number, line in enumerate(lines[:2]):
            self.write((layout.edge, layout.above + number * size * 1.3), self.fitted(line, room, size), size=size)
        return layout.above + max(len(lines[:2]), 1) * size * 1.3

    def nothing(self) -> None:
        """Say that there is nothing to draw."""
        layout = self.layout
        self.write((layout.width / 2, layout.height / 2), "No values", size=layout.title, anchor="mm")
