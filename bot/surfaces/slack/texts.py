"""Text as Slack sends it, with its mentions and links in angle brackets, made plain."""

from __future__ import annotations

import re

EVENT_TYPE = "tuppence_reply"
"""What marks a message as one of ours, in its metadata."""
_ANGLES = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


def mentions(text: str, user: str) -> bool:
    """Whether a user is mentioned."""
    return any(found[1] == "@" and found[2] == user for found in _ANGLES.finditer(text))


def opens_to_another(text: str, bot_user: str) -> bool:
    """Whether it begins with a mention of somebody else: it is said to them."""
    found = _ANGLES.match(text.lstrip())
    return found is not None and found[1] == "@" and found[2] != bot_user


def opening_mention(text: str) -> str:
    """The user with whose mention a text begins, "" for none."""
    found = _ANGLES.match(text.lstrip())
    return found[2] if found is not None and found[1] == "@" else ""


def plain_text(text: str, bot_user: str = "") -> str:
    """What the person typed: the assistant's own mention goes, links and mentions become words, `&lt;` becomes `<`."""
    spoken = _ANGLES.sub(lambda found: _word(found[1], found[2], found[3] or "", bot_user), text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], spoken).strip()


def _word(kind: str, target: str, label: str, bot_user: str) -> str:
    if kind == "@":
        return "" if target == bot_user else f"@{label or target}"
    if kind == "#":
        return f"#{label or target}"
    if kind == "!":  # <!here>, <!subteam^S1|@team>, <!date^…|on Monday>
        return label or f"@{target.partition('^')[0]}"
    return label or target.removeprefix("mailto:").removeprefix("tel:")
