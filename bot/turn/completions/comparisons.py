"""Comparisons of what the question sets against each other, and of one thing alone, which is its history."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.completions.reading import names_in
from tools.arguments import SYMBOL
from tools.parsing.spans import FUNCTION_WORDS
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

COMPARE, HISTORY = "compare_performance", "get_price_history"
_PAIR = 2
JOINS = r"[,;&+/]|\b(?:and|or|plus|n|vs|versus|with|against|to|than|also|then)\b"
_AGAINST_IT = re.compile(r" (?:vs\.?|versus|against) (?:the )?(?P<word>[^\W_][\w&'-]*)", re.IGNORECASE)
_IT_AGAINST = re.compile(r"(?P<word>[^\W_][\w&'-]*) (?:vs\.?|versus|against) (?:the )?\Z", re.IGNORECASE)


def of_one(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """A comparison of one known name with a word that stands in no list with it is about that one.

    So is one of a single name where the others of the question are compared by another call.
    """
    said = call.arguments.get("symbols")
    if call.name != COMPARE or not isinstance(said, list) or reading.earlier:
        return call
    meant = {reading.means(SYMBOL, piece) for piece in said}
    if len(said) > 1 and len(meant) == 1 and None not in meant:
        return history_of(str(said[-1]), call)  # "the gold ETF, GLD"
    if len(said) == 1:
        return _of_single(call, str(said[0]), calls, reading)
    known = [str(piece) for piece in said if any(span.text == piece for span in reading.names)]
    if len(known) != 1 or len(reading.names) != 1 or len(said) != _PAIR:
        return call
    other = next((str(piece) for piece in said if piece not in known), "")
    first, second = sorted((known[0], other), key=reading.text.find)
    gap = reading.text[reading.text.find(first) + len(first) : reading.text.find(second)]
    if not other.islower() or re.search(JOINS, mended_words(gap)) or reading.context.symbols.means_one(other):
        return call
    return history_of(known[0], call)


def _of_single(call: ToolCall, said: str, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    compared = [other for other in calls if other is not call and other.name == COMPARE]
    others = [str(piece) for other in compared for piece in other.arguments.get("symbols", ())]
    if any(name.text == said for name in reading.names) and len(set(others)) >= _PAIR:
        return history_of(said, call)
    if [name for name in names_in(each.arguments for each in calls if each is not call) if name != said]:
        return call  # with that one: "put Unipol on the list, has it beaten Generali"
    if other := _other_side(said, reading):
        return replace(call, arguments={**call.arguments, "symbols": [said, other]})
    return history_of(said, call) if len(reading.names) == 1 else call


def _other_side(said: str, reading: Reading) -> str | None:
    """The word that a name is set against: "woolies vs coles"."""
    place = reading.place(said)
    if place is None:
        return None
    text = reading.text
    beside = _AGAINST_IT.match(text, place + len(said)) or _IT_AGAINST.search(text[:place])
    word = beside["word"] if beside else ""
    return word if word and word.lower() not in FUNCTION_WORDS else None


def history_of(name: str, call: ToolCall) -> ToolCall:
    """The history of one name over the time of `call`, a comparison."""
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=HISTORY, arguments={"symbol": name, **period})
