"""Corrects slips of the keyboard in well-known names, and nothing else: a rule for each way it could go wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORTEST = 5
"""Shorter words are corrected only when two letters are swapped: too many are one letter apart."""
_ONE_SLIP_UP_TO = 8
"""Words of up to this many letters may hold one slip, longer ones two."""

_DIGITS = re.compile(r"\d+")


def corrections(word: str, names: Mapping[str, str]) -> dict[str, int]:
    """Symbol → number of slips (0 to 2), for the nearest of `names` (name without blanks → symbol).

    A slip is a letter missing, added, wrong, or swapped with its neighbour. Numbers must agree (the S&P 400 is not
    the S&P 500) and so must the first letter, unless it was swapped with the second.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    if word in names:
        return {names[word]: 0}
    if len(word) < _SHORTEST - 1:
        return {}
    allowed = 1 if len(word) <= _ONE_SLIP_UP_TO else 2
    near = process.extract(
        word, names.keys(), scorer=DamerauLevenshtein.distance, processor=None, score_cutoff=allowed, limit=None
    )
    found: dict[str, int] = {}
    for name, slips, _ in near:
        if _plausible(word, name):
            symbol = names[name]
            found[symbol] = min(int(slips), found.get(symbol, allowed))
    fewest = min(found.values(), default=0)
    return {symbol: slips for symbol, slips in found.items() if slips == fewest}


def _plausible(word: str, name: str) -> bool:
    if _DIGITS.findall(word) != _DIGITS.findall(name):
        return False
    if word[0] != name[0] and word[:2] != name[1::-1]:
        return False
    if len(word) < _SHORTEST or len(name) < _SHORTEST:
        return sorted(word) == sorted(name)
    return True


def nearest(word: str, names: Mapping[str, str], limit: int) -> list[str]:
    """Symbols of the names most like `word`, best first, for "did you mean"; none that is far off."""
    from rapidfuzz import fuzz, process

    if len(word) < _SHORTEST - 1:
        return []
    near = process.extract(word, names.keys(), scorer=fuzz.ratio, processor=None, score_cutoff=78, limit=limit * 2)
    alike = [names[name] for name, _, _ in near if name[0] == word[0]]
    return list(dict.fromkeys(alike))[:limit]
