"""What people type for a period, and its canonical form: fixed phrases and periods that count back."""

from __future__ import annotations

import re

from tools.parsing.calendar_phrases import calendar_period
from tools.parsing.dates import DATE_WORDS, DATE_WORDS_TO_TYPE_EXACTLY
from tools.parsing.numerals import NUMBER_WORDS, parse_count
from tools.parsing.phrase import plain_ascii
from tools.parsing.recent_months import recent_months
from tools.parsing.spoken_years import years_in_digits
from tools.parsing.typos import Spelling

_LONGEST = 60

_PHRASES = {
    phrase: canonical
    for canonical, phrases in {
        "1d": "today|todays|today so far|so far today|yesterday|yesterdays",
        "5d": "this week so far|so far this week|week to date|wtd",
        "1mo": "lately|recently|of late|these days|recent times|this month so far|so far this month|month to date|mtd",
        "3mo": "this quarter so far|so far this quarter|quarter to date|qtd",
        "6mo": "half a year|half year|half-year|a half year|last half year|last half-year|past half year"
        "|past half-year|last half a year|past half a year",
        "18mo": "a year and a half|year and a half|last year and a half|past year and a half",
        "ytd": "ytd|y.t.d.|year to date|year-to-date|this year|this years|so far this year|this year so far"
        "|year so far|current year|this calendar year|start of the year|start of this year|beginning of the year"
        "|since the start of the year|since the beginning of the year|since the start of this year"
        "|since the beginning of this year|since this year began|since january 1|since january 1st|since jan 1"
        "|since 1 january|since 1 jan|since new year|since new years|since the new year|since new year's|from the"
        " start of the year"
        "|from the beginning of the year|from the begin of the year|since the begin of the year|from the start of"
        " this year"
        "|from the beginning of this year",
        "1y": "ttm|trailing twelve months",
        "5y": "half a decade|last half decade|past half decade|last half a decade|past half a decade",
        "max": "max|maximum|all time|all-time|alltime|ever|all history|full history|entire history|whole history"
        "|all available history|all available data|since inception|since launch|since its inception|since its launch"
        "|since listing|since the beginning|since the start|from the beginning|from the start|since ipo"
        "|since its ipo|since the ipo|since it listed|since day one|since ever|since records began|lifetime",
    }.items()
    for phrase in phrases.split("|")
}

_PREPOSITION = re.compile(
    r"(?:(?:back )?in|over|for|during|within|across|throughout|through|from|on|of|since) |(?=all of |the whole )"
)
_WHOLE = re.compile(r"(?:all of|the whole of|the whole|the entire) ")
# The words of each unit, with the slips of the pen that `Spelling` leaves alone, and its length in days or in months.
_UNITS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("day", "days", "dys"), (1, "d")),
    **dict.fromkeys(("trading day", "trading days", "business day", "business days", "session", "sessions",
                     "trading session", "trading sessions"), (1, "session")),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "wek", "weks", "weak", "weaks"), (1, "w")),
    **dict.fromkeys(("fortnight", "fortnights", "fortnite"), (14, "d")),
    **dict.fromkeys(("month", "months", "mo", "mos", "mon", "mons", "mth", "mths", "mnth", "mnths", "monts",
                     "moth", "moths"), (1, "mo")),
    **dict.fromkeys(("quarter", "quarters", "qtr", "qtrs"), (3, "mo")),
    **dict.fromkeys(("year", "years", "yr", "yrs"), (12, "mo")),
    **dict.fromkeys(("decade", "decades"), (120, "mo")),
    **dict.fromkeys(("hours", "hour", "hrs", "h"), (1, "h")),
    "d": (1, "d"), "w": (1, "w"), "m": (1, "mo"), "y": (12, "mo"),
}  # fmt: skip
_OTHER_WORDS_AS_TYPED = frozenset({"moth", "moths", "weak", "weaks"})
"""Units with a slip that makes another word of them: it takes "last" or a number in digits to tell."""
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_THIS = re.compile(r"\b(?:ths|thsi|htis|tihs)\b")
"""Slips that `Spelling` leaves alone."""
_FROM = re.compile(
    r"from (?!.* (?:to|until|till|til|thru|through|up|start|beginning|on|onwards?|forwards?)\b)(?!the\b)(?!.*-)"
)
"""Before a day or month with which a time begins that goes on: "from january" is "since january"."""
_LAST = "last|las|lst|lats|lsat|alst|past|psat|pats"
_RELATIVE = re.compile(
    r"(?P<the>the |these |this |my |its )?"
    rf"(?P<which>(?:{_LAST}|previous|prior|preceding|trailing|latest|most recent|recent|current)(?: |$))?"
    r"(?P<count>(?:[a-z0-9][a-z0-9. -]*?(?:(?<=[0-9])|[ -]))??)"
    rf"(?:(?:full|whole|entire|calendar|straight|consecutive) )?(?P<unit>{_UNIT})\.?(?P<half> and a half)?"
)
_COUNT_FIRST = re.compile(
    rf"(?:the )?(?P<count>(?!(?:the|this|hundred|thousand)\b)[a-z0-9]+) (?P<which>{_LAST}) (?P<unit>\S+)"
)
"""The order of other tongues: "5 last years"."""
_SEPARATOR = re.compile(r"[ -]$")
_COUNTS = {
    "a": 1, "an": 1, "couple": 2, "couple of": 2, "a couple": 2, "a couple of": 2, "few": 3, "a few": 3, "half a": 0.5,
    "half": 0.5, "quarter of a": 0.25, "a quarter of a": 0.25,
}  # fmt: skip
_MAX_MONTHS = 1_200
# What the patterns here, in calendar_phrases and in recent_months have beside the names above.
_OTHER_WORDS = (
    "back in over for during within across throughout through from on of since all the whole entire "
    "ths thsi htis last las lst lats lsat alst psat pats past previous prior preceding trailing latest most recent "
    "current these this my its full calendar straight consecutive "
    "and half first second third fourth final start beginning end ever starting onward onwards forward forwards "
    "between to until till thru up now today date present day q h oh o s quarter quarters nineties noughties twenties "
    "tens thousands christmas xmas eve boxing halloween valentines valentine's new years year's tax"
)
# Short forms, and words that are a slip away from too many others.
_TO_TYPE_EXACTLY = (
    *("weks", "mons", "mths", "mnth", "mnths", "monts", "qtrs", "thru", "tens", "till", "full", "ever", "most"),
    *("moth", "moths", "weak", "weaks", "las", "lst", "lats", "lsat", "alst", "psat", "pats", "ths", "thsi", "htis"),
    *("back", "life", "tax", "grand", "lakh", "lakhs", "crore", "crores"),
)
PERIOD_SPELLING = Spelling(
    (*_PHRASES, *_UNITS, *_COUNTS, *NUMBER_WORDS, *DATE_WORDS, _OTHER_WORDS),
    exact=(*DATE_WORDS_TO_TYPE_EXACTLY, *_TO_TYPE_EXACTLY),
)


def _from_then(phrase: str) -> str:
    began = _FROM.match(phrase)
    return f"since {phrase[began.end() :]}" if began else phrase


def canonical_period(text: str) -> str | None:
    """The canonical form of the period that the whole of `text` names, or None.

    A form may still hold dates that don't exist or are the wrong way round; `Period` checks that.
    """
    phrase = plain_ascii(text, _LONGEST)
    if not phrase:
        return None
    corrected = PERIOD_SPELLING.corrected(phrase.removesuffix("'s").removesuffix("'"), text)
    if corrected is None:
        return None
    phrase = _from_then(_THIS.sub("this", years_in_digits(corrected)))
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    preposition = _PREPOSITION.match(phrase)
    body = phrase[preposition.end() :] if preposition else phrase
    if (canonical := _PHRASES.get(body) or _PHRASES.get(body.removeprefix("the "))) is not None:
        return canonical
    if preposition and (whole := _WHOLE.match(body)):
        body = body[whole.end() :]
    return (
        calendar_period(phrase, body)
        or _counting_back(body, after_preposition=preposition is not None)
        or recent_months(phrase)
    )


def _counting_back(body: str, *, after_preposition: bool) -> str | None:
    """The canonical form of "last 6 months", "a year", "5y", "this week"; None for a unit alone."""
    turned = _COUNT_FIRST.fullmatch(body)
    match = _RELATIVE.fullmatch("{which} {count} {unit}".format(**turned.groupdict()) if turned else body)
    if match is None:
        return None
    unit, count_text = match["unit"], _SEPARATOR.sub("", match["count"])
    length, kind = _UNITS[unit]
    which, the = (match["which"] or "").rstrip(), (match["the"] or "").rstrip()
    if unit in _OTHER_WORDS_AS_TYPED and not (which or count_text[:1].isdigit() or (the == "this" and unit == "moth")):
        return None
    if count_text:
        count = _COUNTS.get(count_text) or parse_count(count_text)
        if count is None or (len(unit) == 1 and not count_text[-1].isdigit()):
            return None
    elif which == "recent" and unit.endswith("s"):
        count = _COUNTS["few"]
    elif not _is_one(unit, which, the, after_preposition=after_preposition):
        return None
    else:
        count = 1
    return _canonical((float(count) + (0.5 if match["half"] else 0)) * length, kind)


def _is_one(unit: str, which: str, the: str, *, after_preposition: bool) -> bool:
    """Whether a unit without a count means one: "last week", "this month", "over the year", "last years" (year's)."""
    if len(unit) == 1:
        return False
    if unit.endswith("s"):
        return which == "last" or the == "this"
    return bool(which) or the == "this" or (the == "the" and after_preposition)


def _canonical(amount: float, kind: str) -> str | None:
    """`amount` days, sessions, hours, weeks or months in canonical form: 12 months are a year, a week is 5 sessions."""
    if kind == "h":
        amount, kind = amount / 24, "d"
    if kind == "w":
        if amount in (1, 52):
            return "5d" if amount == 1 else "1y"
        amount, kind = amount * 7, "d"
    if amount != int(amount) or not 0 < amount <= _MAX_MONTHS * (1 if kind == "mo" else 30):
        return None
    whole = int(amount)
    if kind == "mo":
        return f"{whole // 12}y" if whole % 12 == 0 else f"{whole}mo"
    if kind == "session":
        return f"{whole if whole in (1, 5) else -(-whole * 7 // 5)}d"
    return f"{whole}d"
