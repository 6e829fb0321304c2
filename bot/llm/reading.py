"""What the reader sees of a question, and the name of a decision: the same where it is trained and where it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.messages import Message, ToolCall

OTHERWISE = "something else"
"""What the reader says of a question that asks for none of the decisions it has a name for."""
_JOINED = " + "
_TURNS = " | "
_SIGNS = (("<|name|>", " @ "), ("<|unknown|>", " # "), ("<|term|>", " ~ "))
"""Marks that say what a word alone does not; the others go, as a number looks like one."""
_OTHER_MARK = re.compile(r"<\|\w+\|>")
_LONGEST = 400
"""Characters of a question, and of what came before it, that are read: the last ones, where the ask mostly stands."""


def reader_text(messages: Sequence[Message]) -> str:
    """The conversation as the native model sees it, its questions marked, in one line for the reader.

    "@ tesla price | get quote | and @ ford".
    """
    return _TURNS.join(_plainly(message) for message in messages)


def _plainly(message: Message) -> str:
    if message.role == "assistant":
        return decision_of(message.tool_calls, message.content).replace("_", " ").lower()
    text = message.content
    for mark, sign in _SIGNS:
        text = text.replace(mark, sign)
    return " ".join(_OTHER_MARK.sub(" ", text)[-_LONGEST:].split())


def decision_of(calls: Iterable[ToolCall], text: str) -> str:
    """The name of a decision: its tools in alphabetical order ("get_news + get_quote"), or what was written instead."""
    return _JOINED.join(sorted(call.name for call in calls)) or text.strip()


def tools_of(decision: str) -> list[str]:
    """The tools that a decision names, each as often as it is to be called; none where it names a reply."""
    names = decision.split(_JOINED)
    return names if all(name.replace("_", "").isalpha() and name.islower() for name in names) else []
