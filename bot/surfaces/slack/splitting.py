"""Long text in pieces: at a paragraph, else a sentence, else a word, else between two letters; nothing is lost."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from bot.surfaces.slack.limits import length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARAGRAPH = re.compile(r"\n[ \t]*\n+|\n")
_SENTENCE = re.compile(r"[.!?…。！？][\"”’')\]]*\s+")
_WORD = re.compile(r"\s+")
_LEAST = 4
"""A cut must leave at least a quarter of the limit in the piece before it."""
_LONGEST_CLUSTER = 64


def split(text: str, most: int, size: Callable[[str], int] = length) -> list[str]:
    """Pieces that joined are `text` again, each of at most `most` by `size`, which adds up over characters."""
    pieces = []
    start = 0
    for end in cuts(text, most, size):
        pieces.append(text[start:end])
        start = end
    return pieces


def cuts(text: str, most: int, size: Callable[[str], int] = length) -> Iterator[int]:
    """Where the pieces of `split` end; the last one ends with the text."""
    start, end, held = 0, 0, 0
    sizes: dict[str, int] = {}
    while end < len(text):
        character = text[end]
        if (cost := sizes.get(character)) is None:
            cost = sizes[character] = size(character)
        if held + cost > most and end > start:
            start = _cut(text, start, end)
            yield start
            end, held = start, 0
            continue
        held += cost
        end += 1
    if start < len(text):
        yield len(text)


def _cut(text: str, start: int, end: int) -> int:
    """The best place to cut between `start` and `end`."""
    floor = start + (end - start) // _LEAST
    for pattern in (_PARAGRAPH, _SENTENCE, _WORD):
        place = -1
        for match in pattern.finditer(text, floor, end):
            place = match.end()
        if place > start:
            return place
    for place in range(end, max(start, end - _LONGEST_CLUSTER), -1):
        if not _is_inside_cluster(text, place):
            return place
    return end


def _is_inside_cluster(text: str, place: int) -> bool:
    """Whether a reader would see one letter or emoji fall apart there."""
    before, after = text[place - 1], text[place]
    if unicodedata.category(after) in ("Mn", "Mc", "Me", "Sk") or "\u200d" in (before, after):
        return True
    return _is_flag_half(before) and _is_flag_half(after)


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
