"""Reading what our own model reads, as the person typed it."""

from __future__ import annotations

import re

from tools.marking import MARKS

_MARKS = re.compile(f"(?:{'|'.join(map(re.escape, MARKS))})+")


def unmarked(text: str) -> str:
    """`text` with a space, or nothing at its start, in place of marks."""
    return _MARKS.sub(" ", text).strip()
