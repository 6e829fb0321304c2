"""Two that decide apart err apart: where the reader is surer than the built-in model, its decision is taken.

The reader names tools or a reply. What to look up with them, the arguments, the model writes all the same, held to
that one tool; where it can't, its own decision stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.llm.base import TextPiece
from bot.llm.reading import OTHERWISE, decision_of, tools_of
from bot.llm.written_calls import read_call, read_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.llm.base import ChatModel
    from bot.llm.reader import Reader
    from bot.messages import Message, ToolCall
    from bot.turn.completions.reading import Draft

_ASKS_BACK = "CLARIFY"
"""Replies that something is missing. Whether it is, the model knows better: it was shown each name, amount and time."""
_OF_A_REPEAT = 1.0
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
    opinion = await reader.read(conversation)
    sure = UNTOLD if draft.confidence is None else draft.confidence
    if opinion.decision == decision_of(draft.calls, draft.text):
        surest = draft.confidence and max(draft.confidence, opinion.confidence)
        return replace(draft, confidence=surest, is_agreed=True)
    if _is_repeat(draft) and {call.name for call in draft.calls} == {opinion.decision}:
        return replace(draft, calls=draft.calls[:1], is_agreed=True)
    if opinion.confidence <= sure - _says_more(draft, opinion.decision) or opinion.decision == OTHERWISE:
        return draft
    if draft.calls and opinion.decision.startswith(_ASKS_BACK):
        return draft
    wanted = tools_of(opinion.decision)
    if not wanted:
        return replace(draft, calls=[], text=opinion.decision, confidence=opinion.confidence)
    calls: list[ToolCall] = []
    for name in dict.fromkeys(wanted):
        own = [call for call in draft.calls if call.name == name]
        calls += own or await _call_of(name, model, conversation, schemas, max_tokens)
    if {call.name for call in calls} != {*wanted}:
        return draft
    return replace(draft, calls=calls, text="", confidence=opinion.confidence)


def _is_repeat(draft: Draft) -> bool:
    """Whether the model wrote one call twice."""
    return len(draft.calls) > 1 and all(call == draft.calls[0] for call in draft.calls)


def _says_more(draft: Draft, decision: str) -> float:
    """How much less sure the reader may be: of a call that was written twice the second stands for something else."""
    named = set(tools_of(decision))
    return _OF_A_REPEAT if _is_repeat(draft) and len(named) > 1 and draft.calls[0].name in named else 0.0


async def _call_of(
    name: str, model: ChatModel, conversation: Sequence[Message], schemas: Sequence[dict[str, Any]], max_tokens: int
) -> list[ToolCall]:
    """The call that `model` writes where it may call the tool `name` alone; none where that is not offered."""
    offered = next((each["function"] for each in schemas if each["function"]["name"] == name), None)
    if offered is None:
        return []
    properties = {"name": {"const": name}, "arguments": offered["parameters"]}
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
