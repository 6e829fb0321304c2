"""Questions that change one thing of the one before: what they leave out is that one's, and nothing is made up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.completions.names import history_of
from bot.turn.completions.plans import SAVINGS
from bot.turn.completions.variations import ADDS, COMPARE, DEFINE, GOES_ON, LONGEST, figure_of_before, terms_of, varied
from tools.arguments import EXCHANGE, NAME, SYMBOL, TERM
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind

STATUS = "get_market_status"
_ON_TOP = re.compile(r"\b(?:on top|extra|as well|too|also|add(?:ed|ing)?|besides|plus)\b", re.IGNORECASE)
_BESIDE = re.compile(r"\b(?:than|as|like|with|to|vs|versus|against|of)(?: the)? \Z", re.IGNORECASE)
"""Before a name that something remembered is compared with."""
_ALONE = re.compile(r"\b(?:on (?:its|their|his|her) own|alone|by (?:itself|themselves)|separately)\b", re.IGNORECASE)
"""What was compared is now looked at for itself."""
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}
_PLACED = re.compile(
    r"\bthe (?P<place>first|former|second|third|last|latter)(?: (?:one|of (?:those|them|these|the two)|company|stock"
    r"|name))?(?=\W|\Z)",
    re.IGNORECASE,
)
"""One of several that were asked about before."""
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|or|with|and|to)\b")
_REFUSED = frozenset({"DECLINE: advice"})


def settle_followup(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls with what the only call of the turn before says where this question does not."""
    if len(reading.earlier) != 1 or reading.draft.text in _REFUSED:
        return calls
    before = reading.earlier[0]
    if not calls:
        figure = figure_of_before(calls, reading)
        return [figure] if figure else _changed(before, reading)
    if other := varied(before, calls, reading):
        return [other]
    if len(calls) != 1:
        return calls
    call = _own_term(calls[0], before, reading)
    call = _of_those_before(_own_name(call, reading), reading)
    return [_carried(call, before, reading)]


def _changed(before: ToolCall, reading: Reading) -> list[ToolCall]:
    """The call of before with the one thing of its kind that a short question names, where the model heard nothing."""
    if len(reading.text) > LONGEST or before.name not in reading.toolbox.tools:
        return []
    if before.name == COMPARE and ADDS.search(reading.text) and reading.names and not reading.amounts:
        named = [*map(str, before.arguments.get("symbols", ())), *(name.text for name in reading.names)]
        return [replace(before, arguments={**before.arguments, "symbols": list(dict.fromkeys(named))})]
    if not GOES_ON.match(reading.text):
        return []
    if before.name == STATUS:
        places = [span.text for span in EXCHANGE.find(reading.text)]
        return [replace(before, arguments={"exchange": places[0]})] if len(places) == 1 else []
    if before.name == DEFINE:
        terms = terms_of(reading)
        return [replace(before, arguments={"term": terms[0]})] if len(terms) == 1 else []
    return []


def _own_term(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """A term of this question's own, in place of the one that was explained before."""
    if call.name != DEFINE or before.name != DEFINE or reading.place(call.arguments.get("term", "")) is not None:
        return call
    terms = terms_of(reading)
    return replace(call, arguments={"term": terms[0]}) if len(terms) == 1 else call


def _own_name(call: ToolCall, reading: Reading) -> ToolCall:
    """The only name of this question in place of one remembered, where the tool takes one."""
    for name, said in call.arguments.items():
        parameter = reading.parameter(call, name)
        if parameter is None or parameter.is_list or parameter.kind not in (NAME, SYMBOL):
            continue
        is_remembered = str(said) in reading.earlier_names and reading.place(said) is None
        own = reading.names[0] if len(reading.names) == 1 else None
        if is_remembered and own and not _BESIDE.search(reading.text[: own.start]):
            return replace(call, arguments={**call.arguments, name: own.text})
    return call


def _of_those_before(call: ToolCall, reading: Reading) -> ToolCall:
    """A call about one of several names of before, by its place among them, or about the only one named now alone.

    A comparison of two that this question names is of these two.
    """
    placed = _PLACED.search(reading.text) if len(reading.earlier_names) > 1 else None
    own = [name.text for name in reading.names if placed is None or not placed.start() <= name.start < placed.end()]
    names = own
    if not own and placed:
        place = _PLACES[placed["place"].lower()]
        names = reading.earlier_names[place : place + 1 or None]
    if call.name == COMPARE:
        if len(own) > 1 and not ADDS.search(reading.text) and _AGAINST.search(mended_words(reading.text)):
            return replace(call, arguments={**call.arguments, "symbols": own})
        if len(names) == 1 and _ALONE.search(reading.text):
            return history_of(names[0], call)
        return call
    for name in call.arguments:
        parameter = reading.parameter(call, name)
        if names and not own and parameter and parameter.kind in (NAME, SYMBOL):
            return replace(call, arguments={**call.arguments, name: names if parameter.is_list else names[0]})
    return call


def _carried(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """What this question does not say is as it was before: no other value can be meant."""
    arguments: dict[str, Any] = dict(call.arguments)
    for name, said in call.arguments.items():
        parameter = reading.parameter(call, name)
        kind: Kind | None = parameter.kind if parameter else None
        if kind is None or kind is TERM or isinstance(said, list) or reading.place(said) is not None:
            continue
        remembered = before.arguments.get(name)
        if remembered is not None and not isinstance(remembered, list):
            arguments[name] = remembered
    if call.name == before.name == SAVINGS and _ON_TOP.search(reading.text) and "principal" in before.arguments:
        arguments.setdefault("principal", before.arguments["principal"])
    if call.name == before.name:
        for parameter in reading.toolbox.tools[call.name].parameters if call.name in reading.toolbox.tools else ():
            if parameter.required and parameter.name not in arguments and parameter.name in before.arguments:
                arguments[parameter.name] = before.arguments[parameter.name]
    return call if arguments == call.arguments else replace(call, arguments=arguments)
