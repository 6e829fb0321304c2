"""Text that nobody wrote for Teams, made harmless in each of its ways to show text.

A card's text runs show what they are given, letter by letter. A message's text and a fact are read as markdown: there
every sign that could be a mark is escaped, or, in a fact, such a text is not shown as one. What looks like a mention, a
link or a tag is broken by an invisible joiner everywhere, so that no client and no copy revives it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.markup import JOINER, harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.surfaces.answer import Span

_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_MACRO = re.compile(r"([{$])(?=\{)|(\])(?=\()")
_MARK = re.compile(r"[\\`*_~\[\]|]")
_LINE_MARK = re.compile(
    r"^(?P<blank>[ \t]*)(?P<mark>[-+](?=[ \t]|$)|[-=]{2}|#{1,6}(?=[ \t]|$)|>|\d{1,9}(?=[.)](?:[ \t]|$)))", re.MULTILINE
)
_CLOSES = re.compile(r"^(\d{1,9})([.)])")


def inert(text: str) -> str:
    """The same visible text in which no mention, link, tag, entity or macro is left whole."""
    return _MACRO.sub(lambda found: f"{found[0]}{JOINER}", _ENTITY.sub(f"&{JOINER}", harmless(text)))


def escaped(text: str) -> str:
    """The text for a place where markdown is read."""
    text = _MARK.sub(lambda mark: f"\\{mark[0]}", inert(text))
    return "\n".join(map(_escaped_start, text.split("\n")))


def _escaped_start(line: str) -> str:
    """A line that is no heading, list, quote or rule, however it begins."""
    found = _LINE_MARK.match(line)
    if found is None:
        return line
    rest = line[len(found["blank"]) :]
    if found["mark"].isdigit():
        return _CLOSES.sub(r"\1\\\2", rest)
    return f"\\{rest}"


def markdown(spans: Sequence[Span]) -> str:
    """Spans with their emphasis."""
    return "".join(map(_marked, spans))


def _marked(span: Span) -> str:
    """One span; blanks at its ends stay outside the marks, which would not work next to them."""
    core = span.text.strip()
    mark = "**" if span.bold else "*" if span.italic else ""
    if span.code and core and "`" not in core and "\n" not in core:
        return span.text.replace(core, f"`{inert(core)}`", 1)
    if not core or not mark or "\n" in core:
        return escaped(span.text)
    before, after = span.text[: span.text.index(core)], span.text[span.text.index(core) + len(core) :]
    return f"{before}{mark}{escaped(core)}{mark}{after}"


def is_plain(text: str) -> bool:
    """Whether a reader of markdown sees no mark in a text."""
    return not _MARK.search(text) and not _LINE_MARK.match(text) and "\n" not in text


def rich(spans: Sequence[Span], **more: Any) -> list[dict[str, Any]]:
    """Spans as blocks of text runs, one for each of their lines."""
    lines: list[list[dict[str, Any]]] = [[]]
    for span in spans:
        for number, piece in enumerate(inert(span.text).split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(_run(piece, span))
    return [{"type": "RichTextBlock", "inlines": runs, **more} for runs in lines if runs]


def _run(text: str, span: Span) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": text}
    if span.bold:
        run["weight"] = "Bolder"
    if span.italic:
        run["italic"] = True
    if span.code:
        run["fontType"] = "Monospace"
    return run
