"""Splits what a model wrote into sentences, without tripping over "$2.1B.", "vs.", "Apple Inc." or "1. "."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s|$)")
_LIST_NUMBER = re.compile(r"[\s>*#_-]*\d{1,2}\.")
_LAST_WORD = re.compile(r"[\w.&'’-]{1,20}$")
# A company's name may end so, in mid-sentence too: only a word that opens sentences ends this one.
_LEGAL_FORMS = frozenset({"inc", "corp", "co", "ltd", "plc", "bros", "cos", "u.s", "u.k", "s.a", "n.v"})
_NEVER_LAST = frozenset(
    """
    vs v e.g i.e eg ie approx no nos mr mrs ms dr st fig est avg incl excl cf ca jan feb mar apr jun jul aug sep sept
    oct nov dec mon tue tues wed thu thur thurs fri sat sun
    """.split()
)
_OPENERS = re.compile(
    r"\s+[\"“(*_]*(?:It|Its|The|This|That|These|Those|In|On|At|Over|For|From|By|With|As|Your|You|Both|However|Meanwhile"
    r"|Note|Please|Overall|And|But|While|Compared|Since|Between|Their|They|Today|Here)\b"
)


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text` in order, stripped of surrounding blanks; a new line always begins a new one."""
    found: list[str] = []
    for line in text.splitlines():
        start = 0
        for match in _END.finditer(line):
            if _ends(line, start, match):
                found.append(line[start : match.end()].strip())
                start = match.end()
        found.append(line[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def _ends(line: str, start: int, match: re.Match[str]) -> bool:
    """Whether the full stop of `match` ends a sentence."""
    if match[0][0] != "." or match[0].startswith(".."):
        return True
    if _LIST_NUMBER.fullmatch(line, start, match.start() + 1):
        return False
    word = _LAST_WORD.search(line, max(start, match.start() - 20), match.start())
    last = word[0].lower() if word else ""
    if last in _NEVER_LAST:
        return False
    if last in _LEGAL_FORMS:
        return match.end() == len(line) or _OPENERS.match(line, match.end()) is not None
    if len(last) == 1 and last.isalpha() and word is not None and word[0].isupper():
        return match.end() == len(line)  # an initial
    following = line[match.end() :].lstrip(" \t\"'“(*_")
    return not following[:1].islower()
