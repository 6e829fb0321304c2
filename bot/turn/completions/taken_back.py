"""What a question takes back: "Tesco, no sorry, Sainsbury's", "under 300 no make it 280", "swap Adidas for Nike"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.parsing.question_words import is_word
from tools.parsing.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_TAKEN_BACK = re.compile(
    r"[,.;:\s–-]*(?:\b(?:no|nope|oh|uh|um|er|hmm|wait|sorry|actually|rather|hang on|scratch that|not that one|i mean"
    r"|i meant|make (?:it|that)|let's say|lets say)\b[,.\s–-]*){1,5}"
    r"(?:(?:for|on|of|about|with|to|in|at|by|from|what about|it is|it's) )?(?:the )?",
    re.IGNORECASE,
)
"""Between a name that was said by mistake and the one that is meant."""
_BREAK = re.compile(
    r"[,.;:-]+(?= *(?:no|oh|wait|sorry|actually|rather|hang on|scratch|not that|i mean|make)\b)"
    r"| (?=(?:no,? (?:wait|sorry|make|i mean|scratch)|wait,? no|scratch that|sorry,? i mean)\b)",
    re.IGNORECASE,
)
"""Where other words end and what is meant instead begins."""
_STRONG = re.compile(r"\b(?:no|nope|wait|sorry|rather|scratch|not that|mean|meant|make|say)\b", re.IGNORECASE)
_NOT_BUT = re.compile(
    r"[,.;\s–-]*(?:(?:but|rather|instead|i (?:wanted|meant|mean|want|need)|make (?:it|that)|it is|it's"
    r"|its)\b[,\s]*){1,3}"
    r"(?:the )?",
    re.IGNORECASE,
)
_NOT = re.compile(r"\bnot (?:the )?\Z", re.IGNORECASE)
"""Before and after what is not meant: "not BMW, I wanted Mercedes"."""
_SWAP = re.compile(
    r"\b(?:swap|replace|switch|exchange|trade)(?: out)? (?:the )?(?P<old>.+?) (?:for|with|by|against) (?:the )?",
    re.IGNORECASE,
)


def find_taken_back(text: str, kinds: Sequence[Sequence[Span]]) -> list[tuple[Span, Span]]:
    """Each piece of one of the `kinds` (names first) that `text` takes back, with the one that it means instead."""
    found = []
    for place, kind in enumerate(kinds):
        for old in kind:
            gap = _TAKEN_BACK.match(text, old.end)
            is_strong = gap is not None and _STRONG.search(gap[0])
            if _NOT.search(text[: old.start]) and (other := _NOT_BUT.match(text, old.end)):
                gap = is_strong = other
            if gap is None or not is_strong:
                continue
            new = next((span for span in kind if old.end <= span.start <= gap.end() < span.end), None)
            new = new or (_word_at(gap.end(), text) if not place else None)
            if new is not None:
                found.append((old, new))
    return [*found, *_swapped(text, kinds[0])]


def _swapped(text: str, names: Sequence[Span]) -> list[tuple[Span, Span]]:
    swap = _SWAP.search(text)
    if swap is None:
        return []
    old = next((name for name in names if name.start == swap.start("old")), None)
    new = next((name for name in names if name.start == swap.end()), None)
    return [(old, new)] if old and new else []


def taken_back_later(calls: Sequence[ToolCall], reading: Reading) -> list[tuple[Span, Span]]:
    """The same with other words between: "when does Nike report, no wait, Intel"."""
    said = [str(value) for call in calls for value in call.arguments.values() if len(calls) == 1]
    old = next((name for name in reading.names if name.text in said), None)
    broken = _BREAK.search(reading.text, old.end) if old else None
    gap = _TAKEN_BACK.match(reading.text, broken.start()) if broken else None
    if old is None or gap is None or not _STRONG.search(gap[0]):
        return []
    known = next((name for name in reading.names if name.start == gap.end()), None)
    new = known or _word_at(gap.end(), reading.text)
    return [(old, new)] if new else []


def _word_at(place: int, text: str) -> Span | None:
    """A word that may be a name."""
    word = _WORD.match(text, place)
    if word is None or not (word[0][0].isupper() or not is_word(word[0])):
        return None
    return Span(*word.span(), word[0])
