"""Names by their shape alone: initials, digits, and a ticker with its exchange are one name, whoever is called so.

Cut at their points and digits they are other names: "BHP.AX" is not the American BHP, "b.p. marsh" is not BP.
"""

from __future__ import annotations

import re

from tools.parsing.currencies import parse_currency
from tools.parsing.numbers import parse_number, parse_percent, parse_years
from tools.parsing.periods import parse_period
from tools.parsing.spans import FUNCTION_WORDS, Span
from tools.symbols.tickers import names_exchange

_NO_INITIALS = r"(?!(?:u\.s|u\.k|e\.u|u\.n|e\.g|i\.e|a\.m|p\.m|p\.e|p\.s|d\.c|n\.b|a\.s\.a\.p|r\.o\.i|e\.t\.f)\.)"
_INITIALS = re.compile(
    rf"(?<![\w.&'’]){_NO_INITIALS}(?:[A-Za-z]\.){{2,3}} ?(?P<first>[^\W\d_][\w'’-]{{2,}})"
    r"(?P<rest> (?:&|-|–) [^\W\d_][\w'’-]+(?: partners| sons| co)?)?(?![\w.]\w)",
    re.IGNORECASE,
)
"""Initials and what follows: "A.G. Barr", "b.p. marsh & partners", "A.P. Møller - Mærsk"."""
_CODE = re.compile(r"(?<![\w.$-])[A-Z0-9]{1,6}(?:-[A-Z])?\.[A-Z]{1,3}(?![\w-]|\.\w)")
_SMALL_CODE = re.compile(
    r"(?<![\w.$@/-])(?=[a-z0-9]*[a-z])[a-z0-9]{2,6}\.[a-z]{1,2}(?![\w@-]|\.\w)|(?<![\w.$@/-])\d{3,6}\.[a-z]{1,2}(?![\w@-])"
)
"""The same in small letters: "bhp.ax", "0700.hk"."""
_CLASS = re.compile(r"(?<![\w.$-])[A-Z]{2,5}\.[A-C](?![\w.-])")
"""A ticker with its class of shares: "BF.A"."""
_SPACED_INITIALS = re.compile(r"(?<![\w.&'’/-])(?:(?!P E |I )[A-Z] ){2,3}[A-Z][a-z][\w'’-]+")
"""Initials without points: "J D Wetherspoon"."""
_DIGITS_FIRST = re.compile(r"(?<![\w.,$€£&-])\d{1,4}(?P<letters>[A-Za-z][a-z]{4,}|[A-Z][a-z]{2,})(?![\w-])")
"""Digits that a word grows from: "1Spatial", "4imprint"."""
_NUMBER_OF = re.compile(
    r"(?<![\w.,$€£&-])\d{1,4} (?:Holdings|Group|Entertainment|Capital|Pictures|Smart|Discovery)(?![\w-])"
)
_TITLED = re.compile(r"(?<![\w.])(?:Dr|St)\. ?[A-Z][\w'’]+(?: (?!(?i:and|or|in|on)\b)[A-Z][\w'’]+)?")
"""A title and a name: "Dr. Reddy's Labs"."""
_LETTER_AND_DIGIT = re.compile(
    r"(?<![\w.,$€£&/-])(?:[A-Z]\d|\d[ACEFILNOPQRSUVZ]) [A-Z][a-z]{2,}(?![\w-])"
    r"|(?<![\w.,$€£&/-])[a-gi-pr-z]\d [A-Z][a-z]{2,}(?![\w-])"
    r"|(?<![\w.,$€£&/-])(?!B2[BCG]|P2P|M2M|C2C|H1B)[A-Z]\d[A-Z]{1,2}(?![\w-])"
    r"|(?<![\w.,$€£&/-])(?!year|week|june|july|form|part|type|step|tier|page|note|line|zone|test|plan|bond|fund)[a-z]{4}(?:[3-6]|11)"
    r"(?![\w%-]|\.\w)"
    r"|(?<![\w.,$€£&/+-])(?!FY|CET|MA\d|[DEHSW]MA|RSI|ATR|EPS|G[12]0)[A-Z]{1,3}\d{2,3}(?![\w%-])"
)
"""A letter and a digit before a word, or a ticker that ends with digits: "S4 Capital", "a2 Milk", "5N Plus","
" "A2A", "S32"."""
_GOODS = re.compile(
    r"(?<!\w)(?:(?:palm|olive|sunflower|coconut|rapeseed|canola|heating|soybean|castor|fish) oil|(?:robusta"
    r"|arabica) coffee)(?!\w)",
    re.IGNORECASE,
)
"""Kinds of what is traded that are another's price: palm oil is no crude oil."""
_PING_AN = re.compile(r"(?<!\w)ping an(?: insurance| bank| good doctor)?(?!\w)(?! [a-z]+ to\b)", re.IGNORECASE)
"""The one well-known name that ends with an article."""
_TWO_NUMBERS = re.compile(r"(?<![\w&])\d&\d(?: (?:AG|ag))?(?!\w)")
_FUNCTIONS = "|".join(sorted(FUNCTION_WORDS))
_TRUST = re.compile(
    rf"(?<![\w&.'’-])(?!(?i:(?:{_FUNCTIONS}|chart|plot|price|quote|news|add|follow|define|convert|alert|put|remove)) )"
    rf"(?!(?:Unit|Investment|Blind|Living|Family|Bare|Real Estate Investment|An?|The) Trust)"
    rf"(?:(?!(?i:{_FUNCTIONS}) )[A-Z][\w&.'’-]*[\w] (?:& |of )?){{1,5}}Trust(?![\w-])"
)
"""Words with capitals up to "Trust": "Personal Assets Trust" is not what somebody owns."""
_COUNTED = frozenset(
    "shares stocks units times companies names trading weeks hours minutes points euros dollars pounds bucks quid"
    " percent people months years month year decades basis thousand million billion trillion hundred lakhs "
    "crore".split()
)


def find_shaped_names(text: str) -> list[Span]:
    """Whole names of such shapes, in order of appearance."""
    codes = [*_CODE.finditer(text), *_SMALL_CODE.finditer(text)]
    found = [match.span() for match in codes if names_exchange(match[0])]
    found += [match.span() for match in _CLASS.finditer(text)]
    found += [match.span() for match in _INITIALS.finditer(text) if match["first"].lower() not in FUNCTION_WORDS]
    found += [match.span() for match in _SPACED_INITIALS.finditer(text)]
    found += [match.span() for match in _DIGITS_FIRST.finditer(text) if not _is_measured(match)]
    found += [
        match.span()
        for pattern in (_NUMBER_OF, _GOODS, _PING_AN, _TWO_NUMBERS, _TRUST, _TITLED, _LETTER_AND_DIGIT)
        for match in pattern.finditer(text)
    ]
    return [Span(start, end, text[start:end]) for start, end in sorted(found)]


def is_shaped_name(text: str) -> bool:
    """Whether all of `text` is one such name."""
    return any(span.text == text for span in find_shaped_names(text))


def _is_measured(match: re.Match[str]) -> bool:
    """Whether the digits count or measure something: "10years", "5million", "200euros"."""
    whole, letters = match[0], match["letters"].lower()
    return (
        letters in _COUNTED
        or parse_currency(letters) is not None
        or any(parse(whole) is not None for parse in (parse_number, parse_percent, parse_years, parse_period))
    )
