"""Comparisons with one name in the place of another: "with EQQQ instead of CSPX", "forget Ford, do Stellantis"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.completions.odd_names import is_odd
from tools.arguments import SYMBOL
from tools.parsing.capital_names import capital_names
from tools.parsing.question_words import mended
from tools.parsing.spans import Span
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_WORD = re.compile(r"[^\W\d_][\w&'’-]*[^\W_]")
_CONTRACTED = re.compile(r"['’](?:d|ll|ve|re)\Z")
"""No name ends so: "how'd"."""
IN_PLACE_OF = re.compile(
    r"\b(?:instead|in place of|rather than|swap|replace|change|forget|drop|lose|scrap|ditch|not|without)\b",
    re.IGNORECASE,
)
"""Says that one of those compared goes, for the other name that is said."""
_INSTEAD_OF = re.compile(r"\b(?:inste?a?d of|in place of|rather than)\b", re.IGNORECASE)
_OLD_BY_PLACE = re.compile(r"\bthe (?P<place>first|second|last|former|latter)(?: one)?\b", re.IGNORECASE)
_PLACES = {"first": 0, "former": 0, "second": 1, "last": -1, "latter": -1}
_SWAP = re.compile(r"\b(?:swap|replace|switch|exchange)\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|with|for|to) (?:the )?(?P<new>[^.?!,;]{2,40}?)\W*\Z", re.IGNORECASE)
_AGAINST = re.compile(r"\b(?:do|show|make it|try|compare) \S+(?: \S+)? (?:against|vs|versus|with) \S+")
_GOES = re.compile(
    r"\b(?:(?:take|leave|kick|get) (?=[^?.]{1,40} (?:out|off|away)\b)|drop|remove|lose|ditch|scrap|without|minus)\b"
)
_COMES = re.compile(r"\b(?:add|put|use|bring|throw|chuck|stick|include|with|take in)\b")
"""What goes, and what comes for it."""
_AS_WELL = re.compile(r"\b(?:add|too|as well|also|both)\b", re.IGNORECASE)


def swapped(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The comparison of before with one name in the place of another: "swap Adidas for Lululemon"."""
    said = [*map(str, before.arguments.get("symbols", ()))]
    taken_back = {reading.means(SYMBOL, old): new for old, new in reading.taken_back} if said else {}
    words = mended_words(reading.text)
    if said and (dropped := _dropped_for(said, words, reading)):
        return replace(before, arguments={**before.arguments, "symbols": dropped})
    if IN_PLACE_OF.search(words) and not _AS_WELL.search(reading.text):
        named = pieces_of(reading)
        placed = _OLD_BY_PLACE.search(reading.text)
        if placed and named and abs(_PLACES[placed["place"].lower()]) < len(said):
            gone = said[_PLACES[placed["place"].lower()]]
            kept = [named[-1] if piece == gone else piece for piece in said]
            return replace(before, arguments={**before.arguments, "symbols": kept})
        old = [piece for piece in said if any(_is_same(piece, name, reading) for name in named)]
        new = [name for name in named if not any(_is_same(piece, name, reading) for piece in said)]
        if (place := _INSTEAD_OF.search(reading.text)) is not None:
            new = [name for name in new if reading.text.find(name) < place.start()][-1:] or new
            old = [name for name in old if len(old) == 1 or reading.text.find(name) > place.start()]
        if _SWAP.search(reading.text):
            new = new[-1:]  # "swap Next for Primark's owner ABF"
        if len(old) == 1 and not new and (by := _BY.search(reading.text)):
            new = [by["new"]]
        if len(old) == 1 and len(new) == 1:
            return replace(before, arguments={**before.arguments, "symbols": [new[0] if p in old else p for p in said]})
    meant = [taken_back.get(reading.means(SYMBOL, piece), piece) for piece in said]
    return None if meant == said else replace(before, arguments={**before.arguments, "symbols": meant})


def _dropped_for(said: list[str], words: str, reading: Reading) -> list[str]:
    """Those compared with new ones for those that go: "take Visa out and put American Express in"; none else."""
    named = pieces_of(reading)
    new = [name for name in named if not any(_is_same(piece, name, reading) for piece in said)]
    old = [piece for piece in said if any(_is_same(piece, name, reading) for name in named)]
    if _AGAINST.search(words) and old and new and IN_PLACE_OF.search(words):
        return named  # "VOO against QQQ instead"
    if not (_GOES.search(words) and _COMES.search(words) and old and new) or len(old) == len(said):
        return []
    return [*(piece for piece in said if piece not in old), *new]


def _is_same(one: str, other: str, reading: Reading) -> bool:
    meant = reading.means(SYMBOL, one)
    return one.casefold() == other.casefold() or (meant is not None and meant == reading.means(SYMBOL, other))


def pieces_of(reading: Reading) -> list[str]:
    """What is, or may be, a name in the question: known ones, those written as names, and words that nothing knows."""
    spans = [*reading.names]
    words = (match for match in _WORD.finditer(reading.text) if not _CONTRACTED.search(match[0]))
    odd = [Span(match.start(), match.end(), match[0]) for match in words]
    for span in [*capital_names(reading.text), *(word for word in odd if is_odd(word.text, reading))]:
        if not any(span.start < other.end and other.start < span.end for other in spans):
            is_slip = span.text.islower() and mended(span.text) is not None
            spans += [] if is_slip else [span]
    return [span.text for span in sorted(spans, key=lambda span: span.start)]
