"""What is typed after `/alert`, read strictly: which condition, of which company, at which level, in which currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.parsing.currencies import parse_currency
from tools.parsing.numbers import parse_number, parse_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.alerts.rules import Condition

USAGE = (
    "Say `/alert AAPL above 150`, `/alert AAPL below 120 USD`, `/alert TSLA moves 5%`, `/alert NVDA new high`, "
    "`/alert NVDA new low`, `/alert AAPL earnings`, `/alert portfolio drawdown 10%`, or `/alert list`."
)
PENCE = "GBp"
"""A hundredth of a pound, as London quotes prices."""
DOLLARS = "$"
"""Whichever dollar the listing is in."""
MOST_HOURS = 90 * 24
_MOST_PRICE, _FINEST = Decimal(10) ** 9, 6
_EXTREMES: dict[str, Condition] = {"high": "new_high", "low": "new_low"}
_PORTFOLIO = ("portfolio", "my portfolio")
_PRICE = re.compile(
    r"(?P<before>[^\d\s.,+-]*)\s*(?P<number>(?a:[+-]?\d[\d.,'’]*(?:[kKmM](?![a-zA-Z]))?))\s*(?P<after>\D*)"
)
_BEFORE_NAMES = frozenset({"me", "when", "if", "once", "on"})
_AFTER_NAMES = frozenset({"drops", "falls", "goes", "rises", "is", "gets", "trades", "closes", "climbs"})
_PENCE_WORDS = frozenset({"p", "pence", "penny", "gbx"})
_HOURS = {"hour": 1, "hours": 1, "h": 1, "day": 24, "days": 24, "d": 24, "week": 168, "weeks": 168, "w": 168}
_TIME = re.compile(r"(?P<count>\d{1,4}|an?|one)\s*(?P<unit>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was asked for: `name` is the company as typed, "" for the portfolio; `currency` "" where none was typed."""

    condition: Condition
    name: str = ""
    threshold: Decimal | None = None
    currency: str = ""


def read_alert(words: Sequence[str]) -> Typed | str:
    """The alert that the words ask for, or why they can't be one, in a sentence with the fix."""
    lower = [word.lower() for word in words]
    if lower[-1:] == ["earnings"]:
        return _named(Typed("earnings", " ".join(words[:-1])))
    if lower[-2:-1] == ["new"] and lower[-1] in _EXTREMES:
        return _named(Typed(_EXTREMES[lower[-1]], " ".join(words[:-2])))
    place = max((place for place, word in enumerate(lower) if place and word in _READERS), default=0)
    name, rest = _without_fillers(words[:place]), " ".join(words[place + 1 :])
    return _READERS[lower[place]](name, rest) if place else USAGE


def read_silence(words: Sequence[str]) -> timedelta | None:
    """How long "3 days" or "2 hours" is, a day for nothing; None for what is no time of 1 hour to 90 days."""
    if not words:
        return timedelta(days=1)
    match = _TIME.fullmatch(" ".join(words).lower().removeprefix("for "))
    hours = _HOURS.get(match["unit"]) if match else None
    if match is None or hours is None:
        return None
    total = hours * (int(match["count"]) if match["count"].isdigit() else 1)
    return timedelta(hours=total) if 1 <= total <= MOST_HOURS else None


def _without_fillers(words: Sequence[str]) -> str:
    """The name in "me when Apple drops": such a sentence may follow the command, too."""
    kept = list(words)
    while kept and kept[0].lower() in _BEFORE_NAMES:
        del kept[0]
    while len(kept) > 1 and kept[-1].lower() in _AFTER_NAMES:
        del kept[-1]
    return " ".join(kept)


def _named(typed: Typed) -> Typed | str:
    return typed if typed.name and typed.name.lower() not in _PORTFOLIO else USAGE


def _move(name: str, said: str) -> Typed | str:
    percent = parse_percent(said) if said else None
    if percent is None or not 0 < percent <= 100:
        return "Say by how much in a day, above 0% and up to 100%, as in `/alert TSLA moves 5%`."
    return _named(Typed("day_move_percent", name, percent))


def _drawdown(name: str, said: str) -> Typed | str:
    percent = parse_percent(said) if said else None
    if name.lower() not in _PORTFOLIO:
        return "A drawdown can be told of your portfolio only: say `/alert portfolio drawdown 10%`."
    if percent is None or not 0 < percent < 100:
        return "Say how far below its peak, above 0% and below 100%, as in `/alert portfolio drawdown 10%`."
    return Typed("drawdown_percent", "", percent)


def _level(condition: Condition) -> Callable[[str, str], Typed | str]:
    def read(name: str, said: str) -> Typed | str:
        match = _PRICE.fullmatch(said.strip())
        price = parse_number(match["number"]) if match else None
        if match is None or price is None:
            return f"I can't read that as a price; write a plain number, as in `{example} 150` or `{example} 150 USD`."
        if not 0 < price < _MOST_PRICE or price != round(price, _FINEST):
            return f"A price is above zero, below a billion and has {_FINEST} decimals at most, as in `{example} 150`."
        before, after = match["before"].strip(), match["after"].strip()
        currency = _read_currency(before or after) if before or after else ""
        if currency is None or (before and after and _read_currency(after) != currency):
            return f"I don't know that currency; write its code behind the price, as in `{example} 150 USD`."
        return _named(Typed(condition, name, price, currency))

    example = f"/alert AAPL {condition}"
    return read


def _read_currency(text: str) -> str | None:
    """The code of a currency, `PENCE`, or `DOLLARS`; None for what is none."""
    if text == PENCE or text.lower() in _PENCE_WORDS:
        return PENCE
    return DOLLARS if text == DOLLARS else parse_currency(text)


_READERS: dict[str, Callable[[str, str], Typed | str]] = {
    "above": _level("above"),
    "over": _level("above"),
    "below": _level("below"),
    "under": _level("below"),
    "moves": _move,
    "move": _move,
    "drawdown": _drawdown,
}
"""The word between a name and a number → how both are read."""
