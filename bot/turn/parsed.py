"""A sentence with all that was found in it: mentions, cues, times and numbers, and where its clauses end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.attributes import Cue
    from bot.turn.claims import Claim
    from bot.turn.subjects import Mention
    from bot.turn.times import Time

BOUNDARY = re.compile(r"[,;:()—–]|\b(?:while|whereas|but|and|although|though|compared)\b")
"""Where one thing said ends and another begins."""

NEGATION = re.compile(r"\b(?:not|never|no longer|hardly|failed to|fails to|rather than|instead of|without)\b|n['’]t\b", re.IGNORECASE)
IMAGINED = re.compile(
    r"\b(?:will|would|could|might|(?-i:may)|should|shall|if|going to|expect(?:ed|s)? to|likely to|set to|poised to|predict\w*|project(?:ed|ion)\w*|forecast\w*"
    r"|target(?:ed|ing)|hypothetical\w*|imagine|suppose|potential(?:ly)?)\b",
    re.IGNORECASE,
)
IMAGINED_AFTER = re.compile(r"\b(?:will|would|could|might|(?-i:may)|should|shall|never|not)\b|n['’]t\b", re.IGNORECASE)


@dataclass
class Parsed:
    """One sentence with all that was found in it."""

    text: str
    mentions: list[Mention] = field(default_factory=list)
    cues: tuple[Cue, ...] = ()
    times: list[Time] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    carried: frozenset[str] | None = None


def overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in spans)


def mask(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\x1f" * (end - start) + text[end:]
    return text


def clause_span(text: str, place: int) -> tuple[int, int]:
    begin, end = 0, len(text)
    for match in re.finditer(r"[;:()—–]|, (?!\d)|\b(?:while|whereas|but|although)\b", text):
        if match.end() <= place:
            begin = match.end()
        elif match.start() >= place:
            end = match.start()
            break
    return begin, end


def run_of(parts: Parsed, place: int) -> list[int]:
    """The numbers of one kind that stand together with this one: "26.4%, 28.0% and 3.1%"."""
    run = [place]
    joined = re.compile(r",? ?(?:and |& )?|, and ")
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(parts.claims):
            first, second = sorted((other, other - step))
            gap = parts.text[parts.claims[first].end : parts.claims[second].start]
            if parts.claims[other].kind != parts.claims[place].kind or not gap or not joined.fullmatch(gap):
                break
            run.append(other)
            other += step
    return sorted(run)
