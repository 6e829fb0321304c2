"""Names that the model cut short or wrote too long, and names that are none."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.turn.completions.comparisons import JOINS, of_one
from bot.turn.completions.odd_names import whole_name
from tools.arguments import CURRENCY, NAME, PERIOD, SYMBOL
from tools.parsing.question_words import is_word
from tools.toolbox import holds_piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_WORD = re.compile(r"[^\W\d_]+")
_SEVERAL = 3
_DIGIT = re.compile(r"\d")
_TIED = re.compile(r"-[^\W\d_]{3,}")
_KIND_WORD = re.compile(
    r"group|holdings?|bank|fund|trust|etf|energy|motors?|steel|oil|gold|air|media|foods?|industries|insurance|capital"
)
_POSSESSIVE = re.compile(r"['’]s\b")
_LABELLED = re.compile(r"(?:.{1,20} )?(?:symbol|ticker|code)\s+(?P<name>\S+)", re.IGNORECASE)
_WORD_OF_ASK = re.compile(
    r"\A(?:figures|numbers|data|stats|ticker|symbol|price|quote|chart|news|headlines|alert|alarm|earnings|results|rsi|macd"
    r"|valuation|fundamentals|dividends?|revenues?|info|updates?|question|thing|same|again) (?:of|on|for|about) (?=.)",
    re.IGNORECASE,
)
_ASKED_OF = re.compile(r"\A(?:why|what|how|when|where|who)['’]?s (?=\w)", re.IGNORECASE)
_PRICE_AFTER = re.compile(r" (?:at|below|above|under|over|reaches|hits|is) [$€£]?\d[\d.,]*\Z", re.IGNORECASE)
"""What a model may have copied with a name: "figures on constellation software", "generali at 32.50"."""
_OF_THE_SHARE = re.compile(
    r"(?<=\w) (?:price|stock|shares?|ticker|news|chart|quote|earnings|market (?:value|cap)|valuation|of dividends?)\Z",
    re.IGNORECASE,
)
_OF_AN_INDEX = re.compile(r" (?:50|100|200|225|250|300|350|400|500|600|1000|2000|3000)(?![\w.,%])")
_JOINED = re.compile(rf"(?=.*(?:{JOINS}))(?:{JOINS}|\s){{1,20}}")
"""What stands between two names of a list, or of a comparison."""
_OF_THE_WHOLE = {"get_price_history": "get_portfolio_performance", "get_technicals": "get_portfolio_risk"}
"""What asks of the asker's portfolio what these ask of one company."""
_OF_FIGURES = frozenset({"project_growth", "loan_payment"})
_WHOLE = frozenset({"get_portfolio", *_OF_THE_WHOLE.values()})


def settle_names(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Each name as the whole known name of the question that it is a piece of; calls about no name go."""
    settled = [_settled(call, reading) for call in calls]
    real = [call for call in settled if not _is_about_figure(call, settled, reading)]
    whole = _about_the_whole([of_one(call, real or settled, reading) for call in real or settled], reading)
    return whole if reading.said is None else _without_invented(whole, reading)


def name_of(call: ToolCall, reading: Reading) -> str | None:
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
            pieces = _without_values([_whole(str(piece), reading) for piece in value], reading)
            arguments[name] = without_strays(pieces, reading)
        else:
            arguments[name] = _whole(str(value), reading)
    return call if arguments == call.arguments else replace(call, arguments=arguments)


def _without_values(said: Sequence[str], reading: Reading) -> list[str]:
    """Each name once; beside others, a time or a currency is none: "VOO", "VTI", "10 years", "swiss francs"."""
    once = [piece for place, piece in enumerate(said) if not _is_said_again(piece, said[place + 1 :], reading)]
    once = list(dict.fromkeys(once))
    once = [piece for piece in once if not any(_is_inside_only(piece, other, reading) for other in once)]
    return [piece for piece in once if not _is_value(piece, reading)] or once


def _is_said_again(piece: str, after: Sequence[str], reading: Reading) -> bool:
    """Whether the very next piece is the ticker of the same listing: "gold etf GLD"."""
    if not after or not after[0].isupper() or piece.isupper():
        return False
    meant = reading.means(SYMBOL, piece)
    return meant is not None and meant == reading.means(SYMBOL, after[0]) and f"{piece} {after[0]}" in reading.text


def _is_inside_only(piece: str, other: str, reading: Reading) -> bool:
    """Whether the question says `piece` only as a part of the name `other`: "H" of "H&R REIT"."""
    if piece == other or not re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", other):
        return False
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", reading.text.replace(other, " ")) is None


def _is_value(piece: str, reading: Reading) -> bool:
    if any(span.text == piece for span in reading.names):
        return False
    is_time = _DIGIT.search(piece) and reading.means(PERIOD, piece)
    return bool(is_time or (" " in piece and reading.means(CURRENCY, piece)))


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


def _of_earlier(piece: str, reading: Reading) -> str:
    """The only remembered name that `piece`, which this question does not say, is part of, or has words beside."""
    if reading.place(piece) is not None or piece in reading.earlier_names:
        return piece
    held = f" {piece.casefold()} "
    whole = [name for name in reading.earlier_names if held in f" {name.casefold()} " or f" {name.casefold()} " in held]
    return whole[0] if len(whole) == 1 else piece


def _whole(piece: str, reading: Reading) -> str:
    """The known name around `piece`, or the only one inside it where the whole means nobody."""
    piece = _of_earlier(piece, reading)
    piece = _without_plain_word(_cut(piece, reading), reading)
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", reading.text)]
    if not places or any(span.text == piece for span in reading.names):
        return piece
    around = [{span.text for span in reading.names if span.start <= start and end <= span.end} for start, end in places]
    if all(around) and len(set.union(*around)) == 1:
        whole = around[0].pop()
        same = reading.means(SYMBOL, piece)
        is_same = same is not None and same == reading.means(SYMBOL, whole) and "&" not in whole
        return piece if is_same else whole
    if other := whole_name(piece, places, reading):
        return other
    inside = {span.text for start, end in places for span in reading.names if start <= span.start and span.end <= end}
    labelled = _LABELLED.fullmatch(piece)
    if not (len(inside) == 1 or labelled) or reading.context.symbols.means_one(piece):
        return piece
    if labelled and labelled["name"].isupper() and (not inside or reading.context.symbols.means_one(labelled["name"])):
        return labelled["name"]
    name = inside.pop() if inside else piece
    rest = _WORD.findall(_POSSESSIVE.sub("", piece.replace(name, " ", 1)))
    return name if all(word.islower() and is_word(word) for word in rest) else piece


def _without_plain_word(piece: str, reading: Reading) -> str:
    """A name in capitals that nobody knows, without a plain word behind it: "Norilsk Nickel perform"."""
    start, _, last = piece.rpartition(" ")
    if (
        not start
        or any(span.text == piece for span in reading.names)
        or not all(word.istitle() or word.isupper() for word in start.split())
    ):
        return piece
    if reading.means(CURRENCY, piece):
        return piece
    return start if last.islower() and is_word(last) and not _KIND_WORD.fullmatch(last) else piece


def _cut(piece: str, reading: Reading) -> str:
    """A name without words of asking beside it, and with the digits that are part of it: "MGLU3", "Russell 2000"."""
    if not any(span.text == piece for span in reading.names):
        piece = _WORD_OF_ASK.sub("", _OF_THE_SHARE.sub("", _PRICE_AFTER.sub("", _ASKED_OF.sub("", piece)))) or piece
    place = reading.place(piece)
    if place is not None and (tied := _TIED.match(reading.text, place + len(piece))):  # "hapag" of "hapag-lloyd"
        return piece if any(span.text == piece for span in reading.names) else piece + tied[0]
    if place is None:
        whole = re.search(rf"(?<!\w){re.escape(piece)}\d\w*(?!\w)", reading.text)
        return whole[0] if whole else piece
    after = _OF_AN_INDEX.match(reading.text, place + len(piece))
    is_known = any(span.text == piece and span.start == place for span in reading.names)
    return piece + after[0] if after and not is_known else piece


def _is_about_figure(call: ToolCall, calls: Sequence[ToolCall], reading: Reading) -> bool:
    """Whether its only name is a figure that another call says: "10 years" of a loan, "4.2" of its "4.2%"."""
    name = name_of(call, reading)
    if name is None or any(span.text == name for span in reading.names):
        return False
    said = [str(other.arguments.get(key, "")) for other in calls for key in ("years", "annual_rate_percent")]
    if any(other.name in _OF_FIGURES for other in calls):
        said += [span.text for span in (*reading.rates, *reading.lengths)]
    return name in said or (not re.search(r"[^\W\d_]", name) and any(figure.startswith(name) for figure in said))


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
    if reading.place(piece) is None and (piece in reading.earlier_values or _is_of_nobody(piece, reading)):
        return False
    return any(holds_piece(text, piece) for text in (reading.text, *(reading.said or ()), *reading.earlier_names))


def _is_of_nobody(piece: str, reading: Reading) -> bool:
    """Whether the turn before was about no name, so that none of its words is one: "define ETF", then "price?"."""
    if not reading.earlier or reading.earlier_names or reading.context.symbols.means_one(piece):
        return False
    tools = [reading.toolbox.tools.get(call.name) for call in reading.earlier]
    return not any(parameter.kind in (NAME, SYMBOL) for tool in tools if tool for parameter in tool.parameters)


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
    name = name_of(call, reading)
    if call.name not in _OF_THE_WHOLE or name is None or len(name) > 2 or reading.place(name) is not None:
        return call
    period = {key: value for key, value in call.arguments.items() if key == "period"}
    return replace(call, name=_OF_THE_WHOLE[call.name], arguments=period if call.name == "get_price_history" else {})
