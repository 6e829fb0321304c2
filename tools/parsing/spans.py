"""The pieces of a question that can be an argument: the model may only copy one of these.

A span starts and ends at a run of letters, a run of digits or a sign ($ € £ ¥ %). For kinds with a parser (numbers,
periods, currencies, …) the candidates are the longest spans that the parser accepts whole; for names they are the
spans that neither start nor end with a function word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.parsing.currencies import parse_pair

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_WORDS = 120
"""Atoms looked at; what a person asks for stands in the first or last hundred words of what they type."""

MAX_NAMES = 160
"""Name candidates offered at most; more only slows the grammar."""

_ATOM = re.compile(r"[^\W\d_]+|\d+|[$€£¥₹%^]")
_GAP_IN_NAME = re.compile(r"(?: ?& ?| ?\+ ?|\. ?|[ '’`\-/]|)\Z")
_SPELT = re.compile(r"(?<![\w'’&])[a-z](?: [a-z]){2,4}(?![\w'’&])")
"""A ticker spelt out, as speech is written down: "s n o w"."""
_SIGNS = frozenset("$€£¥₹%^")

FUNCTION_WORDS = frozenset(
    """
    a about above after again ago all also am an and any anyone are as ask at back be because been before being
    below better between both bring but by can cause check compare compared could current currently did didn didnt
    do does doesn doesnt doing don dont done down during each else ever every fare fared feel find for from gave get
    gets getting give given gimme go goes going gone gonna good got gotta had has have having he hello help her here
    hers hey hi him his how hows however i id if ill im in instead into is isn isnt it its ive just keep kindly know
    last lately later lemme let lets like ll look looking looks lot many may maybe me mean might mine more most much
    my myself near need no nor not now of off ok okay on once only onto or other our ours out over own past per
    perhaps please pls plz pull quick quickly re really recent recently right rn s say see seem seems sell shall she
    should show since so some soon still such sure take tell than thank thanks that thats the their them then there
    these they thing things think this those though thru tho throughout thx til till to today todays tomorrow
    tonight too toward u under until up ur us versus very vs wanna want wanted wants was wasn we week well went were
    what whats when whens where wheres which while who whos why whys will with within without won would wouldn y ya
    aswell yeah yes yesterday yet you your yours und der die das
    """.split()
)

INSIDE_NAMES = frozenset("a an and at de del do for i in la n of on or s t the to y".split())
"""Function words that names hold inside: "bank of america", "domino's pizza", "out of the money"."""
REINSURERS = frozenset("swiss munich hannover hanover everest korean partner".split())
"""Names that go on with "re", which else is no name."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text: `text[start:end]`.

    `is_placed` says that it stands where only a name can, whatever else the word means.
    """

    start: int
    end: int
    text: str
    is_placed: bool = field(default=False, compare=False)


def _atoms(text: str) -> list[tuple[int, int]]:
    found = [match.span() for match in _ATOM.finditer(text)]
    if len(found) > MAX_WORDS:  # a long story: the ask is at its start or its end
        found = found[: MAX_WORDS // 2] + found[-MAX_WORDS // 2 :]
    return found


def find_values(
    text: str, parse: Callable[[str], object | None], may_hold: Callable[[str], bool], most_atoms: int = 9
) -> list[Span]:
    """The longest spans that `parse` accepts whole, in order of appearance.

    `may_hold` says of a run of letters whether `parse` could accept any text with it, so that most need no parsing.
    """
    return list(_found_values(text, parse, may_hold, most_atoms))


@lru_cache(maxsize=128)  # two dozen tools ask for the same kinds of the same question
def _found_values(
    text: str, parse: Callable[[str], object | None], may_hold: Callable[[str], bool], most_atoms: int
) -> tuple[Span, ...]:
    atoms = _atoms(text)
    foreign = [text[start].isalpha() and not may_hold(text[start:end]) for start, end in atoms]
    kept: list[Span] = []
    for first, (start, _) in enumerate(atoms):
        most = min(first + most_atoms, len(atoms))
        beyond = next((place for place in range(first, most) if foreign[place]), most)
        for last in range(beyond - 1, first - 1, -1):
            end = atoms[last][1]
            if kept and end <= kept[-1].end:
                break  # inside one that is already kept
            if end - start > 48:
                continue
            piece = text[start:end]
            if parse(piece) is not None and _cut_cleanly(text, start, end):
                kept = [span for span in kept if not (start <= span.start and span.end <= end)]
                kept.append(Span(start, end, piece))
                break
    return tuple(kept)


def _cut_cleanly(text: str, start: int, end: int) -> bool:
    """False when the span would cut a number out of a longer one ("1.2" of "1.25"; "20" of "2021")."""
    before = text[start - 2 : start] if start > 1 else text[:start]
    after = text[end : end + 2]
    starts_number = text[start].isdigit() and len(before) == 2 and before[0].isdigit() and before[1] in ".,"
    ends_number = text[end - 1].isdigit() and len(after) == 2 and after[0] in ".," and after[1].isdigit()
    return not (starts_number or ends_number)


def find_currency_words(text: str, parse: Callable[[str], str | None], may_hold: Callable[[str], bool]) -> list[Span]:
    """Currency words and signs, and the two halves of a pair written together ("EURUSD", "usd/jpy")."""
    spans = find_values(text, parse, may_hold, most_atoms=4)
    for start, end in _atoms(text):
        piece = text[start:end]
        if len(piece) == 6 and parse_pair(piece) is not None:
            spans += [Span(start, start + 3, piece[:3]), Span(start + 3, end, piece[3:])]
    return sorted(spans, key=lambda span: span.start)


def find_names(text: str, most_atoms: int = 6) -> list[Span]:
    """Spans that could be the name of a company, an index or a term, shortest first at each place."""
    return list(_found_names(text, most_atoms))


@lru_cache(maxsize=32)
def _found_names(text: str, most_atoms: int) -> tuple[Span, ...]:
    atoms = _atoms(text)
    function = [text[start:end].casefold() in FUNCTION_WORDS for start, end in atoms]
    # In a text without any capitals "it" is a pronoun; typed in capitals among others it may be a ticker.
    shouting = text.isupper()
    tickers = [
        not shouting and text[start:end].isupper() and end - start <= 5 and (end - start > 1) for start, end in atoms
    ]
    # "at&t", "bid-ask spread": what an ampersand or a hyphen ties to another word is part of a name, and so is each
    # letter of a ticker that is spelt out.
    tied = [
        "&" in (text[end : end + 1], text[start - 1 : start]) or _is_hyphened(text, start, end) for start, end in atoms
    ]
    spelt = [match.span() for match in _SPELT.finditer(text)]
    tied = [
        is_tied or any(first <= start and end <= last for first, last in spelt)
        for is_tied, (start, end) in zip(tied, atoms, strict=True)
    ]
    blocked = [
        is_function and not is_ticker and not is_tied
        for is_function, is_ticker, is_tied in zip(function, tickers, tied, strict=True)
    ]
    for place, (start, end) in enumerate(atoms):
        if place and text[start:end].lower() == "re":  # "Munich Re"
            before, until = atoms[place - 1]
            blocked[place] &= text[before:until].lower() not in REINSURERS
    spans: list[Span] = []
    for first, (start, first_end) in enumerate(atoms):
        if (
            text[start].isdigit()
            and text[max(start - 1, 0)] in ".,"
            and text[max(start - 2, 0)].isdigit()
            and start > 1
        ):
            continue  # "000 euros" of "1,000 euros"
        if (blocked[first] and not _opens_name(text, start, first_end)) or text[start] in _SIGNS - {"^"}:
            continue
        for last in range(first, min(first + most_atoms, len(atoms))):
            end = atoms[last][1]
            if last > first and not _joined(text, atoms[last - 1], atoms[last]):
                break
            if blocked[last] and last > first and text[atoms[last][0] : end].casefold() not in INSIDE_NAMES:
                break
            if text[end - 1] in _SIGNS or (blocked[last] and not (last == first and _opens_name(text, start, end))):
                continue
            spans.append(Span(start, end, text[start:end]))
    return tuple(spans[:MAX_NAMES])


def _is_hyphened(text: str, start: int, end: int) -> bool:
    return (text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha()) or (
        text[start - 1 : start] == "-" and text[start - 2 : start - 1].isalpha() and start > 1
    )


def _opens_name(text: str, start: int, end: int) -> bool:
    """A function word may open a name when it is written as one: "The Trade Desk", "All Nippon", "US Steel"."""
    return text[start:end][:1].isupper() and end < len(text) and start > 0


def _joined(text: str, left: tuple[int, int], right: tuple[int, int]) -> bool:
    gap = text[left[1] : right[0]]
    if gap == ". ":  # "J. P. Morgan" goes on, the end of a sentence does not
        return left[1] - left[0] <= 2
    return _GAP_IN_NAME.match(gap) is not None
