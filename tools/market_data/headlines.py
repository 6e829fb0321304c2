"""Makes text from a provider fit to be kept: one line of visible characters, without markup, at most so long."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST_HEADLINE = 300
"""Characters a headline may have."""

# Far more than any headline: what is longer is cut before the patterns see it, so that 100 KB cost nothing.
_LONGEST_READ = 10_000
_TAG = re.compile(r"<[^<>]{0,500}>")
# Control, format (direction, zero width, tags), surrogate, private and unassigned characters.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SEPARATORS = frozenset({"Zl", "Zp"})


def clean_headline(text: object, longest: int = LONGEST_HEADLINE) -> str:
    """`text` as one line of at most `longest` visible characters, cut at a word; "" for what is not text."""
    if not isinstance(text, str):
        return ""
    # Entities are undone first, so that "&lt;b&gt;" can't become markup after the tags are gone.
    text = _TAG.sub(" ", html.unescape(html.unescape(text[:_LONGEST_READ])))
    text = text.translate({ord("<"): None, ord(">"): None})
    line = " ".join("".join(map(_visible, unicodedata.normalize("NFC", text))).split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[longest // 2 :] else cut}…"


def _visible(character: str) -> str:
    """The character; a space for hidden ones that part words; nothing for the other hidden ones."""
    category = unicodedata.category(character)
    if category in _HIDDEN:
        return " " if character.isspace() else ""
    return " " if category in _SEPARATORS else character
