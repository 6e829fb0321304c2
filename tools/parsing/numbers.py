"""Amounts, percentages, and lengths of time in years: the numbers that arguments are made of."""

from __future__ import annotations

import re
from decimal import Decimal

from tools.parsing.numerals import DIGITS, NUMBER_WORDS, in_digits, in_words, parse_count, tidy
from tools.parsing.phrase import plain_ascii
from tools.parsing.typos import Spelling

_SCALES = {
    "k": 1_000, "thousand": 1_000, "thou": 1_000, "grand": 1_000,
    "m": 1_000_000, "mm": 1_000_000, "mn": 1_000_000, "mil": 1_000_000, "mill": 1_000_000, "mio": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000,
    "b": 1_000_000_000, "bn": 1_000_000_000, "bil": 1_000_000_000, "billion": 1_000_000_000,
    "billions": 1_000_000_000,
    "t": 1_000_000_000_000, "tn": 1_000_000_000_000, "trn": 1_000_000_000_000, "trillion": 1_000_000_000_000,
    "lakh": 100_000, "lakhs": 100_000, "lac": 100_000, "lacs": 100_000,
    "crore": 10_000_000, "crores": 10_000_000, "cr": 10_000_000,
    "hundred": 100, "dozen": 12,
    "garnd": 1_000, "gradn": 1_000,
    # slips, which are not mended in amounts otherwise
    **dict.fromkeys(("milion", "millon", "millin", "milllion", "miliion", "milions", "millons"), 1_000_000),
    **dict.fromkeys(("bilion", "billon", "billoin", "bilions", "billlion", "billin"), 1_000_000_000),
    **dict.fromkeys(("thosand", "thousnd", "thousad", "thouand", "thousadn", "thousend", "tousand", "thosuand"), 1_000),
}  # fmt: skip
# Currency signs say nothing about the value; all others are read as "$".
_SIGNS = dict.fromkeys(map(ord, "€£¥₹₩₪₺₽฿₱₫"), "$")
_SYMBOL = r"(?:us|au|a|ca|c|nz|hk|sg|s|nt|mx|r)?\$"
# "2 hundred thousand" and "1 lakh crore" are said; "2 million k" is not.
_AMOUNT = re.compile(
    rf"(?P<sign>[-+])? ?(?P<symbol>{_SYMBOL})? ?(?P<inner>[-+])?(?P<digits>{DIGITS})"
    rf"(?:[ -]?(?P<first>hundred|thousand|lakh)(?=.))?(?:[ -]?(?P<scale>{'|'.join(_SCALES)}))?"
    rf"(?: ?(?P<after>{_SYMBOL}))?"
)

_SPOKEN = re.compile(
    r"(?P<hundreds>one|two|three|four|five|six|seven|eight|nine)[ -](?P<rest>(?:ten|eleven|twelve|[a-z]+teen|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight"
    r"|nine))?))"
    r"(?: (?P<scale>k|thousand|grand|million))?"
)
"""Hundreds as they are spoken: "two fifty" is 250."""
_SPOKEN_PRICE = re.compile(
    r"(?P<whole>(?:thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight"
    r"|nine))?)"
    r"[ -](?P<cents>ten|fifteen|twenty|twenty[ -]five|thirty|forty|fifty|sixty|seventy|seventy[ -]five|eighty|ninety"
    r"|ninety[ -]five|ninety[ -]nine)"
)
"""A price as it is spoken: "thirty seven fifty" is 37.50; from twenty on it may be a year."""
_ROUND = re.compile(r"[1-9][0-9]{0,2}\.000")
"""Thousands with a point: nobody writes idle decimals of an amount, and much of Europe groups so."""
_DECIMAL_COMMA = re.compile(r"(?<![0-9,.])([0-9]{1,3}),([0-9]{1,2})(?= ?(?:%|p))")
"""Of a rate: as a group of thousands it would have three digits."""
_TENTHS = re.compile(r"(?<![0-9,.])([0-9]{1,3}),([0-9])(?![0-9,.])")
"""Of an amount: "2,5 million" and "33,5" can be nothing else; "1,25" may lack a digit."""
_PERCENT = re.compile(
    r"(?P<number>.+?)(?:(?P<percent> ?%|(?:(?<=[0-9])| )(?:percent|per cent|pct|pc))"
    r"|(?P<points>(?:(?<=[0-9])| )(?:bps|bp|basis points?)))?"
)
_PART_OF_ONE = re.compile(r"(?P<part>half|(?:a )?quarter|three[ -]quarters)(?: of)?(?: an?| one)?")
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "three": Decimal("0.75")}
# Without a unit only a likely rate counts, or every amount and year of the question would be one.
_MAX_BARE_PERCENT = 100
_MAX_PERCENT = 10_000

_MONTHS_IN = {
    **dict.fromkeys(("years", "year", "yrs", "yr", "y", "yer", "yers"), 12),
    **dict.fromkeys(("decades", "decade"), 120),
    **dict.fromkeys(("months", "month", "mos", "mo", "mths", "mth", "moths"), 1),
}
_DURATION = re.compile(rf"(?P<number>.+?)(?:(?<=[0-9])|[ -])(?P<unit>{'|'.join(_MONTHS_IN)})")
_YEARS_AND_MONTHS = re.compile(
    r"(?P<years>.+?)(?:(?<=[0-9])|[ -])(?:years?|yrs?|y)(?:,? and |,? ?)(?P<months>.+?)(?:(?<=[0-9])|[ -])"
    r"(?:months?|mos?|mths?|m)"
)
_MONTHS_IN_WORDS = {
    "half a year": 6, "half year": 6, "a half year": 6, "a year and a half": 18, "year and a half": 18,
    "half a decade": 60, "a decade and a half": 180, "a quarter of a century": 300, "a quarter century": 300,
    "quarter of a century": 300, "quarter century": 300, "half a century": 600, "a century": 1200,
}  # fmt: skip
_COUPLE = re.compile(r"(?:a )?couple(?: of)?")
_MAX_YEARS = 200
AMOUNT_WORDS = frozenset({*NUMBER_WORDS, *_SCALES})
"""Every word of more than two letters that an amount may have; slips are not corrected in amounts."""
_RARE_NUMBERS = ("cent", "grand", "lakh", "lakhs", "crore", "crores")
PERCENT_SPELLING = Spelling((*NUMBER_WORDS, "percent per cent pct pc bps bp basis point points"), exact=_RARE_NUMBERS)
YEARS_SPELLING = Spelling(
    (*NUMBER_WORDS, *_MONTHS_IN, *_MONTHS_IN_WORDS, "m"), exact=("mths", "moths", "yer", "yers", *_RARE_NUMBERS)
)


def parse_number(text: str) -> Decimal | None:
    """The number that the whole of `text` says: "1,250", "$5k", "1.2 million", "half a million", "-5".

    Grouping is English, Indian ("1,25,000"), spaced or Swiss; "1.250,50" is taken too, because English can't
    read it otherwise, and so are "30.000" and "2,5". None for anything else, currency words included, and from
    10^18 on.
    """
    phrase = plain_ascii(text if text.isascii() else text.translate(_SIGNS))
    if not phrase:
        return None
    match = _AMOUNT.fullmatch(_TENTHS.sub(r"\1.\2", phrase))
    if match is None:
        value = in_words(phrase)
        return tidy(_spoken(phrase) if value is None else value)
    if (match["sign"] and match["inner"]) or (match["symbol"] and match["after"]):
        return None
    is_grouped = _ROUND.fullmatch(match["digits"]) and not match["scale"]
    digits = match["digits"].replace(".", "") if is_grouped else match["digits"]
    value = in_digits(digits) * _SCALES.get(match["first"], 1) * _SCALES.get(match["scale"], 1)
    return tidy(-value if "-" in (match["sign"], match["inner"]) else value)


def _spoken(phrase: str) -> Decimal | None:
    """The value of number words that leave out "hundred" or "point"."""
    if match := _SPOKEN.fullmatch(phrase):
        rest = parse_count(match["rest"])
        hundreds = parse_count(match["hundreds"])
        scale = _SCALES.get(match["scale"] or "", 1)
        return None if rest is None or hundreds is None else (hundreds * 100 + rest) * scale
    if match := _SPOKEN_PRICE.fullmatch(phrase):
        whole, cents = parse_count(match["whole"]), parse_count(match["cents"])
        return None if whole is None or cents is None else whole + cents / 100
    return None


def parse_percent(text: str) -> Decimal | None:
    """The percentage that the whole of `text` says, in percent: "7%", "6.5 percent", "6,5%", "half a percent", "7".

    "50 bps" and "50 basis points" are 0.5. None for anything else: money, "5k", a bare number above 100.
    """
    phrase = _DECIMAL_COMMA.sub(r"\1.\2", _corrected(text, PERCENT_SPELLING))
    match = _PERCENT.fullmatch(phrase)
    if match is None:
        return None
    number = match["number"]
    if match["points"]:
        points = parse_count(number)
        return points / 100 if points is not None and abs(points) <= _MAX_PERCENT * 100 else None
    if match["percent"]:
        if part := _PART_OF_ONE.fullmatch(number):
            return _PARTS[part["part"].removeprefix("a ").split("-")[0].split()[0]]
        percent = Decimal(1) if number == "a" else parse_count(number)
        return percent if percent is not None and abs(percent) <= _MAX_PERCENT else None
    percent = parse_count(number)
    return percent if percent is not None and abs(percent) <= _MAX_BARE_PERCENT else None


def parse_years(text: str) -> Decimal | None:
    """The length of time that the whole of `text` says, in years: "20 yrs", "30-year", "18 months" (1.5), "20".

    A bare number counts as years. None for anything else, for nothing or less, and for more than 200 years.
    """
    phrase = _corrected(text, YEARS_SPELLING)
    if not phrase:
        return None
    months = _months(phrase)
    return months / 12 if months is not None and 0 < months <= _MAX_YEARS * 12 else None


def _corrected(text: str, spelling: Spelling) -> str:
    """The plain form of `text` without slips; "" with a foreign word, and for a slip alone, which may be a name."""
    phrase = plain_ascii(text)
    corrected = spelling.corrected(phrase, text)
    return "" if corrected is None or (corrected != phrase and phrase.isalpha()) else corrected


def _months(phrase: str) -> Decimal | None:
    """The length of time in months: whole months stay whole, so that 18 months are exactly 1.5 years."""
    if phrase in _MONTHS_IN_WORDS:
        return Decimal(_MONTHS_IN_WORDS[phrase])
    if match := _DURATION.fullmatch(phrase):
        number = match["number"]
        if number == "a":
            return Decimal(_MONTHS_IN[match["unit"]])
        if _COUPLE.fullmatch(number):
            return Decimal(2 * _MONTHS_IN[match["unit"]])
        count = parse_count(number)
        if count is not None:
            return count * _MONTHS_IN[match["unit"]]
    if (match := _YEARS_AND_MONTHS.fullmatch(phrase)) and not phrase.endswith(" a month"):
        years = Decimal(1) if match["years"] == "a" else parse_count(match["years"])
        months = Decimal(1) if match["months"] == "a" else parse_count(match["months"])
        return years * 12 + months if years is not None and months is not None and 0 < months < 12 else None
    bare = parse_count(phrase)
    return None if bare is None else bare * 12
