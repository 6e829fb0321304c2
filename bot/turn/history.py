"""What a model sees of a conversation: whole turns for one that writes, the last decision for the built-in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.messages import Message, ToolCall
from bot.turn.completions.reading import names_in
from bot.turn.prompting import sections
from bot.turn.questions import clean_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.turns import PastTurn

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
    if not past:
        return [Message("user", text)], (text,)
    last = past[-1]
    earlier = clean_question(last.question)[0]
    calls = tuple(ToolCall(call.name, call.arguments) for call in last.tool_calls if isinstance(call.arguments, dict))
    reply = "" if calls else _decision_of(last)
    if not calls and not reply:
        return [Message("user", text)], (text,)
    carried = [
        piece
        for call in calls
        for value in call.arguments.values()
        for piece in (value if isinstance(value, list) else [value])
        if isinstance(piece, str)
    ]
    messages = [Message("user", earlier), Message("assistant", reply, calls), Message("user", text)]
    return messages, (text, earlier, *carried)


def older_names(past: Sequence[PastTurn]) -> tuple[tuple[str, ...], ...]:
    """The names that each turn before the last one was about, newest turn first: "both" and "the first one" may be."""
    return tuple(
        tuple(names_in(call.arguments for call in turn.tool_calls if isinstance(call.arguments, dict)))
        for turn in reversed(past[:-1])
    )


def _decision_of(turn: PastTurn) -> str:
    """The decision behind an earlier reply without calls, found by its words."""
    return next((key for key, body in sections("replies").items() if ":" in key and body in turn.answer), "")
