"""What a model's text may hold at all: plain words and light markdown; never links, mentions, code or hidden signs."""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST_TEXT = 4000
"""Characters of a model's text that are read; a long ramble is cut at a sentence end before them."""

_LONGEST_READ = 40_000
_THINKING = re.compile(
    r"<(think|thinking|thought|reasoning|scratchpad)\b[^>]{0,200}>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_THOUGHT_BEFORE = re.compile(r"\A.*</(?:think|thinking|thought|reasoning|scratchpad)\s*>", re.DOTALL | re.IGNORECASE)
_SPECIAL_TOKEN = re.compile(
    r"<\|[^|<>]{0,80}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|</?tool_(?:call|response)s?>", re.IGNORECASE
)
_ACTIVE = re.compile(
    r"<(script|style|iframe|object|embed|svg|math|template|noscript|textarea|title|head|form|select|video|audio)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_SLACK = re.compile(
    r"<(?:[@#!][^<>\s|]{1,80}(?:\|[^<>]{0,80})?|(?:https?|mailto|tel|ftp|slack):[^<>|]{0,2000}(?:\|(?P<label>[^<>]{0,200}))?)>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<![A-Za-z][^<>]{0,2000}>")
_OPEN_TAG = re.compile(
    r"</?[A-Za-z!][^<>\n]{0,2000}\Z|</?(?:a|img|script|iframe|svg|style|form|input|link|meta|base|object|embed)\b[^<>\n]{0,2000}",
    re.IGNORECASE,
)
_CODE_BLOCK = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_INLINE_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE_SPAN = re.compile(r"`{1,2}([^`\n]{0,400})`{1,2}")
_IMAGE = re.compile(
    r"!\[[^\[\]]{0,500}\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)?|\[[^\[\]]{0,200}\])?"
)
_LINK = re.compile(
    r"\[([^\[\]]{0,500})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)?|\[[^\[\]]{0,200}\])"
)
_DEFINITION = re.compile(r"^[ \t]{0,3}\[[^\[\]\n]{1,200}\]:[^\n]*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"\b(?:https?|ftps?|wss?|file|ssh|git|ipfs|blob|slack|msteams)\s{0,3}:\s{0,3}//[^\s<>]*"
    r"|\b(?:https?|javascript|vbscript|mailto|tel|sms|magnet)\s{0,3}:[^\s<>]*|\bdata:\w+/[^\s<>]*"
    r"|(?<![\w@.])(?:www\d?\.)[^\s<>]+"
    r"|(?<![\w@.])(?:[\w-]{1,63}\.){1,6}(?:com|org|net|io|co|app|dev|info|biz|xyz|ru|cn|me|link|site|online|top|ly|gl|gg|ai|tv|us|uk|de|eu|click|shop|live|finance|money|zip|mov)"
    r"(?:/[^\s<>]*|(?=[\s,;:!?)\"'”’]|\.(?:\s|\Z)|\Z))",
    re.IGNORECASE,
)
_NUMERIC_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:/[^\s<>]*)?(?![\w.])")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_MENTION = re.compile(
    r"(?<![\w@])@(?:here|channel|everyone|group|all|[A-Za-z_][\w.-]{0,60})|(?<!\w)<?@[UW][A-Z0-9]{6,}>?"
)
_CHANNEL_COMMAND = re.compile(r"\\(?=[`*_\[\]()<>#!|~])")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_MANY_LINES = re.compile(r"\n{3,}")
_DEEP_MARKS = re.compile(r"([*_~=\-#!?.>|])\1{3,}")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_FEWEST_KEPT = 0.5
_MOST_MARKS_ON_A_LETTER = 2


def clean_model_text(text: str) -> str:
    """The text without thoughts, code, links, images, mentions, HTML and characters that can't be seen.

    Words of a link stay, its address goes. At most 4,000 characters, cut at the end of a sentence where there is one.
    Cleaning what is clean changes nothing.
    """
    text = _visible(text[:_LONGEST_READ])
    for _ in range(4):  # what is taken out may bring together what was kept apart
        before = text
        text = _without_active_parts(text)
        if text == before:
            break
    else:
        text = text.replace("<", "").replace(">", "").replace("[", "").replace("]", "")
    text = _DEEP_MARKS.sub(lambda match: match[1] * 3, text)
    lines = (_BLANKS.sub(" ", line).strip(" ") if line.strip() else "" for line in text.split("\n"))
    return _cut(_MANY_LINES.sub("\n\n", "\n".join(lines)).strip())


def _visible(text: str) -> str:
    """Without control, format, private and unassigned characters; stacked accents thinned to two a letter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept: list[str] = []
    marks = 0
    for character in text:
        if character in "\n\t":
            kept.append(character)
            continue
        category = unicodedata.category(character)
        if category in _HIDDEN:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS_ON_A_LETTER and not 0xFE00 <= ord(character) <= 0xFE0F:
            kept.append(character)
    return "".join(kept)


def _without_active_parts(text: str) -> str:
    if "&" in text:
        text = _visible(html.unescape(text))
    text = _THINKING.sub(" ", text)
    text = _THOUGHT_BEFORE.sub(" ", text)
    text = _SPECIAL_TOKEN.sub(" ", text)
    text = _CODE_BLOCK.sub("\n", text)
    text = _INLINE_FENCE.sub(" ", text)
    text = _COMMENT.sub(" ", text)
    text = _ACTIVE.sub(" ", text)
    text = _SLACK.sub(lambda match: match["label"] or " ", text)
    text = _TAG.sub(" ", text)
    text = _OPEN_TAG.sub(" ", text)
    text = _CODE_SPAN.sub(r"\1", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _DEFINITION.sub("", text)
    text = _EMAIL.sub(" ", text)
    text = _ADDRESS.sub(" ", text)
    text = _NUMERIC_ADDRESS.sub(" ", text)
    text = _MENTION.sub(" ", text)
    return _CHANNEL_COMMAND.sub("", text)


def _cut(text: str) -> str:
    """At most `LONGEST_TEXT` characters, up to the last end of a sentence if that keeps half of them."""
    if len(text) <= LONGEST_TEXT:
        return text
    head = text[:LONGEST_TEXT]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "\n"))
    return head[: end + 1].rstrip() if end >= LONGEST_TEXT * _FEWEST_KEPT else head.rsplit(" ", 1)[0].rstrip()
