"""Look-ups that the built-in model was unsure of: named to the person first, and run when the person says yes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.prompting import sections
from bot.turn.rendering import escape
from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.turns import PastTurn
    from tools.context import ToolContext
    from tools.toolbox import Parameter, Tool, Toolbox

YES = frozenset({"yes", "yep", "y"})
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_ARGUMENT = re.compile(r"\{(\w+)\}")
_OVER = re.compile(
    r"\bover (?=(?:after|before|between|during|for|from|in|over|since|until|up|within)\b)", re.IGNORECASE
)
"""A period may bring its own word: "since March", where "2022" needs one."""


def ask_about(calls: Sequence[ToolCall], toolbox: Toolbox, context: ToolContext) -> str | None:
    """The question whether these calls were meant; None where one of them could not run as it is."""
    named = []
    for call in calls:
        tool = toolbox.tools.get(call.name)
        if tool is None:
            return None
        try:
            _, resolved = tool.read(call.arguments, context)
        except ToolError:
            return None  # the tool's own complaint says better what is missing
        named.append(_name(tool, call.arguments, resolved, context))
    return sections("lookups")["question"].format(lookups=_joined(list(dict.fromkeys(named))))


def agreed_calls(past: Sequence[PastTurn], text: str) -> tuple[ToolCall, ...]:
    """The calls that the last turn asked about, if `text` is nothing but a yes."""
    if not past or text.strip(" .!").casefold() not in YES:
        return ()
    return tuple(ToolCall(call.name, call.arguments) for call in past[-1].proposed)


def _name(tool: Tool, said: dict[str, Any], resolved: dict[str, Any], context: ToolContext) -> str:
    """One look-up in words: companies by their names, all else as it was said."""
    words = {
        parameter.name: _shown(parameter, said[parameter.name], resolved[parameter.name], context)
        for parameter in tool.parameters
        if parameter.name in resolved
    }
    template = _OPTIONAL.sub(
        lambda part: part[1] if all(name in words for name in _ARGUMENT.findall(part[1])) else "",
        sections("lookups")[tool.name],
    )
    return _OVER.sub("", template.format_map(words))


def _shown(parameter: Parameter, said: Any, resolved: Any, context: ToolContext) -> str:
    is_symbol = parameter.kind is not None and parameter.kind.name == "symbol"
    value = resolved if is_symbol or parameter.kind is None else said
    pieces = [str(piece) for piece in (value if isinstance(value, list) else [value])]
    if is_symbol:
        pieces = [context.symbols.name(piece) for piece in pieces]
    elif parameter.kind is None:
        pieces = [piece.replace("_", " ") for piece in pieces]
    return _joined([escape(piece) for piece in pieces])


def _joined(pieces: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(pieces[:-1]), pieces[-1]] if len(pieces) > 1 else pieces)
