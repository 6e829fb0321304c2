"""Makes text from outside fit to be quoted: as a provider keeps it, and without links or marks of formatting."""

from __future__ import annotations

import re

from tools.market_data.headlines import LONGEST_READ, clean_headline, shorten

_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.)\S+", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_MARKS = str.maketrans("", "", "*_`~|<>[]\\")


def plain_text(text: str, longest: int) -> str:
    """`text` as one line of at most `longest` characters; cut at a word, with an ellipsis, when longer."""
    line = clean_headline(text, LONGEST_READ)
    line = _LINK.sub(" ", _MARKDOWN_LINK.sub(r"\1", line)).translate(_MARKS)
    return shorten(" ".join(line.split()), longest)
