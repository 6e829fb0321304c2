"""Comparisons of what a follow-up names with what was asked about before: "compare it with Honda and Subaru"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.completions.comparisons import COMPARE, HISTORY
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

COMPARE_IT = re.compile(r"\bcompare (?:it|that|this)(?: one)? (?:with|to|against)\b")
"""Sets what was asked about before against what is named."""
_SIDE_BY_SIDE = re.compile(
    r"\b(?:compare[sd]? (?:with|to|against)|side by side|head to head|against each other"
    r"|compare (?:them|the two|both))\b"
)
_BOTH = re.compile(r"\bcompare (?:both|the two|the pair|them)\b")
SECTORS = re.compile(r"\bsectors?\b", re.IGNORECASE)
ALL_THREE = re.compile(r"\b(?:all|the) (?:three|3)\b", re.IGNORECASE)
"""Counts what was asked about before with what is named."""
_IT = re.compile(r"\b(?:it|that one|this one)\b", re.IGNORECASE)
_HOW_IT = frozenset({"how'd", "how’d", "howd", "it", "its"})
"""What a model copies for the name that "it" stands for."""
BY_SECTOR = "get_sector_performance"
_PAIR = 2


def beside_earlier(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls, of which each comparison has the only name of the turn before where the question sets it there."""
    made = [_of_history(_of_sectors(_with_earlier(call, reading), reading), reading) for call in calls]
    if not reading.earlier or not _SIDE_BY_SIDE.search(mended_words(reading.text)):
        return made
    compared = [call for call in made if call.name == COMPARE]
    seen = {(piece, call.arguments.get("period")) for call in compared for piece in call.arguments.get("symbols", ())}
    return [c for c in made if c.name != HISTORY or (c.arguments.get("symbol"), c.arguments.get("period")) not in seen]


def _of_history(call: ToolCall, reading: Reading) -> ToolCall:
    """The history of the only name of the question, which is to be seen beside that of before."""
    other = str(call.arguments.get("symbol", ""))
    if call.name != HISTORY or [other] != [name.text for name in reading.names] or len(reading.earlier_names) != 1:
        return call
    if other == reading.earlier_names[0] or not _SIDE_BY_SIDE.search(mended_words(reading.text)):
        return call
    return _compared(call, [*reading.earlier_names, other])


def _of_sectors(call: ToolCall, reading: Reading) -> ToolCall:
    """What a model took for sectors where two companies are to be compared: "show M&G's, and compare both"."""
    if call.name != BY_SECTOR or not len(reading.names) == 1 == len(reading.earlier_names):
        return call
    if SECTORS.search(reading.text) or not _BOTH.search(mended_words(reading.text)):
        return call
    return _compared(call, [*reading.earlier_names, reading.names[0].text])


def _with_earlier(call: ToolCall, reading: Reading) -> ToolCall:
    """A comparison of one name, or one of "all three" or with "it", has the only one of the turn before, too."""
    if call.name != COMPARE or len(reading.earlier_names) != 1:
        return call
    said = [piece for piece in dict.fromkeys(map(str, call.arguments.get("symbols", ()))) if piece not in _HOW_IT]
    named = [name.text for name in reading.names]
    if reading.earlier_names[0] in said:
        return call
    is_three = len(said) == _PAIR and ALL_THREE.search(reading.text)
    if is_three or COMPARE_IT.search(mended_words(reading.text)):
        return _compared(call, [*reading.earlier_names, *(named if len(named) > len(said) else said)])
    if len(said) != 1:
        return call
    is_unknown = not named and reading.place(said[0]) is not None and _IT.search(reading.text)
    return _compared(call, [*reading.earlier_names, *said]) if len(named) == 1 or is_unknown else call


def _compared(call: ToolCall, names: list[str]) -> ToolCall:
    times = {key: said for key, said in call.arguments.items() if key == "period"}
    return replace(call, name=COMPARE, arguments={"symbols": names, **times})
