"""The plain form of a typed phrase that every parser looks at."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Word processors and phones replace the plain signs with these; each maps to one character.
_PLAIN = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-"}
)


@lru_cache(maxsize=4096)  # every parser asks for the same pieces of a question
def plain(text: str, max_length: int = 40) -> str:
    """`text` with single spaces and plain apostrophes and dashes; "" when it is longer than `max_length`."""
    if len(text) > max_length:
        return ""
    if not text.isascii():
        text = text.translate(_PLAIN)
    return " ".join(text.split())


def plain_ascii(text: str, max_length: int = 40) -> str:
    """`plain` in lower case; "" also when a character is not ASCII (look-alike letters, Arabic digits)."""
    text = plain(text, max_length)
    return text.lower() if text.isascii() else ""


def without_accents(text: str) -> str:
    """`text` with the plain letter for each that has an accent ("São" → "Sao"); look-alikes stay what they are."""
    return "".join(_base(character) for character in text)


def _base(character: str) -> str:
    parts = unicodedata.normalize("NFD", character)
    accented = len(parts) > 1 and parts[0].isascii() and all(unicodedata.combining(part) for part in parts[1:])
    return parts[0] if accented else character
