"""Finds every number that a sentence claims: amounts in digits or words, with sign, currency, scale and unit.

A number that can't be read with certainty is a claim without a value, which nothing can support.
"""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from tools.parsing.currencies import CURRENCY_CODES, parse_currency
from tools.parsing.numerals import in_words

Kind = Literal[
    "number", "percent", "percentage points", "money", "multiple", "shares", "points", "change", "unreadable"
]

_SIGNS = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS",
    "₱": "PHP", "฿": "THB", "₫": "VND", "₦": "NGN", "₴": "UAH",
}  # fmt: skip
_SHARED_SIGNS = {"¥": frozenset({"JPY", "CNY"})}
_SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mn": 6, "mil": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "t": 12, "tn": 12,
    "trillion": 12,
}  # fmt: skip
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?|\.\d{1,18}"
_UNIT_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
    "|trillion|dozen"
)
_WORDS = rf"(?:an? (?=hundred|thousand|million|billion|trillion|dozen))?(?:{_UNIT_WORDS})\b(?:(?:[ -]and)?[ -](?:{_UNIT_WORDS}|point)\b)*"
_CODES = "|".join(sorted(CURRENCY_CODES))
_CURRENCY_BEFORE = rf"(?<![A-Za-z])(?:US|CA|AU|NZ|HK|[CASR])?\$|[€£₹₩₽₺₪₱฿₫₦₴¥]|\b(?:{_CODES})(?=[ \d-])"
_CURRENCY_AFTER = (
    rf"(?:{_CODES})\b|[€£₹₩₽₺₪¥]|(?:(?:US|U\.S\.|American|Canadian|Australian|Hong Kong|New Zealand|Singapore|Swiss|British|"
    r"Japanese|Chinese|Indian|Norwegian|Swedish|Danish|Mexican|South African) )?(?:dollars?|euros?|pounds?(?: sterling)?"
    r"|sterling|yen|yuan|renminbi|francs?|rupees?|won|kron(?:or|er|a|e)|zloty|pesos?|rands?|reais|real|lira|bucks|quid)\b"
)
_UNIT_AFTER = (
    r"%(?: points?\b|-points?\b)?|(?:percentage points?|percent points?|ppts?|pps?|p\.p\.|bps?|basis points?)\b"
    r"|(?:percent|per cent|per-cent|pct|pc)\b|(?:x|×)(?![\w])|times\b|shares?\b|points?\b(?! (?:to|out|at|toward|towards)\b)"
)
_AMOUNT = re.compile(
    rf"(?P<sign>[-+−–](?=\S)|\b(?:minus|plus|negative) )?(?:(?P<before>{_CURRENCY_BEFORE})[ \u00a0]?)?(?P<sign2>[-+−])?"
    rf"(?P<number>{_DIGITS}|\b(?i:{_WORDS}))"
    r"(?:[ \u00a0-]?(?P<scale>(?:[kKmMbBtT]|mn|bn|tn)(?![\w])|(?i:mil|thousand|million|billion|trillion)\b))?"
    rf"(?:[ \u00a0-]?(?P<unit>{_UNIT_AFTER}))?(?:[ \u00a0]?(?P<after>{_CURRENCY_AFTER}))?"
)
_VAGUE = re.compile(
    r"\b(?:hundreds|thousands|millions|billions|trillions|dozens|tens|scores) (?:of|more)\b|\b(?:twice|thrice)\b"
    r"|\b(?:\w{2,12}-?fold|fold)\b|\b(?:double|triple|quadruple|single)[- ]digits?\b|\b(?:double|triple|quadruple)\b",
    re.IGNORECASE,
)
_MULTIPLIED = {
    "doubled": 100, "doubling": 100, "tripled": 200, "tripling": 200, "trebled": 200, "quadrupled": 300,
    "quintupled": 400, "halved": -50, "halving": -50,
}  # fmt: skip
_MULTIPLIED_WORD = re.compile(rf"\b(?:{'|'.join(_MULTIPLIED)})\b", re.IGNORECASE)
_PARTS = {"third": Decimal(100) / 3, "quarter": Decimal(25), "fifth": Decimal(20), "tenth": Decimal(10)}
_PART = re.compile(
    r"(?<!first )(?<!second )(?<!first-)(?<!second-)(?<!last )(?<!latter )\bhalf\b(?![- ](?:year|day|of (?:19|20)\d\d))"
    r"|\b(?P<count>an?|one|two|three|four)[- ](?P<part>third|quarter|fifth|tenth)s?\b(?!'s| of (?:19|20)\d\d)",
    re.IGNORECASE,
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
# "One" is mostly a pronoun: it counts something only before one of these.
_AFTER_ONE = re.compile(
    r"[- ](?:shares?|stocks?|compan|holding|position|fund|sector|dividend|split|time|session|point|dollar|euro|pound|yen)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:more than|over|above|exceeding|at least|just over|upwards of|well over|no less than) ?$", re.IGNORECASE
)
_LESS = re.compile(
    r"(?:less than|under|below|almost|nearly|close to|up to|at most|just under|just shy of|no more than|not quite) ?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|approx\.|some|circa|close to|nearly|almost|over|under|~|≈) ?$",
    re.IGNORECASE,
)
_MOST_ROUNDED = Decimal("0.01")
"""With a word such as "about", idle zeros may be rounding, up to this part of the value."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A number as a sentence states it. `value` is without sign, in percent for percent, None when unreadable.

    `tolerance` is half a unit of the last place shown. `sign` is -1 or 1 where written. `currencies` are those the
    sign may mean. `bound` is 1 for "more than", -1 for "less than".
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: Decimal | None
    tolerance: Decimal = Decimal(0)
    sign: int = 0
    currencies: frozenset[str] = frozenset()
    bound: int = 0
    in_words: bool = False

    def fits(self, value: Decimal) -> bool:
        """Whether `value`, its sign left aside, is what is claimed, within the rounding shown."""
        if self.value is None:
            return False
        size, slack = abs(value), abs(self.value) * Decimal("1e-12")
        if self.bound and self.kind != "change":  # "more than 28%" may be up to 29%
            over = (size - self.value) * self.bound
            return -slack <= over <= (self.tolerance if self.in_words else 2 * self.tolerance) + slack
        if abs(size - self.value) > self.tolerance + slack:
            return False
        return not ((self.bound > 0 and size < self.value) or (self.bound < 0 and size > self.value))


def find_claims(text: str) -> list[Claim]:
    """The numbers of `text` in order; what is masked (dates, names) must be blanked out before."""
    claims = [_unreadable(match) for match in _VAGUE.finditer(text)]
    claims += [_multiplied(text, match) for match in _MULTIPLIED_WORD.finditer(text)]
    claims += [_part(text, match) for match in _PART.finditer(text)]
    taken = [(claim.start, claim.end) for claim in claims]
    for match in _AMOUNT.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        claim = _amount(text, match)
        if claim is not None:
            claims.append(claim)
    claims.sort(key=lambda claim: claim.start)
    return _with_shared_units(text, claims)


def _amount(text: str, match: re.Match[str]) -> Claim | None:
    number, scale, unit = match["number"], match["scale"] or "", (match["unit"] or "").lower()
    is_words = not any(character.isdigit() for character in number)
    start, end = match.start(), match.end()
    is_bare = not (scale or unit or match["after"])
    if is_words and number.lower() == "one" and is_bare and not _AFTER_ONE.match(text, end):
        return None
    sign = _sign(text, match)
    if match["sign"] and not sign:
        start = match.start() + len(match["sign"])  # a dash between two numbers, or after a word
    words = number.lower().replace("-", " ").split() if is_words else []
    value = in_words(" ".join(words)) if is_words else Decimal(number.replace(",", ""))
    # Digits must stand alone: "3rd", "1O0", "1.2.3", "v2" are no numbers that can be read.
    if not is_words and (
        re.match(r"[\w]|[.,]\d", text[end : end + 2]) or re.search(r"[\w][.,]?$", text[max(0, start - 2) : start])
    ):
        value = None
    currencies = _currencies(match)
    before = text[max(0, start - 24) : start]
    kind = _kind(unit, currencies)
    shown = text[start:end]
    if value is None:
        return Claim(start, end, shown, "unreadable", None)
    factor = Decimal(10) ** _SCALES.get(scale.lower(), 0)
    percent_factor = Decimal("0.01") if unit.startswith(("bp", "basis")) else Decimal(1)
    place = Decimal(1).scaleb(-len(number.partition(".")[2])) if not is_words else _place_of_words(words)
    tolerance = place * factor * percent_factor / 2
    value = value * factor * percent_factor
    if _ABOUT.search(before) and not is_words and "." not in number and not scale:
        zeros = len(number) - len(number.rstrip("0,").rstrip(",")) - number[len(number.rstrip("0,")) :].count(",")
        tolerance = max(tolerance, min(Decimal(10) ** zeros / 2, value * _MOST_ROUNDED))
    bound = 1 if _MORE.search(before) else -1 if _LESS.search(before) else 0
    return Claim(start, end, shown, kind, value, tolerance, sign, currencies, bound, is_words)


def _place_of_words(words: list[str]) -> Decimal:
    """The last place said: the million of "two million", a tenth of it in "two point one million"."""
    place = Decimal(1)
    if "point" in words:
        decimals = [word for word in words[words.index("point") + 1 :] if word not in _SCALES]
        place = Decimal(1).scaleb(-len(decimals))
    return place * Decimal(10) ** _SCALES.get(words[-1], 0)


def _sign(text: str, match: re.Match[str]) -> int:
    """-1 or 1 where a sign is written; 0 for none and for the dash of a range or a compound."""
    written = (match["sign"] or match["sign2"] or "").strip().lower()
    if not written:
        return 0
    if match["sign"] and len(written) == 1 and match.start() > 0 and re.match(r"[\w%)€£$]", text[match.start() - 1]):
        return 0
    return 1 if written in ("+", "plus") else -1


def _currencies(match: re.Match[str]) -> frozenset[str]:
    """The currencies that the sign or word may mean; "?" for one that no figure has."""
    found: frozenset[str] = frozenset()
    before, after = match["before"], match["after"]
    if before:
        code = _SIGNS.get(before) or (before if before in CURRENCY_CODES else None)
        found = _SHARED_SIGNS.get(before) or (frozenset({code}) if code else frozenset({"?"}))
    if after:
        code = _SIGNS.get(after) or (after if after in CURRENCY_CODES else parse_currency(after))
        also = _SHARED_SIGNS.get(after) or frozenset({code} if code else {"?"})
        if code is None and after.lower() in ("kronor", "kroner", "krona", "krone"):
            also = frozenset({"SEK", "NOK", "DKK", "ISK"})
        found = found & also if found else also
        found = found or frozenset({"?"})
    return found


def _kind(unit: str, currencies: frozenset[str]) -> Kind:
    if unit:
        if currencies:
            return "unreadable"
        if ("point" in unit and unit.startswith(("%", "per"))) or unit.startswith(("pp", "p.p", "bp", "basis")):
            return "percentage points"
        if unit.startswith(("%", "per", "pc", "pct")):
            return "percent"
        if unit in ("x", "×", "times"):
            return "multiple"
        return "shares" if unit.startswith("share") else "points"
    return "money" if currencies else "number"


def _with_shared_units(text: str, claims: list[Claim]) -> list[Claim]:
    """The first of a range has the unit of the second: "120-130%", "20 to 25%"."""
    found = list(claims)
    for place, (claim, after) in enumerate(pairwise(claims)):
        is_range = re.fullmatch(r" ?(?:[-–—]|to|or) ?", text[claim.end : after.start])
        if is_range and claim.kind == "number" and after.kind not in ("number", "unreadable", "change"):
            found[place] = Claim(
                    claim.start, claim.end, claim.text, after.kind, claim.value, claim.tolerance, claim.sign,
                    after.currencies, claim.bound, claim.in_words,
                )  # fmt: skip
    return found


def _unreadable(match: re.Match[str]) -> Claim:
    return Claim(match.start(), match.end(), match[0], "unreadable", None)


def _multiplied(text: str, match: re.Match[str]) -> Claim:
    change = Decimal(_MULTIPLIED[match[0].lower()])
    before = text[max(0, match.start() - 24) : match.start()]
    bound = 1 if _MORE.search(before) else -1 if _LESS.search(before) else 0
    tolerance = Decimal(50) if bound > 0 and change > 0 else Decimal(5)
    sign = 1 if change > 0 else -1
    return Claim(
        match.start(), match.end(), match[0], "change", abs(change), tolerance, sign, bound=bound, in_words=True
    )


def _part(text: str, match: re.Match[str]) -> Claim:
    count = _COUNTS[match["count"].lower()] if match["count"] else 1
    part = _PARTS[match["part"].lower()] if match["part"] else Decimal(50)
    before = text[max(0, match.start() - 24) : match.start()]
    bound = 1 if _MORE.search(before) else -1 if _LESS.search(before) else 0
    tolerance = Decimal(5) if bound > 0 else Decimal("0.5")
    return Claim(
        match.start(), match.end(), match[0], "percent", count * part, tolerance, bound=bound, in_words=True
    )  # fmt: skip
