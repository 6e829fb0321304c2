"""Slips of the keyboard in the words a parser knows: "tihs yaer" is "this year", "eruos" is "euros"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ORDINARY_WORDS_FILE = Path(__file__).with_name("ordinary_words.txt")

_WORD = re.compile(r"[a-z]+")
_SHORTEST = 4
_TWO_SLIPS_FROM = 8
"""Letters from which a word may hold two slips, not one."""


class Spelling:
    """The words of one parser, and which of them a mistyped word was meant to be.

    `phrases` hold every word the parser can accept: a text with any other word, and no slip in it, is given up at
    once. Nothing is corrected to the words in `exact`, which are too short or too rare for that.
    """

    def __init__(self, phrases: Iterable[str], exact: Iterable[str] = ()) -> None:
        self.words = frozenset(word for phrase in phrases for word in _WORD.findall(phrase.lower()))
        self._targets = sorted(word for word in self.words.difference(exact) if len(word) >= _SHORTEST)
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def corrected(self, phrase: str) -> str | None:
        """A plain lower-case `phrase` with its slips corrected; None when there is none, or a word is foreign."""
        slip = False
        for word in _WORD.findall(phrase):
            meant = self.meant(word)
            if meant is None:
                return None
            slip = slip or meant != word
        return _WORD.sub(lambda match: self.meant(match[0]) or "", phrase) if slip else None

    def _meant(self, word: str) -> str | None:
        """`word` when it is known, the one word nearest to it, or None.

        A slip is a letter missing, added, wrong, or swapped with its neighbour. The first letter must be right,
        unless it was swapped with the second. A known word that goes on ("yearn", "dollarss") is another word.
        """
        from rapidfuzz.distance import OSA  # 37 ms, and most texts have no slip

        if word in self.words:
            return word
        if len(word) < _SHORTEST or word in ordinary_words():
            return None
        nearest, fewest = None, 1 if len(word) < _TWO_SLIPS_FROM else 2
        tied = False
        for target in self._targets:
            if word[0] != target[0] and word[:2] != target[1::-1] or word.startswith(target):
                continue
            slips = OSA.distance(word, target, score_cutoff=fewest)
            if slips > fewest:
                continue
            nearest, fewest, tied = target, slips, slips == fewest and nearest is not None
        return None if tied else nearest


@cache
def ordinary_words() -> frozenset[str]:
    """Words, and names of companies and people, that are a slip away from a parser's word but right as they are."""
    lines = ORDINARY_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
