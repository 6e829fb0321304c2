"""Text as Teams sends it, with its mentions as tags, made plain."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from bot.turn.commands import as_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMAND = "fin"
"""Before a typed command, as in Slack; a slash at the beginning opens Teams' own commands."""
_TAG = re.compile(r"<at(?:\s[^<>]*)?>(.*?)</at>", re.DOTALL | re.IGNORECASE)
_ENTITIES = {"&nbsp;": " ", "\u00a0": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
_LONGEST_HTML = 20_000
_HTML_BREAK = re.compile(r"<(?:br|/?(?:p|div|li|tr|td|h[1-6]|blockquote))\b[^<>]*>", re.IGNORECASE)
_HTML_TAG = re.compile(r"<[^<>]*>")
_CALL = re.compile(rf"/?{COMMAND}(?:\s+|$)", re.IGNORECASE)


def is_mentioned(entities: Iterable[Mapping[str, Any]], account: str) -> bool:
    """Whether an account is among the mentions."""
    return any(mentioned == account for mentioned, _ in _mentions(entities))


def plain_text(text: str, entities: Iterable[Mapping[str, Any]] = (), bot: str = "") -> str:
    """What the person typed: the bot's own mentions go, others become "@Name"."""
    for mentioned, tag in _mentions(entities):
        if mentioned == bot and tag:
            text = text.replace(tag, " ")
    spoken = _TAG.sub(lambda found: f"@{found[1]}", text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], spoken).strip()


def html_text(content: str) -> str:
    """The letters of a message that Teams tells as HTML, without its tags: whatever they spell stays text."""
    spoken = _HTML_TAG.sub("", _HTML_BREAK.sub("\n", content[:_LONGEST_HTML]))
    return "\n".join(filter(None, (" ".join(line.split()) for line in html.unescape(spoken).split("\n"))))


def typed(text: str) -> str:
    """`fin watch list` is the command `/watch list`; whatever is no command is a question."""
    call = _CALL.match(text)
    if call is None:
        return text
    return as_command(text[call.end() :].strip())


def _mentions(entities: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(whom, the tag in the text) of each mention."""
    return [
        (str((entity.get("mentioned") or {}).get("id", "")), str(entity.get("text", "")))
        for entity in entities
        if entity.get("type") == "mention"
    ]
