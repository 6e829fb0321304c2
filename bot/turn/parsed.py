"""A sentence with all that was found in it: mentions, cues, times and numbers, and where its clauses end."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.turn.attributes import Cue
    from bot.turn.claims import Claim
    from bot.turn.subjects import Mention
    from bot.turn.times import Time

BOUNDARY = re.compile(r"[,;:()—–]|\b(?:while|whereas|but|and|although|though|compared)\b")
"""Where one thing said ends and another begins."""

NEGATION = re.compile(
    r"\b(?:not|never|no longer|hardly|failed to|fails to|rather than|instead of|without)\b|n['’]t\b", re.IGNORECASE
)
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
    """What the sentence before, or a heading, was about."""

    def clause(self, start: int) -> str:
        """The text from the last boundary before `start` up to it."""
        begin = 0
        for match in BOUNDARY.finditer(self.text, 0, start):
            begin = match.end()
        return self.text[begin:start]


class Placed(Protocol):
    """What stands somewhere in a sentence."""

    @property
    def start(self) -> int:
        """Its first character."""
        ...

    @property
    def end(self) -> int:
        """The place after its last."""
        ...


def spans_of(*groups: Iterable[Placed]) -> list[tuple[int, int]]:
    """Where everything in the groups stands."""
    return [(item.start, item.end) for group in groups for item in group]


def overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether any of `spans` shares a character with `start` to `end`."""
    return any(first < end and start < last for first, last in spans)


def mask(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with the spans blanked out, everything else in its place."""
    for start, end in spans:
        text = text[:start] + "\x1f" * (end - start) + text[end:]
    return text


def clause_span(text: str, place: int) -> tuple[int, int]:
    """Where the clause around `place` begins and ends."""
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
