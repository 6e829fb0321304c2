"""Which command a word after the slash is near to, for somebody who typed another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from tools.parsing.question_words import is_word

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEAR = 75.0
"""How alike two words are, of 100, at least, where one is a slip of the other."""
_SAME_THING = {
    "?": "help",
    "briefing": "digest",
    "commands": "help",
    "delete": "forget",
    "graph": "chart",
    "headlines": "news",
    "holdings": "portfolio",
    "options": "settings",
    "plot": "chart",
    "positions": "portfolio",
    "preferences": "settings",
    "prefs": "settings",
    "price": "quote",
    "prices": "quote",
    "profile": "settings",
    "report": "digest",
    "upload": "import",
    "versus": "compare",
    "vs": "compare",
    "watchlist": "watch",
}
"""Other words for what a command does."""


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The command that somebody who typed `word` after the slash meant; None where that is anybody's guess."""
    word, known = word.lower(), tuple(names)
    same = _SAME_THING.get(word) or _SAME_THING.get(word.removesuffix("s")) or _singular(word, known)
    if same:
        return same
    near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return near[0] if near else None


def is_slip(word: str, names: Iterable[str]) -> bool:
    """Whether a word is a command with a slip in it, and no word of a question: "qoute", but not "what"."""
    word, known = word.lower(), tuple(names)
    if _singular(word, known):
        return True
    near = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return near is not None and not is_word(word)


def as_command(text: str, names: Iterable[str]) -> str:
    """What was typed after the app's own command, as a command of ours: "watch list" is "/watch list".

    So is what only looks like one, which is then told of the nearest; anything else is a question, as it stands.
    """
    known = tuple(names)
    words = text.split() or ["help"]
    name = words[0].lower().removeprefix("/")
    is_meant = name in known or is_slip(name, known) or (len(words) == 1 and nearest(name, known) is not None)
    if is_meant or text.startswith("/"):
        return f"/{text.removeprefix('/') or 'help'}"
    return text


def _singular(word: str, names: tuple[str, ...]) -> str | None:
    """The command that a word is the plural of: "quotes"."""
    single = word[:-1] if word.endswith("s") else ""
    return single if single in names else None
