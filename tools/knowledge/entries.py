"""The entries of the glossary, in our own words, read from the TOML files beside this one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.errors import ArgumentError
from tools.formatting import join_words
from tools.parsing.typos import Spelling

_FOLDER = Path(__file__).parent / "glossary"
_ARTICLES = frozenset({"a", "an", "the"})
# A slip is forgiven only in a word long enough to stay recognisable: "put" is not a slip of "cut".
_LENGTH_FOR_ONE_SLIP = 5
_LENGTH_FOR_TWO_SLIPS = 10
_NEAR = 65
_MOST_SUGGESTIONS = 3
LONGEST_SHOWN = 40
"""Characters of what a person typed that a message repeats."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One term: how it is headed, what else it is called, what it means, and related terms."""

    name: str
    aliases: tuple[str, ...]
    definition: str
    see_also: tuple[str, ...]
    everyday: bool = False


def find_entry(term: str) -> tuple[Entry, bool]:
    """The entry for `term`, and whether it was named exactly (give or take case, punctuation, plural, article).

    Otherwise the one entry that differs by a slip of the keys. Raises `ArgumentError` with near terms if there is
    none, or several.
    """
    index = _index()
    key = _key(term)
    if key in index:
        return index[key], True
    close = list(dict.fromkeys(entry for other, entry in index.items() if _is_slip(key, other)))
    if len(close) == 1:
        return close[0], False
    raise ArgumentError(_unknown(term, [entry.name for entry in close] or _near(key)))


def knows_term(term: str) -> bool:
    """Whether the glossary has `term`, give or take case, punctuation, plural and article."""
    return _key(term) in _index()


def mended_term(text: str) -> str | None:
    """`text` with the slips in its words mended to words of the glossary ("amortizaton"), or None without one.

    A word that is right as it is stays: `text` may be in capitals or small letters.
    """
    plain = " ".join(re.findall(r"[a-z/&'-]+", text.lower()))
    return _spelling().corrected(plain, text)


def is_everyday(term: str) -> bool:
    """Whether `term` is a word that most questions use without asking what it means: "credit score", "hodl"."""
    entry = _index().get(_key(term))
    return entry is not None and entry.everyday


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of the glossary, by name. Raises `ValueError` when a file is malformed."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml"))]
    found = [_entry(item, everyday=file.get("everyday") is True) for file in files for item in _tables(file)]
    return tuple(sorted(found, key=lambda entry: entry.name.casefold()))


def _tables(file: dict[str, Any]) -> list[dict[str, object]]:
    tables = file.get("term")
    if not isinstance(tables, list):
        msg = "a file of the glossary has no [[term]] tables"
        raise ValueError(msg)  # noqa: TRY004 (the file is at fault)
    return tables


def _entry(item: dict[str, object], *, everyday: bool) -> Entry:
    name, definition = item.get("name"), item.get("definition")
    aliases, see_also = item.get("aliases", []), item.get("see_also", [])
    if not (isinstance(name, str) and isinstance(definition, str)):
        msg = f"a glossary term lacks its name or definition: {item!r}"
        raise ValueError(msg)  # noqa: TRY004 (the file is at fault)
    if not (isinstance(aliases, list) and isinstance(see_also, list)):
        msg = f"aliases and see_also of {name} must be lists"
        raise ValueError(msg)  # noqa: TRY004 (the file is at fault)
    text = " ".join(definition.split())
    return Entry(name, tuple(map(str, aliases)), text, tuple(map(str, see_also)), everyday)


@cache
def _index() -> dict[str, Entry]:
    """Every name and alias in its plain form; a name goes before an alias of another entry."""
    index = {_key(alias): entry for entry in reversed(entries()) for alias in entry.aliases}
    index.update((_key(entry.name), entry) for entry in entries())
    return index


@cache
def _spelling() -> Spelling:
    """The words of all names and aliases."""
    return Spelling([*_index(), *(name.lower() for entry in entries() for name in (entry.name, *entry.aliases))])


def _key(text: str) -> str:
    """Lower case, letters and digits only, singular, without articles: "The P/E Ratios" → "pe ratio"."""
    folded = re.sub(r"['’./]", "", text.casefold().replace("&", " and "))
    words = re.findall(r"[^\W_]+|%", folded)
    kept = [word for word in words if word not in _ARTICLES] or words
    return " ".join(_singular(word) for word in kept)


def _singular(word: str) -> str:
    """Rough on purpose: both sides of a comparison go through it, so it need only be consistent."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _is_slip(key: str, other: str) -> bool:
    """Whether two phrases have the same words up to a slip in each: two letters swapped, one missing or wrong."""
    words, others = key.split(), other.split()
    return len(words) == len(others) and all(map(_same_word, words, others))


def _same_word(word: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    if word == other:
        return True
    shorter = min(len(word), len(other))
    if shorter < _LENGTH_FOR_ONE_SLIP or word[0] != other[0]:
        return False
    allowed = 2 if shorter >= _LENGTH_FOR_TWO_SLIPS else 1
    return OSA.distance(word, other, score_cutoff=allowed) <= allowed


def _near(key: str) -> list[str]:
    """Up to three terms that look or read like `key`, best first."""
    from rapidfuzz import fuzz, process

    index = _index()
    matches = process.extract(key, list(index), scorer=fuzz.token_sort_ratio, limit=12, score_cutoff=_NEAR)
    return list(dict.fromkeys(index[match].name for match, _, _ in matches))


def _unknown(term: str, near: list[str]) -> str:
    shown = term if len(term) <= LONGEST_SHOWN else f"{term[:LONGEST_SHOWN]}…"
    if near:
        names = join_words([f"“{name}”" for name in near[:_MOST_SUGGESTIONS]], "or")
        return f"My glossary has no “{shown}”; did you mean {names}?"
    return f"My glossary has no “{shown}”; try the full name of a finance term, such as “dividend yield”."
