"""The plain form of a typed phrase that every parser looks at."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Word processors and phones replace the plain signs with these; each maps to one character.
_PLAIN = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-"}
)

_ACCENT = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=4096)  # every parser asks for the same pieces of a question
def plain(text: str, max_length: int = 40) -> str:
    """`text` with single spaces and plain apostrophes and dashes; "" when it is longer than `max_length`."""
    if len(text) > max_length:
        return ""
    if not text.isascii():
        text = text.translate(_PLAIN)
    return " ".join(text.split())


def plain_ascii(text: str, max_length: int = 40) -> str:
    """`plain` in lower case, without accents; "" when a character is not ASCII then (look-alikes, Arabic digits)."""
    text = plain(text, max_length)
    if not text.isascii():
        text = _ACCENT.sub("", unicodedata.normalize("NFD", text))
    return text.lower() if text.isascii() else ""
