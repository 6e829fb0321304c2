"""Names that the model cut short or wrote too long, and names that are none."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tools.arguments import NAME, PERIOD, SYMBOL
from tools.narrowing import related_name
from tools.parsing.mending import mends
from tools.parsing.question_words import common_words, is_word
from tools.parsing.surroundings import mended_words
from tools.toolbox import holds_piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_PAIR, _SEVERAL = 2, 3
_DIGIT = re.compile(r"\d")
_LABELLED = re.compile(r"(?:stock |ticker )?(?:symbol|ticker|code)\s+(?P<name>\S+)", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<!\w)[A-Z][\w'&-]*(?: [A-Z][\w'&-]*){1,3}(?!\w)")
"""Words written as one name: "Rite Aid"."""
_JOINS = r"[,;&+/]|\b(?:and|or|plus|n|vs|versus|with|against|to|than|also|then)\b"
_JOINED = re.compile(rf"(?=.*(?:{_JOINS}))(?:{_JOINS}|\s){{1,20}}")
"""What stands between two names of a list, or of a comparison."""
_LOOK_UP = "find_symbol"
_ASKS_SYMBOL = re.compile(
    r"\b(?:symbols?|tickers?|codes?|who(?: is| are|'s)|what company|which company|stand|listed|under)\b"
)
_COMPARE, _HISTORY = "compare_performance", "get_price_history"
_OF_THE_WHOLE = {"get_price_history": "get_portfolio_performance", "get_technicals": "get_portfolio_risk"}
"""What asks of the asker's portfolio what these ask of one company."""
_WHOLE = frozenset({"get_portfolio", *_OF_THE_WHOLE.values()})


def settle_names(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Each name as the whole known name of the question that it is a piece of; calls about no name go."""
    settled = [_settled(call, reading) for call in calls]
    real = [call for call in settled if not _is_about_time(call, settled, reading)]
    real = [_of_one(call, reading) for call in real or settled]
    whole = _about_the_whole([call for call in real if not _is_needless(call, real, reading)], reading)
    return whole if reading.said is None else _without_invented(whole, reading)


def _name_of(call: ToolCall, reading: Reading) -> str | None:
    """The one name that a call is about."""
    names = [value for name, value in call.arguments.items() if _is_name(call, name, reading)]
    return str(names[0]) if len(names) == 1 and not isinstance(names[0], list) else None


def _is_name(call: ToolCall, name: str, reading: Reading) -> bool:
    parameter = reading.parameter(call, name)
    return parameter is not None and parameter.kind in (NAME, SYMBOL)


def _settled(call: ToolCall, reading: Reading) -> ToolCall:
    arguments: dict[str, Any] = {}
    for name, value in call.arguments.items():
        if not _is_name(call, name, reading):
            arguments[name] = value
        elif isinstance(value, list):
            pieces = _without_times([_whole(str(piece), reading) for piece in value], reading)
            arguments[name] = without_strays(pieces, reading)
        else:
            arguments[name] = _whole(str(value), reading)
    return call if arguments == call.arguments else replace(call, arguments=arguments)


def _without_times(said: Sequence[str], reading: Reading) -> list[str]:
    """Each name once; beside others, a time is none: "VOO", "VTI", "10 years"."""
    once = list(dict.fromkeys(said))
    return [piece for piece in once if not (_DIGIT.search(piece) and reading.means(PERIOD, piece))] or once


def without_strays(said: list[str], reading: Reading) -> list[str]:
    """Beside two known names, a word that nobody is called by and that is in no list with another one goes.

    "rate the clowns for me, nio vs xpeng" names two; so does "Plot Visa and Mastercard".
    """
    known = {span.text for span in reading.names}
    if len(said) < _SEVERAL or sum(piece in known for piece in said) < _SEVERAL - 1:
        return said
    places = sorted((reading.text.find(piece), piece) for piece in said)
    if places[0][0] < 0:
        return said
    joined = set()
    for (start, piece), (after, other) in pairwise(places):
        if _JOINED.fullmatch(reading.text[start + len(piece) : after]):
            joined |= {piece, other}
    return [piece for piece in said if piece in known or piece in joined or not piece.isalpha()]


def _whole(piece: str, reading: Reading) -> str:
    """The known name around `piece`, or the only one inside it where the whole means nobody."""
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", reading.text)]
    if not places or any(span.text == piece for span in reading.names):
        return piece
    around = [{span.text for span in reading.names if span.start <= start and end <= span.end} for start, end in places]
    if all(around) and len(set.union(*around)) == 1:
        whole = around[0].pop()
        same = reading.means(SYMBOL, piece)
        return piece if same is not None and same == reading.means(SYMBOL, whole) else whole
    described = related_name(reading.text, places[0][1], reading.names) if len(places) == 1 else None
    if other := described or _as_written(piece, places, reading) or _among_odd_words(piece, places, reading):
        return other
    inside = {span.text for start, end in places for span in reading.names if start <= span.start and span.end <= end}
    labelled = _LABELLED.fullmatch(piece)
    if not (len(inside) == 1 or labelled) or reading.context.symbols.means_one(piece):
        return piece
    if labelled and labelled["name"].isupper() and reading.context.symbols.means_one(labelled["name"]):
        return labelled["name"]
    name = inside.pop() if inside else piece
    rest = _WORD.findall(piece.replace(name, " ", 1))
    return name if all(word.islower() and is_word(word) for word in rest) else piece


def _as_written(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The words with capitals around a `piece` that means nobody: "Aid" of "Rite Aid"; no known name may be in them."""
    if reading.text.istitle() or reading.context.symbols.means_one(piece):
        return None
    for match in _CAPITALISED.finditer(reading.text):
        first, _, rest = match[0].partition(" ")
        begins = match.start() + len(first) + 1 if first.lower() in common_words() and " " in rest else match.start()
        holds = any(begins <= start and end <= match.end() for start, end in places)
        if holds and not any(span.start < match.end() and begins < span.end for span in reading.names):
            return reading.text[begins : match.end()]
    return None


def _among_odd_words(piece: str, places: Sequence[tuple[int, int]], reading: Reading) -> str | None:
    """The words beside a `piece` that nothing knows any more than it: "aerosystems" of "spirt aerosystems"."""
    if reading.context.symbols.means_one(piece):
        return None
    text = reading.text
    slips = {slip.start for slip in mends(text, reading.names, ()) if slip.fits}
    words = [match for match in _WORD.finditer(text) if match.start() not in slips and _is_odd(match[0], reading)]
    runs: list[list[re.Match[str]]] = []
    for word in words:
        if runs and text[runs[-1][-1].end() : word.start()] == " ":
            runs[-1].append(word)
        else:
            runs.append([word])
    holding = (run for run in runs if any(run[0].start() <= s and e <= run[-1].end() for s, e in places))
    return next((text[run[0].start() : run[-1].end()] for run in holding if len(run) > 1), None)


def _is_odd(word: str, reading: Reading) -> bool:
    lower = word.lower()
    return len(word) > 1 and not is_word(lower) and not reading.context.symbols.is_ordinary(lower)


def _is_about_time(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether its only name is the length of time that another call says: "10 years" of a loan."""
    name = _name_of(call, reading)
    return any(other.arguments.get("years") == name for other in calls) if name is not None else False


def _is_needless(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether a symbol is looked up that nothing asks for, of a name that another call is about."""
    if call.name != _LOOK_UP or _ASKS_SYMBOL.search(mended_words(reading.text)):
        return False
    said = call.arguments.get("query")
    others = [value for other in calls if other.name != _LOOK_UP for value in other.arguments.values()]
    return any(said in value if isinstance(value, list) else said == value for value in others)


def _of_one(call: ToolCall, reading: Reading) -> ToolCall:
    """A comparison of one known name with a word that stands in no list with it is about that one."""
    said = call.arguments.get("symbols")
    if call.name != _COMPARE or not isinstance(said, list) or reading.earlier:
        return call
    if len(said) == len(reading.names) == 1:
        return _history(str(said[0]), call)
    known = [str(piece) for piece in said if any(span.text == piece for span in reading.names)]
    if len(known) != 1 or len(reading.names) != 1 or len(said) != _PAIR:
        return call
    other = next((str(piece) for piece in said if piece not in known), "")
    first, second = sorted((known[0], other), key=reading.text.find)
    gap = reading.text[reading.text.find(first) + len(first) : reading.text.find(second)]
    if not other.islower() or re.search(_JOINS, gap) or reading.context.symbols.means_one(other):
        return call
    return _history(known[0], call)


def _history(name: str, call: ToolCall) -> ToolCall:
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=_HISTORY, arguments={"symbol": name, **period})


def _about_the_whole(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Beside the portfolio itself, a call about a name that nobody can mean is about the portfolio too.

    "What do I own, and how has it done since 2021?" names nobody, and the model has to write some letters.
    """
    if reading.names or not any(call.name == "get_portfolio" for call in calls):
        return calls
    return [_of_the_whole(call, reading) for call in calls]


def _without_invented(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Calls about a name that nobody said are about the remembered one, or about the portfolio; else they go."""
    kept = [whole for call in calls if (whole := _remembered(call, reading)) is not None]
    return [call for place, call in enumerate(kept) if call not in kept[:place] or call in calls]


def _remembered(call: ToolCall, reading: Reading) -> ToolCall | None:
    """The call without made-up names; None where it is about nothing then."""
    arguments = dict(call.arguments)
    for name, said in call.arguments.items():
        if not _is_name(call, name, reading):
            continue
        if isinstance(said, list):
            arguments[name] = [piece for piece in said if _is_said(str(piece), reading)] or reading.earlier_names
        elif not _is_said(str(said), reading) or _is_time(str(said), reading):
            arguments[name] = reading.earlier_names[0] if len(reading.earlier_names) == 1 else None
        if not arguments[name]:
            return _of_remembered_whole(call, reading)
    return call if arguments == call.arguments else replace(call, arguments=arguments)


def _is_said(piece: str, reading: Reading) -> bool:
    """Whether a name may be copied; the currency or the time of the question before is no name."""
    if piece in reading.earlier_values and reading.place(piece) is None:
        return False
    return any(holds_piece(text, piece) for text in (reading.text, *(reading.said or ()), *reading.earlier_names))


def _of_remembered_whole(call: ToolCall, reading: Reading) -> ToolCall | None:
    if call.name not in _OF_THE_WHOLE or all(before.name not in _WHOLE for before in reading.earlier):
        return None
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=_OF_THE_WHOLE[call.name], arguments=period if call.name == "get_price_history" else {})


def _is_time(piece: str, reading: Reading) -> bool:
    """Whether `piece` is a length of time in the question, or part of one, and no name that the directory knows."""
    inside = any(piece in span.text for span in reading.lengths)
    return inside and piece[:1].isdigit() and not any(name.text == piece for name in reading.names)


def _of_the_whole(call: ToolCall, reading: Reading) -> ToolCall:
    name = _name_of(call, reading)
    if call.name not in _OF_THE_WHOLE or name is None or len(name) > 2 or reading.place(name) is not None:
        return call
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=_OF_THE_WHOLE[call.name], arguments=period if call.name == "get_price_history" else {})
