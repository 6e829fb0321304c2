"""Tool calls as small models write them, read leniently; whether one may run is decided by the tool's own schema."""

from __future__ import annotations

import json
import math
from typing import Any

from bot.messages import ToolCall

MAX_NAME = 100
MAX_SHOWN = 200
UNREADABLE_CALL = "unreadable_call"
"""Stands in for a name that is none. There is no such tool, so the model is told to use a listed one."""
UNREADABLE = "unreadable_arguments"
"""Stands in for arguments that are no JSON object. No tool has a parameter of that name, so every schema refuses it:
an empty object would let a tool without required arguments run on something nobody asked for."""


def read_json(text: str) -> Any:
    """Like `json.loads`, but NaN, infinities and overflowing numbers stay text, which no number parser takes."""

    def finite(number: str) -> float | str:
        value = float(number)
        return value if math.isfinite(value) else number

    def whole(number: str) -> int | str:
        # int() refuses thousands of digits, and no figure of ours is that long.
        return int(number) if len(number) <= 40 else number

    return json.loads(text, parse_constant=str, parse_float=finite, parse_int=whole)


def read_call(name: object, arguments: object) -> ToolCall:
    """One call from whatever the server gave as name and arguments; strings of JSON are unwrapped."""
    if isinstance(arguments, str):
        text = arguments
        try:
            arguments = read_json(text) if text.strip() else {}
        except (ValueError, RecursionError):
            arguments = text
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        arguments = {UNREADABLE: str(arguments)[:MAX_SHOWN]}
    return ToolCall(name[:MAX_NAME] if isinstance(name, str) and name else UNREADABLE_CALL, arguments)
