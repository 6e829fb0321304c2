"""The kinds of tool argument: how each is written, found in a question, and normalised.

A copied argument is a piece of what the person typed ("tesla", "5k", "last 6 months", "quid"). The model may only
choose which piece; the functions here decide what it means, strictly, so that nothing is ever guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from tools.context import Listing, ToolContext
from tools.errors import ArgumentError
from tools.parsing.currencies import CURRENCY_SPELLING, parse_currency
from tools.parsing.dates import DATE_SPELLING, parse_date
from tools.parsing.exchanges import EXCHANGE_SPELLING, parse_exchange
from tools.parsing.numbers import (
    AMOUNT_WORDS,
    PERCENT_SPELLING,
    YEARS_SPELLING,
    parse_number,
    parse_percent,
    parse_years,
)
from tools.parsing.period_phrases import PERIOD_SPELLING
from tools.parsing.periods import Period, parse_period
from tools.parsing.question_words import is_word, mended
from tools.parsing.sectors import SECTOR_SPELLING, parse_sector
from tools.parsing.spans import Span, find_currencies, find_names, find_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


MEASURES = frozenset("P/E PE EPS RSI MACD SMA EMA ATR YTD ROE ROI ETF IPO CEO VAR NAV AUM EBITDA FX APR".split())
"""Abbreviations that name a measure beside a company's name, though some are tickers."""

_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3
_SIGN_LETTERS = 2
"""Letters that may stand with a currency sign: "US$"."""
_NAME_RATHER = 6
"""Letters from which a slip that fits both a well-known name and a common word is left as a name: "goldmn"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of copied argument.

    `find` lists the pieces of a text that could be one, and `narrow` drops some by what is known; `read` gives the
    value (raising `ArgumentError`); `write` gives the canonical form shown as `resolved`. `form` tells the model how it
    may be written.
    """

    name: str
    form: str
    find: Callable[[str], list[Span]]
    read: Callable[[str, ToolContext], Any]
    write: Callable[[Any], Any]
    narrow: Callable[[list[Span], ToolContext], list[Span]] | None = None


def _reader(parse: Callable[[str], Any], complaint: str) -> Callable[[str, ToolContext], Any]:
    def read(text: str, _: ToolContext) -> Any:
        value = parse(text)
        if value is None:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise ArgumentError(complaint.format(shown))
        return value

    return read


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _inside_longer(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end and other.text != span.text for other in others)


def _find_symbols(text: str) -> list[Span]:
    """Names that hold no time beside a name: "apple 2022" is a name and a year; "3M" may be a name or a time."""
    periods = find_values(text, parse_period, PERIOD_SPELLING.may_hold, most_atoms=11)
    return [
        name
        for name in find_names(text)
        if all(name.end <= period.start or period.end <= name.start or name.text == period.text for period in periods)
    ]


def _narrow_names(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a name, fewer where names are known.

    "shell returned" goes, as "shell" is a name; so does "depot" in "home depot"; ordinary words ("stock", "best
    morning") go when nobody is called so. What no known name is in or around stays: unknown names are copied too.
    """
    longest, sure = _known(spans, context)
    if sure:
        spans = [span for span in spans if span.text.upper() not in MEASURES]
    return [
        span
        for span in spans
        if span in longest or not (_overlaps(span, longest) or _is_ordinary(span.text, context))
    ]


def _is_ordinary(text: str, context: ToolContext) -> bool:
    """Whether `text` is nothing but words of questions in small letters, and nobody's name."""
    if context.symbols.is_ordinary(text):
        return True
    return text.islower() and all(map(is_word, _LETTERS.findall(text))) and not context.symbols.means_one(text)


def _known(spans: list[Span], context: ToolContext) -> tuple[list[Span], bool]:
    """(the known names without those inside a longer one, whether any is no measure)."""
    names = [span for span in spans if context.symbols.knows(span.text) or _is_odd_name(span.text, context)]
    sure = any(span.text.upper() not in MEASURES for span in names)
    if sure:  # "AMD RSI": RSI is a ticker too, but not here
        names = [span for span in names if span.text.upper() not in MEASURES]
    return [name for name in names if not _inside_longer(name, names)], sure


def _is_odd_name(text: str, context: ToolContext) -> bool:
    """A word that no question holds and that means one listing: "smci", "spotfy", but not "protfolio"."""
    word = text.lower()
    if len(text) < _SHORTEST_NAME or not text.isalpha() or is_word(word) or context.symbols.is_ordinary(word):
        return False
    return (len(text) >= _NAME_RATHER or mended(text) is None) and context.symbols.means_one(text)


def known_names(text: str, context: ToolContext) -> list[Span]:
    """The pieces of `text` that the symbol directory knows as names, small letters and slips of odd words allowed."""
    return _known(_find_symbols(text), context)[0]


def _narrow_terms(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a term: those of the glossary where there are any, without those inside a longer one."""
    terms = [span for span in spans if context.knows_term(span.text)]
    return [span for span in terms or spans if not _inside_longer(span, terms)]


def _may_be_amount(word: str) -> bool:
    return len(word) <= _SIGN_LETTERS or word.lower() in AMOUNT_WORDS or not word.isascii()


def _find_percents(text: str) -> list[Span]:
    """Rates that say so ("7%", "6 percent"); bare numbers only when none does."""
    found = find_values(text, parse_percent, PERCENT_SPELLING.may_hold)
    marked = [span for span in found if not span.text[-1].isdigit() and parse_number(span.text) is None]
    return marked or _beside(text, found)


def _find_lengths(text: str) -> list[Span]:
    """Lengths of time with their unit ("20 years"); bare numbers only when none has one."""
    found = find_values(text, parse_years, YEARS_SPELLING.may_hold)
    marked = [span for span in found if parse_number(span.text) is None]
    return marked or _beside(text, found)


def _beside(text: str, found: list[Span]) -> list[Span]:
    """Without the numbers that belong to a rate or to a time: "8" of "8%", "10" of "10 years", "2022" of "in 2022"."""
    percents = [span for span in find_values(text, parse_percent, PERCENT_SPELLING.may_hold) if parse_number(span.text) is None]
    lengths = [span for span in find_values(text, parse_years, YEARS_SPELLING.may_hold) if parse_number(span.text) is None]
    periods = find_values(text, parse_period, PERIOD_SPELLING.may_hold, most_atoms=11)
    return [span for span in found if not _inside_longer(span, [*percents, *lengths, *periods])]


def _find_numbers(least: Decimal | None = None, most: Decimal | None = None) -> Callable[[str], list[Span]]:
    """Amounts within bounds, both inclusive."""

    def find(text: str) -> list[Span]:
        kept = []
        for span in _beside(text, find_values(text, parse_number, _may_be_amount)):
            value = parse_number(span.text)
            if value is not None and (least is None or value >= least) and (most is None or value <= most):
                kept.append(span)
        return kept

    return find


def _symbol(text: str, context: ToolContext) -> Listing:
    return context.symbols.resolve(text)


def _name(text: str, _: ToolContext) -> str:
    return " ".join(text.split())


SYMBOL = Kind(
    "symbol", "a ticker or company name", _find_symbols, _symbol, lambda listing: listing.symbol, _narrow_names
)
NAME = Kind("name", "a company name or ticker", _find_symbols, _name, str, _narrow_names)
TERM = Kind("term", "a finance term", find_names, _name, str, _narrow_terms)
PERIOD = Kind(
    "period",
    "e.g. 1mo, ytd, 2022, last 6 months, since 2020-03, 2020-01-01..2020-06-30",
    lambda text: find_values(text, parse_period, PERIOD_SPELLING.may_hold, most_atoms=11),
    _reader(parse_period, "I don't understand the period “{}”; try “last 6 months”, “2022” or “since March 2020”."),
    lambda period: period.canonical,
)
NUMBER = Kind(
    "number",
    "e.g. 300, 5k, 1.2 million",
    _find_numbers(),
    _reader(parse_number, "I can't read “{}” as a number; write it like 1,250 or 5k."),
    _number,
)
PRICE = replace(NUMBER, name="price", form="e.g. 150 or 12.50", find=_find_numbers(most=Decimal(10) ** 6))
MARKET_VALUE = replace(NUMBER, name="market value", form="e.g. 10 billion", find=_find_numbers(Decimal(10) ** 5))
COUNT = replace(NUMBER, name="count", form="a whole number up to 100", find=_find_numbers(Decimal(1), Decimal(100)))
PERCENT = Kind(
    "percent",
    "e.g. 7% or 6.5 percent",
    _find_percents,
    _reader(parse_percent, "I can't read “{}” as a rate; write it like 7%."),
    _number,
)
YEARS = Kind(
    "years",
    "e.g. 20 years or 18 months",
    _find_lengths,
    _reader(parse_years, "I can't read “{}” as a length of time; write it like 20 years."),
    _number,
)
CURRENCY = Kind(
    "currency",
    "an ISO code or a currency's name",
    lambda text: find_currencies(text, parse_currency, CURRENCY_SPELLING.may_hold),
    _reader(parse_currency, "I don't know the currency “{}”; use a code such as USD, EUR or GBP."),
    str,
)
SECTOR = Kind(
    "sector",
    "a market sector such as technology or energy",
    lambda text: find_values(text, parse_sector, SECTOR_SPELLING.may_hold),
    _reader(parse_sector, "I don't know the sector “{}”; try technology, healthcare, financials or energy."),
    str,
)
EXCHANGE = Kind(
    "exchange",
    "an exchange, e.g. NYSE, London, Tokyo",
    lambda text: find_values(text, parse_exchange, EXCHANGE_SPELLING.may_hold),
    _reader(parse_exchange, "I don't know the exchange “{}”; try NYSE, Nasdaq, London, Frankfurt or Tokyo."),
    str,
)
DATE = Kind(
    "date",
    "a date, e.g. 2021-03-03",
    lambda text: find_values(text, parse_date, DATE_SPELLING.may_hold),
    _reader(parse_date, "I can't read “{}” as a date; write it like 2021-03-03."),
    lambda day: day.isoformat(),
)

Symbol = Annotated[Listing, SYMBOL]
Name = Annotated[str, NAME]
Term = Annotated[str, TERM]
PeriodArgument = Annotated[Period, PERIOD]
Number = Annotated[Decimal, NUMBER]
Price = Annotated[Decimal, PRICE]
MarketValue = Annotated[Decimal, MARKET_VALUE]
Count = Annotated[Decimal, COUNT]
Percent = Annotated[Decimal, PERCENT]
Years = Annotated[Decimal, YEARS]
Currency = Annotated[str, CURRENCY]
Sector = Annotated[str, SECTOR]
Exchange = Annotated[str, EXCHANGE]
Day = Annotated[date, DATE]
