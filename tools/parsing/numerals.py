"""Plain counts, in digits or in words: the grammar under every parser of numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from tools.parsing.phrase import plain_ascii

# One way to write digits each: English groups, Indian groups, spaces, Swiss apostrophes, none. The two European
# forms are taken only where English can't read them ("1.250" is one and a quarter).
DIGITS = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
    r"|[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?"
    r"|[0-9]{1,3}(?:'[0-9]{3})+(?:\.[0-9]+)?"
    r"|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}"
    r"|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
    r"|[0-9]+(?:\.[0-9]+)?"
    r"|\.[0-9]+)"
)
_BARE = re.compile(rf"[-+]?{DIGITS}")
_GROUPING = str.maketrans("", "", ", '")

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_BIG = {
    "thousand": 1_000, "k": 1_000, "grand": 1_000, "lakh": 100_000, "lakhs": 100_000, "million": 1_000_000,
    "mil": 1_000_000, "crore": 10_000_000, "crores": 10_000_000, "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}  # fmt: skip
_BEFORE_AND = frozenset({"hundred", *_BIG})
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "three quarters": Decimal("0.75")}
NUMBER_WORDS = frozenset(
    {*_UNITS, *_TENS, *_BIG, "a", "an", "and", "of", "hundred", "dozen", "couple", "half", "quarter", "quarters",
     "point", "minus", "negative", "n"}
)  # fmt: skip
"""Every word that a number in words may have."""
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_PART_OF = re.compile(r"(?P<part>half|(?:a )?quarter|three quarters)(?: of)?(?: an?| one)? (?P<scale>[a-z]+)")
_AND_PART = re.compile(r"(?P<whole>.+?) (?:and|n) an? (?P<part>half|quarter)(?: (?P<scale>[a-z]+))?")
_POINT = re.compile(rf"(?P<whole>.+?) point (?P<decimals>[a-z ]+?)(?: (?P<scale>hundred|{'|'.join(_BIG)}))?")
_COUPLE = re.compile(r"(?:a )?couple(?: of)? (?P<scale>[a-z]+)")

_LIMIT = Decimal(10) ** 18


def parse_count(text: str) -> Decimal | None:
    """A bare count in digits or words, without currency sign or scale letter: "12", "twelve", "two and a half"."""
    phrase = plain_ascii(text)
    return tidy(_count(phrase)) if phrase else None


def _count(phrase: str) -> Decimal | None:
    """`parse_count` of a plain phrase."""
    return in_digits(phrase) if _BARE.fullmatch(phrase) else in_words(phrase)


def tidy(value: Decimal | None) -> Decimal | None:
    """`value` without an exponent or idle zeros; None when it is too large to be meant."""
    if value is None or abs(value) >= _LIMIT:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def in_digits(digits: str) -> Decimal:
    """The value of a string that `DIGITS` accepts, sign included."""
    if "," in digits and "." in digits and digits.rindex(",") > digits.index("."):
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    return Decimal(digits.translate(_GROUPING))


def in_words(phrase: str) -> Decimal | None:
    """The value of a number in words, perhaps with digits for its leading count ("2 and a half million")."""
    words = _HYPHEN.sub(" ", phrase).split()
    if not words or any(word not in NUMBER_WORDS for word in words[1:]):
        return None
    if words[0] not in NUMBER_WORDS and _BARE.fullmatch(words[0]) is None:
        return None
    if words[0] in ("minus", "negative"):
        value = _unsigned(words[1:])
        return None if value is None else -value
    return _unsigned(words)


def _unsigned(words: list[str]) -> Decimal | None:
    """The value of number words: a part of a scale, a whole and a part, decimals, or a cardinal."""
    phrase = " ".join(words)
    if match := _PART_OF.fullmatch(phrase):
        scale = _scale(match["scale"])
        return scale and _PARTS[match["part"].removeprefix("a ")] * scale
    if match := _COUPLE.fullmatch(phrase):
        scale = _scale(match["scale"])
        return scale and 2 * scale
    if match := _AND_PART.fullmatch(phrase):
        return _whole_and_part(match["whole"].split(), _PARTS[match["part"]], match["scale"])
    if match := _POINT.fullmatch(phrase):
        return _decimals(match["whole"].split(), match["decimals"].split(), match["scale"])
    return _cardinal(words)


def _scale(word: str | None) -> Decimal | None:
    """The value of one scale word, 1 for None."""
    if word is None:
        return Decimal(1)
    value = {"hundred": 100, "dozen": 12}.get(word) or _BIG.get(word)
    return None if value is None else Decimal(value)


def _whole_and_part(words: list[str], part: Decimal, scale_word: str | None) -> Decimal | None:
    """The value of "two and a half million", or of "a million and a half", where the part is of the million."""
    scale = _scale(scale_word)
    if scale is None:
        return None
    if len(words) == 2 and words[0] in ("a", "one") and words[1] in _BIG:
        return (1 + part) * _BIG[words[1]] if scale_word is None else None
    whole = Decimal(words[0]) if len(words) == 1 and words[0].isdigit() else _cardinal(words)
    return None if whole is None or whole >= 1_000 else (whole + part) * scale


def _decimals(words: list[str], digits: list[str], scale_word: str | None) -> Decimal | None:
    """The value of "two point five million": decimals are said one digit at a time."""
    whole, scale = _cardinal(words), _scale(scale_word)
    if whole is None or scale is None or any(_UNITS.get(digit, 10) > 9 for digit in digits):
        return None
    return (whole + Decimal("0." + "".join(str(_UNITS[digit]) for digit in digits))) * scale


def _cardinal(words: list[str]) -> Decimal | None:
    """The value of "one hundred and twenty five thousand" or "a dozen": each word must fit the one before."""
    if words in (["k"], ["grand"]):
        return None
    if words and words[-1] == "dozen":
        dozens = Decimal(1) if words[:-1] in ([], ["a"]) else _cardinal(words[:-1])
        return None if dozens is None or dozens >= 1_000 or "dozen" in words[:-1] else dozens * 12
    joined = _without_and(words)
    total, group, room, ceiling = 0, 0, 100, _BIG["trillion"] + 1
    for index, word in enumerate(joined):
        following = joined[index + 1] if index + 1 < len(joined) else ""
        if word in _UNITS:
            if _UNITS[word] >= room or (word == "zero" and len(words) > 1):
                return None
            group, room = group + _UNITS[word], 0
        elif word in _TENS and room == 100:
            group, room = group + _TENS[word], 10
        elif word in ("a", "an") and index == 0 and (following == "hundred" or following in _BIG):
            group, room = 1, 0
        elif word == "hundred" and (index == 0 or 0 < group < 100):
            group, room = max(group, 1) * 100, 100
        elif word in _BIG and _BIG[word] < ceiling and (index == 0 or group):
            total, group, room, ceiling = total + max(group, 1) * _BIG[word], 0, 100, _BIG[word]
        else:
            return None
    return Decimal(total + group) if joined else None


def _without_and(words: list[str]) -> list[str]:
    """`words` without each "and" in its place, as in "two hundred and five"; one elsewhere is left to be refused."""
    return [
        word
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
        if not (word == "and" and before in _BEFORE_AND and (after in _UNITS or after in _TENS))
    ]
