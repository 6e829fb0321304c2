"""Makes text from a provider fit to be kept: one line of visible characters, without markup, at most so long."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST_HEADLINE = 300
"""Characters a headline may have."""

# Far more than any headline: what is longer is cut before the patterns see it, so that 100 KB cost nothing.
LONGEST_READ = 10_000
_TAG = re.compile(r"<[^<>]{0,500}>")
# Control, format (direction, zero width, tags), surrogate, private and unassigned characters.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SEPARATORS = frozenset({"Zl", "Zp"})
_MOST_MARKS_IN_A_ROW = 2


def clean_headline(text: object, longest: int = LONGEST_HEADLINE) -> str:
    """`text` as one line of at most `longest` visible characters, cut at a word; "" for what is not text."""
    if not isinstance(text, str):
        return ""
    # Entities are undone first, so that "&lt;b&gt;" can't become markup after the tags are gone.
    text = _TAG.sub(" ", html.unescape(html.unescape(text[:LONGEST_READ])))
    text = text.translate({ord("<"): None, ord(">"): None})
    return shorten(" ".join(_visible(unicodedata.normalize("NFC", text)).split()), longest)


def shorten(line: str, longest: int) -> str:
    """The line, cut at a word and with an ellipsis when it has more than `longest` characters."""
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[longest // 2 :] else cut}…"


def _visible(text: str) -> str:
    """Hidden characters become spaces where they part words, or nothing; piles of accents are thinned."""
    kept = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        if category in _HIDDEN:
            kept.append(" " if character.isspace() else "")
        elif category in _SEPARATORS:
            kept.append(" ")
        elif marks <= _MOST_MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
