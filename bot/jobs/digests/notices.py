"""What must be said first: that markets are closed, that prices are old, late or still moving, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import Line, Part, few, some
from tools.caveats import FOR_LIVE_ONES
from tools.formatting import show_day
from tools.freshness import is_late
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.jobs.digests.scene import Scene

NAME = "status"
CALENDAR = "scheduled exchange calendar"


def status(scene: Scene, missing: Sequence[tuple[str, str]]) -> Part:
    """The notices of a digest, most important first; `missing` are (name, why) of what has no usable price."""
    day = scene.day
    figures: list[Figure] = [Figure(day.calendar, "local day", day.day, "date", Source(CALENDAR, day.day))]
    lines: list[str] = []
    if scene.is_closed:
        why = "for the weekend" if day.holiday is None else f"today ({day.holiday or 'a holiday'})"
        lines.append(f"Markets in {day.place} are closed {why}.")
        figures, opens = _next_open(scene, figures)
        lines += [opens] if opens else []
    lines += _age(scene, figures)
    if day.is_half_day and not scene.plan.is_weekly and day.closes is not None:
        shut = day.closes.astimezone(ZoneInfo(scene.plan.time_zone))
        figures.append(Figure(day.calendar, "next close", shut, "date", Source(CALENDAR, day.day)))
        verb = "closed" if shut <= scene.plan.at else "closes"
        lines.append(f"Today is a half day: {day.place} {verb} at {_clock(shut)}.")
    if scene.plan.kind == "market_open" and day.is_session and day.opens is not None and scene.plan.at < day.opens:
        opening = day.opens.astimezone(ZoneInfo(scene.plan.time_zone))
        figures.append(Figure(day.calendar, "next open", opening, "date", Source(CALENDAR, day.day)))
        lines.append(f"{_capital(day.place)} opens at {_clock(opening)}.")
    names = list(dict.fromkeys(name for name, _ in missing))
    if names:
        lines.append(f"Partial: there is no usable price of {some(names)}.")
    unnamed = few(names)
    findings = Findings(
        f"Status: usable price of some {unnamed}" if unnamed else "Status",
        figures=tuple(figures),
        notes=(FOR_LIVE_ONES,) if scene.has_ended else (),
        names={day.calendar: day.place, scene.index_symbol: scene.index_name, **{name: name for name in names}},
    )
    return Part(NAME, findings, tuple(map(Line, lines)))


def _next_open(scene: Scene, figures: list[Figure]) -> tuple[list[Figure], str]:
    """When the market opens next, in the reader's own time."""
    day, zone = scene.day, ZoneInfo(scene.plan.time_zone)
    if day.next_open is None or day.next_close is None:
        return figures, ""
    opens, closes = day.next_open.astimezone(zone), day.next_close.astimezone(zone)
    source = Source(CALENDAR, day.day)
    figures = [
        *figures,
        Figure(day.calendar, "next open", opens, "date", source),
        Figure(day.calendar, "next close", closes, "date", source),
    ]
    half = f", for a half day that ends at {_clock(closes)}" if day.next_is_half_day else ""
    return figures, f"{_capital(day.place)} opens next on {show_day(opens)}{half}."


def _age(scene: Scene, figures: list[Figure]) -> list[str]:
    """Whether prices are those they should be; the figures told are added."""
    if not isinstance(scene.index, Move):
        return [f"Partial: there is no usable price of {scene.index_name}."]
    source = scene.index.subject.source
    last, expected = scene.index.last, scene.expected
    figures.append(Figure(scene.index_symbol, "newest price", last, "date", source))
    if isinstance(source.as_of, datetime):
        clock = source.as_of.astimezone(ZoneInfo(scene.plan.time_zone))
        figures.append(Figure(scene.index_symbol, "as of", clock, "date", source))
        return [f"The session is still running: prices are of {_clock(clock)}, some minutes late."]
    if expected is None or not scene.is_behind:
        return []
    figures.append(Figure(scene.index_symbol, "expected price", expected, "date", source))
    if is_late(last, expected):
        mend = f"; {FOR_LIVE_ONES}" if scene.has_ended else ""
        return [f"Old data: the newest prices are of {show_day(last)}{mend}."]
    return [f"Late data: the prices of {show_day(expected)} are not in yet, so these are of {show_day(last)}."]


def _capital(place: str) -> str:
    return place[:1].upper() + place[1:]


def _clock(moment: datetime) -> str:
    return show_day(moment).partition(", ")[2]
