"""Locales, time zones and currencies as people write them in settings, read strictly."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache


def read_locale(text: str) -> str:
    """A locale in its short form. Raises ValueError with the fix."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(text.replace("-", "_").partition(".")[0]))
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"“{text[:50]}” is no locale; write one like en_US or de_DE") from None


def read_time_zone(text: str) -> str:
    """An IANA time zone that this machine knows. Raises ValueError with the fix."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"“{text[:50]}” is no time zone; write one like Europe/Berlin") from None
    return text


@lru_cache(maxsize=512)
def known_locale(text: str | None) -> str:
    """A locale as platforms write it ("de-DE"), "" for one that is not known here."""
    try:
        return read_locale(text) if text else ""
    except ValueError:
        return ""


@lru_cache(maxsize=512)
def known_zone(text: str | None) -> str:
    """A time zone as platforms write it, "" for one that is not known here."""
    try:
        return read_time_zone(text) if text else ""
    except ValueError:
        return ""


def read_currency(text: str) -> str:
    """A currency code in capitals. Raises ValueError with the fix."""
    from tools.parsing.currencies import CURRENCY_CODES

    if text.upper() not in CURRENCY_CODES:
        raise ValueError(f"“{text[:50]}” is no currency code; write one like USD or EUR")
    return text.upper()
