"""Numbers as Yahoo writes them, made exact or refused: no NaN, no infinity, no pence, no float32 noise."""

from __future__ import annotations

import math
import struct
from decimal import Decimal

_MINOR_UNITS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS"}
_HUNDREDTH = Decimal("0.01")
_FLOAT32_DIGITS = range(6, 10)

IMPOSSIBLE_FACTOR = 50
"""A price this many times its neighbour, or one part in as many, is a mix-up of units or a bad tick."""


def major_currency(currency: object) -> tuple[str | None, Decimal]:
    """The currency that prices are told in, and what to multiply them by: "GBp" → ("GBP", 0.01)."""
    if not isinstance(currency, str) or not currency:
        return None, Decimal(1)
    if currency in _MINOR_UNITS:
        return _MINOR_UNITS[currency], _HUNDREDTH
    return currency, Decimal(1)


def number(value: object) -> Decimal | None:
    """A finite number as a Decimal, else None; Yahoo writes some ratios as the text "Infinity".

    Chart cells are float32 widened to float64 (189.97999572753906): they get their shortest digits back (189.98).
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if isinstance(value, int):
        return Decimal(value)
    plain = float(value)
    if abs(plain) < 1e30 and _as_float32(plain) == plain:  # far from where float32 ends
        for digits in _FLOAT32_DIGITS:
            text = f"{plain:.{digits}g}"
            if _as_float32(float(text)) == plain:
                return _plain_decimal(text)
    return _plain_decimal(repr(plain))


def price(value: object) -> Decimal | None:
    """A number above zero, else None: no share, index, currency or yield we quote is worth nothing or less."""
    found = number(value)
    return found if found is not None and found > 0 else None


def count(value: object) -> int | None:
    """A volume above zero, else None: yfinance writes 0 for an unknown one."""
    found = number(value)
    return int(found) if found is not None and found > 0 else None


def is_impossible(one: float | Decimal, other: float | Decimal) -> bool:
    """Whether two neighbouring prices, both above zero, are too far apart to be of the same thing."""
    high, low = max(float(one), float(other)), min(float(one), float(other))
    return high >= IMPOSSIBLE_FACTOR * low


def _as_float32(value: float) -> float:
    widened: float = struct.unpack("f", struct.pack("f", value))[0]
    return widened


def _plain_decimal(text: str) -> Decimal:
    """Without an exponent where it is a whole number."""
    found = Decimal(text)
    return (
        found.quantize(Decimal(1)) if found == found.to_integral_value() and abs(found) < Decimal(10) ** 27 else found
    )
