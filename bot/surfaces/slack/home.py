"""The Home tab: what a person owns and watches, at a glance, from plain data that somebody else gathers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.answer import Grid, Span
from bot.surfaces.slack.buttons import button
from bot.surfaces.slack.chart_blocks import chart_block
from bot.surfaces.slack.limits import HEADER_TEXT, MESSAGE_CHARACTERS, VIEW_BLOCKS, shortened, text_size
from bot.surfaces.slack.localising import Localiser, Reader
from bot.surfaces.slack.markup import plain_text
from bot.surfaces.slack.pieces import Chunk, chunked, fact_pieces, remark_pieces, table_pieces, text_pieces
from bot.turn.evidence import chart_record
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.charts import Chart
    from tools.values import Figure

SETTINGS = "home_settings"
ASK = "home_ask"
"""`home_ask_0` and on; the button's value is the question."""
_MOST_ROWS = 10
_MOST_LINES = 10
_NO_PORTFOLIO = "You have no portfolio here yet; ask your administrator to import one, or ask me about any company."


@dataclass(frozen=True, slots=True)
class Quoted:
    """One symbol with its price and the change of the day; None where it is not known."""

    symbol: str
    name: str
    price: Figure | None = None
    change: Figure | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """All that the tab shows; what is empty is left out. `digests` and `alerts` are a line each."""

    value: Figure | None = None
    day_change: Figure | None = None
    day_change_percent: Figure | None = None
    allocation: Chart | None = None
    movers: tuple[Quoted, ...] = ()
    watchlist: tuple[Quoted, ...] = ()
    digests: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Caveats, and the sources with their times."""
    disclosure: str = ""


def home_view(home: Home, *, locale: str, time_zone: str, native: bool = True) -> dict[str, Any]:
    """The view for `views.publish`; without `native`, in blocks that every server knows."""
    localise = Localiser(Reader(locale, time_zone), [show(figure) for figure in _shown(home)])
    blocks = [block for section in _sections(home, localise, native=native) for block in section]
    kept: list[dict[str, Any]] = []
    tail = [_buttons()]
    for block in blocks:
        if len(kept) + len(tail) < VIEW_BLOCKS and text_size([*kept, block, *tail]) <= MESSAGE_CHARACTERS:
            kept.append(block)
    return {"type": "home", "blocks": [*kept, *tail]}


def _shown(home: Home) -> Iterator[Figure]:
    rows = (*home.movers, *home.watchlist)
    figures = (home.value, home.day_change, home.day_change_percent)
    yield from (figure for figure in figures if figure)
    yield from (figure for row in rows for figure in (row.price, row.change) if figure)


def _sections(home: Home, localise: Localiser, *, native: bool) -> Iterator[list[dict[str, Any]]]:
    yield _header("Your portfolio")
    facts = _facts(home)
    if facts:
        yield [piece.block for piece in fact_pieces([(name, localise(value)) for name, value in facts])]
    else:
        yield _text(_NO_PORTFOLIO)
    if native and home.allocation and (block := chart_block(chart_record(home.allocation), localise.label)):
        yield [block]
    if home.movers:
        yield [*_header("Movers today"), *_rows(home.movers, localise, native=native)]
    if home.watchlist:
        yield [*_header("Watchlist"), *_rows(home.watchlist, localise, native=native)]
    for title, lines in (("Digests", home.digests), ("Alerts", home.alerts)):
        if lines:
            chunks = [chunk for line in lines[:_MOST_LINES] for chunk in chunked((Span(line),), is_item=True)]
            yield [*_header(title), *(piece.block for piece in text_pieces(chunks, native=True))]
    remarks = [localise(note) for note in (*home.notes, home.disclosure) if note]
    yield [piece.block for piece in remark_pieces(remarks)]


def _facts(home: Home) -> list[tuple[str, str]]:
    """The value and the change of the day, in money and in percent."""
    change = [show(figure, signed=True) for figure in (home.day_change, home.day_change_percent) if figure]
    facts = [("Value", show(home.value))] if home.value else []
    return facts + ([("Day change", f"{change[0]} ({change[1]})" if change[1:] else change[0])] if change else [])


def _rows(rows: Sequence[Quoted], localise: Localiser, *, native: bool) -> list[dict[str, Any]]:
    grid = Grid(
        ("", "price", "day change"),
        tuple(
            (
                row.symbol if row.name in ("", row.symbol) else f"{row.name} ({row.symbol})",
                localise(show(row.price)) if row.price else "unknown",
                localise(show(row.change, signed=True)) if row.change else "unknown",
            )
            for row in rows[:_MOST_ROWS]
        ),
        (False, True, True),
    )
    blocks = [piece.block for piece in table_pieces(grid, native=native)]
    more = len(rows) - _MOST_ROWS
    return [*blocks, *(piece.block for piece in remark_pieces([f"and {more} more"] if more > 0 else []))]


def _header(title: str) -> list[dict[str, Any]]:
    return [{"type": "header", "text": plain_text(shortened(title, HEADER_TEXT))}]


def _text(text: str) -> list[dict[str, Any]]:
    return [piece.block for piece in text_pieces([Chunk((Span(text),))], native=True)]


def _buttons() -> dict[str, Any]:
    return {
        "type": "actions",
        "elements": [
            button(f"{ASK}_0", "How is my portfolio?", "how is my portfolio doing?"),
            button(f"{ASK}_1", "Market today", "how is the market?"),
            button(SETTINGS, "Settings", "settings"),
        ],
    }
