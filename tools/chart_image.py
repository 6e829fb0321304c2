"""A chart as a PNG, for whoever can't draw one from data."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.ImageDraw import ImageDraw

    from tools.charts import Chart

WIDTH, HEIGHT = 1200, 640
LEFT, RIGHT, TOP, BOTTOM = 120, 40, 110, 120
"""The margins of the plot: values stand left of it, the title and the legend above, labels and source below."""
COLOURS = ("#1264a3", "#e8912d", "#2bac76", "#cd2553", "#7c3085", "#616061")
"""Told apart by people who see few colours."""
_INK, _MUTED, _GRID = "#1d1c1d", "#6b6b6b", "#dddddd"
OTHER = "Other"
_TICKS = 5
_MOST_LABELS = 6
_MOST_BARS = 12
_LONGEST = 18


def chart_png(chart: Chart) -> bytes:
    """The chart drawn; what is unknown leaves a gap. Only Latin letters can be drawn."""
    from PIL import Image, ImageDraw, ImageFont

    fonts = {size: ImageFont.load_default(size) for size in (18, 20, 28)}
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)

    def write(
        place: tuple[float, float], text: str, *, size: int = 18, anchor: str = "la", colour: str = _INK
    ) -> float:
        """Write one line; returns its width."""
        draw.text(place, text, font=fonts[size], fill=colour, anchor=anchor)
        return float(draw.textlength(text, font=fonts[size]))

    write((LEFT, 20), _cut(chart.title, 80), size=28)
    write((LEFT, HEIGHT - 34), _cut(f"Source: {chart.source}", 100), colour=_MUTED)
    if chart.kind == "pie":
        _pie(draw, chart, write)
    else:
        _axes(draw, chart, write)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _axes(draw: ImageDraw, chart: Chart, write: Callable[..., float]) -> None:
    """Lines, areas or bars over their labels, with a scale that is easy to read."""
    most = _MOST_BARS if chart.kind == "bar" else len(chart.labels)
    labels = chart.labels[:most]
    known = [value for series in chart.series for value in series.values[:most] if _is_known(value)]
    if not known or not labels:
        write((WIDTH / 2, HEIGHT / 2), "No values", size=28, anchor="mm")
        return
    from_zero = chart.kind in ("bar", "area")
    ticks = nice_ticks(min(known + [0.0] * from_zero), max(known + [0.0] * from_zero))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def height(value: float) -> float:
        return bottom - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (bottom - TOP)

    for tick in ticks:
        draw.line((LEFT, height(tick), right, height(tick)), fill=_INK if tick == 0 else _GRID)
        write((LEFT - 10, height(tick)), f"{tick:,.10g}", anchor="rm")
    write((right, 74), _cut(chart.unit, 30), anchor="rm", colour=_MUTED)
    slot = (right - LEFT) / len(labels)
    spots = (
        [LEFT + slot * (place + 0.5) for place in range(len(labels))]
        if chart.kind == "bar" or len(labels) == 1
        else [LEFT + (right - LEFT) * place / (len(labels) - 1) for place in range(len(labels))]
    )
    for number, series in enumerate(chart.series[: len(COLOURS)]):
        points = [
            (x, height(value)) if _is_known(value) else None for x, value in zip(spots, series.values, strict=False)
        ]
        _series(draw, chart, points, number, slot, height(max(0.0, ticks[0])))
    for place in range(len(labels)) if chart.kind == "bar" else _spread(len(labels), _MOST_LABELS):
        low = bottom + 12 + (24 if chart.kind == "bar" and place % 2 else 0)  # neighbours take turns
        anchor = "ma" if chart.kind == "bar" or 0 < place < len(labels) - 1 else "la" if place == 0 else "ra"
        write((spots[place], low), _cut(labels[place], _LONGEST), anchor=anchor)
    if len(chart.series) > 1:
        _legend([series.name for series in chart.series[: len(COLOURS)]], draw, write)


def _spread(count: int, most: int) -> list[int]:
    """At most `most` places of `count`, at even distances, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def _series(
    draw: ImageDraw,
    chart: Chart,
    points: Sequence[tuple[float, float] | None],
    number: int,
    slot: float,
    zero: float,
) -> None:
    colour = COLOURS[number]
    if chart.kind == "bar":
        width = slot * 0.7 / len(chart.series)
        for point in points:
            if point:
                x = point[0] - slot * 0.35 + width * number
                draw.rectangle((x, min(point[1], zero), x + width, max(point[1], zero)), fill=colour)
        return
    run: list[tuple[float, float]] = []
    for point in (*points, None):
        if point:
            run.append(point)
        elif run:
            if chart.kind == "area" and number == 0:
                draw.polygon([(run[0][0], zero), *run, (run[-1][0], zero)], fill="#d3e5f1")
            draw.line(run, fill=colour, width=4, joint="curve")
            if len(run) == 1:
                draw.circle(run[0], 5, fill=colour)
            run = []


def _legend(names: Sequence[str], draw: ImageDraw, write: Callable[..., float]) -> None:
    x = float(LEFT)
    for name, colour in zip(names, COLOURS, strict=False):
        draw.rectangle((x, 66, x + 16, 82), fill=colour)
        x += 24 + write((x + 24, 74), _cut(name, _LONGEST), anchor="lm") + 28


def _pie(draw: ImageDraw, chart: Chart, write: Callable[..., float]) -> None:
    """Slices from the top, each with its share beside it; the smallest together as one."""
    values = chart.series[0].values if chart.series else ()
    known = [
        (value, label) for value, label in zip(values, chart.labels, strict=False) if _is_known(value) and value > 0
    ]
    slices = sorted((each for each in known if each[1].casefold() != OTHER.casefold()), reverse=True)
    room = len(COLOURS) if len(slices) == len(known) <= len(COLOURS) else len(COLOURS) - 1
    rest = sum(value for value, _ in known) - sum(value for value, _ in slices[:room])
    slices = slices[:room] + [(rest, OTHER)] * (len(known) > room)
    whole = sum(value for value, _ in slices)
    if not whole:
        write((WIDTH / 2, HEIGHT / 2), "No values", size=28, anchor="mm")
        return
    angle = -90.0
    for number, (value, label) in enumerate(slices):
        end = angle + 360 * value / whole
        draw.pieslice((LEFT, 100, LEFT + 460, 560), angle, end, fill=COLOURS[number], outline="white", width=3)
        angle = end
        low = 160 + number * 56
        draw.rectangle((660, low, 684, low + 24), fill=COLOURS[number])
        write((700, low + 12), f"{_cut(label, 28)}  {value / whole:.1%}", size=20, anchor="lm")


def nice_ticks(low: float, high: float) -> list[float]:
    """Round values at even distances that reach from below `low` to above `high`."""
    if math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-9):
        away = abs(low) / 10 if abs(low) > 1e-9 else 1.0
        low, high = low - away, high + away
    rough = (high - low) / (_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(place * step, 12) for place in range(first, last + 1)]


def _is_known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
