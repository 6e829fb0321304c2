"""The ways a ticker is spelt: with an exchange code, a share class, a prefix, or as a currency pair."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.context import Listing

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_YAHOO_SUFFIX = {
    # Bloomberg's two letters
    "LN": "L", "GR": "DE", "GY": "DE", "JP": "T", "JT": "T", "FP": "PA", "NA": "AS", "SM": "MC", "SQ": "MC",
    "IM": "MI", "SW": "SW", "SE": "SW", "VX": "SW", "SS": "ST", "FH": "HE", "BB": "BR", "HK": "HK", "AU": "AX",
    "KS": "KS", "TT": "TW", "DC": "CO",
    # the prefixes of web pages, as in LON:VOD
    "LON": "L", "LSE": "L", "ETR": "DE", "XETRA": "DE", "TYO": "T", "TSE": "T", "EPA": "PA", "AMS": "AS", "BME": "MC",
    "BIT": "MI", "SWX": "SW", "VTX": "SW", "STO": "ST", "HEL": "HE", "EBR": "BR", "HKG": "HK", "ASX": "AX",
    "KRX": "KS", "TPE": "TW", "CPH": "CO",
    # the American ones have no suffix
    "US": "", "UN": "", "UW": "", "UQ": "", "NYSE": "", "NASDAQ": "", "NASD": "", "AMEX": "", "OTC": "", "ARCA": "",
    "NYSEARCA": "", "BATS": "", "OTCMKTS": "",
}  # fmt: skip
_MORE_SUFFIXES = frozenset(
    "TO V NE CN JO NZ SA MX NS BO SI KL JK BK OL IR VI WA LS AT IS TA SR QA PR BD RO TWO KQ SS SZ F SG MU BE HM DU XD"
    " BA SN CL LM CA VN".split()
)
"""Yahoo's suffixes of more exchanges, which are read in capitals alone: "apple.is" lacks a blank."""
_NO_WORDS = frozenset("SA NS NZ SI KL JK BK OL WA TA SR KQ SZ MX VI".split())
"""Those of them that are no word, and are read in small letters too: "vale3.sa"."""
_CURRENCIES = frozenset(
    [
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RON",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "USD",
        "ZAR",
    ]
)
_PREFIXED = re.compile(r"([A-Z]{2,8})\s*:\s*([A-Z0-9][A-Z0-9./-]{0,9})")
_SUFFIXED = re.compile(r"([A-Z0-9][A-Z0-9/-]{0,9})[ .]([A-Z]{2,6})(?: EQUITY)?")
_FULL = re.compile(r"[A-Z0-9][A-Z0-9-]{0,9}\.[A-Z]{1,3}")
_CLASS = re.compile(r"([A-Z]{1,5})[ ./-]?(?:CLASS )?([A-Z])")
_PAIR = re.compile(r"([A-Z]{3})[ /-]?([A-Z]{3})(?:=X)?")


def currency_pair(text: str) -> Listing | None:
    """The listing EURUSD=X, dollars for one euro, for "EUR/USD", "eurusd" or "EURUSD=X"; None for anything else."""
    match = _PAIR.fullmatch(text.upper())
    if match is None or match[1] == match[2] or not {match[1], match[2]} <= _CURRENCIES:
        return None
    return Listing(f"{match[1]}{match[2]}=X", f"{match[1]}/{match[2]}", "currency")


def spellings(text: str) -> Iterator[str]:
    """Yahoo's symbols that `text`, in capitals, may spell, the most literal first.

    "VOD LN", "VOD.LN" and "LON:VOD" → "VOD.L"; "BRK.B", "BRK/B" and "BRKB" → "BRK-B"; "700 HK" → "0700.HK".
    """
    yield text
    for base, code in _with_exchange(text):
        suffix = _YAHOO_SUFFIX[code]
        if not suffix:
            yield from (base, *_with_class(base))
        else:
            yield f"{base.zfill(4) if suffix == 'HK' and base.isdigit() else base.replace('/', '-')}.{suffix}"
    yield from _with_class(text)


def names_exchange(text: str) -> bool:
    """Whether `text` is a ticker with its exchange after a dot or before a colon, so that no other listing will do.

    After a blank it may as well be part of a name: "SAP SE".
    """
    capitals = text.upper().replace(": ", ":")
    if " " in capitals or not {".", ":"}.intersection(capitals):
        return False
    return (
        _is_yahoo_suffix(capitals)
        or capitals.rpartition(".")[2] in (_MORE_SUFFIXES if text.isupper() else _NO_WORDS)
        or any(True for _ in _with_exchange(capitals))
    )


def full_ticker(text: str) -> str | None:
    """Yahoo's symbol for a ticker with its exchange, listed here or not: "SHOP.TO", "vale3.sa", "LON:AAF" → "AAF.L"."""
    typed = "".join(text.split())
    if typed not in {typed.upper(), typed.lower()} or not names_exchange(typed):
        return None
    spelt = reversed([*spellings(typed.upper())])
    return next((spelling for spelling in spelt if _FULL.fullmatch(spelling)), None)


def common_spelling(symbol: str, known: Container[str]) -> str | None:
    """The first of the spellings of `symbol` that is known."""
    return next((spelling for spelling in spellings(symbol) if spelling in known), None)


def _with_exchange(text: str) -> Iterator[tuple[str, str]]:
    """(ticker, exchange code) when one of the known codes stands before or after the ticker."""
    if (match := _PREFIXED.fullmatch(text)) and match[1] in _YAHOO_SUFFIX:
        yield match[2], match[1]
    elif (match := _SUFFIXED.fullmatch(text)) and match[2] in _YAHOO_SUFFIX:
        yield match[1], match[2]


def _is_yahoo_suffix(text: str) -> bool:
    _, dot, suffix = text.rpartition(".")
    return bool(dot) and suffix in _YAHOO_SUFFIX.values()


def _with_class(text: str) -> Iterator[str]:
    if match := _CLASS.fullmatch(text):
        yield f"{match[1]}-{match[2]}"
