"""A question as the tables of wordings read it: plain words in small letters, with a mark for each name and value.

"wat's the word on Tesla this week?" is read as "what is the word on NAME TIME ?". Marks alone are in capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.arguments import EXCHANGE
from tools.narrowing import MEASURES
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

NAME, TIME, RATE, NUMBER, PLACE = "NAME", "TIME", "RATE", "NUMBER", "PLACE"

_FULL = {
    "wat's": "what is", "wot": "what", "wots": "what is", "whatre": "what are", "whys": "why is",
    "wat": "what", "wut": "what", "whats": "what is", "wats": "what is", "what's": "what is", "wuts": "what is",
    "whens": "when is", "when's": "when is", "wen": "when", "hows": "how is", "how's": "how is", "whos": "who is",
    "who's": "who is", "wheres": "where is", "where's": "where is", "why's": "why is",
    "it's": "it is", "im": "i am", "i'm": "i am", "ive": "i have", "i've": "i have", "i'd": "i would", "i'll": "i will",
    "that's": "that is", "thats": "that is", "there's": "there is", "theres": "there is", "they're": "they are",
    "you're": "you are", "u": "you", "ur": "your", "r": "are", "y": "why", "w": "with", "n": "and", "&": "and",
    "dont": "do not", "don't": "do not", "doesn't": "does not", "doesnt": "does not", "isn't": "is not",
    "isnt": "is not", "gonna": "going to", "goin": "going", "wanna": "want to", "gotta": "have to", "lemme": "let me",
    "gimme": "give me", "lmk": "let me know", "rn": "right now", "atm": "right now", "bout": "about", "abt": "about",
    "pls": "please", "plz": "please", "shld": "should", "wich": "which", "dat": "that", "dis": "this", "da": "the",
    "divvy": "dividend", "divvies": "dividends", "divs": "dividends", "div": "dividend", "wtf": "what", "tha": "the",
}  # fmt: skip
"""Short and casual forms, written in full."""
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|&")
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
    return _WORD.sub(lambda match: _FULL.get(match[0], match[0]), mended_words(text))


def _marked(reading: Reading) -> list[tuple[Span, str]]:
    """The pieces that a mark stands for, in order; names before values, longer ones before those inside them."""
    kinds: tuple[tuple[Iterable[Span], str], ...] = (
        ([name for name in reading.names if name.text.upper() not in MEASURES], NAME),
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
