"""Questions that change one thing of the one before: what they leave out is that one's, and nothing is made up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.turn.completions.plans import LOAN, SAVINGS
from tools.arguments import EXCHANGE, NAME, SYMBOL, TERM
from tools.narrowing import narrow_terms
from tools.parsing.spans import find_names

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind

DEFINE, COMPARE, STATUS = "define_term", "compare_performance", "get_market_status"
_GOES_ON = re.compile(
    r"\A\W*(?:(?:ok|okay|thanks|thank you|thx|ty|cool|great|kindly|lol|hm|nah|no|yes)\W+)*"
    r"(?:and|what about|how about|what if|same|now|or|but)\b",
    re.IGNORECASE,
)
"""Begins a question that goes on with the one before."""
_LONGEST = 60
"""Characters of a question that can be nothing but a change of the one before."""
_ADDS = re.compile(r"\b(?:add|throw|put|include|toss|chuck|stick|also|too|as well)\b", re.IGNORECASE)
_OF_OTHER_RATES = re.compile(
    r"\b(?:stocks?|shares?|compan\w+|firms?|yield\w*|dividends?|inflation|sectors?|funds?|etfs?|bonds?|portfolio|tax\w*"
    r"|fees?)\b",
    re.IGNORECASE,
)
"""What else has a rate: a search for shares that yield 5 % is no loan at 5 %."""
_BESIDE = re.compile(r"\b(?:than|as|like|with|to|vs|versus|against|of)(?: the)? \Z", re.IGNORECASE)
"""Before a name that something remembered is compared with."""
_REFUSED = frozenset({"DECLINE: advice"})


def settle_followup(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls with what the only call of the turn before says where this question does not."""
    if len(reading.earlier) != 1 or reading.draft.text in _REFUSED:
        return calls
    before = reading.earlier[0]
    if not calls:
        return _changed(before, reading)
    if before.name in {LOAN, SAVINGS} and (plan := _other_rate(before, calls, reading)):
        return [plan]
    if len(calls) != 1:
        return calls
    call = _own_term(calls[0], before, reading)
    call = _own_name(call, reading)
    return [_carried(call, before, reading)]


def _changed(before: ToolCall, reading: Reading) -> list[ToolCall]:
    """The call of before with the one thing of its kind that a short question names, where the model heard nothing."""
    if len(reading.text) > _LONGEST or before.name not in reading.toolbox.tools:
        return []
    if before.name == COMPARE and _ADDS.search(reading.text) and reading.names and not reading.amounts:
        named = [*map(str, before.arguments.get("symbols", ())), *(name.text for name in reading.names)]
        return [replace(before, arguments={**before.arguments, "symbols": list(dict.fromkeys(named))})]
    if not _GOES_ON.match(reading.text):
        return []
    if before.name == STATUS:
        places = [span.text for span in EXCHANGE.find(reading.text)]
        return [replace(before, arguments={"exchange": places[0]})] if len(places) == 1 else []
    if before.name == DEFINE:
        terms = _terms(reading)
        return [replace(before, arguments={"term": terms[0]})] if len(terms) == 1 else []
    return []


def _other_rate(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The plan of before at the only rate that a short question without a name of its own gives."""
    if any(call.name == before.name for call in calls) or len(reading.text) > _LONGEST:
        return None
    if not _GOES_ON.match(reading.text) or _OF_OTHER_RATES.search(reading.text):
        return None
    if len(reading.rates) != 1 or reading.names or reading.lengths or reading.amounts:
        return None
    return replace(before, arguments={**before.arguments, "annual_rate_percent": reading.rates[0].text})


def _own_term(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """A term of this question's own, in place of the one that was explained before."""
    if call.name != DEFINE or before.name != DEFINE or reading.place(call.arguments.get("term", "")) is not None:
        return call
    terms = _terms(reading)
    return replace(call, arguments={"term": terms[0]}) if len(terms) == 1 else call


def _terms(reading: Reading) -> list[str]:
    """The terms of the glossary in the question."""
    spans = narrow_terms(find_names(reading.text), reading.context)
    return [span.text for span in spans if reading.context.knows_term(span.text)]


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
    if call.name == before.name:
        for parameter in reading.toolbox.tools[call.name].parameters if call.name in reading.toolbox.tools else ():
            if parameter.required and parameter.name not in arguments and parameter.name in before.arguments:
                arguments[parameter.name] = before.arguments[parameter.name]
    return call if arguments == call.arguments else replace(call, arguments=arguments)
