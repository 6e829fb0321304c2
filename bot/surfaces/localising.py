"""Figures and dates of an answer as its reader writes them: the same digits, other signs, order and time zone.

Only what the answer's evidence names is rewritten, so that a number in a name, a headline or a question stays as it is.
The digits are those of the checked answer, never rounded again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from tools.formatting import CURRENCY_SIGNS, MONTHS, show, show_day

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.turn.home import Home

_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-+]?)(?P<currency>[$€£]|[A-Z]{3} )?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    r"(?P<size>[TB])?(?P<percent>%)?(?![\w%]|[.,]\d)"
)
_DAY = re.compile(
    rf"(?<![\w.])(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})"
    r"(?P<time>, \d\d:\d\d(?: [A-Z]{2,5}(?:[+-]\d\d(?::\d\d)?)?)?)?(?!\w)"
)
_TWICE = re.compile(
    r"(?P<one>\d{1,2} [A-Z][a-z]{2} \d{4}, [^()]{5,20}) \((?P<other>\d{1,2} [A-Z][a-z]{2} \d{4}, [^()]{5,20})\)"
)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_QUOTED = re.compile(r"(“[^”]*”|`[^`]*`)")
"""What somebody wrote, and what is to be typed."""
_CURRENCIES = {sign: currency for currency, sign in CURRENCY_SIGNS.items()}
_SIZES = {"T": 12, "B": 9}
_UNITS = (" years", " year")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which locale ("de_DE") and time zone ("Europe/Berlin")."""

    locale: str
    time_zone: str


class Localiser:
    """Rewrites the texts of one answer for one reader."""

    def __init__(self, reader: Reader, figures: Collection[str] = (), times: Mapping[str, str] | None = None) -> None:
        """`figures` are texts as shown; `times` maps a shown date with a time to the moment in ISO form."""
        self._reader = reader
        self._times = times or {}
        self._known = {form for text in figures for form in _forms(text)}

    def __call__(self, text: str) -> str:
        """The text with its figures and dates rewritten; what is quoted, or to be typed, stays as it was written."""
        return "".join(
            piece if piece.startswith(("“", "`")) else _NUMBER.sub(self._number, self._days(piece))
            for piece in _QUOTED.split(text)
        )

    def _days(self, text: str) -> str:
        """With its dates rewritten; one moment in two zones is one in the reader's."""
        return _DAY.sub(self._day, _TWICE.sub(self._once, text))

    def _once(self, match: re.Match[str]) -> str:
        one, other = (self._times.get(match[name]) for name in ("one", "other"))
        is_same = one and other and datetime.fromisoformat(one) == datetime.fromisoformat(other)
        return match["one"] if is_same else match[0]

    def label(self, text: str) -> str:
        """A label of a chart: a day, in ISO form too, or a name that stays as it is."""
        if _ISO_DAY.fullmatch(text):
            return shown_day(date.fromisoformat(text), self._reader)
        return _DAY.sub(self._day, text)

    def _number(self, match: re.Match[str]) -> str:
        currency = match["currency"] or ""
        bare = match[0].removeprefix(match["sign"]).removeprefix(currency)
        if f"{currency}{bare}" in self._known:
            return match["sign"] + _number(f"{currency}{bare}", self._reader.locale)
        if currency and not match["sign"] and bare in self._known:  # a word in capitals before a figure
            return currency + _number(bare, self._reader.locale)
        return match[0]

    def _day(self, match: re.Match[str]) -> str:
        if match["time"] and (moment := self._times.get(match[0])):
            return shown_moment(datetime.fromisoformat(moment), self._reader)
        try:
            day = date(int(match["year"]), MONTHS.index(match["month"]) + 1, int(match["day"]))
        except ValueError:
            return match[0]
        return shown_day(day, self._reader) + (match["time"] or "")


def known_in(record: Mapping[str, Any]) -> list[str]:
    """The figures of an answer on record, as they are shown.

    Where nothing was looked up, the words are code's own, as of a typed command: each amount and share in them is one.
    """
    told = [figure["text"] for figure in record.get("figures", ())]
    return told if record.get("calls") else [*told, *amounts_in(record.get("answer", ""))]


def amounts_in(text: str) -> list[str]:
    """Every amount of money and percentage of a text, without its sign."""
    written = "".join(piece for piece in _QUOTED.split(text) if not piece.startswith(("“", "`")))
    return [match[0].lstrip("+-") for match in _NUMBER.finditer(written) if match["currency"] or match["percent"]]


def home_localiser(home: Home, reader: Reader) -> Localiser:
    """What rewrites the texts of a person's home, the levels of their alerts among them."""
    glance = home.glance
    times = [figure.source.as_of for figure in glance.figures]
    moments = {show_day(time): time.isoformat() for time in times if isinstance(time, datetime)}
    levels = [amount for alert in home.alerts for amount in amounts_in(alert.text)]
    return Localiser(reader, [*map(show, glance.figures), *levels], moments)


def shown_day(day: date, reader: Reader) -> str:
    """A day, as the reader writes it."""
    return format_date(day, "medium", locale=reader.locale)


def shown_moment(moment: datetime, reader: Reader) -> str:
    """A moment in the reader's zone, with the zone's name; one without a zone stays as it is."""
    if moment.tzinfo is None:
        return f"{shown_day(moment.date(), reader)}, {format_time(moment, 'short', locale=reader.locale)}"
    local = moment.astimezone(ZoneInfo(reader.time_zone))
    time = format_time(local, "short", locale=reader.locale)
    return f"{shown_day(local.date(), reader)}, {time} {_zone(local, reader)}"


def _zone(local: datetime, reader: Reader) -> str:
    """The zone's letters in the reader's language, or its distance from UTC: "EST", "UTC+5:30"."""
    name = get_timezone_name(local, width="short", locale=reader.locale)
    if match := re.fullmatch(r"([+-])0?(\d{1,2}):?(\d\d)", name):
        return f"UTC{match[1]}{match[2]}{'' if match[3] == '00' else f':{match[3]}'}"
    return name


def _forms(text: str) -> set[str]:
    """How a figure may stand in a sentence: without its sign, and without its unit."""
    bare = text.lstrip("+-")
    for unit in _UNITS:
        bare = bare.removesuffix(unit)
    return {bare}


@lru_cache(maxsize=4096)
def _number(text: str, locale_name: str) -> str:
    """One number without its sign, in the forms that `tools.formatting` writes."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    locale = Locale.parse(locale_name)
    value = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
    decimals = max(0, len(match["fraction"] or "") - 1)
    suffix = ""
    if size := match["size"]:
        name = _size_name(_SIZES[size], locale)
        if name is None:
            value, decimals = value.scaleb(_SIZES[size]), 0
        else:
            suffix = name
    digits = f"#,##0{'.' if decimals else ''}{'0' * decimals}"
    if match["percent"]:
        return _percent(format_decimal(value, digits, locale=locale), locale)
    if currency := match["currency"]:
        code = _CURRENCIES.get(currency, currency.strip())
        pattern = locale.currency_formats["standard"].pattern.split(";")[0]
        pattern = re.sub(r"[#,.0]+", f"{digits}{suffix and _literal(suffix)}", pattern)
        if get_currency_symbol(code, locale=locale)[-1].isalpha():  # "CHF 5", where a sign needs no blank
            pattern = re.sub(r"¤(?=[#0])", "¤\u00a0", pattern)
        return format_currency(value, code, pattern, locale=locale, currency_digits=False)
    return format_decimal(value, digits, locale=locale) + suffix


def _literal(text: str) -> str:
    """A text as CLDR patterns quote it."""
    return "'" + text.replace("'", "''") + "'"


def _percent(number: str, locale: Locale) -> str:
    pattern = locale.percent_formats[None].pattern.split(";")[0]
    sign: Any = locale.number_symbols["latn"].get("percentSign", "%")
    return re.sub(r"[#,.0]+", lambda _: number, pattern).replace("%", str(sign))


def _size_name(power: int, locale: Locale) -> str | None:
    """The short word for 10^9 or 10^12; None where a language counts in other steps."""
    if locale.language == "en":
        return {12: "T", 9: "B"}[power]
    pattern = locale.compact_decimal_formats["short"]["other"].get(str(10**power))
    match = re.fullmatch(r"0(\D+)", pattern.pattern) if pattern else None
    return match[1].replace("'", "") if match else None
