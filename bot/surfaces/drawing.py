"""A chart of a record as it is drawn in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.chart_blocks import axis_label, chart_title
from bot.surfaces.slack.markup import JOINER, visible
from tools.charts import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = 90
"""Characters of a picture's title."""


def drawable(chart: dict[str, Any], label: Callable[[str], str]) -> Chart:
    """What is drawn, without characters that can't be seen; `label` writes days as the reader does."""
    return Chart(
        kind=chart["kind"],
        title=chart_title(chart, label, TITLE).replace(JOINER, ""),
        labels=tuple(_line(label(text)) for text in chart["labels"]),
        series=tuple(Series(_line(each["name"]), tuple(each["values"])) for each in chart["series"]),
        unit=axis_label(chart["unit"]).replace(JOINER, ""),
        source=_line(label(chart["source"])),
    )


def _line(text: str) -> str:
    return " ".join(visible(text).split())
