"""Where in a question each kind of argument could stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.parsing.currencies import CURRENCY_SPELLING, parse_currency
from tools.parsing.dates import DATE_SPELLING, parse_date
from tools.parsing.exchanges import EXCHANGE_SPELLING, parse_exchange
from tools.parsing.fund_names import find_fund_names
from tools.parsing.numbers import (
    AMOUNT_WORDS,
    PERCENT_SPELLING,
    YEARS_SPELLING,
    parse_number,
    parse_percent,
    parse_years,
)
from tools.parsing.period_phrases import PERIOD_SPELLING
from tools.parsing.periods import parse_period
from tools.parsing.placed_names import find_placed_names
from tools.parsing.sectors import SECTOR_SPELLING, parse_sector
from tools.parsing.shaped_names import find_shaped_names
from tools.parsing.spans import Span, find_currency_words, find_names, find_values
from tools.parsing.told import outside_told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

_OWNS = re.compile(r"['’`´]s(?!\w)")
_SIGN_LETTERS = 2
"""Letters that may stand with a currency sign: "US$"."""

_NO_TIME = re.compile(
    r"\brussell\s+[123]000\b|\b(?:s ?& ?p|s and p|sp|nasdaq|dax|ftse|footsie|cac|ibex|nifty|stoxx|asx|nikkei|csi"
    r"|midcap)"
    r"\s+(?!(?:19|20)\d\d)\d{2,4}\b(?! ?[-/.]\d)|\bthe (?:20|50|100|200)[ -]day\b"
    r"|\b(?:19|20)\d\d(?= ?(?:euros?|dollars?|pounds?|bucks?|quid|usd|eur|gbp|chf|aud|cad|inr|jpy|yen|rupees?|rand"
    r"|francs?"
    r"|pesos?|kroner|kronor|zloty|shekels?|dirhams?|shares)\b)",
    re.IGNORECASE,
)
"""An index whose number reads like a year, a moving average, and an amount of money that does."""


_SLIPS_OF_TIME = frozenset({"lats"})
"""Money of Latvia until 2013, and "lats year"."""


def find_periods(text: str) -> list[Span]:
    """Times: "last 6 months", "2022", "since March"."""
    shielded = _NO_TIME.sub(lambda match: "x" * len(match[0]), text)
    return find_values(shielded, parse_period, PERIOD_SPELLING.may_hold, most_atoms=11)


def find_dates(text: str) -> list[Span]:
    """Days: "2019-05-02", "on March 3rd, 2021"."""
    return find_values(text, parse_date, DATE_SPELLING.may_hold)


def find_sectors(text: str) -> list[Span]:
    """Sectors: "tech", "bank stocks"."""
    return find_values(text, parse_sector, SECTOR_SPELLING.may_hold)


def find_exchanges(text: str) -> list[Span]:
    """Exchanges: "NYSE", "tokyo"."""
    return outside_told(find_values(text, parse_exchange, EXCHANGE_SPELLING.may_hold), text)


def find_currencies(text: str) -> list[Span]:
    """Currencies: "usd", "quid", "$", and both halves of "EURUSD"."""
    found = outside_told(find_currency_words(text, parse_currency, CURRENCY_SPELLING.may_hold), text)
    if not any(span.text.lower() in _SLIPS_OF_TIME for span in found):
        return found
    times = find_periods(text)
    return [span for span in found if span.text.lower() not in _SLIPS_OF_TIME or not inside_longer(span, times)]


def inside_longer(span: Span, others: Sequence[Span]) -> bool:
    """Whether one of `others` holds `span` and more."""
    return any(other.start <= span.start and span.end <= other.end and other.text != span.text for other in others)


_TIMES = frozenset("period span term time length duration window timeframe last range".split())


def find_symbols(text: str) -> list[Span]:
    """Names that hold no time beside a name: "apple 2022" is a name and a year; "3M" may be a name or a time.

    With and without a possessive: "macy's" is a name, "tesla's" is not.
    """
    periods = find_periods(text)
    named = find_names(text)
    owned = [
        Span(name.start, name.end + 2, text[name.start : name.end + 2]) for name in named if _OWNS.match(text, name.end)
    ]
    found = dict.fromkeys([*find_placed_names(text), *named, *owned, *find_fund_names(text), *find_shaped_names(text)])
    return [
        name
        for name in outside_told(list(found), text)
        if all(
            name.end <= period.start or period.end <= name.start or _is_itself(name, period, text) for period in periods
        )
    ]


def _is_itself(name: Span, period: Span, text: str) -> bool:
    """Whether a time is nothing but the name: "3M", and "of 3m" of "price of 3m"."""
    before = text[: period.start].rstrip().rpartition(" ")[2].lower()
    return name.text == period.text or (period.text.lower() == f"of {name.text.lower()}" and before not in _TIMES)


def _may_be_amount(word: str) -> bool:
    return len(word) <= _SIGN_LETTERS or word.lower() in AMOUNT_WORDS or not word.isascii()


def find_percents(text: str) -> list[Span]:
    """Rates that say so ("7%", "6 percent"); bare numbers only when none does."""
    found = _all_percents(text)
    marked = [span for span in found if not span.text[-1].isdigit() and parse_number(span.text) is None]
    return marked or _beside(text, found)


def find_lengths(text: str) -> list[Span]:
    """Lengths of time with their unit ("20 years"); bare numbers only when none has one."""
    found = _all_lengths(text)
    marked = [span for span in found if parse_number(span.text) is None]
    return marked or _beside(text, found)


def _beside(text: str, found: list[Span]) -> list[Span]:
    """Without the numbers that belong to a rate or to a time: "8" of "8%", "10" of "10 years", "2022" of "in 2022"."""
    percents = [span for span in _all_percents(text) if parse_number(span.text) is None]
    lengths = [span for span in _all_lengths(text) if parse_number(span.text) is None]
    periods = find_periods(text)
    return [span for span in found if not inside_longer(span, [*percents, *lengths, *periods])]


def find_numbers(least: Decimal | None = None, most: Decimal | None = None) -> Callable[[str], list[Span]]:
    """Amounts within bounds, both inclusive."""

    def find(text: str) -> list[Span]:
        kept = []
        for span in _beside(text, find_values(text, parse_number, _may_be_amount)):
            value = parse_number(span.text)
            if value is not None and (least is None or value >= least) and (most is None or value <= most):
                kept.append(span)
        return kept

    return find


def _all_percents(text: str) -> list[Span]:
    return find_values(text, parse_percent, PERCENT_SPELLING.may_hold)


def _all_lengths(text: str) -> list[Span]:
    return find_values(text, parse_years, YEARS_SPELLING.may_hold)
