"""The words that questions are made of, and what a mistyped one was meant to be.

`question_words.txt` is written by `python -m slm words`: words in common use, most frequent first, then those that are
only known. A word that stands in neither is a slip, or a name that nobody here has heard of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tools.parsing.spans import FUNCTION_WORDS
from tools.parsing.typos import Spelling

QUESTION_WORDS_FILE = Path(__file__).with_name("question_words.txt")
SHORT_SLIPS = {
    "teh": "the", "hte": "the", "th": "the", "adn": "and", "nad": "and", "fro": "for", "ofr": "for", "hwo": "how",
    "cna": "can", "yuo": "you", "nto": "not", "ym": "my", "fo": "of", "ot": "to", "wnat": "want",
    "wich": "which", "ovr": "over", "ths": "this", "thsi": "this", "wht": "what", "hav": "have", "giv": "give",
    "wil": "will", "abot": "about", "frm": "from", "wats": "whats", "smth": "something", "belo": "below",
    "tehm": "them", "tehn": "then", "tehy": "they", "tehir": "their", "horus": "hours",
    "bak": "back", "stok": "stock", "stokc": "stock", "sotck": "stock", "sho": "show", "watlist": "watchlist",
}  # fmt: skip
"""Slips in words too short for the spelling."""


@cache
def _spelling() -> Spelling:
    """One that is only known is left alone; slips are mended to those in common use."""
    common, rare = _lists()
    return Spelling([*common, *rare], exact=rare, by_rank=True)


@cache
def common_words() -> frozenset[str]:
    """The words in common use, which a slip may be mended to."""
    return frozenset(_lists()[0]).union(word for word in FUNCTION_WORDS if len(word) > 1)


def _lists() -> tuple[list[str], list[str]]:
    """(words in common use, words that are only known)."""
    common, _, known = QUESTION_WORDS_FILE.read_text(encoding="utf-8").partition("\n\n")
    return _listed(common), known.split()


def _listed(text: str) -> list[str]:
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]


def is_word(word: str) -> bool:
    """Whether a lower-case `word` is one that questions hold, spelt right."""
    return word not in SHORT_SLIPS and (word in _spelling().words or word in FUNCTION_WORDS)


def mended(word: str) -> str | None:
    """The common word that `word` is a slip of, or None; one with a capital is a name or stands at the start."""
    if word in SHORT_SLIPS:
        return SHORT_SLIPS[word]
    return _spelling().meant(word) if word.islower() else None
