"""What a model sees of a conversation: whole turns for one that writes, the last decision for the built-in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.messages import Message, ToolCall
from bot.turn.prompting import sections
from bot.turn.questions import clean_question

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.records.turns import PastTurn

CHAT = "CHAT: "
"""Begins the decisions that answer a greeting or a "thanks"."""
MAX_ANSWER = 1500
"""Characters of an earlier answer that a writing model sees again."""


def writing_messages(system: str, past: Sequence[PastTurn], text: str) -> list[Message]:
    """The system prompt, the earlier turns, and the question."""
    messages = [Message("system", system)]
    for turn in past:
        messages += [Message("user", clean_question(turn.question)[0]), Message("assistant", turn.answer[:MAX_ANSWER])]
    return [*messages, Message("user", text)]


def native_messages(past: Sequence[PastTurn], text: str) -> tuple[list[Message], tuple[str, ...]]:
    """What the built-in model was trained to see: the earlier question and its calls. Also all that was said."""
    past = _without_greetings(past)
    if not past:
        return [Message("user", text)], (text,)
    last = past[-1]
    earlier = clean_question(last.question)[0]
    calls = _calls_of(last)
    reply = "" if calls else _decision_of(last)
    if not calls and not reply:
        return [Message("user", text)], (text,)
    messages = [Message("user", earlier), Message("assistant", reply, calls), Message("user", text)]
    return messages, (text, earlier, *pieces_in(calls))


def older_calls(past: Sequence[PastTurn]) -> tuple[tuple[ToolCall, ...], ...]:
    """The calls of each turn before the last one, newest first: "both" may mean their names."""
    return tuple(_calls_of(turn) for turn in reversed(_without_greetings(past)[:-1]))


def _without_greetings(past: Sequence[PastTurn]) -> Sequence[PastTurn]:
    """The turns up to the last one that was more than a greeting or a "thanks": nothing leans on these."""
    while past and not past[-1].tool_calls and _decision_of(past[-1]).startswith(CHAT):
        past = past[:-1]
    return past


def pieces_in(calls: Iterable[ToolCall]) -> list[str]:
    """All that calls say."""
    values = [value for call in calls for value in call.arguments.values()]
    return [p for value in values for p in (value if isinstance(value, list) else [value]) if isinstance(p, str)]


def _calls_of(turn: PastTurn) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(call.name, call.arguments) for call in turn.tool_calls if isinstance(call.arguments, dict))


def _decision_of(turn: PastTurn) -> str:
    """The decision behind an earlier reply without calls, found by its words."""
    return next((key for key, body in sections("replies").items() if ":" in key and body in turn.answer), "")
