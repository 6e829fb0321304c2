"""Which way each price alert goes and which name it is on: the words beside each price."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from bot.turn.completions.changes import ALERT, WATCH, action_of, overlap
from bot.turn.completions.recalled import PLACE, PLACES, recalled_names
from tools.arguments import PRICE
from tools.parsing.spans import Span
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading
    from tools.parsing.surroundings import Surrounded

_PAIR = 2
Direction = Literal["above", "below"]
_DIRECTION = re.compile(
    r"(?:(?P<above>\b(?:above|over|beyond|exceed(?:s|ing)?|(?:more|higher|greater|dearer|(?:more )?expensive)"
    r" than)\b|>)"
    r"|(?P<below>\b(?:below|blow|under|beneath|(?:less|lower|(?:more )?cheap(?:er)?) than)\b|<))(?: \w+){0,2} ?\Z"
)
_FALLS = r"(?:tank|drop|fall|dip|slide|sink|crash|plunge|slump|tumble)(?:s|es)?"
_RISES = r"(?:rise|climb|jump|soar|rocket|rally|rip|pop|shoot)(?:s|es)?"
_MOVES_TO = re.compile(
    rf"(?:(?P<above>\b{_RISES}(?: back)?(?: up)? to|\b(?:tops|surpasses|breaks past|gets past|clears|crests))"
    rf"|(?P<below>\b{_FALLS}(?: back)?(?: down)? (?:to|through|past))) ?\Z"
)
_THAN_THAT = re.compile(
    r"\b(?:(?P<below>lower|less|below|under|beneath)|(?P<above>higher|more|above|over))\b(?: than)? that\b"
)
_ALERTED = re.compile(r"\b(?:alert|alarm|notif\w+|tell me|let me know|ping|buzz)\b")
_OR_FURTHER = re.compile(r" or (?:(?P<above>higher|more|above|over)|(?P<below>lower|less|below|under))\b")


def settle_alerts(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Price alerts by the name before and the word at each price."""
    alerts = [call for call in calls if call.name == ALERT]
    if not alerts or not reading.amounts:
        return calls
    if placed := _by_place(alerts[0], reading):
        return [*placed, *(call for call in calls if call.name != ALERT)]
    if len(alerts) > len(reading.amounts) == 1 and all(alert == alerts[0] for alert in alerts):
        calls = [call for call in calls if call.name != ALERT or call is alerts[0]]  # one price is one alert
        alerts = alerts[:1]
    if len(alerts) > len(reading.amounts):
        return [_followed(call, reading) if call.name == ALERT else call for call in calls]
    if len(alerts) == 1 and len(reading.amounts) == 1:
        settled = _settled_alert(alerts[0], reading.amounts[0], reading)
        return [settled if call is alerts[0] else call for call in calls]
    if len(alerts) == len(calls) and len(reading.amounts) > 1:
        return _paired(alerts, reading) or calls
    return calls


def _by_place(alert: ToolCall, reading: Reading) -> list[ToolCall]:
    """Alerts on several of before by their place: "if the first goes above 1700, the second below 240"."""
    names = recalled_names(reading)
    said = list(PLACE.finditer(reading.text.lower()))
    if len(said) != len(reading.amounts) or len(said) < _PAIR or len(names) < len(said) or reading.names:
        return []
    made = []
    for place, price in zip(said, reading.amounts, strict=True):
        direction = direction_of(surrounded(reading.text, [price])[0])
        if place.end() > price.start or direction is None:
            return []
        name = names[PLACES[place["place"]]]
        made.append(replace(alert, arguments={"symbol": name, "condition": direction, "price": price.text}))
    return made


def _followed(alert: ToolCall, reading: Reading) -> ToolCall:
    """A watchlist change for the name that a verb of following stands before: it has no price of its own."""
    pieces = surrounded(reading.text, [*reading.names, *reading.amounts])
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        if piece.span.text != alert.arguments.get("symbol") or (after and after.span in reading.amounts):
            continue
        action = action_of(piece)
        if action and not _ALERTED.search(piece.before):
            return replace(alert, name=WATCH, arguments={"action": action, "symbols": [piece.span.text]})
    return alert


def _settled_alert(alert: ToolCall, price: Span, reading: Reading) -> ToolCall:
    arguments = dict(alert.arguments)
    if price.text in str(arguments.get("symbol", "")):
        return alert  # a name with a number
    if reading.place(arguments.get("price", "")) is None or _is_in_name(str(arguments["price"]), reading):
        arguments["price"] = price.text
    direction = direction_of(surrounded(reading.text, [price])[0])
    if direction:
        arguments["condition"] = direction
    return replace(alert, arguments=arguments)


def _is_in_name(said: str, reading: Reading) -> bool:
    """Whether a number stands in a name alone: the 500 of "if the S&P 500 falls beneath 5000"."""
    places = [match.start() for match in re.finditer(rf"(?<![\w.,]){re.escape(said)}(?![\w.,]\w|\w)", reading.text)]
    return all(any(name.start <= place < name.end for name in reading.names) for place in places)


def _paired(alerts: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """One alert for each price of the question; nothing where a price lacks its name or its direction."""
    written = [_written(alert, reading) for alert in alerts]
    named = [*reading.names, *(span for span in written if span and not any(overlap(span, n) for n in reading.names))]
    named = list(dict.fromkeys(named))
    pieces = surrounded(reading.text, [*named, *reading.amounts])
    names = {(span.start, span.end) for span in named}
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


def _written(alert: ToolCall, reading: Reading) -> Span | None:
    """Where the question says the name of `alert`, which the directory may not know."""
    said = str(alert.arguments.get("symbol", ""))
    place = reading.place(said)
    return None if place is None else Span(place, place + len(said), said)


def _key(alert: ToolCall, reading: Reading) -> tuple[str | None, ...]:
    arguments = alert.arguments
    return (
        *(str(arguments.get(name)) for name in ("symbol", "condition")),
        reading.means(PRICE, arguments.get("price")),
    )


def direction_of(price: Surrounded) -> Direction | None:
    """Above or below, by the words right before the price, or by "or higher" and "lower than that" after it."""
    said = _DIRECTION.search(price.before) or _MOVES_TO.search(price.before) or _OR_FURTHER.match(price.after)
    said = said or _THAN_THAT.search(price.after)
    if said is None:
        return None
    return "above" if said["above"] else "below"
