"""What points back at names of several turns: "which of the two did better", "put the first one on my watchlist"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.beside import ALL_THREE, BY_SECTOR, SECTORS, beside_earlier
from bot.turn.completions.comparisons import COMPARE, HISTORY, history_of
from bot.turn.completions.reading import names_in
from tools.arguments import NAME, SYMBOL
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

PLACES = {
    "first": 0, "frist": 0, "former": 0, "second": 1, "middle": 1, "secnd": 1, "scond": 1, "third": 2,
    "last": -1, "latter": -1,
}  # fmt: skip
"""Which of several an ordinal means, the slips that nothing mends included."""
PLACE = re.compile(rf"\bthe (?P<place>{'|'.join(PLACES)})\b")
_PLACED = re.compile(
    r"(?:\b(?:the(?: very)?|just|that|back to(?: that)?) |\A\W*(?:(?:and|ok|so|no|now) )*(?=\w+ one\b))"
    rf"(?P<place>{'|'.join(PLACES)})"
    r"(?: one\b(?! [$€£]?\d)|(?<=former)|(?<=latter)| of (?:those|them|these|the two)\b"
    r"|(?: (?:company|stock|name|mob|lot|fund|firm|outfit))?(?=['’]s\b| *(?:\Z|[,.:;?!]|(?:on|off|to|from|onto|in"
    r"|into|and|i (?:asked|mentioned|said)|we|alone|please|pls|too"
    r"|dips?|falls?|drops?|goes|hits|gets|is|was|did|does|has|over|since|this|last|for|below|under|above|instead|as"
    r"|then)\b)))",
    re.IGNORECASE,
)
"""One of several that were asked about before; not "the first quarter"."""
_ALL = re.compile(r"\b(?:all (?:three|3|of (?:them|those|these))|the three(?: of them)?|the whole lot|the lot)\b")
_BOTH = re.compile(
    r"\b(?:bothe?(?! (?:my|our))|the two(?: of (?:them|those))?|the pair|those two|these two|them two|each other|one"
    r" another"
    r"|each of (?:them|those|these)|(?:compare|add|remove|watch|follow|put|take|chuck|stick) (?:them|those|these|all)"
    r"|head to head)\b"
)
_BETTER = re.compile(
    r"\A\W*(?:(?:and|ok|okay|so|cool|aight|now|then|right|hm+|thanks|well) )*(?:(?:the )?(?=best|worst)|(?:which"
    r"|who)(?: (?:one|company|stock|name"
    r"|share|of (?:th)?em|of (?:those|these|the)(?: two| three)?(?: companies| stocks| names| banks"
    r"| funds)?))?)(?: (?:ran|run|runs|has|have|had|is|was|been|did|does|do|got|gets|really|the|a|do you))*"
    r" ?(?:better|best|more|worse|worst|won|wins?|ahead|outperformed|stronger|harder|higher|bigger|highest|came"
    r"|grew|up|rose"
    r"|fell|lost|beat|done)\b"
)
"""Asks which of several did better, with no name."""
_BEFORE_LAST = re.compile(r"\bthe (?:one|name|company|stock) before (?:that|it|last)\b")
_COMPARED = re.compile(r"\b(?:compare|compared|comparison|against each other|side by side)\b")
_THEY_COMPARED = re.compile(r"\bhow (?:did|have|do|are) (?:they|those|these) (?:\w+ ){0,2}(?:compare|stack up|against)")
_THEIR = re.compile(r"\b(?:their|theirs|each|both)\b")
_FEW = 3
_OF_OWN = "get_portfolio_performance"
_OWN_WORDS = re.compile(r"\b(?:my|mine|our|portfolio|holdings?)\b", re.IGNORECASE)
_OVER_TIME = frozenset({COMPARE, HISTORY, "get_quote", "get_portfolio_performance"})
"""What a model may write for a comparison of names that the question does not say."""
_SINGLE = frozenset({"get_news", "get_events", "get_fundamentals", "get_technicals", "find_symbol"})


def recalled_names(reading: Reading) -> list[str]:
    """The names of the turn before where it had several, else those of the turns before it too, in the order asked."""
    names = reading.earlier_names
    if len(names) > 1 and not (len(names) < _FEW and ALL_THREE.search(reading.text)):
        return names
    turns = [*(names_in(call.arguments for call in turn) for turn in reversed(reading.older)), names]
    return list(dict.fromkeys(name for turn in turns for name in turn))


def settle_recalled(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The calls about what the question points back at, where it names nobody itself."""
    names = recalled_names(reading)
    calls = beside_earlier(calls, reading)
    words = mended_words(reading.text)
    placed = _PLACED.search(reading.text) or _PLACED.search(words)
    if _asks_of_each(calls, words, reading):
        return _about(calls, reading.earlier_names, reading)
    if len(names) < 2 or any(not (placed and placed.start() <= name.start < placed.end()) for name in reading.names):
        return calls
    if placed or (_BEFORE_LAST.search(words) and not reading.names):
        place = PLACES[placed["place"].lower()] if placed else -2
        meant = names[place : place + 1 or None]
        return _about(calls, meant, reading) if meant else calls
    is_several = _ALL.search(words) is not None or _BOTH.search(words) is not None
    is_compared = (
        _BETTER.search(words) is not None
        or _THEY_COMPARED.search(words) is not None
        or (is_several and _COMPARED.search(words) is not None and len(reading.earlier_names) < 2)
    )
    if _ALL.search(words):
        meant = names[-3:]
    elif is_compared or _BOTH.search(words):
        meant = names if len(reading.earlier_names) > 1 else names[-2:]
    else:
        return calls
    is_open = SECTORS.search(words) is None
    if is_compared and all(call.name in _OVER_TIME or (is_open and call.name == BY_SECTOR) for call in calls):
        times = {key: said for call in calls for key, said in call.arguments.items() if key == "period"}
        times = times or _time_of_before(reading)
        return [ToolCall(COMPARE, {"symbols": meant, **times})]
    return _about(calls, meant, reading)


def _asks_of_each(calls: list[ToolCall], words: str, reading: Reading) -> bool:
    """Whether a call about one of several of before is meant of each: "and their P/Es"."""
    if not _THEIR.search(words) or reading.names or not 1 < len(reading.earlier_names) <= _FEW or len(calls) != 1:
        return False
    return calls[0].name in _SINGLE and {*names_in([calls[0].arguments])} <= {*reading.earlier_names}


def _time_of_before(reading: Reading) -> dict[str, str]:
    """The time that the calls before share: "so who won" asks about the same."""
    said = {str(call.arguments.get("period")) for call in (*reading.earlier, *(c for t in reading.older for c in t))}
    return {"period": said.pop()} if len(said) == 1 and said != {"None"} else {}


def _about(calls: list[ToolCall], names: list[str], reading: Reading) -> list[ToolCall]:
    """Each call about these names: one for each where its tool takes one, else one with all."""
    settled = [new for call in calls for new in _spread(call, names, reading)]
    return [call for place, call in enumerate(settled) if call not in settled[:place]]


def _over_time(call: ToolCall, names: list[str], reading: Reading) -> ToolCall | None:
    """What asks how one or several of `names` did, where `call` asks so of others; None where it does not."""
    times = {key: said for key, said in call.arguments.items() if key == "period"}
    if call.name == COMPARE:
        return history_of(names[0], call) if len(names) == 1 else _with(call, "symbols", names)
    if call.name == _OF_OWN and len(names) == 1 and not _OWN_WORDS.search(reading.text):
        return replace(call, name=HISTORY, arguments={"symbol": names[0], **times})
    if call.name == HISTORY and len(names) > 1:
        return replace(call, name=COMPARE, arguments={"symbols": names, **times})
    return None


def _spread(call: ToolCall, names: list[str], reading: Reading) -> list[ToolCall]:
    if over_time := _over_time(call, names, reading):
        return [over_time]
    tool = reading.toolbox.tools.get(call.name)
    taken = next((p for p in tool.parameters if p.kind in (NAME, SYMBOL)), None) if tool else None
    if taken is None:
        return [call]
    if taken.is_list:
        return [_with(call, taken.name, names)]
    if call.name in _SINGLE:
        return [_with(call, taken.name, name) for name in names]
    return [_with(call, taken.name, names[0])] if len(names) == 1 else [call]


def _with(call: ToolCall, parameter: str, value: str | list[str]) -> ToolCall:
    return replace(call, arguments={**call.arguments, parameter: value})
