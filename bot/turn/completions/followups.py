"""Questions that change one thing of the one before: what they leave out is that one's, and nothing is made up."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.turn.choices.refusals import EVERYDAY
from bot.turn.completions.beside import ALL_THREE, COMPARE_IT
from bot.turn.completions.comparisons import COMPARE, history_of
from bot.turn.completions.plan_amounts import with_amounts
from bot.turn.completions.plans import SAVINGS
from bot.turn.completions.recalled import recalled_names
from bot.turn.completions.repeats import is_term
from bot.turn.completions.returns import older_call
from bot.turn.completions.sequels import STATUS, over_time, sequel
from bot.turn.completions.swaps import pieces_of
from bot.turn.completions.variations import (
    ADDS,
    DEFINE,
    GOES_ON,
    LONGEST,
    figure_of_before,
    terms_of,
    varied,
)
from tools.arguments import EXCHANGE, NAME, SYMBOL, TERM
from tools.parsing.capital_names import capital_names
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading
    from tools.arguments import Kind

_BESIDE = re.compile(r"\b(?:than|as|like|with|to|vs|versus|against|of)(?: the)? \Z", re.IGNORECASE)
"""Before a name that something remembered is compared with."""
_ALONE = re.compile(
    r"\A\W*(?:(?:and|ok|now|but|then) )*(?:just|only)\b|\b(?:on (?:its|their|his|her) own|alone|by (?:itself"
    r"|themselves)|separately)\b",
    re.IGNORECASE,
)
"""What was compared is now looked at for itself."""
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|or|with|and|to)\b")
_X_WITH_Y = re.compile(
    r"\A\W*(?:(?:and|ok|now|then) )*\S+(?: \S+)? (?:with|vs\.?|versus|against|and) \S+", re.IGNORECASE
)
_PAIR = 2
_QUOTE = "get_quote"
_LISTED = re.compile(r"(?:[\s,;&+]|['’]s\b|\b(?:and|n|the|also|then|plus|for|of)\b)+", re.IGNORECASE)
"""Between two names that stand in a list and are not compared."""
_WITH_THEM = re.compile(r"\b(?:it|its|both|them|they|their|all|along|together|versus|vs|with|than)\b", re.IGNORECASE)
_TOO = re.compile(r"\b(?:too|as well|also)\b", re.IGNORECASE)
_AND_A = re.compile(r"\W*(?:(?:and|an|ok|so) )*(?:an?|the) (?P<term>[^?.!,]{3,40})\W*", re.IGNORECASE)
"""Another term after one that was explained: "and a short squeeze?"."""
_AND_THERE = re.compile(
    r"\W*(?:and|what about|how about)(?: in)? _\W*(?:please|pls|then|now|as well|too)?\W*", re.IGNORECASE
)
_REFUSED = frozenset({"DECLINE: advice"})
_UNSURE = -0.6
_IT = re.compile(r"\b(?:it|they|there|that one)\b", re.IGNORECASE)


def settle_followup(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls with what the only call of the turn before says where this question does not."""
    if older := older_call(calls, reading):
        return [older]
    if len(reading.earlier) != 1:
        return calls
    before = reading.earlier[0]
    if not calls and (term := _and_term(before, reading)):
        return [replace(before, arguments={"term": term})]
    if reading.draft.text in _REFUSED and reading.is_surer(_UNSURE):
        return calls
    return _going_on(calls, before, reading)


def _and_term(before: ToolCall, reading: Reading) -> str | None:
    """Another term after one that was explained."""
    said = _AND_A.fullmatch(reading.text) if before.name == DEFINE else None
    return said["term"] if said and is_term(said["term"]) else None


def _going_on(calls: list[ToolCall], before: ToolCall, reading: Reading) -> list[ToolCall]:
    if again := sequel(before, calls, reading) or (varied(before, calls, reading) if calls else None):
        return [again]
    if len(calls) != 1:
        return [over_time(call, reading) for call in calls] or _unheard(before, reading)
    call = over_time(_own_term(calls[0], before, reading), reading)
    call = _of_those_named(_own_name(call, reading), reading)
    return _each_named(_new_alone(_carried(call, before, reading), before, reading), before, reading)


def _each_named(call: ToolCall, before: ToolCall, reading: Reading) -> list[ToolCall]:
    """One call for each of several names that are listed, where the tool takes one: "the same for AEX and IBEX"."""
    names = reading.names
    listed = all(_LISTED.fullmatch(reading.text[one.end : other.start]) for one, other in pairwise(names))
    if call.name != before.name or len(names) < _PAIR or not listed:
        return [call]
    key = next((key for key in ("symbol", "query") if key in call.arguments), None)
    if key is None or call.arguments[key] not in {name.text for name in names}:
        return [call]
    return [replace(call, arguments={**call.arguments, key: name.text}) for name in names]


def _new_alone(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """The prices of those alone that a question adds to one about others: "and Argentina's Merval"."""
    if call.name != before.name or call.name != _QUOTE or _WITH_THEM.search(reading.text):
        return call
    own = [piece for piece in call.arguments.get("symbols", ()) if reading.place(piece) is not None]
    own = own or [name.text for name in reading.names]
    if not own or not (GOES_ON.match(reading.text) or _TOO.search(reading.text)):
        return call
    return replace(call, arguments={**call.arguments, "symbols": own})


def _unheard(before: ToolCall, reading: Reading) -> list[ToolCall]:
    """What is asked after `before` where the model heard nothing; not in "and how is the weather in Tokyo"."""
    if EVERYDAY.search(reading.skeleton.words):
        return []
    figure = figure_of_before([], reading)
    return [figure] if figure else _changed(before, reading)


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
        places = [span.text for span in EXCHANGE.find(reading.text)] or [
            span.text
            for span in capital_names(reading.text)
            if _AND_THERE.fullmatch(reading.text.replace(span.text, "_"))
        ]
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


def _of_those_named(call: ToolCall, reading: Reading) -> ToolCall:
    """A comparison of two that this question names is of these two; of one looked at alone, that one's history."""
    own = [name.text for name in reading.names]
    if call.name == COMPARE:
        is_of_it = COMPARE_IT.search(mended_words(reading.text)) or ALL_THREE.search(reading.text)
        if len(own) > 1 and not (is_of_it or ADDS.search(reading.text)) and _AGAINST.search(mended_words(reading.text)):
            return replace(call, arguments={**call.arguments, "symbols": own})
        if len(own) == 1 and _ALONE.search(reading.text):
            return history_of(own[0], call)
        if len(own) == 1 and not ADDS.search(reading.text) and _X_WITH_Y.search(reading.text):
            pieces = pieces_of(reading)
            if len(pieces) == _PAIR:
                return replace(call, arguments={**call.arguments, "symbols": pieces})
    return call


def _is_of_now(said: object, kind: Kind, reading: Reading) -> bool:
    """Whether this question says it, or points back at it: "the first one" of those asked about before."""
    return reading.place(said) is not None or (kind in (NAME, SYMBOL) and said in recalled_names(reading))


def _carried(call: ToolCall, before: ToolCall, reading: Reading) -> ToolCall:
    """What this question does not say is as it was before: no other value can be meant."""
    arguments: dict[str, Any] = dict(call.arguments)
    for name, said in call.arguments.items():
        parameter = reading.parameter(call, name)
        kind: Kind | None = parameter.kind if parameter else None
        if kind is None or kind is TERM or isinstance(said, list) or _is_of_now(said, kind, reading):
            continue
        remembered = before.arguments.get(name)
        if remembered is not None and not isinstance(remembered, list):
            arguments[name] = remembered
    is_there = call.name == before.name == STATUS and _IT.search(reading.text) is not None
    if is_there and "exchange" in before.arguments:
        arguments.setdefault("exchange", before.arguments["exchange"])
    if call.name == before.name == SAVINGS:
        arguments = with_amounts(arguments, before, reading)
    if call.name == before.name and call.name in reading.toolbox.tools:
        required = [each.name for each in reading.toolbox.tools[call.name].parameters if each.required]
        arguments |= {name: before.arguments[name] for name in required if name in before.arguments.keys() - arguments}
    return call if arguments == call.arguments else replace(call, arguments=arguments)
