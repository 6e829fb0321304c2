"""Checks directions told without a number: "Apple rose" must not contradict what is known of Apple."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES, DAILY, DAY_WORDS, find_directions
from bot.turn.attribution import PRICE_LIKE
from bot.turn.belonging import subject_of
from bot.turn.parsed import IMAGINED, NEGATION, Parsed, clause_span, overlaps
from bot.turn.subjects import PLANNING

if TYPE_CHECKING:
    from bot.turn.basis import Basis

_VERBS = re.compile(
    r"^(?:rose|rises|risen|rising|gained|gains|gaining|climb|advanc|grew|jump|surg|soar|rall|increased|fell|falls|fallen|falling|lost|loses|losing|drop"
    r"|declin|slid|s[au]nk|tumbl|plung|slump|decreased|shed|retreat|dipped|weakened|crash|slip|plummet|rebound|recovered|collapsed|flat|unchanged|little changed|barely|up|down"
    r"|higher|lower|positive|negative|in the (?:red|green))",
    re.IGNORECASE,
)


def false_direction(parts: Parsed, basis: Basis) -> str:
    """A direction told without a number must not contradict what is known of its subject."""
    for direction in find_directions(parts.text):
        if not _VERBS.match(direction.text) or overlaps(
            direction.start, direction.end, [(cue.start, cue.end) for cue in parts.cues if cue.text != direction.text]
        ):
            continue
        before = parts.text[: direction.start]
        if direction.text.lower() in (
            "up",
            "down",
            "higher",
            "lower",
            "flat",
            "positive",
            "negative",
        ) and not re.search(
            r"\b(?:is|are|was|were|ended|finished|closed|been|went|moved|now|and|trading|close|stayed|remained|virtually|essentially|roughly|broadly) (?:\w+ )?$",
            before,
        ):
            continue
        owners, mention = subject_of(parts.text, direction.start, direction.end, parts.mentions, parts.cues)
        if mention is None or mention.role == "weak" or not owners or mention.start > direction.start:
            continue
        if NEGATION.search(parts.clause(direction.start)) or IMAGINED.search(parts.clause(direction.start)):
            return f"“{direction.text}” is denied or imagined"
        governing = [
            cue for cue in parts.cues if mention.end <= cue.start and cue.end <= direction.start and not cue.weak
        ]
        if governing and not governing[-1].attributes & (PRICE_LIKE | CHANGES):
            return f"“{direction.text}” is said of what has no change here"
        for owner in owners:
            if owner is None or not _moved(basis, parts, owner, direction.sign, direction.start):
                return f"“{direction.text}” has nothing to rest on"
    return ""


def _moved(basis: Basis, parts: Parsed, owner: str, sign: int, place: int) -> bool:
    """Whether a change of `owner` has this direction; for planning, and what the evidence quotes, any has."""
    if owner in PLANNING or "/" in owner:
        return True
    facts = [fact for fact in basis.changes(owner) if fact.figure.attribute != "drift"]
    begin, end = clause_span(parts.text, place)
    clause = parts.text[begin:end]
    told = [time for time in parts.times if time.kind in ("span", "length") and begin <= time.start < end] or [
        time for time in parts.times if time.kind == "span" and time.end <= place
    ][-1:]
    facts = [fact for fact in facts if all(basis.supports_time(parts.text, time, [fact]) for time in told)]
    daily = [fact for fact in facts if fact.figure.attribute in DAILY]
    longer = [fact for fact in facts if fact.figure.attribute not in DAILY]
    if DAY_WORDS.search(clause) and daily:
        facts = daily
    elif longer:
        facts = longer
    values = [fact.figure.value for fact in facts if isinstance(fact.figure.value, Decimal)]
    if sign == 0:
        return any(abs(value) < 1 for value in values)
    return any((value > 0) - (value < 0) == sign for value in values)
