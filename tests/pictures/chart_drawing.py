"""The chart of a `data_visualization` block as a drawing."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 540, 230
COLOURS = ("#1264a3", "#e8912d", "#2bac76", "#9f3cc9", "#e01e5a", "#616061")
_LEFT, _BOTTOM, _TOP = 52, 200, 10
_MOST_LABELS = 6


def chart_svg(chart: Mapping[str, Any]) -> str:
    """A bar, line, area or pie chart."""
    drawn = _pie(chart["segments"]) if chart["type"] == "pie" else _plot(chart)
    return f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' font-size='11' fill='#616061'>{drawn}</svg>"


def _plot(chart: Mapping[str, Any]) -> str:
    series, labels = chart["series"], chart["axis_config"]["categories"]
    rows = [[float(point["value"]) for point in each["data"]] for each in series]
    low, high = min(map(min, rows)), max(map(max, rows))
    if chart["type"] == "bar":
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low or abs(high) or 1.0) * 0.08
    low, high = low - (room if low or chart["type"] != "bar" else 0), high + room
    step = (WIDTH - _LEFT - 10) / max(len(labels), 1)

    def across(place: float) -> float:
        return _LEFT + step * (place + 0.5)

    def up(value: float) -> float:
        return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)

    parts = []
    for part in range(5):
        value = low + (high - low) * part / 4
        parts.append(f"<line x1='{_LEFT}' x2='{WIDTH}' y1='{up(value):.1f}' y2='{up(value):.1f}' stroke='#e8e8e8'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{up(value) + 4:.1f}' text-anchor='end'>{value:,.4g}</text>")
    every = math.ceil(len(labels) / _MOST_LABELS)
    for place, name in enumerate(labels):
        if place % every == 0:
            parts.append(
                f"<text x='{across(place):.1f}' y='216' text-anchor='middle'>{html.escape(str(name)[:18])}</text>"
            )
    for number, row in enumerate(rows):
        colour = COLOURS[number % len(COLOURS)]
        if chart["type"] == "bar":
            wide = step * 0.7 / len(rows)
            for place, value in enumerate(row):
                x = across(place) - step * 0.35 + wide * number
                top, foot = min(up(value), up(max(low, 0.0))), max(up(value), up(max(low, 0.0)))
                size = f"width='{wide:.1f}' height='{max(foot - top, 1):.1f}'"
                parts.append(f"<rect x='{x:.1f}' y='{top:.1f}' {size} fill='{colour}'/>")
            continue
        points = " ".join(f"{across(place):.1f},{up(value):.1f}" for place, value in enumerate(row))
        if chart["type"] == "area":
            ends = f"{across(len(row) - 1):.1f},{_BOTTOM} {across(0):.1f},{_BOTTOM}"
            parts.append(f"<polygon points='{points} {ends}' fill='{colour}' opacity='0.2'/>")
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
    return "".join(parts) + _legend([each["name"] for each in series])


def _legend(names: Sequence[str]) -> str:
    x, parts = _LEFT, []
    for number, name in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f"<circle cx='{x + 4}' cy='226' r='4' fill='{colour}'/>")
        parts.append(f"<text x='{x + 12}' y='230'>{html.escape(name)}</text>")
        x += 24 + 6 * len(name)
    return "".join(parts)


def _pie(segments: Sequence[Mapping[str, Any]]) -> str:
    total, angle, parts = sum(float(each["value"]) for each in segments), -math.pi / 2, []
    for number, each in enumerate(segments):
        share = float(each["value"]) / total
        end, colour = angle + share * 2 * math.pi, COLOURS[number % len(COLOURS)]
        x1, y1, x2, y2 = (
            110 + 90 * math.cos(angle),
            110 + 90 * math.sin(angle),
            110 + 90 * math.cos(end),
            110 + 90 * math.sin(end),
        )
        bow = f"A90,90 0 {int(share > 0.5)} 1 {x2:.1f},{y2:.1f}"
        whole = f"<circle cx='110' cy='110' r='90' fill='{colour}'/>"
        parts.append(whole if share > 0.999 else f"<path d='M110,110 L{x1:.1f},{y1:.1f} {bow} Z' fill='{colour}'/>")
        parts.append(f"<rect x='240' y='{30 + number * 22}' width='11' height='11' fill='{colour}'/>")
        told = html.escape(f"{each['label']}  {share:.1%}")
        parts.append(f"<text x='258' y='{40 + number * 22}' font-size='13'>{told}</text>")
        angle = end
    return "".join(parts)
