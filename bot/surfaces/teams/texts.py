"""Text as Teams sends it, with its mentions as tags, made plain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.turn.commands import is_slip, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMMAND = "fin"
"""Before a typed command, as in Slack; a slash at the beginning opens Teams' own commands."""
_TAG = re.compile(r"<at(?:\s[^<>]*)?>(.*?)</at>", re.DOTALL | re.IGNORECASE)
_ENTITIES = {"&nbsp;": " ", "\u00a0": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
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


def typed(text: str) -> str:
    """`fin watch list` is the command `/watch list`; whatever is no command is a question."""
    call = _CALL.match(text)
    if call is None:
        return text
    rest = text[call.end() :].strip()
    name = (rest.split() or ["help"])[0].lower().removeprefix("/")
    if name in names() or is_slip(name):
        return f"/{rest.removeprefix('/') or 'help'}"
    return rest


def _mentions(entities: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(whom, the tag in the text) of each mention."""
    return [
        (str((entity.get("mentioned") or {}).get("id", "")), str(entity.get("text", "")))
        for entity in entities
        if entity.get("type") == "mention"
    ]
