"""The words around the numbers of a question: what a number means stands before or after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.parsing.phrase import plain
from tools.parsing.question_words import mended

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.parsing.spans import Span

_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[;?!:]|[.,](?=\s|\Z)| (?:and|with|but|that|which|also|plus|who|then|n) ")
_MAX_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Surrounded:
    """A piece of a question with the words between it and the pieces beside it: small letters, slips mended."""

    span: Span
    before: str
    after: str

    @property
    def clause_before(self) -> str:
        """The words before the piece in its own clause; those of "P/E below 8 and a yield of 3%" are " a yield of "."""
        return _BREAK.split(self.before)[-1]

    @property
    def clause_after(self) -> str:
        """The words after the piece in its own clause."""
        return _BREAK.split(self.after)[0]


def surrounded(text: str, spans: Iterable[Span]) -> list[Surrounded]:
    """Each of `spans`, which follow each other, with what stands around it."""
    ordered = sorted(spans, key=lambda span: span.start)
    starts = [span.start for span in ordered]
    ends = [span.end for span in ordered]
    before, after = [0, *ends], [*starts, len(text)]
    return [
        Surrounded(
            span,
            mended_words(text[before[place] : span.start][-_MAX_CHARACTERS:]),
            mended_words(text[span.end : after[place + 1]][:_MAX_CHARACTERS]),
        )
        for place, span in enumerate(ordered)
    ]


@lru_cache(maxsize=256)
def mended_words(text: str) -> str:
    """`text` in small letters, its slips mended, with plain apostrophes and dashes; spaces stay at both ends."""
    words = _WORD.sub(_mended, plain(text, max_length=len(text)).lower())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if text[-1:].isspace() else ''}"


def _mended(match: re.Match[str]) -> str:
    return mended(match[0]) or match[0]
