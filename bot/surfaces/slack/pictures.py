"""The charts of an answer as files to upload, where native ones are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.surfaces.drawing import TITLE, drawable
from bot.surfaces.slack.blocks import localiser
from bot.surfaces.slack.chart_blocks import chart_block, chart_in_words, chart_title
from tools.chart_image import chart_png

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart, ready for `files_upload_v2`: `alt_text` tells its figures to who can't see it."""

    filename: str
    title: str
    alt_text: str
    png: bytes


def pictures(
    record: dict[str, Any], *, locale: str, time_zone: str, charts: Sequence[dict[str, Any]] | None = None
) -> list[Picture]:
    """The charts of a record as PNG, or only those that are drawn in the blocks `charts`.

    It takes some tens of milliseconds each: call it in a thread.
    """
    label = localiser(record, locale=locale, time_zone=time_zone).label
    wanted = record.get("charts", ())
    if charts is not None:
        wanted = [chart for chart in wanted if chart_block(chart, label) in charts]
    return [_picture(chart, label) for chart in wanted]


def _picture(chart: dict[str, Any], label: Callable[[str], str]) -> Picture:
    title = chart_title(chart, label, TITLE)
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LONGEST_NAME] or "chart"
    return Picture(f"{name}.png", title, chart_in_words(chart, label), chart_png(drawable(chart, label)))
