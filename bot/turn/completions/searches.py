"""Searches for stocks: the conditions that the question words, in place of what the model made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from tools.arguments import SECTOR
from tools.parsing.conditions import CONDITIONS, parse_conditions
from tools.parsing.rankings import SAYS_RANK, parse_ranking
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

SEARCH = "screen_stocks"
_SEARCHED = re.compile(r"\b(?:stocks?|shares|companies|firms|businesses|names)\b", re.IGNORECASE)
_IS_ITS = re.compile(r"\b(?:is|are|does|has|was)(?: the)? \Z", re.IGNORECASE)
_COMPARE = "compare_performance"
_OTHERS_NUMBERS = frozenset({"amount", "price", "principal", "monthly_contribution", "annual_rate_percent"})


def settle_search(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """An only search gets exactly the conditions of the question, where each of its numbers is one without doubt."""
    calls = [_of_one_company(call, reading) for call in calls]
    searches = [call for call in calls if call.name == SEARCH]
    if not searches or not all(_is_part(call, searches[0]) or _is_part(searches[0], call) for call in searches):
        return calls
    if any(_OTHERS_NUMBERS & call.arguments.keys() for call in calls):
        return calls
    arguments: dict[str, Any] = {}
    for call in searches:
        arguments |= call.arguments
    _settle_numbers(arguments, reading)
    _settle_ranking(arguments, reading)
    sectors = SECTOR.find(reading.text)
    if (
        "sector" not in arguments
        and len(sectors) == 1
        and all(call in searches or call.name == _COMPARE for call in calls)
    ):
        arguments["sector"] = sectors[0].text
    search = replace(searches[0], arguments=arguments)
    return [search if call is searches[0] else call for call in calls if call is searches[0] or call.name != SEARCH]


def _of_one_company(call: ToolCall, reading: Reading) -> ToolCall:
    """What looks like a search but asks of one company: "is Pandora's dividend yield above three per cent?"."""
    if reading.draft.is_agreed or call.name != SEARCH or "sector" in call.arguments or len(reading.names) != 1:
        return call
    if _SEARCHED.search(reading.text) or not _IS_ITS.search(reading.text[: reading.names[0].start]):
        return call
    return ToolCall("get_fundamentals", {"symbol": reading.names[0].text})


def _is_part(call: ToolCall, other: ToolCall) -> bool:
    """Whether `other` has all that `call` has: the model wrote one search twice."""
    return call.arguments.items() <= other.arguments.items()


def _settle_numbers(arguments: dict[str, Any], reading: Reading) -> None:
    said = parse_conditions(reading.text, reading.names)
    if not said or (reading.earlier and all(span.text in arguments.values() for span in said.values())):
        return  # a search that goes on has them already: "change it to under 8"
    for name in CONDITIONS & arguments.keys() - said.keys():
        if reading.place(arguments[name]) is not None:  # what the question before said stays
            del arguments[name]
    for name, span in said.items():
        kind = next(p.kind for p in reading.toolbox.tools[SEARCH].parameters if p.name == name)
        if kind and (name not in arguments or reading.means(kind, arguments[name]) != reading.means(kind, span.text)):
            arguments[name] = span.text


def _settle_ranking(arguments: dict[str, Any], reading: Reading) -> None:
    ranking = parse_ranking(reading.text)
    if ranking:
        arguments["sort_by"] = ranking
    elif "sort_by" in arguments and _stands_alone(arguments, reading) and not _ranks(reading.text):
        del arguments["sort_by"]


def _ranks(text: str) -> bool:
    """Whether a word of ranking stands in `text`, as typed or mended: "priciest" is in no list of words."""
    return any(SAYS_RANK.search(words) for words in (text.lower(), mended_words(text)))


def _stands_alone(arguments: dict[str, Any], reading: Reading) -> bool:
    """Whether the question needs none before it: it says what to search for, and every value of the search."""
    said = [value for name, value in arguments.items() if name != "sort_by"]
    return _SEARCHED.search(reading.text) is not None and all(reading.place(value) is not None for value in said)
