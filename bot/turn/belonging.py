"""To whom a number belongs: the name it follows closely, the one it leads to, or the one carried over."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.turn.subjects import PORTFOLIO, Mention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.attributes import Cue

_DIRECTLY = re.compile(
    r"(?:['’]s)?(?: (?:was|is|were|did|has|had))?(?: (?:at|with|of))? ?\(?|(?:, )?(?:which|whose|that|who)\b.*|['’]s? .*|:? ?",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(r"[,;:()—–]|\b(?:while|whereas|but|and)\b")


def subject_of(  # noqa: PLR0911
    text: str, start: int, end: int, mentions: Sequence[Mention], cues: Sequence[Cue]
) -> tuple[tuple[str | None, ...] | None, Mention | None]:
    """(whom the number at `start` to `end` belongs to, by which mention). (None, None) when the sentence names nobody.

    Directly after it ("26.4% for Apple"); else the nearest mention before, where one after "than" counts only for
    what follows it closely; else the first mention after.
    """
    before = [mention for mention in mentions if mention.end <= start]
    after = next((mention for mention in mentions if mention.start >= end and mention.role != "weak"), None)
    strong = [mention for mention in before if mention.role != "weak"]
    nearest = strong[-1] if strong else None
    if after is not None and after.role != "pronoun":
        loose = nearest is None or nearest.symbols == (PORTFOLIO,)
        if _belongs_to_next(text, end, after.start, cues, loose=loose):
            return after.symbols, after
    is_stand_in = nearest is None or nearest.role == "pronoun"
    if (
        after is not None
        and is_stand_in
        and re.fullmatch(r"(?: [\w-]+){0,3} (?:was|is|were) (?:the )?", text[end : after.start])
    ):
        return after.symbols, after  # "the stock with the 5% return was Apple"
    if nearest is not None and nearest.role == "oblique":
        gap = text[nearest.end : start]
        close = _DIRECTLY.fullmatch(gap) and not _BOUNDARY.search(gap.removeprefix(",").rstrip(" ("))
        if not close:
            plain = [mention for mention in strong if mention.role != "oblique"]
            return (plain[-1].symbols, plain[-1]) if plain else (None, None)
    if nearest is not None:
        return nearest.symbols, nearest
    if after is not None and after.role == "subject":
        return after.symbols, after
    if before:
        return before[-1].symbols, before[-1]
    return None, None


def _belongs_to_next(text: str, end: int, start: int, cues: Sequence[Cue], *, loose: bool) -> bool:
    """Whether "… for Apple", "drop in Apple" leads from a number to the name after it."""
    if start - end > 60:
        return False
    gap = text[end:start]
    pattern = r"for|of|by|at|in|on|from|with|to" if loose else r"for|of|by|at"
    match = re.fullmatch(rf"(?P<words>(?: [\w'-]+){{0,3}}?) (?:{pattern}) (?:the |your |its )?", gap, re.IGNORECASE)
    if match is None:
        return False
    spans = [(cue.start - end, cue.end - end) for cue in cues]
    for word in re.finditer(r"[\w'-]+", match["words"]):
        if word[0].lower() in ("ahead", "instead", "because", "short", "front", "than"):
            return False
        if word[0].lower() in ("total", "annual", "overall", "yearly", "in", "worth"):
            continue
        if not any(first <= word.start() and word.end() <= last for first, last in spans):
            return False
    return True
