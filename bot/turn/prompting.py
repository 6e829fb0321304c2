"""Words from `prompts/`: a missing file, section or variable is an error at once, never an empty message."""

from __future__ import annotations

import hashlib
import re
import string
from functools import cache
from importlib import resources

_WRAPPED = re.compile(r"(?<!\n)\n(?![\n-])")
"""A line break inside a paragraph, not the one before a list item."""


@cache
def _read(name: str) -> str:
    return (resources.files("prompts") / f"{name}.md").read_text(encoding="utf-8")


def render(name: str, **variables: object) -> str:
    """`prompts/<name>.md` with its `{variables}` filled. Raises `KeyError` when one is missing."""
    return string.Formatter().vformat(_read(name), (), variables)


@cache
def sections(name: str) -> dict[str, str]:
    """The sections of `prompts/<name>.md` by their heading, lines joined to paragraphs."""
    found: dict[str, str] = {}
    for part in _read(name).split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        found[heading.strip()] = _WRAPPED.sub(" ", body.strip())
    return found


def prompt_hash(name: str) -> str:
    """Which wording was in use: the first 16 hex digits of the file's SHA-256."""
    return hashlib.sha256(_read(name).encode()).hexdigest()[:16]
