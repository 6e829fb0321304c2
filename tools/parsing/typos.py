"""Slips of the keyboard in the words a parser knows: "tihs yaer" is "this year", "eruos" is "euros"."""

from __future__ import annotations

import re
from collections import defaultdict
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
_PART_OF_A_WORD = 2
"""Letters of what may be the end of another word ("year's", "3rd")."""
_FAR_MORE = 4
"""A word this many times higher in rank than the next is what was meant."""


class Spelling:
    """The words of one parser, and which of them a mistyped word was meant to be.

    `phrases` hold every word the parser can accept, so that a text with any other is given up before it is parsed.
    Nothing is corrected to the words in `exact`, which are too short or too rare for that. With `by_rank` the phrases
    come most frequent first, and of words equally near one is meant that is far more frequent than the others.
    """

    def __init__(self, phrases: Iterable[str], exact: Iterable[str] = (), *, by_rank: bool = False) -> None:
        words = dict.fromkeys(word for phrase in phrases for word in _WORD.findall(phrase.lower()))
        self._ranks = {word: rank for rank, word in enumerate(words)} if by_rank else {}
        self.words = frozenset(words)
        self._targets: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self.words.difference(exact)):
            if len(word) >= _SHORTEST:
                self._targets[word[0]].append(word)
        self.meant = lru_cache(maxsize=4096)(self._meant)
        self.may_hold = lru_cache(maxsize=8192)(self._may_hold)

    def corrected(self, phrase: str, typed: str) -> str | None:
        """A plain lower-case `phrase` with its slips corrected, or None when one of its words is foreign.

        `typed` is what became `phrase`: nothing is corrected in a single word in capitals, which may be a ticker.
        """
        slips = False
        for word in _WORD.findall(phrase):
            if word in self.words:
                continue
            if self.meant(word) is None:
                return None
            slips = True
        if not slips:
            return phrase
        if typed.isupper() and " " not in phrase:
            return None
        return _WORD.sub(lambda match: self.meant(match[0]) or "", phrase)

    def _may_hold(self, word: str) -> bool:
        """Whether a phrase with `word`, a run of letters as typed, could be accepted at all; short ones always."""
        if len(word) <= _PART_OF_A_WORD or not word.isascii() or (word.isupper() and len(word) < _SHORTEST):
            return True
        return self.meant(word.lower()) is not None

    def _meant(self, word: str) -> str | None:
        """`word` when it is known, the one word nearest to it, or None.

        A slip is a letter missing, added, wrong, or swapped with its neighbour. The first letter must be right,
        unless it was swapped with the second. A known word that goes on ("yearn", "dollarss") is another word.
        """
        if word in self.words:
            return word
        if len(word) < _SHORTEST or word in ordinary_words():
            return None
        from rapidfuzz.distance import OSA  # 37 ms, paid by the first question and not by the start

        targets = [target for target in self._targets.get(word[0], ()) if not word.startswith(target)]
        if word[0] != word[1]:
            targets += [target for target in self._targets.get(word[1], ()) if target[1] == word[0]]
        most = 1 if len(word) < _TWO_SLIPS_FROM else 2
        slips = {target: OSA.distance(word, target, score_cutoff=most) for target in targets}
        fewest = min(slips.values(), default=most + 1)
        nearest = [target for target in targets if slips[target] == fewest]
        if fewest > most or not nearest:
            return None
        if len({target.removesuffix("s") for target in nearest}) == 1:  # "pouns" is a slip of both, and means one thing
            return max(nearest, key=len) if word.endswith("s") else min(nearest, key=len)
        nearest.sort(key=lambda target: self._ranks.get(target, 0))
        if len(nearest) == 1 or self._ranks.get(nearest[1], 0) > _FAR_MORE * (self._ranks.get(nearest[0], 0) + 1):
            return nearest[0]
        return None


@cache
def ordinary_words() -> frozenset[str]:
    """Words, and names of companies and people, that are a slip away from a parser's word but right as they are."""
    lines = ORDINARY_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
