"""Lists of names made whole: a model that was asked about three companies may write two of them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.comparisons import HISTORY, JOINS, of_one
from bot.turn.completions.names import without_strays
from bot.turn.completions.reading import names_in
from bot.turn.completions.swaps import IN_PLACE_OF, pieces_of
from bot.turn.completions.variations import LEAVES_OUT
from tools.arguments import PERIOD
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.completions.reading import Reading


_PAIR = 2
_WHICH = re.compile(
    r"\bwh(?:ich|o)(?: one| of (?:the two|them|these))? (?:\w+ ){1,3}?(?:more|less|most|least|better|best|worse|worst"
    r"|harder|deeper|further|higher|lower|ahead)\b",
    re.IGNORECASE,
)
_MATCHED = re.compile(
    r"(?:['’]?s)?,? (?:(?:or|vs\.?|versus|against|beat(?:s|en|ing)?|outperform\w*|underperform\w*|outr[au]n\w*"
    r"|smok(?:es|ed|ing)|crush(?:es|ed|ing)|trail(?:s|ed|ing)|lagg?(?:s|ed|ing)|next to|compared (?:to|with)"
    r"|(?:kept|keep|keeps|keeping) (?:up|pace) with|(?:did|done|doing|do) (?:better|worse) than))(?: the)? ",
    re.IGNORECASE,
)
"""Between two names of which one is measured by the other."""
_SETS_AGAINST = re.compile(
    r"\b(?:compar\w*|vs|versus|against|beat\w*|outperform\w*|smok\w+|crush\w+|outr[au]n\w*|trail\w*|lag\w*|flop\w*"
    r"|better|worse|ahead|behind|than it|(?:to|with) it"
    r"|(?:did|has|is|does|was) it (?:\w+ )?(?:more|less|well))\b"
)
_OF_NOBODY = frozenset({"get_sector_performance", "get_watchlist", "get_portfolio", "get_portfolio_risk"})
"""Calls that no name of the question can belong to."""
_OF_A_LIST = frozenset({"get_quote", "propose_watchlist_change"})


def fill_lists(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls without repeats and without those that another one holds; an only list with every known name.

    Where several calls are left, who belongs to which is the model's to say, and nothing is added.
    """
    calls = [_of_pieces(_without_repeats(call), reading) for call in calls]
    kept = [call for place, call in enumerate(calls) if not _is_held(call, [*calls[:place], *calls[place + 1 :]])]
    kept = [_compared(call, kept, reading) for call in _two_compared(_one_list(kept), reading.text)]
    kept = [_with_other(call, kept, reading) for call in kept]
    about = [call for call in kept if call.name not in _OF_NOBODY]
    if len(about) != 1 or about[0].name not in reading.toolbox.tools:
        return kept
    call = about[0]
    parameter = next((p for p in reading.toolbox.tools[call.name].parameters if p.is_list), None)
    said = call.arguments.get(parameter.name) if parameter else None
    if parameter is None or not isinstance(said, list):
        return kept
    times = {span.text for span in PERIOD.find(reading.text)}
    known = [span.text for span in reading.names if span.text not in times]
    missing = [name for name in known if not any(name in str(piece) or str(piece) in name for piece in said)]
    words = mended_words(reading.text)
    if not missing or (reading.earlier and (LEAVES_OUT.match(reading.text) or IN_PLACE_OF.search(words))):
        return kept
    named = without_strays(sorted(dict.fromkeys([*map(str, said), *missing]), key=reading.text.find), reading)
    whole = of_one(replace(call, arguments={**call.arguments, parameter.name: named}), kept, reading)
    return [whole if each is call else each for each in kept]


def _of_pieces(call: ToolCall, reading: Reading) -> ToolCall:
    """A comparison that a second opinion heard where the model copied no name: of what is written as names."""
    if call.name != "compare_performance" or call.arguments.get("symbols") or reading.earlier:
        return call
    pieces = list(dict.fromkeys(pieces_of(reading)))
    places = [(reading.text.find(piece), piece) for piece in pieces]
    gaps = [reading.text[start + len(piece) : after] for (start, piece), (after, _) in pairwise(places)]
    if len(pieces) < _PAIR or not all(re.search(JOINS, mended_words(gap)) for gap in gaps):
        return call
    return replace(call, arguments={"symbols": pieces, **call.arguments})


def _compared(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """The history of one of two names of which the question asks which one did more is a comparison of both."""
    names = list(dict.fromkeys(name.text for name in reading.names))
    if call.name != HISTORY or len(names) != _PAIR or sum(other.name == HISTORY for other in calls) > 1:
        return call
    if not (_WHICH.search(reading.text) or (len(calls) == 1 and _are_matched(reading))):
        return call
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return ToolCall("compare_performance", {"symbols": names, **period})


def _with_other(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> ToolCall:
    """Beside other calls, a comparison of one name is with the only name that no call is about."""
    said = call.arguments.get("symbols")
    if call.name != "compare_performance" or len(calls) < _PAIR or not isinstance(said, list) or len(said) != 1:
        return call
    used = names_in(each.arguments for each in calls)
    left = [name for name in dict.fromkeys(name.text for name in reading.names) if name not in used]
    return replace(call, arguments={**call.arguments, "symbols": [*said, *left]}) if len(left) == 1 else call


def _are_matched(reading: Reading) -> bool:
    """Whether what stands between the two names sets one against the other: "kept up with"."""
    first, second = reading.names[0], reading.names[-1]
    return _MATCHED.fullmatch(reading.text[first.end : second.start]) is not None


def _two_compared(calls: list[ToolCall], text: str) -> list[ToolCall]:
    """A comparison of one name is with that of the call beside it: "News on Boeing, and compare it with Airbus".

    Or it is of all of that call: "add Costco and Walmart to my list and compare the two".
    """
    if len(calls) != _PAIR:
        return calls
    made, words = list(calls), mended_words(text)
    for place, (call, other) in enumerate(zip(calls, reversed(calls), strict=True)):
        said = call.arguments.get("symbols")
        beside = other.arguments.get("symbol") or other.arguments.get("query")
        if call.name != "compare_performance" or not isinstance(said, list) or len(said) != 1:
            continue
        listed = other.arguments.get("symbols")
        if beside is not None and beside not in said:
            made[place] = replace(call, arguments={**call.arguments, "symbols": [beside, *said]})
        elif isinstance(listed, list) and len(listed) == 1 and listed != said and _SETS_AGAINST.search(words):
            made[place] = replace(call, arguments={**call.arguments, "symbols": [*listed, *said]})
        elif isinstance(listed, list) and len(listed) > 1 and said[0] in listed:
            made[place] = replace(call, arguments={**call.arguments, "symbols": listed})
    return made


def _without_repeats(call: ToolCall) -> ToolCall:
    """A list says each name once."""
    once = {name: list(dict.fromkeys(map(str, v))) if isinstance(v, list) else v for name, v in call.arguments.items()}
    return replace(call, arguments=once)


def _one_list(calls: list[ToolCall]) -> list[ToolCall]:
    """Several calls that differ in their list of names alone as one: a quote for each is one table."""
    if all(call == calls[0] for call in calls):  # one, or a repeat, which stands for something else
        return calls
    if calls[0].name not in _OF_A_LIST or any(_rest(call) != _rest(calls[0]) for call in calls):
        return calls
    lists = [call.arguments.get("symbols") for call in calls]
    if not all(isinstance(names, list) for names in lists):
        return calls
    named = list(dict.fromkeys(str(name) for names in lists if isinstance(names, list) for name in names))
    return [replace(calls[0], arguments={**calls[0].arguments, "symbols": named})]


def _rest(call: ToolCall) -> tuple[str, dict[str, object]]:
    """A call without its list of names."""
    return call.name, {name: value for name, value in call.arguments.items() if name != "symbols"}


def _is_held(call: ToolCall, others: Sequence[ToolCall]) -> bool:
    """Whether another call of the tool has a longer list with all of this one's names, and is alike otherwise."""
    return any(
        other.name == call.name
        and other.arguments.keys() == call.arguments.keys()
        and any(isinstance(value, list) for value in call.arguments.values())
        and all(
            isinstance(other.arguments[name], list) and set(map(str, value)) < set(map(str, other.arguments[name]))
            if isinstance(value, list)
            else value == other.arguments[name]
            for name, value in call.arguments.items()
        )
        for other in others
    )
