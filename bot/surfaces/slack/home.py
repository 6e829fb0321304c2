"""The Home tab: what a person owns and watches, and what is sent to them, drawn from what `bot.turn.home` gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Span
from bot.surfaces.localising import home_localiser
from bot.surfaces.pausing import act_of
from bot.surfaces.slack.buttons import button
from bot.surfaces.slack.chart_blocks import chart_block
from bot.surfaces.slack.limits import (
    HEADER_TEXT,
    IDENTIFIER,
    MESSAGE_CHARACTERS,
    TEXT_OBJECT,
    VIEW_BLOCKS,
    shortened,
    text_size,
)
from bot.surfaces.slack.markup import plain_text
from bot.surfaces.slack.pieces import Chunk, chunked, fact_pieces, remark_pieces, table_pieces, text_pieces
from bot.turn.evidence import chart_record
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.surfaces.localising import Localiser, Reader
    from bot.turn.home import Home
    from bot.turn.sendings import Sending
    from tools.portfolio.glance import Glance, Quoted
    from tools.values import Figure

SETTINGS = "home_settings"
ASK = "home_ask"
"""`home_ask_0` and on; the button's value is the question."""
PAUSE = "home_pause"
"""`home_pause_…`; the button's value is "pause" or "resume", the kind and the id: "pause:alert:4f2a"."""
ADMIN = "home_admin"
_MOST_MOVERS = 5
_MOST_ROWS = 20
_MOST_LINES = 10
_NO_PORTFOLIO = (
    "You have no portfolio here yet; drop a CSV of your holdings into our direct messages, or ask me about any company."
)
_WAITING = "Looking up prices…"
_ADMIN_HINT = "You are an administrator: the admin pages are at /admin of the server that I run on."
_QUESTIONS = (("How is my portfolio?", "how is my portfolio doing?"), ("Market today", "how is the market?"))


def home_view(home: Home, reader: Reader, *, admin_url: str = "", native: bool = True) -> dict[str, Any]:
    """The view for `views.publish`; without `native`, in blocks that every server knows."""
    localise = home_localiser(home, reader)
    blocks = [block for section in _sections(home, localise, admin_url, native=native) for block in section]
    kept: list[dict[str, Any]] = []
    tail = [_buttons(home, admin_url)]
    for block in blocks:
        if len(kept) + len(tail) < VIEW_BLOCKS and text_size([*kept, block, *tail]) <= MESSAGE_CHARACTERS:
            kept.append(block)
    return {"type": "home", "blocks": [*kept, *tail]}


def _sections(home: Home, localise: Localiser, admin_url: str, *, native: bool) -> Iterator[list[dict[str, Any]]]:
    yield _header("Sample portfolio" if home.is_sample else "Your portfolio")
    if home.refusal:
        yield _text(home.refusal)
        return
    yield from _wealth(home, localise, native=native)
    for title, sendings in (("Digests", home.digests), ("Alerts", home.alerts)):
        if sendings:
            more = len(sendings) - _MOST_LINES
            yield [*_header(title), *(_sending(each, localise) for each in sendings[:_MOST_LINES])]
            yield _remarks([f"and {more} more"] if more > 0 else [])
    yield _remarks([localise(note) for note in (*home.notes, home.disclosure) if note])
    if home.is_admin and not admin_url:
        yield _remarks([_ADMIN_HINT])


def _wealth(home: Home, localise: Localiser, *, native: bool) -> Iterator[list[dict[str, Any]]]:
    """What is owned and watched, with what it is worth."""
    glance = home.glance
    if facts := _facts(glance):
        yield [piece.block for piece in fact_pieces([(name, localise(value)) for name, value in facts])]
    elif not home.is_waiting and not home.has_portfolio:
        yield _text(_NO_PORTFOLIO)
    if home.is_waiting:
        yield _remarks([_WAITING])
    if native and glance.allocation and (block := chart_block(chart_record(glance.allocation), localise.label)):
        yield [block]
    if glance.movers:
        yield [*_header("Movers on the day"), *_lines([_told(row, localise) for row in glance.movers[:_MOST_MOVERS]])]
    if glance.watched:
        yield [*_header("Watchlist"), *_table(glance.watched, localise, native=native)]


def _facts(glance: Glance) -> list[tuple[str, str]]:
    """The value and the change of the day, in money and in percent; a partial sum says so."""
    facts = []
    if glance.value:
        facts.append(("Value", show(glance.value) + _note(glance.value)))
    change = [show(figure, signed=True) for figure in (glance.day_change, glance.day_change_percent) if figure]
    if glance.day_change and change:
        told = f"{change[0]} ({change[1]})" if change[1:] else change[0]
        facts.append(("Day change", told + _note(glance.day_change)))
    return facts


def _note(figure: Figure) -> str:
    return f", {figure.note}" if figure.note else ""


def _told(row: Quoted, localise: Localiser) -> str:
    """One mover: "Apple (AAPL): -3.07%, at $125.67"."""
    change = localise(show(row.change, signed=True)) if row.change else "unknown"
    return f"{_named(row)}: {change}, at {localise(show(row.price)) if row.price else 'unknown'}"


def _named(row: Quoted) -> str:
    return row.symbol if row.name in ("", row.symbol) else f"{row.name} ({row.symbol})"


def _table(rows: Sequence[Quoted], localise: Localiser, *, native: bool) -> list[dict[str, Any]]:
    """The only native table of the view: Slack takes one of a message, and says nothing of views."""
    grid = Grid(
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
    blocks = [piece.block for piece in table_pieces(grid, native=native)]
    more = len(rows) - _MOST_ROWS
    return [*blocks, *_remarks([f"and {more} more"] if more > 0 else [])]


def _sending(sending: Sending, localise: Localiser) -> dict[str, Any]:
    """A digest or an alert with its button. One that the program switched off says why, and can be taken up again."""
    state = f" – switched off: {sending.failure}" if sending.failure else " – paused" if sending.paused else ""
    text = plain_text(shortened(localise(sending.text) + state, TEXT_OBJECT // 2))
    act = act_of(sending)
    name = f"{PAUSE}_{sending.kind}_{sending.id}"[:IDENTIFIER]
    pressed = button(name, act.capitalize(), f"{act}:{sending.kind}:{sending.id}")
    return {"type": "section", "text": text, "accessory": pressed}


def _header(title: str) -> list[dict[str, Any]]:
    return [{"type": "header", "text": plain_text(shortened(title, HEADER_TEXT))}]


def _text(text: str) -> list[dict[str, Any]]:
    return [piece.block for piece in text_pieces([Chunk((Span(text),))], native=True)]


def _lines(lines: Sequence[str]) -> list[dict[str, Any]]:
    chunks = [chunk for line in lines for chunk in chunked((Span(line),), is_item=True)]
    return [piece.block for piece in text_pieces(chunks, native=True)]


def _remarks(remarks: Sequence[str]) -> list[dict[str, Any]]:
    return [piece.block for piece in remark_pieces(remarks)]


def _buttons(home: Home, admin_url: str) -> dict[str, Any]:
    """What to ask and where to go; whoever gets nothing personal is offered nothing personal."""
    asked = _QUESTIONS[1:] if home.refusal else _QUESTIONS
    elements = [button(f"{ASK}_{number}", label, question) for number, (label, question) in enumerate(asked)]
    if not home.refusal:
        elements.append(button(SETTINGS, "Settings", "settings"))
    if home.is_admin and admin_url:
        elements.append(button(ADMIN, "Admin pages", "admin", url=admin_url))
    return {"type": "actions", "elements": elements}
