"""Explicit dates, and the month names that periods are made of too."""

from __future__ import annotations

import re
from datetime import date

from tools.parsing.phrase import plain_ascii
from tools.parsing.spoken_years import YEAR_WORDS, years_in_digits
from tools.parsing.typos import Spelling

# Written out, because the calendar module's names change with the machine's language.
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTHS = {
    **{name.lower(): number for number, name in enumerate(MONTH_NAMES, start=1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTH_NAMES, start=1)},
    "sept": 9,
    "febuary": 2,
}
MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
"""The names and abbreviations of the months, longest first, as a pattern."""

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_DAYS = {
    **{word: number for number, word in enumerate(_ORDINALS, start=1)},
    **{f"twenty {word}": 20 + number for number, word in enumerate(_ORDINALS[:9], start=1)},
    "thirtieth": 30,
    "thirty first": 31,
}
"""The days of a month as they are spoken."""
DATE_WORDS = (
    *MONTHS, *_ORDINALS, "twenty", "thirty", "thirtieth", "on", "the", "of", "st", "nd", "rd", "th", "monday",
    "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "wednes", "thu",
    "thur", "thurs", "fri", "sat", "satur", "sun", *YEAR_WORDS,
)  # fmt: skip
"""Every word that a date may have."""
DATE_WORDS_TO_TYPE_EXACTLY = ("sept", "tues", "thur", "febuary")
"""Those of them that a slip is never corrected to."""

DATE_SPELLING = Spelling(DATE_WORDS, DATE_WORDS_TO_TYPE_EXACTLY)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
SPOKEN_DAY = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True)).replace(' ', '[ -]')})"
"""The days of a month as they are spoken, as a pattern."""
_DAY = rf"(?P<day>[0-9]{{1,2}}(?:st|nd|rd|th)?|{SPOKEN_DAY})"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2}|2100)"
_YEAR_FIRST = re.compile(rf"{_YEAR}(?P<sep>[-/.])(?P<month>[0-9]{{1,2}})(?P=sep)(?P<day>[0-9]{{1,2}})")
_YEAR_LAST = re.compile(rf"(?P<first>[0-9]{{1,2}})(?P<sep>[-/.])(?P<second>[0-9]{{1,2}})(?P=sep){_YEAR}")
_DAY_MONTH = re.compile(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |[ -]?)(?P<month>{MONTH})\.?(?:, ?|[ -])?{_YEAR}")
_MONTH_DAY = re.compile(rf"{_WEEKDAY}(?P<month>{MONTH})\.? ?(?:the )?{_DAY}(?:, ?| ){_YEAR}")
_LONGEST = 40


def parse_date(text: str) -> date | None:
    """The one day that the whole of `text` names: "2019-05-02", "on March 3rd, 2021", "May first twenty eighteen".

    None for anything else: a month or a year alone, "3/4/2021" (March or April?), days that don't exist, and
    years outside 1900 to 2100.
    """
    phrase = years_in_digits(plain_ascii(text, _LONGEST).removeprefix("on "))
    if not ("1" in phrase or "2" in phrase):
        return None
    corrected = DATE_SPELLING.corrected(phrase, text)
    return explicit_date(corrected) if corrected else None


def explicit_date(phrase: str) -> date | None:
    """`parse_date` of a phrase that is plain already, without "on"."""
    if match := _YEAR_FIRST.fullmatch(phrase):
        return existing_date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := _YEAR_LAST.fullmatch(phrase):
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        if first > 12 or first == second:
            return existing_date(year, second, first)
        return existing_date(year, first, second) if second > 12 else None
    if match := _DAY_MONTH.fullmatch(phrase) or _MONTH_DAY.fullmatch(phrase):
        return existing_date(int(match["year"]), MONTHS[match["month"]], day_of_month(match["day"]))
    return None


def day_of_month(said: str) -> int:
    """The number of a day that `SPOKEN_DAY` or digits name."""
    return _DAYS.get(said.replace("-", " ")) or int(re.sub(r"\D", "", said))


def existing_date(year: int, month: int, day: int) -> date | None:
    """That date, or None when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
