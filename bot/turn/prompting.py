"""Words from `prompts/`: a missing file, section or variable is an error at once, never an empty message."""

from __future__ import annotations

import re
import string
from functools import cache

from bot.records.prompts import file_text, hash_of

_WRAPPED = re.compile(r"(?<!\n)\n(?![\n-])")
"""A line break inside a paragraph, not the one before a list item."""


def render(name: str, **variables: object) -> str:
    """`prompts/<name>.md` with its `{variables}` filled. Raises `KeyError` when one is missing."""
    return fill_in(file_text(name), **variables)


def fill_in(template: str, **variables: object) -> str:
    """A file's or an admin's template with its `{variables}` filled. Raises `KeyError` when one is missing."""
    return string.Formatter().vformat(template, (), variables)


@cache
def sections(name: str) -> dict[str, str]:
    """The sections of `prompts/<name>.md` by their heading, lines joined to paragraphs."""
    found: dict[str, str] = {}
    for part in file_text(name).split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        found[heading.strip()] = _WRAPPED.sub(" ", body.strip())
    return found


def prompt_hash(name: str) -> str:
    """Which wording the file has: the first 16 hex digits of its SHA-256."""
    return hash_of(file_text(name))
