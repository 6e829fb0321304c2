"""Makes text from outside fit to be quoted: one line of visible characters, without markup or links."""

from __future__ import annotations

import html
import re
import unicodedata

# Far more than any headline: what is longer is cut before the patterns see it.
_LONGEST_READ = 10_000
_TAG = re.compile(r"<[^<>]{0,500}>")
_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.)\S+", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_MARKS = str.maketrans("", "", "*_`~|<>[]\\")
# Control, format (direction, zero width, tags), surrogate, private and unassigned characters.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MOST_MARKS_IN_A_ROW = 2


def plain_text(text: str, longest: int) -> str:
    """`text` as one line of at most `longest` characters; cut at a word, with an ellipsis, when longer."""
    text = html.unescape(text[:_LONGEST_READ])
    text = _TAG.sub(" ", text)
    text = _LINK.sub(" ", _MARKDOWN_LINK.sub(r"\1", text))
    text = unicodedata.normalize("NFC", text).translate(_MARKS)
    line = " ".join(_visible(text).split())
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
        elif marks <= _MOST_MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
