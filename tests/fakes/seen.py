"""What a person sees of a message: Slack's blocks and Teams' text and cards, walked into plain words.

A form of block or card that is not known here is an error: what nobody reads, nobody compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.markup import JOINER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fakes.slack_server import Shown as SlackShown
    from tests.fakes.teams_server import Shown as TeamsShown

THUMBS, PICTURE = "thumbs", "picture"
_FIGURE = re.compile(r"[-+]?[$€£]?\d[\d.,]*\d%?|[-+]?[$€£]?\d%?")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MARK = re.compile(r"(?<!\\)(?:\*\*|\*|`)|^- |\\(?=[!-/:-@\[-`{-~])", re.MULTILINE)
_CITATION = re.compile(r"(?<=.)(?: \[\d+\])+(?=$|\n)", re.MULTILINE)
_CALL = re.compile(r"/?\bfin (?=\w)")


@dataclass(frozen=True)
class Drawn:
    """A chart: `values` are the first and the last of each series of a line, else all of them by their names.

    Of a picture nothing is known but the words for who can't see it, which are its `title`.
    """

    kind: str
    title: str
    values: dict[str, Any]


@dataclass
class Seen:
    """One message or several: `lines` as they stand there, `buttons` in their order."""

    lines: list[str] = field(default_factory=list)
    charts: list[Drawn] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it, a typed command without what is written before it on each platform."""
        plain = "\n".join(self.lines).replace(JOINER, "").replace("\u00a0", " ").replace("\u202f", " ")
        return _CALL.sub("", plain)

    @property
    def figures(self) -> set[str]:
        return set(_FIGURE.findall(self.text))

    @property
    def words(self) -> set[str]:
        return set(_WORD.findall(self.text.casefold()))


def on_slack(*shown: SlackShown) -> Seen:
    """What Slack shows: the blocks, and the text only where there are none."""
    seen = Seen()
    for message in shown:
        blocks = message.body.get("blocks") or []
        seen.lines += [] if blocks else [message.text]
        for block in blocks:
            _block(block, seen)
    return seen


def _block(block: dict[str, Any], seen: Seen) -> None:
    match block["type"]:
        case "rich_text":
            seen.lines += [_rich(element) for element in block["elements"]]
        case "section":
            texts = [block["text"]] if "text" in block else []
            seen.lines += [_slack_text(each) for each in [*texts, *block.get("fields", ())]]
        case "context":
            seen.lines += [_slack_text(each) for each in block["elements"]]
        case "table":
            seen.lines += [" ".join(map(_cell, row)) for row in block["rows"]]
        case "data_visualization":
            seen.charts.append(_slack_chart(block))
        case "actions" | "context_actions":
            seen.buttons += [
                THUMBS if each["type"] == "feedback_buttons" else each["text"]["text"] for each in block["elements"]
            ]
        case "divider":
            pass
        case other:
            raise AssertionError(f"nobody reads a block “{other}”")


def _rich(element: dict[str, Any]) -> str:
    match element["type"]:
        case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
            return "".join(map(_rich, element["elements"]))
        case "rich_text_list":
            return "\n".join(map(_rich, element["elements"]))
        case "text":
            return str(element["text"])
        case other:
            raise AssertionError(f"nobody reads an element “{other}”")


def _slack_text(text: dict[str, Any]) -> str:
    written = str(text["text"])
    if text["type"] == "plain_text":
        return written
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        written = written.replace(entity, letter)
    return re.sub(r"[*_`]", "", written)


def _cell(cell: dict[str, Any]) -> str:
    return str(cell["text"]) if cell["type"] == "raw_text" else "".join(map(_rich, cell["elements"]))


def _slack_chart(block: dict[str, Any]) -> Drawn:
    chart = block["chart"]
    if chart["type"] == "pie":
        return Drawn("pie", block["title"], {each["label"]: each["value"] for each in chart["segments"]})
    series = {each["name"]: [(point["label"], point["value"]) for point in each["data"]] for each in chart["series"]}
    return _drawn("bar" if chart["type"] == "bar" else "line", block["title"], series)


def on_teams(*shown: TeamsShown) -> Seen:
    """What Teams shows: text, cards and thumbs; the numbers of the citations lead to what stands there, too."""
    seen = Seen()
    for message in shown:
        seen.lines.append(_MARK.sub("", _CITATION.sub("", message.text)))
        for attachment in message.body.get("attachments") or ():
            _elements(attachment["content"]["body"], seen)
            seen.buttons += [action["title"] for action in attachment["content"].get("actions", ())]
        seen.buttons += [THUMBS] if "feedbackLoop" in (message.body.get("channelData") or {}) else []
    return seen


def _elements(elements: Sequence[dict[str, Any]], seen: Seen) -> None:
    for element in elements:
        match element["type"]:
            case "RichTextBlock":
                seen.lines.append("".join(run["text"] for run in element["inlines"]))
            case "FactSet":
                seen.lines += [f"{fact['title']} {fact['value']}" for fact in element["facts"]]
            case "Table":
                seen.lines += [" ".join(_table_row(row)) for row in element["rows"]]
            case "ActionSet":
                seen.buttons += [action["title"] for action in element["actions"]]
            case "Image":
                seen.charts.append(Drawn(PICTURE, element["altText"], {}))
            case kind if kind.startswith("Chart."):
                seen.charts.append(_teams_chart(element))
            case other:
                raise AssertionError(f"nobody reads an element “{other}”")


def _table_row(row: dict[str, Any]) -> Iterator[str]:
    for cell in row["cells"]:
        inner = Seen()
        _elements(cell["items"], inner)
        yield " ".join(inner.lines)


def _teams_chart(element: dict[str, Any]) -> Drawn:
    kind, data = element["type"].removeprefix("Chart."), element["data"]
    if kind == "Donut":
        return Drawn("pie", element["title"], {each["legend"]: each["value"] for each in data})
    if kind == "VerticalBar":
        return _drawn("bar", element["title"], {"": [(each["x"], each["y"]) for each in data]})
    series = {each["legend"]: [(point["x"], point["y"]) for point in each["values"]] for each in data}
    return _drawn("line" if kind == "Line" else "bar", element["title"], series)


def _drawn(kind: str, title: str, series: dict[str, list[tuple[str, float]]]) -> Drawn:
    """Lines have as many points as each platform takes; a single series of bars has no name on Teams."""
    if kind == "line":
        return Drawn(kind, title, {name: (points[0][1], points[-1][1]) for name, points in series.items()})
    named = {"": next(iter(series.values()))} if len(series) == 1 else series
    return Drawn(kind, title, {name: dict(points) for name, points in named.items()})
