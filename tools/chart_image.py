"""A chart as a PNG, for whoever can't draw one from data."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

from tools.chart_page import INK, NARROW, WIDE, Page, is_spelt, spelt
from tools.charts import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from tools.chart_page import Layout
    from tools.charts import Chart

COLOURS = ("#1264a3", "#e8912d", "#2bac76", "#cd2553", "#7c3085", "#616061")
"""Told apart by people who see few colours."""
_MUTED, _GRID, _FILL = "#6b6b6b", "#dddddd", "#d3e5f1"
_GREYS = ("#ffffff", "#c0c0c0", "#848484")
"""What the edges of letters are made of, in the small picture."""
OTHER = "Other"
_TICKS = 5
_MOST_LABELS = 6
_MOST_BARS = 12
_MOST_ROWS = 3
_LONGEST = 18


def chart_png(chart: Chart) -> bytes:
    """The chart drawn wide; what is unknown leaves a gap. Only Latin letters can be drawn, without their accents."""
    written = io.BytesIO()
    _image(chart, WIDE).save(written, "PNG")
    return written.getvalue()


def small_chart_png(chart: Chart) -> bytes:
    """The same for a phone, in the few colours that it is made of: 3 to 13 kB."""
    from PIL import Image, ImageColor

    drawn = COLOURS if chart.kind == "pie" else COLOURS[: len(chart.series)]
    kept = (*_GREYS, INK, _MUTED, _GRID, *drawn, *([_FILL] if chart.kind == "area" else []))
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in kept for part in ImageColor.getrgb(colour)])
    written = io.BytesIO()
    image = _image(chart, NARROW).quantize(palette=palette, dither=Image.Dither.NONE)
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def is_legible(chart: Chart) -> bool:
    """Whether all its letters can be drawn."""
    texts = (chart.title, chart.unit, chart.source, *chart.labels, *(series.name for series in chart.series))
    return all(map(is_spelt, texts))


def _image(chart: Chart, layout: Layout) -> Image:
    chart = replace(
        chart,
        title=spelt(chart.title),
        labels=tuple(map(spelt, chart.labels)),
        series=tuple(Series(spelt(series.name), series.values) for series in chart.series[: len(COLOURS)]),
        unit=spelt(chart.unit),
        source=spelt(chart.source),
    )
    page = Page(layout)
    source = page.fitted(f"Source: {chart.source}", layout.width - layout.edge - layout.right)
    page.write((layout.edge, layout.height - 34), source, colour=_MUTED)
    low = page.titled(chart.title)
    if chart.kind == "pie":
        _pie(page, chart, low)
    else:
        _axes(page, chart, low)
    return page.image


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where the values are drawn, and the least and the greatest of the scale."""

    left: float
    right: float
    top: float
    bottom: float
    least: float
    greatest: float

    def height(self, value: float) -> float:
        """Where a value lies."""
        return self.bottom - (value - self.least) / (self.greatest - self.least) * (self.bottom - self.top)


def _axes(page: Page, chart: Chart, low: float) -> None:
    """Lines, areas or bars over their labels, with a scale that is easy to read."""
    layout, is_bar = page.layout, chart.kind == "bar"
    labels = chart.labels[:_MOST_BARS] if is_bar else chart.labels
    known = [value for series in chart.series for value in series.values[: len(labels)] if _is_known(value)]
    if not known or not labels:
        page.nothing()
        return
    zero = [0.0] if chart.kind in ("bar", "area") else []
    ticks = nice_ticks(min(known + zero), max(known + zero))
    left = max(layout.left, max(page.wide(_tick(tick)) for tick in ticks) + 14)
    right = layout.width - layout.right
    unit = page.fitted(chart.unit, right / 3)
    page.write((right, low + layout.text), unit, anchor="rm", colour=_MUTED)
    names = [series.name for series in chart.series] if len(chart.series) > 1 else []
    top = _legend(page, names, low, page.wide(unit)) + layout.row
    slot = (right - left) / len(labels)
    rows = min(_MOST_ROWS, math.ceil(_widest(page, labels) / slot)) if is_bar else 1
    plot = _Plot(left, right, top, layout.height - 54 - rows * layout.row, ticks[0], ticks[-1])
    _scale(page, plot, ticks)
    is_slotted = is_bar or len(labels) == 1
    distance = slot if is_slotted else (right - left) / (len(labels) - 1)
    spots = [left + distance * (place + 0.5 * is_slotted) for place in range(len(labels))]
    for number, series in enumerate(chart.series):
        points = [
            (x, plot.height(value)) if _is_known(value) else None
            for x, value in zip(spots, series.values, strict=False)
        ]
        _series(page, chart, points, number, slot, plot.height(max(0.0, ticks[0])))
    if is_bar:
        _bar_labels(page, plot, labels, spots, rows)
    else:
        _line_labels(page, plot, labels, spots)


def _scale(page: Page, plot: _Plot, ticks: Sequence[float]) -> None:
    for tick in ticks:
        y = plot.height(tick)
        page.draw.line((plot.left, y, plot.right, y), fill=INK if tick == 0 else _GRID)
        page.write((plot.left - 10, y), _tick(tick), anchor="rm")


def _tick(value: float) -> str:
    return f"{value:,.10g}"


def _bar_labels(page: Page, plot: _Plot, labels: Sequence[str], spots: Sequence[float], rows: int) -> None:
    """One below each bar; where they are wide, neighbours take turns in several rows."""
    slot = (plot.right - plot.left) / len(labels)
    for place, (x, label) in enumerate(zip(spots, labels, strict=True)):
        room = min(slot * rows - 6, 2 * (page.layout.width - x) - 8)
        y = plot.bottom + 12 + place % rows * page.layout.row
        page.write((x, y), page.fitted(label[:_LONGEST], room), anchor="ma")


def _line_labels(page: Page, plot: _Plot, labels: Sequence[str], spots: Sequence[float]) -> None:
    """As many as have room, the first and the last among them."""
    fitting = int((plot.right - plot.left) / (_widest(page, labels) + 24))
    for place in _spread(len(labels), max(2, min(_MOST_LABELS, fitting))):
        anchor = "ma" if 0 < place < len(labels) - 1 or len(labels) == 1 else "la" if place == 0 else "ra"
        page.write((spots[place], plot.bottom + 12), labels[place][:_LONGEST], anchor=anchor)


def _widest(page: Page, labels: Sequence[str]) -> float:
    """The width of the widest label, cut to its longest, with a gap."""
    return max(page.wide(label[:_LONGEST]) for label in labels) + 8


def _legend(page: Page, names: Sequence[str], low: float, beside: float) -> float:
    """The names with their colours in as many rows as they need, at least one; returns where they end.

    In the first row the last `beside` pixels are taken.
    """
    layout = page.layout
    x, y, right = float(layout.edge), low + layout.text, layout.width - layout.right - beside - layout.text
    for name, colour in zip(names, COLOURS, strict=False):
        shown = page.fitted(name[:_LONGEST], right - layout.edge - 24)
        if x > layout.edge and x + 24 + page.wide(shown) > right:
            x, y, right = float(layout.edge), y + layout.row, float(layout.width - layout.right)
        page.draw.rectangle((x, y - 8, x + 16, y + 8), fill=colour)
        page.write((x + 24, y), shown, anchor="lm")
        x += 24 + page.wide(shown) + 24
    return y - layout.text + layout.row


def _spread(count: int, most: int) -> list[int]:
    """At most `most` places of `count`, at even distances, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(number * (count - 1) / (most - 1)) for number in range(most)]


def _series(
    page: Page,
    chart: Chart,
    points: Sequence[tuple[float, float] | None],
    number: int,
    slot: float,
    zero: float,
) -> None:
    colour, draw = COLOURS[number], page.draw
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
                draw.polygon([(run[0][0], zero), *run, (run[-1][0], zero)], fill=_FILL)
            draw.line(run, fill=colour, width=page.layout.line, joint="curve")
            if len(run) == 1:
                draw.circle(run[0], 5, fill=colour)
            run = []


def _pie(page: Page, chart: Chart, low: float) -> None:
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
        page.nothing()
        return
    layout, angle = page.layout, -90.0
    top, across = low + layout.text, layout.height - 60 - low - layout.text
    across = min(across, layout.width * 2 / 5)
    left = layout.edge
    x, step = left + across + 2 * layout.row, min(across / len(COLOURS), 3 * layout.text)
    for number, (value, label) in enumerate(slices):
        end = angle + 360 * value / whole
        page.draw.pieslice(
            (left, top, left + across, top + across), angle, end, fill=COLOURS[number], outline="white", width=3
        )
        angle = end
        y = top + across / 2 + step * (number - (len(slices) - 1) / 2)
        half = layout.text * 0.6
        page.draw.rectangle((x, y - half, x + 2 * half, y + half), fill=COLOURS[number])
        share = f"  {value / whole:.1%}"
        text = page.fitted(label, layout.width - layout.right - x - 2 * layout.text - page.wide(share))
        page.write((x + 2 * layout.text, y), f"{text}{share}", anchor="lm")


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
