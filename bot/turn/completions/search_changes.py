"""Searches that a follow-up changes: another sector, another limit, one condition less."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.turn.completions.swaps import IN_PLACE_OF
from tools.arguments import SECTOR
from tools.parsing.conditions import CONDITIONS, LIMIT
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_ONLY = re.compile(r"\W*(?:(?:and|ok|now|so|just|only|but|what about|how about|the|same|in) )+", re.IGNORECASE)
_BARE_NUMBER = re.compile(
    r"\W*(?:(?:make (?:it|that)|top|show|no|ok|the|give me) )*\w+\W*(?:please|pls|instead)?\W*", re.IGNORECASE
)
_OTHER_LIMIT = re.compile(
    r"\W*(?:(?:and|ok|no|now|make|change|set|it|that|to|what about|how about|(?:give|show) me|just|only|the|ones"
    r"|those|stuff|things|names|stocks|shares)"
    r" )*(?:(?P<most>under|below|at most|up to)|over|above|at least)\b"
)
_MONEY = re.compile(r"[$€£]|\b(?:bucks?|dollars?|euros?|pounds?|quid|yen|rupees?|a share|each)\b", re.IGNORECASE)
"""Says that a limit is one of the price."""
_OF_SIZE = re.compile(r"\b(?:cap|market value|worth|billion|bn|million|mn)\b")
_OF_ELSE = re.compile(r"\b(?:revenue|p/e|pe|yield\w*|earnings)\b")
_LEAST, _MOST, _SIZE = "min_price", "max_price", "min_market_cap"
_CHANGED = re.compile(
    r"\W*(?:(?:and|ok|no|nah|now|then|please|can you|could you|um|uh|actually|sorry|wait) )*(?:(?:let us|lets|let's) go"
    r" (?:up|down) to\b|(?:raise|lower|increase|lift|cut|bring|change|set|make|bump"
    r"|move|drop) (?:it|that|this|the limit|the cap)(?: up| down)?(?: to)?\b)"
)
"""Another limit in the place of the only one: "raise that to $75"."""
_CONDITION_WORDS = {
    "income": ("min_dividend_yield_percent",),
    "cost": (_LEAST, _MOST),
    "ratio": ("max_pe",),
    "size": ("min_market_cap",),
    "kind": ("sector",),
}
_DROPPED = re.compile(
    r"\A\W*(?:(?:and|ok|no|now|then|please|can you|could you) )*(?:drop|remove|forget|skip|lose|without|ignore|take "
    r"off)"
    r" (?:the |that |any )?(?:(?P<income>(?:dividends?|yield)\b)|(?P<cost>price\b)|(?P<ratio>p/e\b|pe\b)"
    r"|(?P<size>(?:market )?cap\b|size\b)|(?P<kind>sector\b))(?: \w+)? ?(?:requirement|limit|condition|filter|bit|part"
    r"|thing|cap|yield)?"
)
"""A condition of the search that goes: "drop the dividend requirement"."""


def changed_search(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The search `before` with another sector, another number of results or another limit, or with one limit less."""
    changed = _without_condition(before, reading) or _other_sector(before, reading) or _other_number(before, reading)
    return None if changed is None else replace(before, arguments=changed)


def _without_condition(before: ToolCall, reading: Reading) -> dict[str, Any] | None:
    dropped = _DROPPED.search(mended_words(reading.text))
    if dropped is None:
        return None
    gone = {key for group in _CONDITION_WORDS if dropped[group] for key in _CONDITION_WORDS[group]}
    left = {key: said for key, said in before.arguments.items() if key not in gone}
    return left if left and left != before.arguments else None


def _other_sector(before: ToolCall, reading: Reading) -> dict[str, Any] | None:
    sectors = SECTOR.find(reading.text)
    old = [span for span in sectors if reading.means(SECTOR, span.text) == _sector_of(before, reading)]
    if reading.amounts or not sectors:
        return None
    is_replaced = len(sectors) > 1 and len(old) == len(sectors) - 1 and IN_PLACE_OF.search(reading.text)
    if not is_replaced and not (len(sectors) == 1 and _ONLY.match(reading.text)):
        return None
    new = next((span for span in sectors if span not in old), sectors[0])
    return {**before.arguments, "sector": new.text}


def _other_number(before: ToolCall, reading: Reading) -> dict[str, Any] | None:
    if len(reading.amounts) != 1 or SECTOR.find(reading.text):
        return None
    amount, words = reading.amounts[0].text, mended_words(reading.text)
    limits = sorted(CONDITIONS.intersection(before.arguments) - {LIMIT})
    bound = _OTHER_LIMIT.match(words)
    if bound and not reading.rates and _MONEY.search(words) and not (_OF_SIZE.search(words) or _OF_ELSE.search(words)):
        return {**before.arguments, (_MOST if bound["most"] else _LEAST): amount}
    if bound and _OF_SIZE.search(words) and limits != [_SIZE]:
        return None
    if LIMIT in before.arguments and _BARE_NUMBER.fullmatch(reading.text):
        name = LIMIT
    elif len(limits) != 1 or reading.rates or not (bound or _CHANGED.match(words)):
        return None
    elif bound and limits[0] in (_LEAST, _MOST):
        name = _MOST if bound["most"] else _LEAST
    else:
        name = limits[0]
    return {**before.arguments, name: amount}


def _sector_of(search: ToolCall, reading: Reading) -> str | None:
    return reading.means(SECTOR, search.arguments.get("sector", ""))
