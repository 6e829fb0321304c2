"""What to add and what to remove, and which way each price alert goes: the words beside each name and price."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.reading import names_in
from tools.parsing.spans import FUNCTION_WORDS, Span
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.parsing.surroundings import Surrounded

WATCH, ALERT, WATCHED = "propose_watchlist_change", "propose_price_alert", "get_watchlist"

_FOLLOW = r"(?:follow|watch|track|monitor)(?! ?list)"
_VERB = re.compile(
    rf"\b(?:(?P<remove>(?:stop|quit|end|no longer|not|don't|dont|do not|done|through|finished|tired of|sick of"
    rf"|bored of) (?:(?:want|wanna|care|wish|like|to|need|with|more|anymore|any|longer) )*(?:{_FOLLOW}(?:ing)?"
    r"|see(?:ing)?|keep(?:ing)? (?:an eye|tabs) on)"
    rf"|{_FOLLOW}(?:ing)? no (?:more|longer)|no longer (?:need|want)(?! to)|remov(?:e|ing)|delet(?:e|ing)"
    rf"|drop(?:ping)?|unfollow(?:ing)?"
    r"|unwatch|ditch(?:ing)?|strike|scrap|retire|eras(?:e|ing)|get(?:ting)? rid of|kick|quit|dump)"
    rf"|(?P<add>adds?(?:ing)?|ad|put(?:ting)?|slap|toss|stick|includ(?:e|ing)|pop|keep(?:ing)? (?:an eye|tabs) on"
    rf"|observe|start {_FOLLOW}ing"
    rf"|{_FOLLOW})|(?P<unsure>take|taking|yeet|cross|bin|throw|chuck|whack|bung|lob|{_FOLLOW}ing))\b"
)
_THEN_SHOWN = re.compile(
    r"\b(?:sho?w|give|let|read)(?: me)?(?: see)? (?:(?:the|my|teh) )?(?:(?:whole|new|updated|full) )?(?:watch ?)?"
    r"list\b|\b(?:sho?w|tell)(?: me)? what(?:'?s| is) (?:left|still (?:on|in|there))\b",
    re.IGNORECASE,
)
"""Asks for the list after the change."""
_SHOWN = re.compile(
    r"\b(?:sho?w|see|list(?:ed)? (?:me|it|them|out)|what|whats|which|display|print|then|pull up|bring up|check|look"
    r"|give me|read|how|who|tell)",
    re.IGNORECASE,
)
_OFF = re.compile(r"\A\W*(?:it |them |that )?(?:off|out|outta|away|in the (?:bin|trash|rubbish))\b")
_ON = re.compile(r"\A\W*(?:on|onto|in|into)\b")
_PRONOUN = re.compile(
    r"\b(?:chuck|throw|toss|whack|bung|lob|stick|pop|put|slap|take|yeet|kick|boot|get|drop)"
    r" (?:it|them|that|this|those|both|that one|this one)"
    r" (?:(?P<on>back on|on|onto|into|in|with|among)|(?P<off>back off|off|out))\b",
    re.IGNORECASE,
)
"""What is to be done with something remembered: "chuck it on the list"."""
_BINNED = re.compile(r"\b(?:bin|ditch|scrap|lose|unfollow|dump) (?:it|them|that)\b", re.IGNORECASE)
_OFF_NOW = re.compile(
    r"\A\W*(?:no longer (?:belongs?|deserves?|interests?)|(?:doesn't|does not|doesnt|don't|dont) belong|(?:should|must"
    r"|has to|have to|needs to|can|may) (?:go(?! (?:on|in|to)\b)|come off|be (?:off|removed|gone)))\b"
)
"""After a name that is to be removed: "Opendoor no longer belongs on my watchlist"."""
_THEN_OFF = re.compile(
    r"(?:\A|\b(?:then|so|please|and) |, )(?:delete|remove|drop|take)(?: (?:it|them|both|these))? (?:from|off) "
)
"""After a name: "I follow Orange no more, delete from the list"."""
_NOT = re.compile(r"\b(?:not|don't|dont|never)(?: \w+)? \Z")
_JOINS = re.compile(
    r"(?:[\s,;&+]|\b(?:and|or|nor|n|plus|also|then|the|too|uh|um|er"
    r"|(?:on|onto|to|in|off|from) (?:my|the|our) (?:watch ?)?list)\b)*"
)


_TO_BE_CHANGED = re.compile(
    r"\b(?:add|put|place|take|remove|drop|delete|ditch|bin|kick|chuck|stick|pop|slap|throw)(?: me)?"
    r" (?P<names>(?:(?!\b(?:add|put|take|remove|drop|delete|ditch)\b)(?:(?:Inc|Co|Corp|Ltd)\.|[^.?!;:])){3,80}?)"
    r" (?:on|onto|to|too|in|into|off|from|out of|outta|of)"
    r" (?:(?:the |my |our )?(?:w[atch]{3,5} ?l[ist]{2,4}|list)\b|(?:it|there)\W*\Z)",
    re.IGNORECASE,
)
_LISTED_AFTER = re.compile(
    r"\b(?:(?:add|put|place|include) (?:on|to|in|into|onto) (?:the |my )(?:watch ?)?list(?: of \w+)?|follow|watch"
    r"|track)"
    r" (?:the )?(?P<names>[^?!;:]{3,80}?)[.!]?\Z",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|&|\+|\b(?i:and|n|plus)\b|\ban\b(?= [A-Z]))\s*")
_SOUNDS = re.compile(r"^(?:(?:uh|um|er|both|the|also|please|pls)\b[\s,]*)+", re.IGNORECASE)
_LEADING_VERB = re.compile(r"\A(?:watch|follow|track|strike|add|drop|remove|unfollow) (?=\w)", re.IGNORECASE)
_IT_WITH = re.compile(
    r"\b(?:add|put|include) (?:it|that(?: one)?|this(?: one)?)\b.*\b(?:together with|along with|as well as"
    r"|and (?=[^?.!]*"
    r" (?:too|as well)\b))",
    re.IGNORECASE,
)
_LONGEST_NAME = 3
"""Words of a name that nobody knows."""
_TAKEN_OUT = re.compile(
    r"\b(?:(?P<remove>remove|delete|drop|ditch|unfollow|take|get rid of|kick|scrap)|(?P<add>add|put|include)) "
    r"(?:it|them|that|those|that one)\b",
    re.IGNORECASE,
)
_HELD = re.compile(r"\b(?:portfolio|hold(?:ings?)?|own|positions?)\b", re.IGNORECASE)
_GIST = re.compile(r"\b(?:watch ?list|list)\b", re.IGNORECASE)


def settle_changes(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Watchlist changes by the verb before each name."""
    calls = [_together(_without_verb(call), reading) for call in calls]
    calls = [_with_unknown(call, reading) for call in _of_listed(calls, reading)]
    calls = [_only_listed(call, calls, reading) for call in calls]
    return _settle_shown(_with_removal(_settle_watchlist(calls, reading), reading), reading)


def _without_verb(call: ToolCall) -> ToolCall:
    """A change without the verb that the model took for the first word of a name: "watch Melrose"."""
    symbols = call.arguments.get("symbols")
    if call.name != WATCH or not isinstance(symbols, list):
        return call
    bare = [_LEADING_VERB.sub("", str(piece)) or piece for piece in symbols]
    return replace(call, arguments={**call.arguments, "symbols": bare}) if bare != symbols else call


def _together(call: ToolCall, reading: Reading) -> ToolCall:
    """An addition of what was asked about before, with others: "add it to the ones I follow, together with Moncler"."""
    symbols = call.arguments.get("symbols")
    if call.name != WATCH or not isinstance(symbols, list) or len(reading.earlier_names) != 1:
        return call
    if not _IT_WITH.search(reading.text) or not all(reading.place(piece) is not None for piece in symbols):
        return call
    return replace(call, arguments={**call.arguments, "symbols": [*reading.earlier_names, *symbols]})


def _of_listed(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """A change of what the list is said to hold: "my watchlist still has Bayer on it. Please remove it"."""
    said = _TAKEN_OUT.search(reading.text)
    if [call.name for call in calls] != [WATCHED] or said is None or len(reading.names) != 1:
        return calls
    if not _GIST.search(reading.text) or said.start() < reading.names[0].end:
        return calls
    action = "remove" if said["remove"] else "add"
    return [ToolCall(WATCH, {"action": action, "symbols": [reading.names[0].text]})]


def _with_unknown(call: ToolCall, reading: Reading) -> ToolCall:
    """A change of all that is listed, the names that nobody knows too: "take woolworths and coles off my watchlist"."""
    symbols = call.arguments.get("symbols")
    listed = None
    if call.name == WATCH and isinstance(symbols, list):
        listed = _TO_BE_CHANGED.search(reading.text) or _LISTED_AFTER.search(reading.text)
    if listed is None or not isinstance(symbols, list):
        return call
    pieces = [_SOUNDS.sub("", piece).strip() for piece in _AND.split(listed["names"]) if piece]
    known = {str(piece).casefold() for piece in symbols}
    if any(name in piece.casefold() != name for name in known for piece in pieces):
        return call  # "cloudflare datadog and mongodb"
    if any(" and " in name for name in known):
        return call  # "Brown and Brown"
    if len(pieces) == 1 or not any(piece.casefold() in known for piece in pieces) or not all(map(_may_be_name, pieces)):
        return call
    held = [piece for piece in map(str, symbols) if piece.casefold() not in {each.casefold() for each in pieces}]
    if any(piece.casefold() in each.casefold() for piece in held for each in pieces):
        held = []
    return replace(call, arguments={**call.arguments, "symbols": list(dict.fromkeys([*pieces, *held]))})


def _only_listed(call: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall:
    """A change without the names of other calls that stand apart from it: "compare A with B and add A to my list"."""
    symbols = call.arguments.get("symbols")
    if call.name != WATCH or not isinstance(symbols, list) or sum(other.name == WATCH for other in calls) > 1:
        return call
    listed = " ".join(match["names"] for match in _TO_BE_CHANGED.finditer(reading.text)).casefold()
    others = {name for other in calls if other is not call for name in names_in([other.arguments])}
    named = [piece for piece in symbols if str(piece).casefold() in listed]
    apart = [piece for piece in symbols if piece not in named]
    if not named or not apart or not others >= {*map(str, apart)}:
        return call
    return replace(call, arguments={**call.arguments, "symbols": named})


def _with_removal(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Beside the addition of another, what the question points back at and takes off again: "remove it and add X"."""
    added = [call for call in calls if call.name == WATCH and call.arguments.get("action") == "add"]
    if len(added) != 1 or len(reading.earlier_names) != 1 or any(call is not added[0] for call in calls):
        return calls
    said = _TAKEN_OUT.search(reading.text)
    is_own = all(reading.place(piece) is not None for piece in added[0].arguments.get("symbols", ()))
    if said is None or not said["remove"] or not is_own:
        return calls
    return [replace(added[0], arguments={"action": "remove", "symbols": reading.earlier_names}), *calls]


def _may_be_name(piece: str) -> bool:
    words = piece.split()
    return 0 < len(words) <= _LONGEST_NAME and not any(word.lower() in FUNCTION_WORDS for word in (words[0], words[-1]))


def _settle_shown(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Beside a change the list itself is looked up only where it is to be shown: not for "watchlist + ABNB"."""
    if all(call.name != WATCH for call in calls):
        return calls
    if not _SHOWN.search(reading.text):
        return [call for call in calls if call.name != WATCHED]
    if _THEN_SHOWN.search(reading.text):
        calls = [call for call in calls if call.name != "get_portfolio" or _HELD.search(reading.text)]
    if _THEN_SHOWN.search(reading.text) and all(call.name != WATCHED for call in calls):
        return [*calls, ToolCall(WATCHED, {})]
    return calls


def _settle_watchlist(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    changes = [call for call in calls if call.name == WATCH]
    listed = [call.arguments.get("symbols") for call in changes]
    if not all(isinstance(pieces, list) for pieces in listed):
        return calls
    said = list(dict.fromkeys(str(piece) for pieces in listed if isinstance(pieces, list) for piece in pieces))
    alerted = {str(call.arguments.get("symbol")) for call in calls if call.name == ALERT}
    said = [piece for piece in said if piece not in alerted] or said
    if len(changes) == 1 and all(reading.place(piece) is None for piece in said):
        return [_remembered(call, reading) if call is changes[0] else call for call in calls]
    if not said or any(reading.place(piece) is None for piece in said):
        return calls
    places = [(reading.place(piece) or 0, piece) for piece in said]
    spans = [Span(start, start + len(piece), piece) for start, piece in places]
    if len(changes) == len(calls):
        spans += [name for name in reading.names if not any(overlap(name, span) for span in spans)]
    actions = watch_actions(surrounded(reading.text, spans))
    if actions is None:
        return calls
    wanted = [
        replace(changes[0], arguments={"action": action, "symbols": [piece for piece, its in actions if its == action]})
        for action in dict.fromkeys(action for _, action in actions)
    ]
    if _as_pairs(wanted) == _as_pairs(changes):
        return calls
    first = calls.index(changes[0])
    return [*calls[:first], *wanted, *(call for call in calls[first:] if call.name != WATCH)]


def _remembered(change: ToolCall, reading: Reading) -> ToolCall:
    """The change of something that the question only points at."""
    if _BINNED.search(reading.text):
        return replace(change, arguments={**change.arguments, "action": "remove"})
    said = _PRONOUN.search(reading.text)
    return (
        replace(change, arguments={**change.arguments, "action": "add" if said["on"] else "remove"}) if said else change
    )


def overlap(one: Span, other: Span) -> bool:
    """Whether two pieces of a question share a letter."""
    return one.start < other.end and other.start < one.end


def _as_pairs(calls: list[ToolCall]) -> list[tuple[str, str]]:
    return sorted((str(call.arguments.get("action")), piece) for call in calls for piece in call.arguments["symbols"])


def watch_actions(names: list[Surrounded]) -> list[tuple[str, str]] | None:
    """(name, add or remove) by the nearest verb before each name; one in a list shares that of the name before it."""
    found: list[tuple[str, str]] = []
    for name in names:
        action = action_of(name)
        if action is None and found and _JOINS.fullmatch(name.before):
            action = found[-1][1]
        if action is None:
            return None
        found.append((name.span.text, action))
    return found


def action_of(name: Surrounded) -> str | None:
    """Add or remove, by the words around `name`; None where they don't say."""
    verbs = list(_VERB.finditer(name.before))
    if not verbs:
        return "remove" if _OFF_NOW.match(name.after) else None
    last = verbs[-1]
    if _NOT.search(name.before[: last.start()]):
        return None
    if _THEN_OFF.search(name.clause_after) or _THEN_OFF.search(name.after):
        return "remove"
    if last["unsure"]:
        return "remove" if _OFF.match(name.after) else "add" if _ON.match(name.after) else None
    return "remove" if last["remove"] else "add"
