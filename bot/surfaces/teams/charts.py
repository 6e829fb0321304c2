"""Charts as Adaptive Card elements, with words for who can't see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Span
from bot.surfaces.slack.chart_blocks import axis_label, chart_in_words, chart_title
from bot.surfaces.slack.limits import shortened
from bot.surfaces.teams.markup import inert, rich

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Points = Sequence[tuple[str, Sequence[float]]]

MOST_POINTS = 30
MOST_SLICES = 10
MOST_SERIES = 6
OTHER = "Other"
_TITLE = 80
_LABEL = 40
_DECIMALS = 2
_FEWEST_KNOWN = 0.5


def chart_element(chart: dict[str, Any], label: Callable[[str], str]) -> dict[str, Any] | None:
    """One chart of a record; None when nothing is left to draw. `label` writes days as the reader does.

    Teams draws no bar below zero, and says nothing of it: such a chart is its words, until a picture takes their place.
    """
    names, points = _known(chart)
    if not points:
        return None
    words = {"type": "Container", "items": rich((Span(chart_in_words(chart, label)),))}
    if _has_bars(chart, points) and any(value < 0 for _, values in points for value in values):
        return words
    drawn = _drawn(chart, names, points, label)
    if drawn is None:
        return None
    return {**drawn, "title": inert(chart_title(chart, label, _TITLE)), "showTitle": True, "fallback": words}


def _has_bars(chart: dict[str, Any], points: Points) -> bool:
    """Whether it is drawn with bars, or can't be with slices."""
    return chart["kind"] in ("pie", "bar") or len(points) == 1


def _drawn(
    chart: dict[str, Any], names: Sequence[str], points: Points, label: Callable[[str], str]
) -> dict[str, Any] | None:
    unit = inert(axis_label(chart["unit"]))
    axis = {"yAxisTitle": unit} if unit else {}
    if chart["kind"] == "pie":
        slices = _slices(points, label)
        return {"type": "Chart.Donut", "data": slices} if slices else None
    if _has_bars(chart, points):
        points = points[:MOST_POINTS]
        if len(names) == 1:
            data = [{"x": _label(label(name)), "y": _value(values[0])} for name, values in points]
            return {"type": "Chart.VerticalBar", "data": data, **axis}
        grouped = [
            {
                "legend": _label(name),
                "values": [{"x": _label(label(point)), "y": _value(values[number])} for point, values in points],
            }
            for number, name in enumerate(names)
        ]
        return {"type": "Chart.VerticalBar.Grouped", "data": grouped, **axis}
    lines = [
        {
            "legend": _label(name),
            "values": [{"x": _x(point, label), "y": _value(values[number])} for point, values in _thinned(points)],
        }
        for number, name in enumerate(names)
    ]
    return {"type": "Chart.Line", "data": lines, **axis}


def _x(point: str, label: Callable[[str], str]) -> str:
    """A day in ISO form is one to the chart, too, which writes it as the reader does; anything else is a label."""
    is_day = len(point) == 10 and point[4:5] == point[7:8] == "-" and point.replace("-", "").isdigit()
    return point if is_day else _label(label(point))


def _label(text: str) -> str:
    return shortened(inert(text), _LABEL).strip() or "–"


def _value(value: float) -> float:
    return round(value, _DECIMALS)


def _known(chart: dict[str, Any]) -> tuple[list[str], Points]:
    """(names, points) without the series that are mostly unknown and the points that are not known of every series."""
    series = [
        each
        for each in chart["series"][:MOST_SERIES]
        if sum(value is not None for value in each["values"]) > _FEWEST_KNOWN * len(chart["labels"])
    ]
    rows = zip(chart["labels"], zip(*(each["values"] for each in series), strict=True), strict=False)
    points = [(name, list(values)) for name, values in rows if all(value is not None for value in values)]
    return [each["name"] for each in series], points


def _thinned(points: Points) -> Points:
    """At even distances, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    return [points[round(place * (len(points) - 1) / (MOST_POINTS - 1))] for place in range(MOST_POINTS)]


def _slices(points: Points, label: Callable[[str], str]) -> list[dict[str, Any]]:
    """The largest slices and the rest as one."""
    known = [(values[0], name) for name, values in points if _value(values[0]) > 0]
    slices = sorted((each for each in known if each[1].casefold() != OTHER.casefold()), reverse=True)
    room = MOST_SLICES if len(slices) == len(known) and len(slices) <= MOST_SLICES else MOST_SLICES - 1
    rest = sum(value for value, _ in known) - sum(value for value, _ in slices[:room])
    kept = slices[:room] + ([(rest, OTHER)] if _value(rest) > 0 else [])
    return [{"legend": _label(label(name)), "value": _value(value)} for value, name in kept]
