"""Lists of names made whole: a small model that was asked about three companies may write two of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.narrowing import known_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from tools.context import ToolContext
    from tools.toolbox import Toolbox


def complete(calls: Sequence[ToolCall], text: str, toolbox: Toolbox, context: ToolContext) -> list[ToolCall]:
    """The calls without repeats and without those that another one holds; an only list with every known name.

    Where several calls are left, who belongs to which is the model's to say, and nothing is added.
    """
    calls = [_without_repeats(call) for call in calls]
    kept = [call for place, call in enumerate(calls) if not _is_held(call, [*calls[:place], *calls[place + 1 :]])]
    if len(kept) != 1 or kept[0].name not in toolbox.tools:
        return kept
    call = kept[0]
    parameter = next((p for p in toolbox.tools[call.name].parameters if p.is_list), None)
    said = call.arguments.get(parameter.name) if parameter else None
    if parameter is None or not isinstance(said, list):
        return kept
    known = [span.text for span in known_names(text, context)]
    missing = [name for name in known if not any(name in str(piece) or str(piece) in name for piece in said)]
    if not missing:
        return kept
    named = sorted([*map(str, said), *missing], key=text.find)
    return [replace(call, arguments={**call.arguments, parameter.name: named})]


def _without_repeats(call: ToolCall) -> ToolCall:
    """A list says each name once."""
    once = {name: list(dict.fromkeys(map(str, v))) if isinstance(v, list) else v for name, v in call.arguments.items()}
    return replace(call, arguments=once)


def _is_held(call: ToolCall, others: Sequence[ToolCall]) -> bool:
    """Whether another call of the tool has a longer list with all of this one's names, and is alike otherwise."""
    return any(
        other.name == call.name
        and other.arguments.keys() == call.arguments.keys()
        and any(isinstance(value, list) for value in call.arguments.values())
        and all(
            set(map(str, value)) < set(map(str, other.arguments[name]))
            if isinstance(value, list)
            else value == other.arguments[name]
            for name, value in call.arguments.items()
        )
        for other in others
    )
