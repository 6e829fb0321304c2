"""Two that decide apart err apart: where the reader is surer than the built-in model, its decision is taken.

The reader names tools or a reply. What to look up with them, the arguments, the model writes all the same, held to
that one tool; where it can't, its own decision stands.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.llm.base import TextPiece
from bot.llm.reading import OTHERWISE, decision_of, tools_of
from bot.llm.written_calls import read_call, read_json
from bot.messages import Message
from bot.turn.completions.reading import names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.llm.base import ChatModel
    from bot.llm.reader import Reader
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Draft

_ASKS_BACK = "CLARIFY"
"""Replies that something is missing. Whether it is, the model knows better: it was shown each name, amount and time."""
_NAMED = ("symbol", "query", "term", "exchange")
"""What a call is about, of the tools that take one."""
_OF_REPEAT, _OF_TWIN = -0.25, -0.1
"""Log-probabilities above which the reader is heard who names two tools, or one tool twice, where one was written."""
_PAIR = 2
_DEFINE = "define_term"
_PLANS = frozenset({"loan_payment", "project_growth"})
_LEEWAY = 0.04
"""What the reader may be less sure and still be heard: it was taught never to be quite sure of anything.

Of 8,633 questions 193 were decided wrongly with it and 234 without; more of it harms those that ask for two tools.
"""
_SURE_OF_BOTH = -0.1
"""The log-probability from which on each part of a follow-up is taken for an ask of its own."""
_JOINT = re.compile(r"[,;]? (?:and|also|plus|&|\+)(?: (?:also|then))? |; |(?<=\w)\+")
_MARK = re.compile(r"<\|\w+\|>")
_WORD = re.compile(
    r"\b(?!(?:and|ok|okay|so|now|then|also|but|thanks|thank|many|great|bet|um|uh|er|well|right|yes|no|hm+|oh|huh|ta|cheers"
    r"|yeah|hey|cool|nice|could|would|can|you|i|me|please|kindly|just)\b)\w+"
)
"""A word that may ask for something."""
_FEWEST = 1
UNTOLD = -0.1
"""The log-probability that stands for how sure a model was that does not tell it."""


async def second_opinion(
    reader: Reader,
    draft: Draft,
    model: ChatModel,
    conversation: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    max_tokens: int,
) -> Draft:
    """`draft`, or what the reader makes of it. Raises `ModelError`.

    `model` wrote the draft after `conversation`, its questions marked, and was offered the tools of `schemas`.
    """
    heard = await _heard(reader, draft, model, conversation, schemas, max_tokens)
    return await _with_other_ask(reader, heard, model, conversation, schemas, max_tokens)


async def _heard(
    reader: Reader,
    draft: Draft,
    model: ChatModel,
    conversation: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    max_tokens: int,
) -> Draft:
    opinion = await reader.read(conversation)
    sure = UNTOLD if draft.confidence is None else draft.confidence
    if opinion.decision == decision_of(draft.calls, draft.text):
        surest = draft.confidence and max(draft.confidence, opinion.confidence)
        calls = draft.calls
        if _is_repeat(draft):
            other = await _call_of(calls[0].name, model, conversation, schemas, max_tokens, without=calls[:1])
            calls = [calls[0], *other] if other else calls
        return replace(draft, calls=calls, confidence=surest, is_agreed=True)
    if _is_repeat(draft) and {call.name for call in draft.calls} == {opinion.decision}:
        return replace(draft, calls=draft.calls[:1], is_agreed=True)
    sure = min(sure, _of_less(draft, tools_of(opinion.decision)))
    asks_back = draft.calls and opinion.decision.startswith(_ASKS_BACK)
    wanted = tools_of(opinion.decision)
    leeway = _LEEWAY if wanted else 0.0
    if opinion.confidence + leeway <= sure or opinion.decision == OTHERWISE or asks_back:
        return draft
    if len(wanted) == 1 and _are_apart(draft.calls, wanted[0], conversation[-1].content):
        return draft
    if not wanted:
        return replace(draft, calls=[], text=opinion.decision, confidence=opinion.confidence)
    calls = await _calls_of(wanted, draft, model, conversation, schemas, max_tokens)
    return replace(draft, calls=calls, text="", confidence=opinion.confidence) if calls else draft


async def _with_other_ask(
    reader: Reader,
    draft: Draft,
    model: ChatModel,
    conversation: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    max_tokens: int,
) -> Draft:
    """A follow-up's only call, and the one that its other part asks for: "and when does it pay, and what's the RSI?".

    A short part after a short question is easily overheard. The reader reads each part by itself and must be sure of
    both; single questions are left alone, as they are told in parts that ask for nothing.
    """
    if len(draft.calls) != 1 or len(conversation) < _PAIR:
        return draft
    own, text = draft.calls[0], conversation[-1].content
    for joint in _JOINT.finditer(text):
        parts = text[: joint.start()], text[joint.end() :]
        if any(len(_WORD.findall(_MARK.sub(" ", part))) < _FEWEST for part in parts):
            continue
        asked = Message("user", parts[0])
        then = [asked, Message("assistant", "", (own,)), Message("user", parts[1])]
        first, second = await reader.read([*conversation[:-1], asked]), await reader.read(then)
        tools = [tools_of(opinion.decision) for opinion in (first, second)]
        if min(first.confidence, second.confidence) <= _SURE_OF_BOTH or any(len(named) != 1 for named in tools):
            continue
        names = [named[0] for named in tools]
        if names[0] == names[1] or own.name not in names:
            continue
        is_second = own.name == names[0]
        seen = then if is_second else [*conversation[:-1], asked]
        other = await _call_of(names[is_second], model, seen, schemas, max_tokens)
        if other:
            return replace(draft, calls=[own, *other] if is_second else [*other, own], is_agreed=False)
    return draft


async def _calls_of(
    wanted: Sequence[str],
    draft: Draft,
    model: ChatModel,
    conversation: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    max_tokens: int,
) -> list[ToolCall]:
    """The draft's calls of the tools that are `wanted`, and those that it lacks; none where one can't be written."""
    calls: list[ToolCall] = []
    written = sorted(_unique(draft.calls), key=lambda call: not call.arguments)
    if len(wanted) == len(written) and {*wanted} <= _PLANS and {call.name for call in written} <= _PLANS:
        return [_as_plan(call, name) for call, name in zip(written, wanted, strict=True)]
    explained = []
    if _DEFINE in wanted and all(call.name != _DEFINE for call in written):
        explained = await _call_of(_DEFINE, model, conversation, schemas, max_tokens)
        terms = [call.arguments.get("term") for call in explained]
        written = [*explained, *sorted(written, key=lambda call: names_in([call.arguments]) == terms)]
    kept = [
        call
        for name in {*wanted}
        for call in [own for own in written if own.name == name][: None if name in _PLANS else wanted.count(name)]
    ]
    replaced = [call for call in written if call not in kept]
    for name in dict.fromkeys(wanted):
        own = [call for call in kept if call.name == name]
        if not own and name != _DEFINE:
            own = await _call_of(name, model, conversation, schemas, max_tokens, about=replaced)
        if len(own) == 1 < wanted.count(name):
            own += await _call_of(name, model, conversation, schemas, max_tokens, without=own)
        calls += own
    return calls if {call.name for call in calls} == {*wanted} else []


def _as_plan(call: ToolCall, name: str) -> ToolCall:
    """A loan as savings, or the other way: both take an amount, a rate and a length of time."""
    if call.name == name:
        return call
    amount = call.arguments.get("principal") or call.arguments.get("monthly_contribution")
    rest = {key: value for key, value in call.arguments.items() if key in {"annual_rate_percent", "years"}}
    return replace(call, name=name, arguments={"principal": amount, **rest} if amount else rest)


def _unique(calls: Sequence[ToolCall]) -> list[ToolCall]:
    return [call for place, call in enumerate(calls) if call not in calls[:place]]


def _is_repeat(draft: Draft) -> bool:
    """Whether the model wrote one call twice."""
    return len(draft.calls) > 1 and all(call == draft.calls[0] for call in draft.calls)


def _are_apart(calls: Sequence[ToolCall], tool: str, question: str) -> bool:
    """Whether all calls are of one tool, and each has a value of the question's own that no other has."""
    if len(calls) < _PAIR or any(call.name != tool for call in calls):
        return False
    values = [{str(value) for value in call.arguments.values()} for call in calls]
    own = [mine - set().union(*values[:place], *values[place + 1 :]) for place, mine in enumerate(values)]
    return all(any(value in question for value in mine) for mine in own)


def _of_less(draft: Draft, named: Sequence[str]) -> float:
    """How sure the reader must be where the model wrote only one call, once or twice, of several that the reader names.

    How sure the model was of that one says nothing of the other one then.
    """
    if len(named) < _PAIR or not draft.calls or draft.calls[0].name not in named:
        return 0.0
    if len({*named}) > 1:
        return _OF_REPEAT if _is_repeat(draft) else 0.0
    return _OF_TWIN if len(draft.calls) == 1 else 0.0


async def _call_of(
    name: str,
    model: ChatModel,
    conversation: Sequence[Message],
    schemas: Sequence[dict[str, Any]],
    max_tokens: int,
    without: Sequence[ToolCall] = (),
    about: Sequence[ToolCall] = (),
) -> list[ToolCall]:
    """The call that `model` writes where it may call the tool `name` alone; none where that is not offered.

    It is about another thing than the call in `without`, and about what the calls `about` are about, where both name
    one: it takes the place of these.
    """
    offered = next((each["function"] for each in schemas if each["function"]["name"] == name), None)
    parameters = offered and offered["parameters"]
    if parameters and without:
        parameters = _about_others(parameters, without[0])
    if parameters and about:
        parameters = _about_same(parameters, about)
    if not parameters:
        return []
    properties = {"name": {"const": name}, "arguments": parameters}
    schema = {"type": "object", "properties": properties, "required": ["name", "arguments"]}
    written = ""
    async for piece in model.chat(conversation, answer_schema=schema, max_tokens=max_tokens):
        if isinstance(piece, TextPiece):
            written += piece.text
    try:
        call = read_json(written)
        return [read_call(call["name"], call["arguments"])]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []  # cut short


def _about_others(parameters: dict[str, Any], call: ToolCall) -> dict[str, Any] | None:
    """The schema without the name that `call` has, nor any that overlaps it; None where no other one is left."""
    for key in _NAMED:
        said, taken = call.arguments.get(key), parameters["properties"].get(key, {})
        if isinstance(said, str) and "enum" in taken:
            left = _others(said, taken["enum"])
            properties = {**parameters["properties"], key: {**taken, "enum": left}}
            required = list(dict.fromkeys([*parameters.get("required", ()), key]))
            return {**parameters, "properties": properties, "required": required} if left else None
    return None


def _others(said: str, pieces: Sequence[str]) -> list[str]:
    """The `pieces` that share no word with `said`; where all do, those that neither hold it nor stand in it."""
    words = {*said.casefold().split()}
    apart = [piece for piece in pieces if not words & {*piece.casefold().split()}]
    held = said.casefold()
    return apart or [piece for piece in pieces if held not in piece.casefold() and piece.casefold() not in held]


def _about_same(parameters: dict[str, Any], calls: Sequence[ToolCall]) -> dict[str, Any]:
    """The schema with no other names than those that `calls` have, where they have any that it takes."""
    said = {name.casefold() for name in names_in(call.arguments for call in calls)}
    properties = dict(parameters["properties"])
    for key in ("symbol", "query", "symbols"):
        taken = properties.get(key, {})
        each = taken.get("items", taken)
        same = [piece for piece in each.get("enum", ()) if piece.casefold() in said]
        if same:
            narrowed = {**each, "enum": same}
            properties[key] = {**taken, "items": narrowed} if "items" in taken else narrowed
    return {**parameters, "properties": properties}
