"""What to add and what to remove, and which way each price alert goes: the words beside each name and price."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tools.arguments import PRICE
from tools.parsing.spans import Span
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading
    from tools.parsing.surroundings import Surrounded

WATCH, ALERT = "propose_watchlist_change", "propose_price_alert"
Direction = Literal["above", "below"]

_FOLLOW = r"(?:follow|watch|track|monitor)(?! ?list)"
_VERB = re.compile(
    rf"\b(?:(?P<remove>(?:stop|quit|end|no longer|not|don't|dont|done|through|finished|tired of|sick of|bored of)"
    rf" (?:(?:want|wanna|to|need|with|more) )*(?:{_FOLLOW}(?:ing)?|see(?:ing)?)"
    r"|remov(?:e|ing)|delet(?:e|ing)|drop(?:ping)?|unfollow(?:ing)?"
    r"|unwatch|ditch(?:ing)?|strike|scrap|eras(?:e|ing)|get(?:ting)? rid of|kick|quit)"
    rf"|(?P<add>add(?:ing)?|put(?:ting)?|slap|toss|stick|includ(?:e|ing)|pop|keep(?:ing)? an eye on|start {_FOLLOW}ing"
    rf"|{_FOLLOW})|(?P<unsure>take|taking|yeet|cross|throw|{_FOLLOW}ing))\b"
)
_OFF = re.compile(r"\A\W*(?:it |them |that )?(?:off|out|away)\b")
_ON = re.compile(r"\A\W*(?:on|onto|in|into)\b")
_OFF_NOW = re.compile(
    r"\A\W*(?:no longer (?:belongs?|deserves?|interests?)|(?:doesn't|does not|doesnt|don't|dont) belong|(?:should|must"
    r"|has to|have to|needs to|can|may) (?:go(?! (?:on|in|to)\b)|come off|be (?:off|removed|gone)))\b"
)
"""After a name that is to be removed: "Opendoor no longer belongs on my watchlist"."""
_NOT = re.compile(r"\b(?:not|don't|dont|never)(?: \w+)? \Z")
_JOINS = re.compile(r"(?:[\s,;&+]|\b(?:and|or|n|plus|also|then|the|too)\b)*")
_DIRECTION = re.compile(
    r"(?:(?P<above>\b(?:above|over|exceed(?:s|ing)?|(?:more|higher|greater) than)\b|>)"
    r"|(?P<below>\b(?:below|blow|under|beneath|(?:less|lower) than)\b|<))(?: \w+){0,2} ?\Z"
)
_ALERTED = re.compile(r"\b(?:alert|alarm|notif\w+|tell me|let me know|ping|buzz)\b")
_OR_FURTHER = re.compile(r" or (?:(?P<above>higher|more|above|over)|(?P<below>lower|less|below|under))\b")


def settle_changes(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Watchlist changes by the verb before each name; price alerts by the name before and the word at each price."""
    return _settle_alerts(_settle_watchlist(calls, reading), reading)


def _settle_watchlist(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    changes = [call for call in calls if call.name == WATCH]
    listed = [call.arguments.get("symbols") for call in changes]
    if not all(isinstance(pieces, list) for pieces in listed):
        return calls
    said = list(dict.fromkeys(str(piece) for pieces in listed if isinstance(pieces, list) for piece in pieces))
    alerted = {str(call.arguments.get("symbol")) for call in calls if call.name == ALERT}
    said = [piece for piece in said if piece not in alerted] or said
    if not said or any(reading.place(piece) is None for piece in said):
        return calls
    places = [(reading.place(piece) or 0, piece) for piece in said]
    spans = [Span(start, start + len(piece), piece) for start, piece in places]
    if len(changes) == len(calls):
        spans += [name for name in reading.names if not any(_overlap(name, span) for span in spans)]
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


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _as_pairs(calls: list[ToolCall]) -> list[tuple[str, str]]:
    return sorted((str(call.arguments.get("action")), piece) for call in calls for piece in call.arguments["symbols"])


def watch_actions(names: list[Surrounded]) -> list[tuple[str, str]] | None:
    """(name, add or remove) by the nearest verb before each name; one in a list shares that of the name before it."""
    found: list[tuple[str, str]] = []
    for name in names:
        action = _action(name)
        if action is None and found and _JOINS.fullmatch(name.before):
            action = found[-1][1]
        if action is None:
            return None
        found.append((name.span.text, action))
    return found


def _action(name: Surrounded) -> str | None:
    verbs = list(_VERB.finditer(name.before))
    if not verbs:
        return "remove" if _OFF_NOW.match(name.after) else None
    last = verbs[-1]
    if _NOT.search(name.before[: last.start()]):
        return None
    if last["unsure"]:
        return "remove" if _OFF.match(name.after) else "add" if _ON.match(name.after) else None
    return "remove" if last["remove"] else "add"


def _settle_alerts(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    alerts = [call for call in calls if call.name == ALERT]
    if not alerts or not reading.amounts:
        return calls
    if len(alerts) > len(reading.amounts):
        return [_followed(call, reading) if call.name == ALERT else call for call in calls]
    if len(alerts) == 1 and len(reading.amounts) == 1:
        settled = _settled_alert(alerts[0], reading.amounts[0], reading)
        return [settled if call is alerts[0] else call for call in calls]
    if len(alerts) == len(calls) and len(reading.amounts) > 1:
        return _paired(alerts, reading) or calls
    return calls


def _followed(alert: ToolCall, reading: Reading) -> ToolCall:
    """A watchlist change for the name that a verb of following stands before: it has no price of its own."""
    pieces = surrounded(reading.text, [*reading.names, *reading.amounts])
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        if piece.span.text != alert.arguments.get("symbol") or (after and after.span in reading.amounts):
            continue
        action = _action(piece)
        if action and not _ALERTED.search(piece.before):
            return replace(alert, name=WATCH, arguments={"action": action, "symbols": [piece.span.text]})
    return alert


def _settled_alert(alert: ToolCall, price: Span, reading: Reading) -> ToolCall:
    arguments = dict(alert.arguments)
    if price.text in str(arguments.get("symbol", "")):
        return alert  # a name with a number
    if reading.place(arguments.get("price", "")) is None:
        arguments["price"] = price.text
    direction = direction_of(surrounded(reading.text, [price])[0])
    if direction:
        arguments["condition"] = direction
    return replace(alert, arguments=arguments)


def _paired(alerts: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """One alert for each price of the question; nothing where a price lacks its name or its direction."""
    pieces = surrounded(reading.text, [*reading.names, *reading.amounts])
    names = {(span.start, span.end) for span in reading.names}
    found: list[ToolCall] = []
    name = None
    for piece in pieces:
        if (piece.span.start, piece.span.end) in names:
            name = piece.span.text
            continue
        direction = direction_of(piece)
        if direction is None or name is None:
            return []
        found.append(replace(alerts[0], arguments={"symbol": name, "condition": direction, "price": piece.span.text}))
    wanted = {_key(alert, reading) for alert in found}
    return alerts if wanted == {_key(alert, reading) for alert in alerts} else found


def _key(alert: ToolCall, reading: Reading) -> tuple[str | None, ...]:
    arguments = alert.arguments
    return (
        *(str(arguments.get(name)) for name in ("symbol", "condition")),
        reading.means(PRICE, arguments.get("price")),
    )


def direction_of(price: Surrounded) -> Direction | None:
    """Above or below, by the word right before the price, or by "or higher" after it."""
    said = _DIRECTION.search(price.before) or _OR_FURTHER.match(price.after)
    if said is None:
        return None
    return "above" if said["above"] else "below"
