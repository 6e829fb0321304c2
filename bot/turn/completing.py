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
    """The calls, with every known name of the question in the list of an only call.

    Where several calls were written, who belongs to which is the model's to say, and nothing is added.
    """
    if len(calls) != 1 or calls[0].name not in toolbox.tools:
        return list(calls)
    call = calls[0]
    parameter = next((p for p in toolbox.tools[call.name].parameters if p.is_list), None)
    said = call.arguments.get(parameter.name) if parameter else None
    if parameter is None or not isinstance(said, list):
        return list(calls)
    known = [span.text for span in known_names(text, context)]
    missing = [name for name in known if not any(name in str(piece) or str(piece) in name for piece in said)]
    if not missing:
        return list(calls)
    named = sorted([*map(str, said), *missing], key=text.find)
    return [replace(call, arguments={**call.arguments, parameter.name: named})]
