"""A question as the tables of wordings read it: plain words in small letters, with a mark for each name and value.

"wat's the word on Tesla this week?" is read as "what is the word on NAME TIME ?". Marks alone are in capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.arguments import EXCHANGE
from tools.parsing.casual import in_full
from tools.parsing.surroundings import mended_words
from tools.whole_names import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

NAME, TIME, RATE, NUMBER, PLACE = "NAME", "TIME", "RATE", "NUMBER", "PLACE"

_OF_HOURS = re.compile(r"\b(?:trading|trding|opening|closing) (?:hours?|horus|hrs|times?)\b", re.IGNORECASE)
"""Where hours are asked for, what is both an index and a city is the city: "trading hours in shanghai"."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A question in plain words, and the names that its `NAME` marks stand for, in order."""

    words: str
    names: tuple[Span, ...]


def skeleton(reading: Reading) -> Skeleton:
    """The question of `reading` in plain words."""
    text, pieces, at = reading.text, [], 0
    marked = _marked(reading)
    for span, mark in marked:
        pieces += [plain_words(text[at : span.start]), f" {mark} "]
        at = span.end
    pieces.append(plain_words(text[at:]))
    words = _SPACES.sub(" ", "".join(pieces)).strip()
    return Skeleton(words, tuple(span for span, mark in marked if mark == NAME))


def plain_words(text: str) -> str:
    """`text` in small letters, slips mended and casual forms written in full."""
    return in_full(mended_words(text))


def _marked(reading: Reading) -> list[tuple[Span, str]]:
    """The pieces that a mark stands for, in order; names before values, longer ones before those inside them."""
    places = {span.text for span in EXCHANGE.find(reading.text)} if _OF_HOURS.search(reading.text) else set()
    kinds: tuple[tuple[Iterable[Span], str], ...] = (
        ([name for name in reading.names if name.text.upper() not in MEASURES and name.text not in places], NAME),
        ([*reading.periods, *reading.dates], TIME),
        (reading.rates, RATE),
        (EXCHANGE.find(reading.text), PLACE),
        (reading.amounts, NUMBER),
    )
    kept: list[tuple[Span, str]] = []
    for spans, mark in kinds:
        for span in sorted(spans, key=lambda span: span.start - span.end):
            if not any(span.start < other.end and other.start < span.end for other, _ in kept):
                kept.append((span, mark))
    return sorted(kept, key=lambda each: each[0].start)
