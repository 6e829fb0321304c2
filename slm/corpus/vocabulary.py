"""The words that questions are made of, counted in the phrase banks: what the spelling of a question is read by."""

from __future__ import annotations

import re
from collections import Counter
from importlib import resources
from pathlib import PurePath

from slm.corpus.phrases import SLOT
from tools.parsing.typos import Spelling

COMMON_FROM = 4
"""Times a word must occur to be what a slip was meant to be; rarer ones may be slips or slang themselves."""
SLANG_FROM = 12
"""Times a word must occur to be common though no dictionary has it ("whats", "gimme")."""
MOST_FREQUENT = 50_000
EVERYDAY = 15_000
"""Dictionary words that are known though no phrase holds them: what is left over is a name or a slip."""
_HEADER = (
    "# Words of questions, from the phrase banks (python -m slm words): common ones by count, then those known only."
)
_FORM = re.compile(r"^(?:np|cl|vp|qu):")
_WORD = re.compile(r"[a-z]+")


def count_words() -> Counter[str]:
    """How often each lower-case word stands in the banks, outside slots."""
    folder = resources.files("slm.corpus")
    files = [*(folder / "phrases").iterdir(), *folder.iterdir()]
    counts: Counter[str] = Counter()
    for file in files:
        if PurePath(file.name).suffix != ".txt" or file.name == "terms.txt":
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith(("#", "[")):
                counts.update(_WORD.findall(SLOT.sub(" ", _FORM.sub("", line)).lower()))
    return counts


def word_list() -> str:
    """The text of `tools/parsing/question_words.txt`: common words, most frequent first, then others that are right.

    Needs the `data` group, for its dictionary.
    """
    counts = count_words()
    dictionary = _dictionary()
    english = frozenset(dictionary)
    by_count = [word for word, count in counts.most_common() if count >= COMMON_FROM]
    mending = Spelling([word for word in by_count if word in english], by_rank=True)
    # A word a slip away from a common one is a slip itself, unless a dictionary has it.
    slang = [w for w in by_count if w not in english and counts[w] >= SLANG_FROM and mending.meant(w) is None]
    common = [word for word in by_count if word in english or word in slang]
    rare = {w for w in counts if w in english or mending.meant(w) is None}
    right_as_they_are = {w for w in english if len(w) > 3 and mending.meant(w) is not None}
    everyday = dictionary[:EVERYDAY]
    known = rare.union(right_as_they_are, everyday).difference(common)
    return f"{_HEADER}\n{_lines(common)}\n\n{_lines(sorted(known))}\n"


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
