"""Pictures for clients of Teams that know no charts: each is what a chart's element falls back to, instead of words.

A chart that no client can draw, as Teams has no bars below zero, is its picture.

A picture stands in its card, as a data URI, so that whoever has the message sees it, and nobody else. At an address of
ours whoever knew the address would: Teams fetches pictures without signing in, and they show what a person owns.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from bot.surfaces.drawing import drawable
from bot.surfaces.slack.chart_blocks import chart_in_words
from bot.surfaces.slack.limits import shortened
from bot.surfaces.teams.cards import LARGEST, size
from bot.surfaces.teams.markup import inert
from tools.chart_image import is_legible, small_chart_png
from tools.charts import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.surfaces.teams.cards import Element

log = logging.getLogger(__name__)
LONGEST = 3.0
"""Seconds that the pictures of a message may take; after that it goes out without."""
_NAME = "chart-"
_LONGEST_WORDS, _LONGEST_SOURCE = 1000, 200
"""Characters of what is told to who can't see the picture: it stands in the card, too."""


def named(elements: Sequence[Element | None]) -> list[Element]:
    """The elements of a record's charts, None for one not shown, each with the name by which its chart is found."""
    return [{**element, "id": f"{_NAME}{place}"} for place, element in enumerate(elements) if element]


def drawings(
    message: Mapping[str, Any], charts: Sequence[dict[str, Any]], label: Callable[[str], str]
) -> dict[str, dict[str, Any]]:
    """What has to be drawn for a message, by the names of its charts. Some letters can't be drawn: those stay words."""
    found = {}
    for element in _charts(message):
        chart = charts[int(element["id"].removeprefix(_NAME))]
        drawn = drawable(chart, label)
        if drawn.kind == "pie" and "fallback" not in element:  # no slice is less than nothing
            drawn = replace(drawn, kind="bar")
        if is_legible(drawn):
            words = shortened(chart_in_words(chart, label), _LONGEST_WORDS)
            unit = f" In {drawn.unit}." if drawn.unit and not words.endswith(").") else ""
            source = shortened(drawn.source, _LONGEST_SOURCE)
            found[element["id"]] = {**asdict(drawn), "alt": inert(f"{words}{unit} Source: {source}.")}
    return found


async def pictured(
    message: dict[str, Any], wanted: Mapping[str, Mapping[str, Any]], seconds: float = LONGEST
) -> dict[str, Any]:
    """The message with as many pictures as there is room for; itself for none, and whatever fails: the words stay."""
    here = {element["id"]: wanted[element["id"]] for element in _charts(message) if element["id"] in wanted}
    if not here:
        return message
    try:
        async with asyncio.timeout(seconds):
            images = await asyncio.to_thread(_images, here)
    except Exception as error:  # noqa: BLE001 (no picture is worth an answer)
        log.warning("a chart is sent without its picture: %s", type(error).__name__)
        return message
    return _with(message, images)


def _charts(message: Mapping[str, Any]) -> Iterator[Element]:
    for attachment in message.get("attachments") or ():
        for element in attachment["content"]["body"]:
            if str(element.get("id", "")).startswith(_NAME):
                yield element


def _images(wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Element]:
    """Drawn, as elements."""
    return {name: _image(chart) for name, chart in wanted.items()}


def _image(stored: Mapping[str, Any]) -> Element:
    chart = Chart(
        kind=stored["kind"],
        title=stored["title"],
        labels=tuple(stored["labels"]),
        series=tuple(Series(each["name"], tuple(each["values"])) for each in stored["series"]),
        unit=stored["unit"],
        source=stored["source"],
    )
    png = base64.b64encode(small_chart_png(chart)).decode()
    return {"type": "Image", "url": f"data:image/png;base64,{png}", "altText": stored["alt"]}


def _shown(element: Element, image: Element) -> Element:
    """A chart with its picture for those who can't draw it; where nobody can, the picture."""
    return {**element, "fallback": image} if "fallback" in element else {**image, "id": element["id"]}


def _with(message: Mapping[str, Any], images: Mapping[str, Element]) -> dict[str, Any]:
    """The first pictures in the place of words, as far as the card stays small enough."""
    attachments = []
    for attachment in message["attachments"]:
        content, body = attachment["content"], []
        room = LARGEST - size(content)
        for element in content["body"]:
            more = _shown(element, images[element["id"]]) if element.get("id") in images else element
            longer = size(more) - size(element)
            body.append(more if longer <= room else element)
            room -= longer if longer <= room else 0
        attachments.append({**attachment, "content": {**content, "body": body}})
    return {**message, "attachments": attachments}
