"""Whether a sentence can be checked at all: characters that hide digits or names make it unreadable."""

from __future__ import annotations

import re
import unicodedata

LONGEST_SENTENCE = 700
_TABLE_ROW = re.compile(r"\|.*\|")


def unreadable(sentence: str) -> str:  # noqa: C901, PLR0911
    """Why a sentence can't be checked at all: too long, a table, or characters that may hide digits or names."""
    if len(sentence) > LONGEST_SENTENCE:
        return "too long to check"
    if _TABLE_ROW.search(sentence) and any(character.isdigit() for character in sentence):
        return "a table of the model's own"
    if re.search(r"\d[*_`~]+[\d.,]|[\d.,][*_`~]+\d", sentence):
        return "marks inside a number"
    for character in sentence:
        if character.isascii():
            if not character.isprintable() and character != "\t":
                return "control characters"
            continue
        category = unicodedata.category(character)
        if unicodedata.numeric(character, None) is not None:
            return f"“{character}” is no plain digit"
        if category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") or (
            category in ("Mn", "Me") and character != "\ufe0f"
        ):
            return "characters that can't be seen"
        if category[0] == "L" and not unicodedata.name(character, "").startswith("LATIN "):
            return f"“{character}” is of a script that can't be checked"
        if category[0] == "L" and unicodedata.normalize("NFKC", character) != character:
            return f"“{character}” imitates another letter"
    return ""
