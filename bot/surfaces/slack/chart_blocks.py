"""Charts as `data_visualization` blocks: at most 20 points of at most 6 series, every one with a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.limits import (
    ALT_TEXT,
    AXIS_LABEL,
    CHART_LABEL,
    CHART_POINTS,
    CHART_SEGMENTS,
    CHART_SERIES,
    CHART_TITLE,
    length,
    shortened,
)
from bot.surfaces.slack.markup import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Points = list[tuple[str, list[float]]]
"""(label, a value of each series)."""
OTHER = "Other"
_FEWEST_KNOWN = 0.5
"""A series that is known at fewer points than this is left out, or the others would lose these points."""
_DECIMALS = 2
_AXIS = {"percent": "%", "money": "", "points": ""}


def chart_block(chart: dict[str, Any], label: Callable[[str], str]) -> dict[str, Any] | None:
    """One chart of a record as a block; None when nothing is left to draw. `label` writes days as the reader does."""
    names, points = _known(chart)
    if not points:
        return None
    title = chart_title(chart, label)
    if chart["kind"] == "pie" and all(values[0] >= 0 for _, values in points):
        segments = _segments(points, label)
        if not segments:
            return None
        return {"type": "data_visualization", "title": title, "chart": {"type": "pie", "segments": segments}}
    kind = "bar" if chart["kind"] == "pie" or len(points) == 1 else chart["kind"]
    points = points[:CHART_POINTS] if kind == "bar" else _thinned(points, CHART_POINTS)
    categories = _distinct([label(name) for name, _ in points])
    series = [
        {
            "name": name,
            "data": [
                {"label": category, "value": round(values[number], _DECIMALS)}
                for category, (_, values) in zip(categories, points, strict=True)
            ],
        }
        for number, name in enumerate(_distinct(names))
    ]
    axis: dict[str, Any] = {"categories": categories}
    if unit := axis_label(chart["unit"]):
        axis["y_label"] = unit
    drawn = {"type": kind, "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": drawn}


def chart_title(chart: dict[str, Any], label: Callable[[str], str], most: int = CHART_TITLE) -> str:
    """The title; of one that is too long the last parts go, as long as something is left."""
    title = harmless(label(chart["title"]))
    while length(title) > most and ", " in title:
        title = title.rpartition(", ")[0]
    return shortened(title, most) or "Chart"


def axis_label(unit: str) -> str:
    """What is written on the value axis; nothing where the unit says nothing."""
    return shortened(harmless(_AXIS.get(unit, unit)), AXIS_LABEL)


def chart_in_words(chart: dict[str, Any], label: Callable[[str], str]) -> str:
    """For who can't see it: what is drawn, from where to where, in figures."""
    names, points = _known(chart)
    title = harmless(label(chart["title"]))
    if not points:
        return shortened(f"{title}: no values.", ALT_TEXT)
    unit = axis_label(chart["unit"])
    if chart["kind"] in ("pie", "bar"):
        told = ", ".join(f"{name} {' / '.join(f'{_shown(value)}' for value in values)}" for name, values in points)
    else:
        (first, before), (last, after) = points[0], points[-1]
        told = "; ".join(
            f"{name} from {_shown(before[number])} ({label(first)}) to {_shown(after[number])} ({label(last)})"
            for number, name in enumerate(names)
        )
    return shortened(harmless(f"{title}. {told}{f' ({unit})' if unit else ''}."), ALT_TEXT)


def _shown(value: float) -> str:
    """A value as the table beside the chart would round it."""
    return f"{round(value, _DECIMALS):,.15g}"


def _known(chart: dict[str, Any]) -> tuple[list[str], Points]:
    """(names, points) without the series that are mostly unknown and the points that are not known of every series."""
    series = [
        each
        for each in chart["series"][:CHART_SERIES]
        if sum(value is not None for value in each["values"]) > _FEWEST_KNOWN * len(chart["labels"])
    ]
    rows = zip(chart["labels"], zip(*(each["values"] for each in series), strict=True), strict=False)
    points = [(name, list(values)) for name, values in rows if all(value is not None for value in values)]
    return [each["name"] for each in series], points


def _thinned(points: Points, most: int) -> Points:
    """At most `most` points at even distances, the first and the last among them."""
    if len(points) <= most:
        return points
    return [points[round(place * (len(points) - 1) / (most - 1))] for place in range(most)]


def _segments(points: Points, label: Callable[[str], str]) -> list[dict[str, Any]]:
    """The largest slices and the rest as one; a slice of nothing is refused."""
    known = [(values[0], name) for name, values in points if round(values[0], _DECIMALS) > 0]
    slices = sorted((each for each in known if each[1].casefold() != OTHER.casefold()), reverse=True)
    room = CHART_SEGMENTS if len(slices) == len(known) and len(slices) <= CHART_SEGMENTS else CHART_SEGMENTS - 1
    rest = sum(value for value, _ in known) - sum(value for value, _ in slices[:room])
    slices = slices[:room] + ([(rest, OTHER)] if round(rest, _DECIMALS) > 0 else [])
    names = _distinct([label(name) for _, name in slices])
    return [{"label": name, "value": round(value, _DECIMALS)} for name, (value, _) in zip(names, slices, strict=True)]


def _distinct(names: Sequence[str]) -> list[str]:
    """Labels within Slack's limit, each told from the others."""
    taken: dict[str, None] = {}
    for name in names:
        label = shortened(harmless(name), CHART_LABEL).strip() or "–"
        number = 2
        while label in taken:
            label = f"{shortened(harmless(name), CHART_LABEL - 4)} {number}"
            number += 1
        taken[label] = None
    return list(taken)
