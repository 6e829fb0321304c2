"""The tool that the wording of a question asks for, where the model chose another one or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.choices.company import COMPANY
from bot.turn.choices.market import MARKET
from bot.turn.choices.own import OWN
from bot.turn.choices.refusals import ADVICE
from bot.turn.completions.reading import names_in
from tools.arguments import EXCHANGE, NAME, SYMBOL

if TYPE_CHECKING:
    from bot.turn.choices.cues import Cue
    from bot.turn.completions.reading import Reading

TOPICS = (OWN, COMPANY, MARKET)
_CLAUSE = re.compile(
    r"[,;:?!](?= |$)|\.(?= |$)| (?:an|nd|n) (?=what |how |when |where |who |list |show |tell |give |also |which |is"
    r" |did |does |any )"
    r"| (?:and|also|plus|then|but|as well as|together with|coupled with|followed by"
    r"|on top of that|additionally|\+) "
)
ORDERED = "DECLINE: trade_order"
_SURE, _SURE_OF_ONE, _DOUBT = -0.1, -0.3, -0.5
"""Log-probabilities of the least sure token.

Above the first a decision is hardly ever another tool's; above the second, one call of a question that joins two things
is right and the other one is missing; below the third all is open.
"""
_JOINED = re.compile(
    r"\b(?:an|nd|n) (?:what|how|when|where|who|list|show|tell|give|also|which|is|did|does|any)\b"
    r"|\b(?:and|also|plus|too|then|as well|together with|coupled with|followed by|on top of|additionally)\b| \+ "
)
_PARTS = 2
_WORDS_OF_ASK = 3
_MARK = re.compile(r"\bNAME\b")


def settle_choice(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Each tool that the wording asks for takes the place of the one that was chosen in its stead."""
    asked = _answerable(reading)
    missing = [tool for tool in asked if all(call.name != tool for call in calls)]
    others = [call for call in calls if call.name not in asked and not _is_proposal(call, reading)]
    if not asked or (missing == ["get_watchlist"] and any(call.name.startswith("propose_") for call in calls)):
        return calls  # "which do I follow? I am removing Nike"
    if not missing:
        return calls if _asks_more(reading) else _without(others, calls)
    if reading.draft.text == ORDERED and reading.is_surer(_DOUBT):
        return calls
    if len(missing) == 1 and others:
        return _in_place(calls, others, missing[0], asked, reading)
    made = [call for tool in missing for call in _made(tool, asked[tool], None, reading)]
    if len({call.name for call in made}) < len(missing):
        return calls
    return [*calls, *made]


def _answerable(reading: Reading) -> dict[str, list[str]]:
    """The tools that are asked for; none where an opinion is, nor where two agree, and none that is missing here."""
    if reading.draft.is_agreed:
        return {}
    asked = asked_tools(reading)
    if ADVICE.search(reading.skeleton.words) and "suggest_rebalance" not in asked:
        return {}
    return asked if reading.toolbox.tools.keys() >= asked.keys() else {}


def _is_proposal(call: ToolCall, reading: Reading) -> bool:
    """Whether `call` proposes something about a name of this question: that is not taken for another thing."""
    said = [call.arguments.get("symbol"), *(call.arguments.get("symbols") or ())]
    return call.name.startswith("propose_") and any(piece and reading.place(piece) is not None for piece in said)


def _asks_more(reading: Reading) -> bool:
    """Whether the question may ask for another thing besides."""
    words = reading.skeleton.words
    if _JOINED.search(words) is not None:
        return True
    return len(_clauses(words)) > 1 and (reading.is_surer(_DOUBT) or len(re.findall(r"\?", words)) > 1)


def _without(others: list[ToolCall], calls: list[ToolCall]) -> list[ToolCall]:
    """`calls` without those that nothing asks for: a question that joins no two things asks for one."""
    return [call for call in calls if call not in others or _topic(call.name) is None]


def _in_place(
    calls: list[ToolCall], others: list[ToolCall], tool: str, asked: dict[str, list[str]], reading: Reading
) -> list[ToolCall]:
    """`calls` with `tool` where the one that it was taken for stands; both stay where they are of different kinds."""
    same = [call for call in others if _topic(call.name) is not None and _topic(call.name) == _topic(tool)]
    if tool == "get_market_status" and len(calls) == 1 and _are_said(others[0], reading):
        return [*calls, *_made(tool, asked[tool], None, reading)]
    if not same and len(calls) == 1 and not reading.is_surer(_SURE):
        same = others
    joined = _JOINED.search(reading.skeleton.words) is not None
    if not same and _joined_apart(tool, asked, reading) and reading.is_surer(_DOUBT):
        return [*calls, *_made(tool, asked[tool], None, reading)]
    if not same or (len({call.name for call in same}) > 1 and (joined or len(asked) > 1)):
        return calls
    if joined and reading.is_surer(_SURE_OF_ONE):
        same = []
    made = _made(tool, asked[tool], others[0], reading)
    if not made:
        return calls
    first = calls.index(same[0]) if same else len(calls)
    kept = [call for call in calls if call not in same]
    return [*kept[:first], *made, *kept[first:]]


def _are_said(call: ToolCall, reading: Reading) -> bool:
    """Whether `call` is about known names of the question, beside which an exchange has a clause of its own."""
    said, known = names_in([call.arguments]), {name.text for name in reading.names}
    apart = len([clause for _, clause in _clauses(reading.skeleton.words)]) > 1
    return call.name == "get_quote" and bool(said) and {*said} <= known and apart


def _joined_apart(tool: str, asked: dict[str, list[str]], reading: Reading) -> bool:
    """Whether `tool` is asked for in a part of its own of a question that joins two."""
    clauses = _clauses(reading.skeleton.words)
    if len(clauses) < _PARTS or len(asked) != 1 or _JOINED.search(reading.skeleton.words) is None:
        return False
    known = len(reading.skeleton.names) or min(1, len(reading.earlier_names))
    saying = [
        clause
        for _, clause in clauses
        if any((said := _first(topic, clause, known)) and said[0].tool == tool for topic in TOPICS)
    ]
    others = [clause for _, clause in clauses if clause not in saying and len(clause.split()) >= _WORDS_OF_ASK]
    return bool(saying and others)


def asked_tools(reading: Reading) -> dict[str, list[str]]:
    """The tools that are asked for, in the order of their words, each with the names that are asked about."""
    question = reading.skeleton
    known = len(question.names) or min(1, len(reading.earlier_names))
    found: dict[str, tuple[int, list[str]]] = {}
    clauses = _clauses(question.words)
    for topic in TOPICS:
        places = [(start, _first(topic, clause, known)) for start, clause in clauses] if len(clauses) > 1 else []
        if not any(cue for _, cue in places):
            places = [(0, _first(topic, question.words, known))]
        for start, said in places:
            if said is not None:
                cue, end = said
                found.setdefault(cue.tool, (start, _names(reading, start + end)))
    return {tool: names for tool, (_, names) in sorted(found.items(), key=lambda item: item[1][0])}


def _clauses(words: str) -> list[tuple[int, str]]:
    ends = [*_CLAUSE.finditer(words)]
    starts = [0, *(match.end() for match in ends)]
    stops = [*(match.start() for match in ends), len(words)]
    return [(start, words[start:stop]) for start, stop in zip(starts, stops, strict=True) if words[start:stop].strip()]


def _first(topic: tuple[Cue, ...], clause: str, known: int) -> tuple[Cue, int] | None:
    """The first of `topic` that `clause` asks for, and where its wording ends."""
    here = len(_MARK.findall(clause))
    for cue in topic:
        match = cue.asked(clause, here, known)
        if match:
            return cue, match.end()
    return None


def _names(reading: Reading, end: int) -> list[str]:
    """The names of the question, the last one before `end` first: it is the one that is asked about."""
    before = len(_MARK.findall(reading.skeleton.words[:end]))
    names = [span.text for span in reading.skeleton.names] or reading.earlier_names
    nearest = names[before - 1 : before] if before else []
    return list(dict.fromkeys([*nearest, *names]))


def _topic(tool: str) -> tuple[Cue, ...] | None:
    return next((topic for topic in TOPICS if any(cue.tool == tool for cue in topic)), None)


def _made(tool: str, names: list[str], old: ToolCall | None, reading: Reading) -> list[ToolCall]:
    """A call of `tool` with what `old` or the question says; none where it lacks what it needs."""
    arguments: dict[str, Any] = {}
    for parameter in reading.toolbox.tools[tool].parameters:
        said: Any = old.arguments.get(parameter.name) if old else None
        if parameter.kind in (NAME, SYMBOL):
            ordered = [span.text for span in reading.skeleton.names] or reading.earlier_names
            said = _about(old, ordered if parameter.is_list else names, as_list=parameter.is_list)
        elif parameter.kind is EXCHANGE and not said:
            places = EXCHANGE.find(reading.text)
            said = places[0].text if len(places) == 1 else None
        if said:
            arguments[parameter.name] = said
        elif parameter.required:
            return []
    return [ToolCall(tool, arguments)]


def _about(old: ToolCall | None, names: list[str], *, as_list: bool) -> Any:
    """The name or names that the new call is about: those of the old one where the question knows them."""
    values = [value for key in ("symbol", "symbols", "query") if old and (value := old.arguments.get(key))]
    said = [str(piece) for value in values for piece in (value if isinstance(value, list) else [value])]
    known = [piece for piece in said if piece in names]
    chosen = known or names or said
    if as_list:
        return names or chosen
    return chosen[0] if chosen else None
