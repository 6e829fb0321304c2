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
from tools.errors import ArgumentError, UnknownSymbol
from tools.narrowing import narrow_names
from tools.parsing.currencies import parse_currency
from tools.parsing.dates import parse_date
from tools.parsing.exchanges import read_exchange
from tools.parsing.finders import (
    find_currencies,
    find_dates,
    find_exchanges,
    find_lengths,
    find_numbers,
    find_percents,
    find_periods,
    find_sectors,
    find_symbols,
)
from tools.parsing.numbers import parse_number, parse_percent, parse_years
from tools.parsing.periods import Period, parse_period
from tools.parsing.sectors import read_sector
from tools.parsing.spans import find_names
from tools.symbols.tickers import full_ticker
from tools.terms import narrow_terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.parsing.spans import Span


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


def _symbol(text: str, context: ToolContext) -> Listing:
    try:
        return context.symbols.resolve(text)
    except UnknownSymbol:
        # The directory doesn't hold every listing of the world: whoever has the prices is asked about a full ticker.
        if ticker := full_ticker(text):
            return Listing(ticker, ticker, "stock")
        raise


def _name(text: str, _: ToolContext) -> str:
    return " ".join(text.split())


_AHEAD = re.compile(r"(?:the )?(?:next|nxt|coming|upcoming)\b", re.IGNORECASE)


def _period(text: str, context: ToolContext) -> Any:
    if _AHEAD.match(text):
        said = f"“{text[:40]}” lies ahead; I can look back only: try “last 6 months”, “2022” or “since March 2020”."
        raise ArgumentError(said)
    return _past(text, context)


_past = _reader(parse_period, "I don't understand the period “{}”; try “last 6 months”, “2022” or “since March 2020”.")
SYMBOL = Kind("symbol", "a ticker or company name", find_symbols, _symbol, lambda listing: listing.symbol, narrow_names)
NAME = Kind("name", "a company name or ticker", find_symbols, _name, str, narrow_names)
TERM = Kind("term", "a finance term", find_names, _name, str, narrow_terms)
PERIOD = Kind(
    "period",
    "e.g. 1mo, ytd, 2022, last 6 months, since 2020-03, 2020-01-01..2020-06-30",
    find_periods,
    _period,
    lambda period: period.canonical,
)
NUMBER = Kind(
    "number",
    "e.g. 300, 5k, 1.2 million",
    find_numbers(),
    _reader(parse_number, "I can't read “{}” as a number; write it like 1,250 or 5k."),
    _number,
)
PRICE = replace(NUMBER, name="price", form="e.g. 150 or 12.50", find=find_numbers(most=Decimal(10) ** 6))
MARKET_VALUE = replace(NUMBER, name="market value", form="e.g. 10 billion", find=find_numbers(Decimal(10) ** 5))
COUNT = replace(NUMBER, name="count", form="a whole number up to 100", find=find_numbers(Decimal(1), Decimal(100)))
PERCENT = Kind(
    "percent",
    "e.g. 7% or 6.5 percent",
    find_percents,
    _reader(parse_percent, "I can't read “{}” as a rate; write it like 7%."),
    _number,
)
YEARS = Kind(
    "years",
    "e.g. 20 years or 18 months",
    find_lengths,
    _reader(parse_years, "I can't read “{}” as a length of time; write it like 20 years."),
    _number,
)
CURRENCY = Kind(
    "currency",
    "an ISO code or a currency's name",
    find_currencies,
    _reader(parse_currency, "I don't know the currency “{}”; use a code such as USD, EUR or GBP."),
    str,
)
SECTOR = Kind(
    "sector",
    "a market sector such as technology or energy",
    find_sectors,
    _reader(read_sector, "I don't know the sector “{}”; try technology, healthcare, financials or energy."),
    str,
)
EXCHANGE = Kind(
    "exchange",
    "an exchange, e.g. NYSE, London, Tokyo",
    find_exchanges,
    _reader(read_exchange, "I don't know the exchange “{}”; try NYSE, Nasdaq, London, Frankfurt or Tokyo."),
    str,
)
DATE = Kind(
    "date",
    "a date, e.g. 2021-03-03",
    find_dates,
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
