"""Months and quarters without a year, which mean the most recent ones: "since march", "in q3", "june to august"."""

from __future__ import annotations

import re

from tools.parsing.dates import MONTH, MONTHS, SPOKEN_DAY, day_of_month

_WHICH = r"(?P<which>last |this past |this )?"
_DURING = r"(?:back )?(?:in|during|over|for|throughout|through|across|within) (?:(?:all|the whole|the month) of )?"
_NOW = r"(?:now|today|date|(?:the )?present)"
_UNTIL = r"(?:to|until|till|up to|thru|through)"
_CANONICAL = re.compile(r"(?:since )?(?:last )?--[01][0-9]|--[01][0-9]\.\.--[01][0-9]|since --[01][0-9]-[0-3][0-9]")
HOLIDAYS = {
    "christmas": "12-25", "christmas day": "12-25", "xmas": "12-25", "christmas eve": "12-24", "boxing day": "12-26",
    "new years eve": "12-31", "new year's eve": "12-31", "halloween": "10-31", "valentines day": "02-14",
    "valentine's day": "02-14",
}  # fmt: skip
"""Holidays on the same day of every year, as month and day."""
_SINCE_DAY = re.compile(
    r"(?:ever )?since (?:last )?(?:"
    rf"(?P<holiday>{'|'.join(HOLIDAYS)})"
    rf"|(?:the )?(?P<day>[0-3]?[0-9](?:st|nd|rd|th)?|{SPOKEN_DAY})(?: of)? (?P<month>{MONTH})\.?"
    rf"|(?P<named>{MONTH})\.? (?:the )?(?P<number>[0-3]?[0-9](?:st|nd|rd|th)?|{SPOKEN_DAY}))"
)
_DURING_MONTH = re.compile(rf"(?:{_DURING}{_WHICH}|(?P<bare>last |this past ))(?P<month>{MONTH})\.?")
_SINCE_MONTH = re.compile(
    rf"(?:ever )?since (?P<edge>(?:the )?(?:start|beginning|end) of )?{_WHICH}(?P<month>{MONTH})\.?"
)
_MONTH_TO_NOW = re.compile(
    rf"(?:from |starting (?:in |from )?)?{_WHICH}(?P<month>{MONTH})\.?(?: onwards?| forwards?| {_UNTIL} {_NOW})"
)
_MONTHS = re.compile(
    rf"(?:(?P<between>between )|(?:{_DURING})?from )?(?:the (?:start|beginning) of )?(?P<first>{MONTH})\.?"
    rf"(?P<link> {_UNTIL} | and | ?- ?)(?:the end of )?(?P<final>{MONTH})\.?"
)
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_QUARTER = re.compile(
    rf"(?:(?P<since>(?:ever )?since (?:the (?:start|beginning) of )?)|{_DURING})?"
    rf"(?:q(?P<number>[1-4])|(?:the )?(?P<ordinal>{'|'.join(_ORDINALS)}) quarter)"
)


def recent_months(phrase: str) -> str | None:
    """The canonical form of a plain `phrase` that names months or a quarter without a year, or None.

    A month alone ("march", "may") is None: it needs a word before it.
    """
    if _CANONICAL.fullmatch(phrase):
        return phrase
    if match := _DURING_MONTH.fullmatch(phrase):
        return _month(match["month"], match["which"] or match["bare"])
    if match := _SINCE_MONTH.fullmatch(phrase):
        # The close of a month's last day is what the next month is measured from.
        after_it = match["edge"] and match["edge"].endswith("end of ")
        next_month = f"--{MONTHS[match['month']] % 12 + 1:02}"
        return f"since {next_month if after_it else _month(match['month'], match['which'])}"
    if match := _MONTH_TO_NOW.fullmatch(phrase):
        return f"since {_month(match['month'], match['which'])}"
    return _since_day(phrase) or _quarter(phrase) or _from_month_to_month(phrase)


def _since_day(phrase: str) -> str | None:
    """The canonical form of "since 6 april" and "since christmas"; `Period` checks that there is such a day."""
    match = _SINCE_DAY.fullmatch(phrase)
    if match is None:
        return None
    if match["holiday"]:
        return f"since --{HOLIDAYS[match['holiday']]}"
    month, day = MONTHS[match["month"] or match["named"]], day_of_month(match["day"] or match["number"])
    return f"since --{month:02}-{day:02}"


def _month(name: str, which: str | None) -> str:
    """The canonical form of one month; `last` is never the month that today is in."""
    return f"{'last ' if which == 'last ' else ''}--{MONTHS[name]:02}"


def _quarter(phrase: str) -> str | None:
    """The canonical form of "the first quarter", "in q3", "since q1"."""
    match = _QUARTER.fullmatch(phrase)
    if match is None:
        return None
    first = int(match["number"] or _ORDINALS[match["ordinal"]]) * 3 - 2
    return f"since --{first:02}" if match["since"] else f"--{first:02}..--{first + 2:02}"


def _from_month_to_month(phrase: str) -> str | None:
    """The canonical form of "from january to march"; from a month to itself may be a day or a year."""
    match = _MONTHS.fullmatch(phrase)
    if match is None or (match["link"] == " and ") != bool(match["between"]):
        return None
    first, final = MONTHS[match["first"]], MONTHS[match["final"]]
    return f"--{first:02}..--{final:02}" if first != final else None
