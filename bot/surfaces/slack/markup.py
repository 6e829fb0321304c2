"""Text that nobody wrote for Slack, made harmless in each of Slack's three ways to show text.

`rich_text` and `plain_text` show what they are given, letter by letter; `mrkdwn` reads marks, mentions and links in it.
Text of ours therefore goes into the first two, and into `mrkdwn` only where it holds no mark. What looks like a
mention, a link or an emoji code is broken by an invisible joiner everywhere, so that no client and no copy revives it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.limits import TEXT_OBJECT, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.surfaces.answer import Span

JOINER = "\u2060"
"""WORD JOINER: of no width, and no part of any mention, link or code."""
_ZERO_WIDTH_JOINER = "\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that show nothing."""
_LIVE = re.compile(
    r"@|<(?=\S)|www(?=\.)|(?<=\w)\.(?=[\w.-]{1,63}/)"
    r"|:(?=//)|(?:mailto|javascript):|\b(?:tel|slack|data|sms):"
    r"|(?<=[a-z0-9])\.(?=(?:com|net|org|info|biz|io|app|dev|xyz|top|link|click|site|online|shop|live|ru|cn|zip|mov|ai)\b)",
    re.IGNORECASE,
)
_CODE = re.compile(r":(?=[a-z0-9_+'-]{1,100}:)", re.IGNORECASE)
_CHANNEL = re.compile(r"#(?=[\w-])")
_MARK = re.compile(r"[*_~`]|^\s*(?:>|&gt;)", re.MULTILINE)


def visible(text: str) -> str:
    """Without characters that can't be seen or that turn the direction of writing; lines and emoji stay."""
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for place, character in enumerate(text):
        if character in "\n\t":
            kept.append(character)
        elif character == _ZERO_WIDTH_JOINER:
            after = text[place + 1 : place + 2]
            if kept and after and _is_pictorial(kept[-1]) and _is_pictorial(after):
                kept.append(character)
        elif unicodedata.category(character) not in _HIDDEN and character not in _BLANK:
            kept.append(character)
    return "".join(kept)


def _is_pictorial(character: str) -> bool:
    """Part of an emoji: a picture, its colour or the sign that asks for the picture."""
    return unicodedata.category(character) in ("So", "Sk") or character == "\ufe0f"


def harmless(text: str) -> str:
    """The same visible text in which no mention, channel, link or emoji code is left whole."""
    text = _LIVE.sub(lambda mark: f"{mark[0]}{JOINER}", visible(text))
    text = _CHANNEL.sub(f"#{JOINER}", text)
    return _CODE.sub(f":{JOINER}", text)


def entities(text: str) -> str:
    """A harmless text for a place where `mrkdwn` is read: `& < >` as Slack's three entities."""
    return harmless(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str) -> dict[str, Any]:
    """A text object that shows its text as it is."""
    return {"type": "plain_text", "text": harmless(text) or " ", "emoji": False}


def text_object(spans: Sequence[Span]) -> dict[str, Any]:
    """The spans with their emphasis where that is safe, else as they are."""
    text = "".join(span.text for span in spans)
    if any(span.bold or span.italic or span.code for span in spans) and not _MARK.search(text):
        marked = "".join(map(_marked, spans))
        if length(marked) <= TEXT_OBJECT:
            return {"type": "mrkdwn", "text": marked, "verbatim": True}
    return plain_text(text)


def _marked(span: Span) -> str:
    """One span in mrkdwn; blanks at its ends stay outside the marks, which would not work next to them."""
    core = span.text.strip()
    mark = "`" if span.code else "*" if span.bold else "_" if span.italic else ""
    if not core or not mark:
        return entities(span.text)
    before, after = span.text[: span.text.index(core)], span.text[span.text.index(core) + len(core) :]
    return f"{before}{mark}{entities(core)}{mark}{after}"


def code_fence(lines: Sequence[str]) -> dict[str, Any]:
    """Lines in letters of one width."""
    text = entities("\n".join(lines)).replace("`", f"`{JOINER}")
    return {"type": "mrkdwn", "text": f"```\n{text}\n```", "verbatim": True}


def rich_elements(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The elements of a `rich_text_section`: text only, never a link, a user, a channel or an emoji."""
    elements = []
    for span in spans:
        if not (text := harmless(span.text)):
            continue
        element: dict[str, Any] = {"type": "text", "text": text}
        styles = (("bold", span.bold), ("italic", span.italic), ("code", span.code))
        if style := {name: True for name, is_set in styles if is_set}:
            element["style"] = style
        elements.append(element)
    return elements


_ROOM = {"&": 5, "<": 5, ">": 4, "@": 2, "#": 2, ":": 2, ".": 2, "`": 2, "w": 2, "W": 2}


def room(text: str) -> int:
    """The most room that a text can take once it is harmless, in whichever way it is shown; adds up over characters."""
    return sum(_ROOM.get(character, 0) or length(character) for character in text)
