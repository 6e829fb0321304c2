"""How one figure is written for a person: the single place that decides it, in sentences and in tables alike.

Every number in a sentence is the output of `show`, so that grounding can trace it back to its figure. The forms are
plain ASCII digits, a comma for thousands and a point for decimals; rounding is half away from zero.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.values import Figure

UNKNOWN = "unknown"
CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Money in daily use has no smaller coin in these; a fraction, where there is one, is still shown.
_WITHOUT_CENTS = frozenset({"CLP", "HUF", "IDR", "ISK", "JPY", "KRW", "VND"})
_LARGE = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"))
_MOST_DECIMALS = 8


def show(figure: Figure, *, absolute: bool = False, signed: bool = False) -> str:
    """The display form of a figure: "$126.04", "26.4%", "1.23", "28 Dec 2022", or "unknown".

    `absolute` drops the minus where a word says the direction ("fell 26.4%"); `signed` writes a plus before a gain.
    Money from a billion up is shortened ("$2.10T"). Figures are rounded to their own `decimals`.
    """
    value = figure.value
    if value is None:
        return UNKNOWN
    if isinstance(value, date):
        return show_day(value)
    if not value.is_finite():
        return UNKNOWN
    text = _unsigned(figure, abs(value))
    if absolute or not any(digit in text for digit in "123456789"):
        return text
    if value < 0:
        return f"-{text}"
    return f"+{text}" if signed else text


def show_day(day: date) -> str:
    """A date as "28 Dec 2022"; one with a time also shows that and its zone: "28 Dec 2022, 16:00 EST"."""
    text = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if isinstance(day, datetime):
        zone = day.tzname() or ""  # some zones have no letters of their own: "+03"
        return f"{text}, {day:%H:%M} {'UTC' if zone[:1] in ('+', '-') else ''}{zone}".rstrip()
    return text


def show_money(value: Decimal, currency: str | None, decimals: int = 2) -> str:
    """An amount of 0 or more with its currency: "€12.30", "£8.05", "CHF 1,234.50", "$2.10T"; bare when unknown."""
    if currency in _WITHOUT_CENTS and value == value.to_integral_value():
        decimals = 0
    number = ""
    for size, letter in _LARGE:
        if value >= size:
            number = f"{_rounded(value / size, 2)}{letter}"
            break
    sign = CURRENCY_SIGNS.get(currency or "")
    number = number or _rounded(value, _enough(value, decimals))
    if sign:
        return f"{sign}{number}"
    return f"{currency} {number}" if currency else number


def join_words(words: Sequence[str], last: str = "and") -> str:
    """A list as prose: "A", "A and B", "A, B and C"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _unsigned(figure: Figure, value: Decimal) -> str:
    match figure.unit:
        case "money":
            return show_money(value, figure.currency, figure.decimals)
        case "percent":
            return f"{_rounded(value, figure.decimals)}%"
        case "years":
            return f"{_trimmed(value, figure.decimals)} {'year' if value == 1 else 'years'}"
        case "count" | "shares":
            return _trimmed(value, max(figure.decimals, 4) if figure.unit == "shares" else figure.decimals)
        case _:
            return _rounded(value, _enough(value, figure.decimals))


def _rounded(value: Decimal, decimals: int) -> str:
    with localcontext() as context:
        context.prec = 60  # quantize refuses a result longer than the context, and a careless amount may be long
        return f"{value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,f}"


def _trimmed(value: Decimal, decimals: int) -> str:
    text = _rounded(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _enough(value: Decimal, decimals: int) -> int:
    """More decimals for a small price or rate, which would else read as nothing: two digits that count."""
    if value and value < Decimal(1).scaleb(-decimals):
        return max(decimals, min(_MOST_DECIMALS, 1 - value.adjusted()))
    return decimals
