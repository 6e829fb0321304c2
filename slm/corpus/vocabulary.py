"""The words that questions are made of, counted in the phrase banks: what the spelling of a question is read by."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from slm.corpus.phrases import SLOT
from tools.parsing.mending import END, NAME, START, VALUE
from tools.parsing.question_words import common_words
from tools.parsing.typos import Spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

OTHER = "~"
"""In the place of what a mark says nothing of: a person, a place, a thing."""
COMMON_FROM = 7
"""Times a word must occur to be what a slip was meant to be; rarer ones may be slips or slang themselves."""
SLANG_FROM = 22
"""Times a word must occur to be common though no dictionary has it ("whats", "gimme")."""
MOST_FREQUENT = 50_000
EVERYDAY = 15_000
"""Dictionary words that are known though no phrase holds them: what is left over is a name or a slip."""
_HEADER = (
    "# Words of questions, from the phrase banks (python -m slm words): common ones by count, then those known only."
)
_FORM = re.compile(r"^(?:np|cl|vp|qu):")
_WORD = re.compile(r"[a-z]+")

RIGHT_WORDS = frozenset(
    "analyze advancers budged bumpier canceled chartist chucking dearer decliners divis fattest favorites financials "
    "goss granddad installment installments labor laggard lockdown mooning neighbor noob nyse overpay priciest rebal "
    "rocketed rumor rumors scrips stonks tanked technicals telecom tenner trickled tumbles wifes".split()
)
"""Words that are no slips, though the dictionary lacks them."""

PAIRED_FROM = 7
"""Times one word must follow another to be kept as a pair."""
_SLOPPY = frozenset({"passers_d.txt", "slips_a.txt", "thumbs_a.txt"})
"""Banks of people who type badly: of how words are spelt, and what follows them, they say nothing."""
_WHOLE_QUESTIONS = frozenset({"followups.txt"})
"""The files beside the banks that hold questions, not pieces of them."""
_SIGNS = {"symbol": NAME, **dict.fromkeys(("place", "person", "thing", "term"), OTHER)}
_CLAUSE_ENDS = re.compile(r"[.?!,;:()]")
_APOSTROPHE = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]")
_WORD_OR_SIGN = re.compile(rf"[a-z]+|[{NAME}{VALUE}{OTHER}]")
_PAIRS_HEADER = "# How often a word stands in the phrase banks, and what follows it how often (python -m slm pairs)."


def count_words() -> Counter[str]:
    """How often each lower-case word stands in the banks, outside slots."""
    counts: Counter[str] = Counter()
    for phrase in _phrases():
        counts.update(_WORD.findall(SLOT.sub(" ", phrase).lower()))
    return counts


def _phrases(others: Collection[str] | None = None) -> Iterator[str]:
    """The lines of the phrase banks, with their slots, and those of the `others` beside them; by default of all."""
    folder = resources.files("slm.corpus")
    beside = [f for f in folder.iterdir() if (f.name != "terms.txt" if others is None else f.name in others)]
    for file in [*(folder / "phrases").iterdir(), *beside]:
        if PurePath(file.name).suffix != ".txt" or file.name in _SLOPPY:
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith(("#", "[")):
                yield _FORM.sub("", line)


def word_list() -> str:
    """The text of `tools/parsing/question_words.txt`: common words, most frequent first, then others that are right.

    Needs the `data` group, for its dictionary.
    """
    counts = count_words()
    dictionary = _dictionary()
    english = frozenset(dictionary) | RIGHT_WORDS
    by_count = [word for word, count in counts.most_common() if count >= COMMON_FROM]
    mending = Spelling([word for word in by_count if word in english], by_rank=True)
    # A word a slip away from a common one is a slip itself, unless a dictionary has it.
    slang = [w for w in by_count if w not in english and counts[w] >= SLANG_FROM and mending.meant(w) is None]
    common = [word for word in by_count if word in english or word in slang]
    rare = {w for w, count in counts.items() if w in english or (count > 1 and mending.meant(w) is None)}
    right_as_they_are = {w for w in english if len(w) > 3 and mending.meant(w) is not None}
    everyday = dictionary[:EVERYDAY]
    known = rare.union(right_as_they_are, everyday).difference(common)
    return f"{_HEADER}\n{_lines(common)}\n\n{_lines(sorted(known))}\n"


def pair_list() -> str:
    """The text of `tools/parsing/word_pairs.txt`: each word, how often it stands in the banks, and what follows it."""
    totals, pairs = Counter[str](), Counter[tuple[str, str]]()
    for phrase in _phrases(_WHOLE_QUESTIONS):
        for clause in _CLAUSE_ENDS.split(_APOSTROPHE.sub("", SLOT.sub(_slot_sign, phrase.lower()))):
            words = [START, *_WORD_OR_SIGN.findall(clause), END]
            if len(words) > 2:
                totals.update(words[:-1])
                pairs.update(pairwise(words))
    kept = {START, END, NAME, VALUE, *common_words()}
    following: dict[str, list[str]] = {}
    for (word, after), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= PAIRED_FROM and {word, after} <= kept:
            following.setdefault(word, []).append(f"{after} {count}")
    lines = [f"{word} {totals[word]} {' '.join(pieces)}" for word, pieces in sorted(following.items())]
    return "\n".join((_PAIRS_HEADER, *lines, ""))


def _slot_sign(match: re.Match[str]) -> str:
    return f" {_SIGNS.get(match[1], VALUE)} "


def _dictionary() -> list[str]:
    """Plain English words, most frequent first, without the rarest."""
    from importlib.resources import files

    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return [line.split()[0] for line in text.splitlines()[:MOST_FREQUENT]]


def _lines(words: list[str]) -> str:
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 118:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join((*lines, line))
