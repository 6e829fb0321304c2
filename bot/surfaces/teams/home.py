"""A person's home as a card, and the card that greets in a new conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Span
from bot.surfaces.localising import home_localiser
from bot.surfaces.pausing import act_of
from bot.surfaces.teams.buttons import ACT, DIALOG, HOME, KIND, OF, SETTINGS, ask, dialog, submit
from bot.surfaces.teams.cards import LARGEST, card, fact_set, heading, remark, size, tables, text
from bot.surfaces.teams.charts import chart_element
from bot.surfaces.teams.texts import COMMAND
from bot.turn.evidence import chart_record
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.surfaces.localising import Localiser, Reader
    from bot.surfaces.teams.cards import Element
    from bot.turn.home import Home
    from bot.turn.sendings import Sending
    from bot.turn.suggestions import Suggestion
    from tools.portfolio.glance import Glance, Quoted

_MOST_MOVERS, _MOST_ROWS, _MOST_LINES = 5, 20, 10
_NO_PORTFOLIO = "You have no portfolio here yet; attach a CSV of your holdings, or ask me about any company."
_WAITING = "Prices take longer just now; open this again in a minute."
_WELCOME = (
    "I am Tuppence: ask me about markets and your own portfolio in plain words. Every figure I show is traced to a "
    "source and a date. I am a program, I can be wrong, and I make no recommendations."
)
_WELCOME_GROUP = "Mention me with a question, and I answer in this chat, once an administrator has allowed it here."
_WELCOME_CHANNEL = "Mention me with a question, and I answer in that thread, once an administrator has allowed it here."


def home_card(home: Home, reader: Reader) -> dict[str, Any]:
    """What the person owns and watches, and what is sent to them."""
    body: list[Element] = []
    for element in _elements(home, reader):
        if size(card([*body, element])) <= LARGEST:
            body.append(element)
    return card(body)


def welcome_card(suggestions: Sequence[Suggestion], kind: str, disclosure: str = "") -> dict[str, Any]:
    """What greets where the app was added: what it is, what it is not, and what can be asked; a channel has threads."""
    is_direct = kind == "direct"
    shared = _WELCOME_GROUP if kind == "group" else _WELCOME_CHANNEL
    words = _WELCOME if is_direct else f"{_WELCOME} {shared}"
    typed = f"Type “{COMMAND} help” to see everything that can be typed."
    body = [*text((Span(words),)), *remark(typed), *(remark(disclosure) if disclosure else [])]
    actions = [ask(each.title, each.question) for each in suggestions]
    if is_direct:
        actions += [dialog("My home", HOME), dialog("Settings", SETTINGS)]
    return card(body, actions)


def _elements(home: Home, reader: Reader) -> Iterator[Element]:
    yield from heading("Sample portfolio" if home.is_sample else "Your portfolio")
    if home.refusal:
        yield from text((Span(home.refusal),))
        return
    localise = home_localiser(home, reader)
    yield from _wealth(home, localise)
    for title, sendings in (("Digests", home.digests), ("Alerts", home.alerts)):
        yield from _sendings(title, sendings, localise)
    for note in filter(None, (*home.notes, home.disclosure)):
        yield from remark(localise(note))


def _wealth(home: Home, localise: Localiser) -> Iterator[Element]:
    """What is owned and watched, with what it is worth."""
    glance = home.glance
    if facts := _facts(glance):
        yield from fact_set([(name, localise(value)) for name, value in facts])
    elif not home.is_waiting and not home.has_portfolio:
        yield from text((Span(_NO_PORTFOLIO),))
    if home.is_waiting:
        yield from remark(_WAITING)
    if glance.allocation and (chart := chart_element(chart_record(glance.allocation), localise.label)):
        yield chart
    if glance.movers:
        yield from heading("Movers on the day")
        for row in glance.movers[:_MOST_MOVERS]:
            yield from text((Span(f"• {_told(row, localise)}"),), spacing="Small")
    if glance.watched:
        yield from heading("Watchlist")
        yield from tables(_watched(glance.watched, localise))


def _facts(glance: Glance) -> list[tuple[str, str]]:
    """The value and the change of the day, in money and in percent; a partial sum says so."""
    facts = []
    if glance.value:
        facts.append(("Value", show(glance.value) + (f", {glance.value.note}" if glance.value.note else "")))
    change = [show(figure, signed=True) for figure in (glance.day_change, glance.day_change_percent) if figure]
    if glance.day_change and change:
        told = f"{change[0]} ({change[1]})" if change[1:] else change[0]
        facts.append(("Day change", told + (f", {glance.day_change.note}" if glance.day_change.note else "")))
    return facts


def _told(row: Quoted, localise: Localiser) -> str:
    """One mover: "Apple (AAPL): -3.07%, at $125.67"."""
    change = localise(show(row.change, signed=True)) if row.change else "unknown"
    return f"{_named(row)}: {change}, at {localise(show(row.price)) if row.price else 'unknown'}"


def _named(row: Quoted) -> str:
    return row.symbol if row.name in ("", row.symbol) else f"{row.name} ({row.symbol})"


def _watched(rows: Sequence[Quoted], localise: Localiser) -> Grid:
    return Grid(
        ("", "price", "day change"),
        tuple(
            (
                _named(row),
                localise(show(row.price)) if row.price else "unknown",
                localise(show(row.change, signed=True)) if row.change else "unknown",
            )
            for row in rows[:_MOST_ROWS]
        ),
        (False, True, True),
    )


def _sendings(title: str, sendings: Sequence[Sending], localise: Localiser) -> Iterator[Element]:
    if not sendings:
        return
    yield from heading(title)
    for sending in sendings[:_MOST_LINES]:
        yield _sending(sending, localise)
    if (more := len(sendings) - _MOST_LINES) > 0:
        yield from remark(f"and {more} more")


def _sending(sending: Sending, localise: Localiser) -> Element:
    """A digest or an alert with its button. One that the program switched off says why, and can be taken up again."""
    act = act_of(sending)
    data = {DIALOG: HOME, ACT: act, KIND: sending.kind, OF: sending.id}
    told = text((Span(f"• {localise(sending.text)}{_state(sending)}"),))
    pressed = {"type": "ActionSet", "actions": [submit(act.capitalize(), data)]}
    columns = [("stretch", told), ("auto", [pressed])]
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": width, "verticalContentAlignment": "Center", "items": items}
            for width, items in columns
        ],
    }


def _state(sending: Sending) -> str:
    if sending.failure:
        return f" – switched off: {sending.failure}"
    return " – paused" if sending.paused else ""
