"""What the words around a number say of it: which attribute it is, and which direction it went."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES, LEVELS, YEARLY, Cue, find_directions
from bot.turn.parsed import BOUNDARY, Parsed, mask, spans_of
from bot.turn.words import NEUTRAL, OPENERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.claims import Claim
    from bot.turn.subjects import Mention

_FROM = re.compile(r"\bfrom (?:about |around |roughly |a |its )?$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|at|near|around) (?:about |around |roughly |just |over |under |a )*$", re.IGNORECASE)
_AFTER_NOUN = re.compile(
    r"[ -]?(?:\(?(?:of|in|as|to|for|worth of) )?(?:the |its |a |total |overall |cumulative |net )*", re.IGNORECASE
)
QUALIFIED = re.compile(
    r"[ (]*(?:[\w-]+ ){0,2}?(?:a|per|each|every) (?P<unit>year|annum|month)\b|[ (]*annuali[sz]ed|[ (]*annually|[ (]*p\.a\.",
    re.IGNORECASE,
)
_MULTIPLE_OF = re.compile(
    r" (?:its |the |trailing |annual |last year's )*(earnings|profits?|forward earnings|book(?: value)?|sales|revenue|ebitda)",
    re.IGNORECASE,
)
_MULTIPLES = {
    "earnings": frozenset({"P/E"}), "profit": frozenset({"P/E"}), "forward earnings": frozenset({"forward P/E"}),
    "book": frozenset({"price to book"}), "book value": frozenset({"price to book"}),
}  # fmt: skip
_LOWS = frozenset({"low", "day low", "52-week low"})
_HIGHS = frozenset({"high", "day high", "52-week high"})
PRICE_LIKE = frozenset(
    {"price", "end price", "market value", "gain", "total return", "value at the end", "start price"}
)


def attributes_of(  # noqa: C901, PLR0911
    parts: Parsed, place: int, claim: Claim, mention: Mention | None
) -> tuple[frozenset[str] | None, bool]:
    """(the attributes that the words beside the number allow, None when none says; whether they are close by)."""
    text, cues = parts.text, parts.cues
    if claim.kind == "multiple" and (match := _MULTIPLE_OF.match(text, claim.end)):
        return _MULTIPLES.get(match[1].lower(), frozenset()), True
    start = parts.claims[place - 1].end if place else 0
    following = parts.claims[place + 1].start if place + 1 < len(parts.claims) else len(text)
    after = next((cue for cue in cues if cue.start >= claim.end and cue.text.lower() != "between"), None)
    if after is not None and _AFTER_NOUN.fullmatch(text[claim.end : after.start]):
        leads_on = (
            following < len(text) and following - after.end <= 25 and not BOUNDARY.search(text[after.end : following])
        )
        if not leads_on:
            return after.attributes, True
    if (ends := _range_ends(parts, place)) is not None:
        return ends, True
    own = [cue for cue in cues if start <= cue.start and cue.end <= claim.start]
    if own:
        return _governed(parts, own, claim), True
    if match := QUALIFIED.match(text, claim.end):
        if match["unit"] == "month":
            return frozenset({"monthly payment", "monthly contribution"}), True
        earlier = [cue for cue in cues if cue.end <= claim.start]
        allowed = frozenset(YEARLY) | (earlier[-1].attributes if earlier else frozenset())
        return allowed, True
    earlier = [cue for cue in cues if cue.end <= claim.start]
    if earlier:
        return _governed(parts, earlier, claim), False
    if (after is not None and following == len(text)) or (
        after is not None and BOUNDARY.search(text[claim.end : following])
    ):
        boundary = BOUNDARY.search(text, claim.end)
        if boundary is None or after.start < boundary.start():
            return after.attributes, False
    is_reference = mention is not None and re.match(r"['’]s? (?:was|is|were|stood|came)\b", text[mention.end :])
    if parts.carried is not None:
        return parts.carried, False
    return (frozenset(), False) if is_reference else (None, False)


def _governed(parts: Parsed, cues: Sequence[Cue], claim: Claim) -> frozenset[str]:
    """What the nearest cue before a number allows, with "from" and "to" for levels and nouns that govern verbs."""
    firm = [cue for cue in cues if not cue.weak]
    cues = firm or cues
    nearest = cues[-1]
    lead = parts.text[max(0, claim.start - 24) : claim.start]
    is_change = bool(nearest.attributes & CHANGES)
    governing = cues[-2] if len(cues) > 1 else None
    if governing is not None:
        gap = parts.text[governing.end : nearest.start]
        if len(gap.split()) > 3 or BOUNDARY.search(gap):
            governing = None
    if (
        claim.kind in ("money", "number", "points")
        and _FROM.search(lead)
        and parts.text[nearest.end : claim.start].strip().lower().endswith(("from", "a", "its", "about"))
    ) and (is_change or nearest.attributes & PRICE_LIKE):
        return frozenset({"start price", "previous close", "value at the start"})
    if is_change and claim.kind in ("money", "number", "points") and _TO.search(lead):
        return governing.attributes if governing is not None and governing.attributes - CHANGES else LEVELS
    if (
        is_change
        and governing is not None
        and not governing.attributes & (CHANGES | LEVELS | PRICE_LIKE | {"end price"})
    ):
        return frozenset()
    return nearest.attributes


def _range_ends(parts: Parsed, place: int) -> frozenset[str] | None:
    """The lows for the first number of "between $1 and $2", the highs for the second; None for no range."""
    claims, text = parts.claims, parts.text
    for first in (place, place - 1):
        if not 0 <= first < len(claims) - 1 or claims[first].kind not in ("money", "number", "points"):
            continue
        if re.fullmatch(r" ?(?:and|to|-|–|up to) ?", text[claims[first].end : claims[first + 1].start]):
            lead = text[max(0, claims[first].start - 30) : claims[first].start]
            if re.search(
                r"\b(?:between|rang(?:e|es|ed|ing)(?: (?:is|was|runs|ran|of|from))*:?) $", lead, re.IGNORECASE
            ):
                return _LOWS if first == place else _HIGHS
    return None


def said_direction(parts: Parsed, place: int, claim: Claim) -> int:
    """-1 or 1 as the words beside the number say; 0 when none does."""
    directions = find_directions(parts.text)
    following = parts.claims[place + 1].start if place + 1 < len(parts.claims) else len(parts.text)
    for direction in directions:
        if direction.start >= claim.end and direction.end <= following:
            gap = parts.text[claim.end : direction.start]
            leads_on = following < len(parts.text) and not BOUNDARY.search(parts.text[direction.end : following])
            if (
                re.fullmatch(r"[ -](?:[a-z-]+ ){0,2}", gap)
                and not leads_on
                and not re.search(r"\b(?:and|but|while|when|after|as|than)\b", gap)
            ):
                return direction.sign
            break
    start = parts.claims[place - 1].end if place else 0
    own = [direction for direction in directions if start <= direction.start and direction.end <= claim.start]
    if own:
        return own[-1].sign
    if any(start <= cue.start and cue.end <= claim.start for cue in parts.cues):
        return 0
    earlier = [direction for direction in directions if direction.end <= claim.start]
    return earlier[-1].sign if earlier else 0


def is_neutral(parts: Parsed, place: int, claim: Claim, mention: Mention | None) -> bool:
    """Whether only words without meaning of their own stand between the number and whom it is about."""
    start = parts.claims[place - 1].end if place else 0
    if mention is not None and mention.end <= claim.start:
        start = max(start, mention.end)
    between = mask(parts.text, spans_of(parts.times, parts.mentions))[start : claim.start]
    words = [word.lower() for word in re.findall(r"[A-Za-z][\w'’-]*", between)]
    return all(word in NEUTRAL or word in OPENERS or word in ("s", "'s") for word in words)
