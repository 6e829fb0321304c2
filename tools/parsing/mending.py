"""What mistyped words of a question were meant to be, by the words beside them.

"lsat" alone may be "last" or "list"; before "year" it is "last". "form" is spelt right, but "off my list form zoom" is
not what anybody writes. `word_pairs.txt`, written by `python -m slm pairs`, says how often one word follows another in
the phrase banks; of the words a slip away, the one that fits both neighbours best was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

from tools.parsing.question_words import SHORT_SLIPS, common_words, is_word, mended
from tools.parsing.slips import Slip, slip_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.parsing.spans import Span

WORD_PAIRS_FILE = Path(__file__).with_name("word_pairs.txt")
START, END, NAME, VALUE = "^", "$", "@", "#"
"""What stands beside a word at the ends of a clause, and in the place of a name and of an amount or a time."""

_TOKEN = re.compile(r"(?<!['’\w])(?P<word>[^\W\d_]+)(?:['’](?P<end>[a-z]+))?|\d+|[.?!,;:()\n]")
_UNSEEN = 0.3
"""Counted for a pair that the banks lack."""
_TWO_SLIPS_FROM = 7
"""Letters from which a word may hold two slips, not one."""
_LEAST = -9.0
"""A word that fits its neighbours worse was not meant."""
_CLEARLY = 6.0
"""How much better, in bits, a word must fit than one that is spelt right."""
_RATHER = 2.0
"""How much better a word must fit than the one that the spelling alone would choose."""
_BOTH = 2
_SHORT = 3
"""Letters of a word that is mended only where it fits both neighbours."""
_COST = {Slip.SWAPPED: 0.0, Slip.DOUBLED: 0.0, Slip.MISSING: 1.5, Slip.NEAR: 1.0, Slip.VOWEL: 1.5, Slip.ADDED: 2.0,
         Slip.FAR: 3.0, Slip.SEVERAL: 4.0}  # fmt: skip
"""Bits that each kind of slip makes a word less likely to be the one that was meant."""
_PLAIN = frozenset({Slip.SWAPPED, Slip.DOUBLED})
_LIKELY = frozenset({*_PLAIN, Slip.MISSING, Slip.NEAR, Slip.VOWEL})


@dataclass(frozen=True, slots=True)
class Mend:
    """A word at `text[start:end]` and what it was meant to be.

    `fits` says that it stands beside one of its neighbours in the phrase banks, too; else it is the spelling's word.
    """

    start: int
    end: int
    meant: str
    fits: bool


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int
    is_open: bool = False
    """Whether it may be mended: a word in small letters outside of names and values."""
    ending: str = ""
    """What stands after its apostrophe."""

    @property
    def said(self) -> str:
        """The word as its neighbours know it: "what's" is "whats"."""
        return SHORT_SLIPS.get(self.word, self.word) + self.ending


def mends(text: str, names: Sequence[Span], values: Sequence[Span], kept: Sequence[Span] = ()) -> list[Mend]:
    """The words of `text` outside of `names`, `values` and `kept` that were mistyped, and what each was meant to be."""
    tokens = _tokens(text, names, values, kept)
    words = [START, *(token.said for token in tokens), END]
    found = []
    for place, token in enumerate(tokens, 1):
        if not token.is_open:
            continue
        left = words[place - 1] if words[place - 1] != END else START
        if token.ending:
            meant = None if is_word(token.word) else mended(token.word)
        else:
            meant = SHORT_SLIPS.get(token.word) or _meant(token.word, left, words[place + 1])
        if meant is not None and meant != token.word:
            words[place] = meant + token.ending
            fits = token.word in SHORT_SLIPS or _sides(left, words[place], _readings(words[place + 1])) > 0
            found.append(Mend(token.start, token.end, meant, fits))
    return found


def is_rather_word(text: str, name: Span, names: Sequence[Span]) -> bool:
    """Whether `name`, a word in small letters, fits its neighbours better as a common word, or a slip of one.

    "nxt" is a ticker, but not in "the nxt dividend"; "first" may be a company, but not in "what comes first".
    """
    tokens = _tokens(text, [other for other in names if other != name], ())
    words = [START, *(token.said for token in tokens), END]
    place = next((place for place, token in enumerate(tokens, 1) if token.start == name.start), None)
    if place is None or not tokens[place - 1].is_open or tokens[place - 1].end != name.end:
        return False
    word, left = tokens[place - 1].word, words[place - 1] if words[place - 1] != END else START
    rights = _readings(words[place + 1])
    scores = {word: _fit(left, word, rights)} if word in common_words() else _scored(word, left, rights)
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or not (best == word or slip_between(word, best) in _LIKELY):
        return False
    return _sides(left, best, rights) == _BOTH and scores[best] > _fit(left, NAME, rights) + _RATHER


def _tokens(text: str, names: Sequence[Span], values: Sequence[Span], kept: Sequence[Span] = ()) -> list[_Token]:
    tokens: list[_Token] = []
    spans = [*((span, NAME) for span in names), *((span, VALUE) for span in values)]
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        around = next(((span, kind) for span, kind in spans if span.start < end and start < span.end), None)
        if around:
            span, kind = around
            if not (tokens and tokens[-1].word == kind and tokens[-1].start == span.start):
                tokens.append(_Token(kind, span.start, span.end))
        elif match[0].isdigit():
            tokens.append(_Token(VALUE, start, end))
        elif word := match["word"]:
            is_kept = any(span.start < end and start < span.end for span in kept)
            is_open = word.islower() and word.isascii() and match["end"] != "t" and not is_kept
            tokens.append(_Token(word.lower(), start, match.end("word"), is_open, (match["end"] or "").lower()))
        else:
            tokens.append(_Token(END, start, end))
    return tokens


def _meant(word: str, left: str, right: str) -> str | None:
    """The common word that `word` is a slip of, or None when it is right or nothing fits."""
    known, rights = is_word(word), _readings(right)
    if known and _sides(left, word, rights):
        return None
    by_spelling = None if known else mended(word)
    scores = _scored(word, left, rights)
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None:
        return by_spelling
    slip, sides = slip_between(word, best), _sides(left, best, rights)
    if not known:
        sure = sides == _BOTH or (sides and len(word) > _SHORT and slip is not Slip.FAR)
        return _instead(word, by_spelling, best, scores) if sure else by_spelling
    clearly = sides == _BOTH and scores[best] > _fit(left, word, rights) + _CLEARLY
    if word in common_words():
        return best if clearly and slip is Slip.SWAPPED else None
    return best if (slip in _PLAIN and sides) or (slip in _LIKELY and clearly) else None


def _instead(word: str, by_spelling: str | None, best: str, scores: dict[str, float]) -> str | None:
    """The word that fits best, unless the spelling alone says another that fits about as well."""
    if scores[best] < _LEAST or (slip_between(word, best) is Slip.SEVERAL and not _lacks_letters(word, best)):
        return by_spelling
    return best if by_spelling is None or scores[best] > scores.get(by_spelling, _LEAST) + _RATHER else by_spelling


def _lacks_letters(word: str, meant: str) -> bool:
    """Whether `word` is `meant` without some of its letters: "difrent"."""
    letters = iter(meant)
    return all(letter in letters for letter in word)


def _scored(word: str, left: str, rights: frozenset[str]) -> dict[str, float]:
    return {near: _fit(left, near, rights) - _COST[slip_between(word, near)] for near in _near(word)}


def _fit(left: str, word: str, rights: frozenset[str]) -> float:
    """How well `word` stands between its neighbours, in bits: its part of what follows `left` and precedes `rights`."""
    pairs, totals = _pairs()
    before = pairs.get((left, word), 0)
    after = max(pairs.get((word, right), 0) for right in rights)
    return log2(before + _UNSEEN) + log2(after + _UNSEEN) - log2(totals.get(word, 0) + 5)


def _sides(left: str, word: str, rights: frozenset[str]) -> int:
    """On how many sides of `word` its neighbour is one that it has in the phrase banks."""
    pairs, _ = _pairs()
    return ((left, word) in pairs) + any((word, right) in pairs for right in rights)


@lru_cache(maxsize=2048)
def _readings(word: str) -> frozenset[str]:
    """What a neighbour may be that is not mended yet."""
    if not word.isalpha() or is_word(word):
        return frozenset({word})
    meant = mended(word)
    return frozenset({word, meant} if meant else {word, *_near(word)})


@lru_cache(maxsize=4096)
def _near(word: str) -> tuple[str, ...]:
    """The common words a slip away, two in a long word; the first letter is right or swapped with the second."""
    from rapidfuzz.distance import OSA  # 37 ms, paid by the first question and not by the start

    by_letter = _by_letter()
    targets = by_letter.get(word[0], ())
    if word[1:] and word[0] != word[1]:
        targets += tuple(target for target in by_letter.get(word[1], ()) if target[1] == word[0])
    most = 1 if len(word) < _TWO_SLIPS_FROM else 2
    right = {word, word.removesuffix("s")}  # a plural or possessive is no slip
    return tuple(t for t in targets if t not in right and OSA.distance(word, t, score_cutoff=most) <= most)


@cache
def _by_letter() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(common_words()):
        if len(word) > 1:
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in found.items()}


@cache
def _pairs() -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """(how often one word follows another, how often each stands in the banks)."""
    pairs: dict[tuple[str, str], int] = {}
    totals: dict[str, int] = {}
    for line in WORD_PAIRS_FILE.read_text(encoding="ascii").splitlines():
        if line.startswith("# "):
            continue
        word, total, *following = line.split(" ")
        totals[word] = int(total)
        pairs.update({(word, following[at]): int(following[at + 1]) for at in range(0, len(following), 2)})
    return pairs, totals
