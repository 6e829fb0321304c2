"""Years said or cut short, in four digits: "twenty twenty two", "two thousand eight", "'19", "the nineties"."""

from __future__ import annotations

import re

_UNITS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_UNIT, _TEEN, _TEN = ("|".join(names) for names in (_UNITS, _TEENS, _TENS))
YEAR_WORDS = (*_UNITS, *_TEENS, *_TENS, "ninety", "oh", "o", "thousand")
"""Every word that a year may be said with, the decades aside."""
_BELOW_100 = {**_UNITS, **_TEENS, **_TENS, "ninety": 90}
_DECADES = {
    "nineties": 1990, "nineteen nineties": 1990, "noughties": 2000, "two thousands": 2000, "twenty tens": 2010,
    "twenty twenties": 2020,
}  # fmt: skip

# Looked for first: most texts have none of these.
_HINT = re.compile(r"twenty|nineteen|two thousand|ties\b|'[0-9]|the 90s")
_CUT_SHORT = re.compile(r"(?<![0-9a-z])'(?P<digits>[0-3][0-9]|9[0-9])(?=s?(?![0-9a-z]))")
_DECADE = re.compile(rf"\bthe (?:(?P<name>{'|'.join(_DECADES)})|90s)\b")
_SAID = re.compile(
    rf"\b(?P<century>twenty|nineteen)[ -](?:(?:oh|o)[ -](?P<oh>{_UNIT})"
    rf"|(?P<rest>(?:(?:{_TEN}|ninety)(?:[ -](?:{_UNIT}))?|{_TEEN})))\b"
    rf"|\btwo thousand(?: and)? (?P<after>(?:{_TEN})(?:[ -](?:{_UNIT}))?|{_TEEN}|{_UNIT})\b"
    # Alone it is a number far more often.
    r"|(?:(?<=since )|(?<=in )|(?<=from )|(?<=to )|(?<=between ))two thousand\b(?! [a-z]+$)"
)


def years_in_digits(phrase: str) -> str:
    """A plain lower-case `phrase` with its spoken and shortened years in four digits."""
    if _HINT.search(phrase) is None:
        return phrase
    phrase = _CUT_SHORT.sub(lambda match: ("19" if match["digits"] > "89" else "20") + match["digits"], phrase)
    phrase = _DECADE.sub(lambda match: f"the {_DECADES[match['name'] or 'nineties']}s", phrase)
    return _SAID.sub(_year, phrase)


def _year(match: re.Match[str]) -> str:
    """The year of one match of `_SAID`, or its own text where no year from 1990 on is said."""
    words = (match["oh"] or match["rest"] or match["after"] or "").replace("-", " ").split()
    year = (1900 if match["century"] == "nineteen" else 2000) + sum(_BELOW_100[word] for word in words)
    return str(year) if 1990 <= year < 2060 else match[0]
