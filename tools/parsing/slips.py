"""The kinds of slips that hands make on a keyboard, from the likeliest to the least."""

from __future__ import annotations

from enum import Enum, auto

_BESIDE = {
    "a": "sqzw", "b": "vnhg", "c": "xvdf", "d": "sfecx", "e": "wrd", "f": "dgrcv", "g": "fhtbv", "h": "gjybn",
    "i": "uok", "j": "hkunm", "k": "jlim", "l": "ko", "m": "nk", "n": "bmhj", "o": "ipl", "p": "ol", "q": "wa",
    "r": "etf", "s": "adwxz", "t": "ryg", "u": "yij", "v": "cbfg", "w": "qesa", "x": "zcsd", "y": "tuh", "z": "xsa",
}  # fmt: skip
"""Letters whose keys touch, on the English keyboard."""
_VOWELS = frozenset("aeiou")


class Slip(Enum):
    """What happened to a word on its way through the fingers."""

    SWAPPED = auto()
    """Two letters in the wrong order: "form" for "from"."""
    DOUBLED = auto()
    """A letter twice for once, or once for twice: "redd", "ad"."""
    MISSING = auto()
    NEAR = auto()
    """The key beside: "clsoe", "dint"."""
    VOWEL = auto()
    """The wrong vowel: "rebalence"."""
    ADDED = auto()
    FAR = auto()
    """Another wrong letter."""
    SEVERAL = auto()


def slip_between(typed: str, meant: str) -> Slip:
    """The slip that made `typed` of `meant`, two different words."""
    if len(typed) == len(meant):
        wrong = [place for place in range(len(typed)) if typed[place] != meant[place]]
        if len(wrong) == 1:
            return _wrong_letter(typed[wrong[0]], meant[wrong[0]])
        first, last = wrong[0], wrong[-1]
        swapped = len(wrong) == 2 and last == first + 1 and typed[first] == meant[last] and typed[last] == meant[first]
        return Slip.SWAPPED if swapped else Slip.SEVERAL
    longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
    place = next((place for place in range(len(shorter)) if longer[place] != shorter[place]), len(shorter))
    if longer[:place] + longer[place + 1 :] != shorter:
        return Slip.SEVERAL
    if place and longer[place] == longer[place - 1]:
        return Slip.DOUBLED
    return Slip.ADDED if longer == typed else Slip.MISSING


def _wrong_letter(typed: str, meant: str) -> Slip:
    if meant in _BESIDE.get(typed, ""):
        return Slip.NEAR
    return Slip.VOWEL if {typed, meant} <= _VOWELS else Slip.FAR
