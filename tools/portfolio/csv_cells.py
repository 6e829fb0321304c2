"""The cells of a broker's CSV file as values: strict, never guessing, each refusal saying what to write instead."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from tools.parsing.currencies import CURRENCY_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

DecimalMark = Literal[".", ","]
DayFirst = bool

MAX_WHOLE_DIGITS = 15
MAX_DECIMALS = 12
MAX_TEXT = 100
MAX_NUMBER = 60
"""Characters in a number with its currency; longer cells are refused before any pattern is tried on them."""
EARLIEST = date(1900, 1, 1)

_SPACES = " \u00a0\u2009\u202f'’"
_POINT = re.compile(rf"(?:\d{{1,3}}(?:([,{_SPACES}])\d{{3}}(?:\1\d{{3}})*)|\d+)(?:\.\d+)?|\.\d+", re.ASCII)
_COMMA = re.compile(rf"(?:\d{{1,3}}(?:([.{_SPACES}])\d{{3}}(?:\1\d{{3}})*)|\d+)(?:,\d+)?|,\d+", re.ASCII)
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
_NEGATIVE = re.compile(r"[-\u2212\u2013](?P<a>.*\d.*)|\((?P<b>.*\d.*)\)|(?P<c>.*\d.*)[-\u2212]", re.DOTALL)
_FORMULA = "=+-@\t\r\n＝＋－＠"

# Prices of some exchanges are in hundredths: the case of "GBp" is all that tells pence from pounds.
_HUNDREDTHS = {
    "GBX": "GBP", "GBp": "GBP", "GBPX": "GBP", "pence": "GBP", "Pence": "GBP", "p": "GBP",
    "ZAC": "ZAR", "ZAc": "ZAR", "ILA": "ILS", "ILX": "ILS",
}  # fmt: skip
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
          "HK$": "HKD", "S$": "SGD", "NZ$": "NZD", "₹": "INR", "₩": "KRW", "₪": "ILS", "R$": "BRL"}  # fmt: skip
_WITH_CURRENCY = re.compile(
    r"(?P<before>[^\d.,'’\s-]{1,5})?\s*(?P<number>.*?\d)\s*(?P<after>[^\d.,'’\s-]{1,5})?", re.ASCII
)

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: \d{1,2}:\d{2}.*)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?: \d{1,2}:\d{2}.*)?", re.ASCII)
_NAMED = re.compile(
    r"(\d{1,2})[ -]([a-z]{3,9})\.?,?[ -](\d{4})|([a-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.ASCII | re.IGNORECASE
)
_MONTHS = "january february march april may june july august september october november december".split()


class Refused(Exception):
    """A cell can't be taken as it is; the text says why and what to write."""


def decimal_mark(cells: Iterable[tuple[int, str]], delimiter: str) -> tuple[DecimalMark | None, dict[int, str]]:
    """Which mark the file's numbers use, and a reason for each line that disagrees with the first that shows it.

    None when nothing shows it: then a cell like "1,234" can't be understood, unless commas separate the cells, as
    files with decimal commas use another delimiter.
    """
    mark: DecimalMark | None = None
    problems: dict[int, str] = {}
    for line, cell in cells:
        shown = _mark_shown(cell)
        if shown and mark and shown != mark:
            problems[line] = (
                f"“{_short(cell)}” is written with another decimal mark than the lines above; use one for all"
            )
        mark = mark or shown
    return mark or ("." if delimiter == "," else None), problems


def _mark_shown(cell: str) -> DecimalMark | None:
    if len(cell) > MAX_NUMBER:
        return None
    number = re.sub(r"^[^\d.,]+|[^\d]+$", "", cell.strip(), flags=re.ASCII)
    as_point, as_comma = bool(_POINT.fullmatch(number)), bool(_COMMA.fullmatch(number))
    if as_point == as_comma:
        return None
    return "." if as_point else ","


def read_number(cell: str, mark: DecimalMark | None, what: str) -> Decimal:
    """A positive number in plain digits. Raises `Refused`. `what` names it in the reason ("the quantity")."""
    text = cell.strip()
    shown = _short(text)
    if not text:
        raise Refused(f"{what} is missing; write a number")
    if len(text) > MAX_NUMBER:
        raise Refused(f"{what} “{shown}” is longer than any number; write plain digits such as 1234.56")
    negative = _NEGATIVE.fullmatch(text)
    if negative and any(_POINT.fullmatch(group) or _COMMA.fullmatch(group) for group in negative.groups() if group):
        raise Refused(f"{what} “{shown}” is negative; only holdings can be imported, so write it above zero")
    if mark is None and _EITHER.fullmatch(text):
        raise Refused(f"{what} “{shown}” could mean two numbers; write it without a thousands mark, or with decimals")
    if not (_COMMA if mark == "," else _POINT).fullmatch(text):
        raise Refused(f"{what} “{shown}” is not a number; write plain digits such as 1234.56")
    digits = re.sub(rf"[{'.' if mark == ',' else ','}{_SPACES}]", "", text).replace(",", ".")
    whole, _, decimals = digits.partition(".")
    if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS or len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise Refused(f"{what} “{shown}” has too many digits; at most {MAX_WHOLE_DIGITS}, and {MAX_DECIMALS} decimals")
    number = Decimal(digits)
    if not number:
        raise Refused(f"{what} is zero; write a number above zero, or remove the line")
    return number


def split_money(cell: str) -> tuple[str, str]:
    """The number and the currency written in one cell: "$1,234.50" → ("1,234.50", "$"); "12 EUR" → ("12", "EUR")."""
    text = cell.strip()
    match = _WITH_CURRENCY.fullmatch(text) if len(text) <= MAX_NUMBER else None
    if not match or (match["before"] and match["after"]):
        return text, ""
    currency = match["before"] or match["after"] or ""
    known = currency in _SIGNS or currency in _HUNDREDTHS or currency.upper() in CURRENCY_CODES
    return (match["number"], currency) if known else (text, "")


def read_currency(text: str) -> tuple[str, int]:
    """The ISO code, and by how much a price must be divided: ("GBP", 100) for pence. Raises `Refused`."""
    text = text.strip()
    if text in _HUNDREDTHS:
        return _HUNDREDTHS[text], 100
    code = _SIGNS.get(text) or text.upper()
    if code in _HUNDREDTHS:
        return _HUNDREDTHS[code], 100
    if code not in CURRENCY_CODES:
        raise Refused(f"“{_short(text)}” is no currency; write a code such as USD, EUR or GBP")
    return code, 1


def day_first(cells: Iterable[tuple[int, str]]) -> tuple[DayFirst | None, dict[int, str]]:
    """Whether dates like 03/04/2021 begin with the day, as far as other lines show it, and lines that disagree."""
    first: DayFirst | None = None
    problems: dict[int, str] = {}
    for line, cell in cells:
        match = _SLASHED.fullmatch(cell.strip())
        if not match:
            continue
        left, right = int(match[1]), int(match[3])
        shown = True if left > 12 >= right else False if right > 12 >= left else None
        if shown is not None and first is not None and shown != first:
            problems[line] = (
                f"the date “{cell.strip()}” has day and month the other way round than above; write 2021-12-31"
            )
        first = shown if first is None else first
    return first, problems


def read_date(cell: str, today: date, *, days_first: DayFirst | None) -> date:
    """A day from 1900 to `today`. Raises `Refused`."""
    text = cell.strip()
    shown = _short(text)
    day = _parse_date(text, days_first=days_first)
    if day is None:
        raise Refused(f"“{shown}” is no date; write it as 2021-12-31")
    if not EARLIEST <= day <= today:
        raise Refused(f"the date {day} is {'in the future' if day > today else 'before 1900'}; correct it")
    return day


def _parse_date(text: str, *, days_first: DayFirst | None) -> date | None:
    if match := _ISO.fullmatch(text):
        year, month, day = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
    elif match := _DOTTED.fullmatch(text):
        day, month, year = match.groups()
    elif match := _SLASHED.fullmatch(text):
        left, right, year = match[1], match[3], match[4]
        if days_first is None and int(left) <= 12 and int(right) <= 12 and int(left) != int(right):
            raise Refused(f"the date “{text}” could mean two days; write it as 2021-12-31")
        day, month = (right, left) if days_first is False else (left, right)
    elif match := _NAMED.fullmatch(text):
        day, name, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        number = _month(name)
        if number is None:
            return None
        month = str(number)
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> int | None:
    name = name.casefold()
    found = [
        number for number, month in enumerate(_MONTHS, 1) if month.startswith(name) or (name == "sept" and number == 9)
    ]
    return found[0] if len(found) == 1 else None


def read_text(cell: str, what: str) -> str:
    """Words that are safe to show and to export again. Raises `Refused`.

    A spreadsheet runs a cell that begins with = + - @ tab or line break as a formula (OWASP, "CSV injection").
    """
    if cell.startswith(tuple(_FORMULA)) or cell.strip().startswith(tuple(_FORMULA)):
        raise Refused(f"{what} “{_short(cell.strip())}” looks like a formula; remove what it begins with")
    text = " ".join(cell.split())
    if len(text) > MAX_TEXT:
        raise Refused(f"{what} is longer than {MAX_TEXT} characters; shorten it")
    if (
        "\n" in cell
        or "\r" in cell
        or any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") for character in text)
    ):
        raise Refused(f"{what} holds a line break or an invisible character; type it again")
    return text


def _short(text: str) -> str:
    """What is repeated in a reason: one line, visible, at most 40 characters."""
    text = " ".join(text.split())
    text = "".join("�" if unicodedata.category(character).startswith("C") else character for character in text)
    return text if len(text) <= 40 else f"{text[:39]}…"
