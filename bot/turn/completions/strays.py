"""Words that a model took for a name though a name of the question is left that no call is about."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.turn.completions.reading import names_in
from tools.arguments import CURRENCY, EXCHANGE, NAME, SYMBOL
from tools.parsing.casual import FULL_FORMS
from tools.parsing.exchanges import read_exchange
from tools.parsing.question_words import is_word
from tools.parsing.spans import FUNCTION_WORDS

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_CLAUSE_ENDS = re.compile(r"[?;,](?=\s)|[.!](?=\s)|\b(?:and|also|plus|then|but)\b")


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


def settle_swapped(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Of two calls about a name each, the one with a time is about the name beside that time.

    "What's bitcoin at, and how did ethereum do over the last six months" asks for no history of bitcoin.
    """
    timed = [call for call in calls if reading.place(call.arguments.get("period")) is not None]
    others = [call for call in calls if call not in timed]
    if len(timed) != 1 or len(others) != 1 or reading.earlier:
        return calls
    mine, other = names_in([timed[0].arguments]), names_in([others[0].arguments])
    known = {name.text for name in reading.names}
    if len(mine) != 1 or len(other) != 1 or mine == other or not {*mine, *other} <= known:
        return calls
    clause = _clause_around(reading.place(timed[0].arguments["period"]) or 0, reading.text)
    if mine[0] in clause or other[0] not in clause or len(re.findall(re.escape(other[0]), reading.text)) > 1:
        return calls
    swapped = {mine[0]: other[0], other[0]: mine[0]}
    return [_with_name(call, name, swapped[name], reading) for call in calls for name in names_in([call.arguments])]


def _clause_around(place: int, text: str) -> str:
    ends = [0, *(match.end() for match in _CLAUSE_ENDS.finditer(text)), len(text)]
    return next(text[start:end] for start, end in pairwise(ends) if start <= place < end)


def _is_stray(piece: str, reading: Reading) -> bool:
    """Whether `piece` of the question is no name: plain words in small letters, or a place with one."""
    if reading.place(piece) is None or any(name.text == piece for name in reading.names):
        return False
    if reading.context.symbols.means_one(piece):
        return False
    if read_exchange(piece):
        return True
    rest = piece
    for place in (*EXCHANGE.find(piece), *CURRENCY.find(piece)):
        rest = rest.replace(place.text, " ")
    words = rest.split()
    if any(word.isupper() for word in words) or (words and not any(map(str.islower, words))):
        return False
    plain = [is_word(word.lower()) or word in FULL_FORMS or word.lower() in FUNCTION_WORDS for word in words]
    return all(plain) and (bool(words) or rest != piece)


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
