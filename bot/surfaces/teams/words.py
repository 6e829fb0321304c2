"""A message without its cards, for where Teams refuses those: their words go on below its text, and nothing is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.splitting import split
from bot.surfaces.teams.markup import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.surfaces.teams.cards import Element

LONGEST_PIECE = 3500
UNPRESSABLE = "*The buttons for this can't be shown; ask for it once more later.*"


def in_words(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message in words alone, with its sources, its label and the thumbs."""
    told = [str(message.get("text") or "")]
    for attachment in message.get("attachments") or ():
        told += _told(attachment["content"].get("body", ()))
    kept = {name: value for name, value in message.items() if name not in ("attachments", "summary")}
    return {"textFormat": "markdown", **kept, "text": "\n\n".join(filter(None, told))}


def in_pieces(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same in messages so short and plain that Teams can't refuse their form; the thumbs are below the last one."""
    whole = in_words(message)
    told = {name: value for name, value in whole.items() if name not in ("entities", "channelData")}
    labels = [
        {name: value for name, value in entity.items() if name != "citation"} for entity in whole.get("entities") or ()
    ]
    pieces = [{**told, "text": piece} for piece in split(whole["text"], LONGEST_PIECE) or [""]]
    if labels:
        pieces = [{**piece, "entities": labels} for piece in pieces]
    if "channelData" in whole:
        pieces[-1]["channelData"] = whole["channelData"]
    return pieces


def _told(elements: Sequence[Element]) -> Iterator[str]:
    """What elements show, one after the other, written so that markdown shows the same."""
    for element in elements:
        match element["type"]:
            case "RichTextBlock":
                yield escaped(_letters(element))
            case "FactSet":
                yield "\n".join(f"- {escaped(fact['title'])}: {escaped(fact['value'])}" for fact in element["facts"])
            case "Table":
                yield "\n".join(f"- {escaped(row)}" for row in _rows(element))
            case "Container":
                yield from _told(element["items"])
            case "ActionSet":
                yield UNPRESSABLE
            case _ if "fallback" in element:  # a chart
                yield from _told([element["fallback"]])


def _letters(block: Element) -> str:
    return "".join(run["text"] for run in block["inlines"])


def _rows(table: Element) -> Iterator[str]:
    """Each row with the names of its columns: "Apple: Price $10; Day change 1.5%"."""
    header, *rows = [[" ".join(map(_letters, cell["items"])).strip() for cell in row["cells"]] for row in table["rows"]]
    for label, *cells in rows:
        named = [f"{name} {cell}".strip() for name, cell in zip(header[1:], cells, strict=True) if cell]
        first = f"{header[0]} {label}".strip()
        yield f"{first}: {'; '.join(named)}" if named else first
