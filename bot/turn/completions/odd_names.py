"""Names that nobody knows, made whole: the words around a piece that belong to it, or the name that it describes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.narrowing import related_name
from tools.parsing.mending import mends
from tools.parsing.question_words import common_words, is_word, mended
from tools.parsing.spans import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.completions.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_SAYS_WHOSE = re.compile(r"\w(?:['’]s)? (?:owner|maker|parent|rival|producer|miner|brand)\Z", re.IGNORECASE)
_SPACED = frozenset({" ", ", "})
_STARTS = re.compile(r"(?:\A|[.?!:]\s)[\"'“(]*\Z")
_CAPITALISED = re.compile(r"(?<!\w)[A-Z](?:[\w'&-]*[\w&-])?(?: (?:& )?[A-Z](?:[\w'&-]*[\w&-])?){1,3}(?![\w&-])")
"""Words written as one name: "Rite Aid", "Tate & Lyle"."""
_KIND = re.compile(
    r"(?: (?:hotels?|property|investment))? (?:aerospace|airlines?|airways|biotech|breweries|brewery|capital|cement"
    r"|chemicals?|electric|electronics|energy"
    r"|entertainment|financial|foods?|games|group|healthcare|holdings?|hotels?|hospitality|industries|insurance|international|labs?"
    r"|logistics|media|minerals|mining|motors?|networks|oil|petroleum|pharma(?:ceuticals)?|power|properties|renewables|resources"
    r"|retail|robotics|semiconductors?|shipping|software|solar|solutions|steel|systems|technolog(?:y|ies)|telecom"
    r"|therapeutics|wellness)\b(?! (?:stocks?|shares|sector|companies|industry))",
    re.IGNORECASE,
)
"""After a name, what is part of it: no word for the share or for what is asked."""


def whole_name(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The whole name that a `piece` at these `places` of the question stands for; None where it is that itself."""
    other = _around(piece, places, reading)
    if other is None:
        return None
    end = reading.text.find(other) + len(other)
    return related_name(reading.text, end, reading.names) or _with_kind(other, end, reading)


def _around(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The name that a `piece` of the question stands for: one that it describes, or the words around it."""
    if len(reading.names) == 1 and _is_slip_of_ask(piece, reading):
        return reading.names[0].text
    described = related_name(reading.text, places[0][1], reading.names) if len(places) == 1 else None
    described = described or _owned(piece, places, reading)
    odd = piece if piece.isalpha() and is_odd(piece, reading) and not reading.context.symbols.means_one(piece) else None
    return described or _as_written(piece, places, reading) or _among_odd_words(piece, places, reading) or odd


def _is_slip_of_ask(piece: str, reading: Reading) -> bool:
    """Whether `piece` is a slip of a word of asking: "wats", "symbl"."""
    is_ticker = piece.isupper() and not reading.text.isupper()
    return piece.isalpha() and not is_ticker and is_odd(piece, reading) and mended(piece.lower()) in common_words()


def _with_kind(piece: str, end: int, reading: Reading) -> str:
    """A name that nobody knows with the word after it that says what kind of company it is: "Zorblax Cement"."""
    kind = None if any(name.end == end for name in reading.names) else _KIND.match(reading.text, end)
    return piece + kind[0] if kind else piece


def _owned(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The known name right after what only says whose owner or maker it is: "ozempic maker novo nordisk"."""
    if not _SAYS_WHOSE.search(piece):
        return None
    return next(
        (name.text for name in reading.names for _, end in places if reading.text[end : name.start] in _SPACED), None
    )


def _as_written(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The words with capitals around a `piece` that means nobody: "Aid" of "Rite Aid"; no known name may be in them."""
    if reading.text.istitle() or reading.context.symbols.means_one(piece):
        return None
    for match in _CAPITALISED.finditer(reading.text):
        first, _, rest = match[0].partition(" ")
        said = re.split("['’]", first.lower())[0]  # "Why's Intrum"
        begins_sentence = _STARTS.search(reading.text[: match.start()]) is not None
        is_plain = said in FUNCTION_WORDS or (said in common_words() and begins_sentence)
        begins = match.start() + len(first) + 1 if is_plain and rest else match.start()
        holds = any(begins <= start and end <= match.end() for start, end in places)
        if holds and not any(span.start < match.end() and begins < span.end for span in reading.names):
            return reading.text[begins : match.end()]
    return None


def _among_odd_words(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The words beside a `piece` that nothing knows any more than it: "aerosystems" of "spirt aerosystems"."""
    if reading.context.symbols.means_one(piece):
        return None
    text = reading.text
    taken = {slip.start for slip in mends(text, reading.names, ()) if slip.fits}
    taken |= {place for time in reading.periods for place in range(time.start, time.end)}
    words = [match for match in _WORD.finditer(text) if match.start() not in taken and is_odd(match[0], reading)]
    runs: list[list[re.Match[str]]] = []
    for word in words:
        if runs and text[runs[-1][-1].end() : word.start()] == " ":
            runs[-1].append(word)
        else:
            runs.append([word])
    holding = (run for run in runs if any(run[0].start() <= s and e <= run[-1].end() for s, e in places))
    return next((text[run[0].start() : run[-1].end()] for run in holding if len(run) > 1), None)


def is_odd(word: str, reading: Reading) -> bool:
    """Whether nothing knows a word: it may be a name."""
    lower = word.lower()
    if lower.endswith("in") and is_word(f"{lower}g"):  # "fetchin"
        return False
    return len(word) > 1 and not is_word(lower) and not reading.context.symbols.is_ordinary(lower)


def odd_words(reading: Reading) -> list[str]:
    """The words that nothing knows: a name, where one is asked for."""
    return [match[0] for match in _WORD.finditer(reading.text) if is_odd(match[0], reading)]
