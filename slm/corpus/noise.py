"""How people really type: slips, missing marks, fillers and small talk around the ask. Slots are never touched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

OPENERS = (
    *("hey", "hi", "hello", "ok so", "so", "um", "uh", "quick one:", "quick q", "yo", "hey there,", "morning!", "hiya"),
    *("good morning,", "sorry,", "right,", "listen,", "alright", "well,", "hmm", "btw", "please", "pls", "question:"),
    *(
        "hi team,",
        "dear assistant,",
        "hey tuppence",
        "tuppence,",
        "excuse me,",
        "one more thing,",
        "also",
        "and",
        "now",
    ),
)
CLOSERS = (
    *("please", "pls", "plz", "thanks", "thx", "ty", "cheers", "thank you", "asap", "if you can", "when you get a sec"),
    *("just curious", "rn", "lol", "mate", "bro", "for me", "thank you very much", "no rush", "!", "??", "...", "haha"),
    *("in your own time", "i'm in a hurry", "if possible", "would be great", "need it for a call", "ta", "tia", ":)"),
)
SHORTHAND = {
    "you": ("u",), "your": ("ur",), "are": ("r",), "please": ("pls", "plz"), "what": ("wat", "wot", "whta"),
    "about": ("abt",), "and": ("n", "&"), "for": ("4",), "because": ("cuz", "bc"), "though": ("tho",),
    "with": ("w/",), "today": ("2day", "tday"), "right now": ("rn",), "something": ("smth",), "want": ("wnt",),
    "going": ("goin",), "how": ("hw",), "the": ("teh", "th"), "price": ("prcie", "pirce"), "much": ("mch",),
}  # fmt: skip
_KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "ol", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xs",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z']+")


def slip(word: str, rng: Random) -> str:
    """One typing slip: a letter swapped, dropped, doubled or hit beside."""
    at = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[: at + 1] + word[at:]
    beside = _KEYS.get(word[at].lower())
    return word[:at] + rng.choice(beside) + word[at + 1 :] if beside else word


def roughen(text: str, rng: Random, rate: float) -> str:
    """Slips and shorthand in about `rate` of the words of a literal stretch."""

    def change(match: re.Match[str]) -> str:
        word = match[0]
        if rng.random() >= rate:
            return word
        short = SHORTHAND.get(word.lower())
        if short and rng.random() < 0.6:
            return rng.choice(short)
        return slip(word, rng) if len(word) > 3 else word

    return _WORD.sub(change, text)


def drop_marks(text: str, rng: Random) -> str:
    """Leave out apostrophes and commas, as on a phone."""
    text = text.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return text.replace(",", "") if rng.random() < 0.5 else text
