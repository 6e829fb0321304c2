"""Words that a model took for a name though a name of the question is left that no call is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.turn.completions.reading import names_in
from tools.arguments import EXCHANGE, NAME, SYMBOL
from tools.parsing.casual import FULL_FORMS
from tools.parsing.question_words import is_word

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading


def settle_strays(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The only name that no call is about in the place of the only plain words that stand for one.

    "When does London close, and what's the FTSE 100 doing" asks for no price of "London close".
    """
    said = [name.casefold() for name in names_in(call.arguments for call in calls)]
    known = dict.fromkeys(name.text for name in reading.names)
    left = [name for name in known if not any(name.casefold() in piece for piece in said)]
    strays = [piece for piece in names_in(call.arguments for call in calls) if _is_stray(piece, reading)]
    meant = left or list(known)
    if len(meant) != 1 or len(strays) != 1:
        return calls
    return [_with_name(call, strays[0], meant[0], reading) for call in calls]


def _is_stray(piece: str, reading: Reading) -> bool:
    """Whether `piece` of the question is no name: plain words in small letters, or a place with one."""
    if reading.place(piece) is None or any(name.text == piece for name in reading.names):
        return False
    if reading.context.symbols.means_one(piece):
        return False
    rest = piece
    for place in EXCHANGE.find(piece):
        rest = rest.replace(place.text, " ")
    words = rest.split()
    return all(word.islower() and (is_word(word) or word in FULL_FORMS) for word in words) and (bool(words) or rest != piece)


def _with_name(call: ToolCall, old: str, new: str, reading: Reading) -> ToolCall:
    arguments: dict[str, Any] = {}
    for key, value in call.arguments.items():
        parameter = reading.parameter(call, key)
        if parameter is None or parameter.kind not in (NAME, SYMBOL):
            arguments[key] = value
        elif isinstance(value, list):
            arguments[key] = [new if piece == old else piece for piece in value]
        else:
            arguments[key] = new if value == old else value
    return call if arguments == call.arguments else replace(call, arguments=arguments)
