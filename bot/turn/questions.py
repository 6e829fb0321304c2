"""What a person typed, made fit to be read by a model: no control marks, no frame of its own, bounded."""

from __future__ import annotations

import re
import unicodedata

MAX_QUESTION = 1200
"""Characters a model reads. The whole question is kept in the record."""

# The marks with which models frame a conversation. Each piece is bounded, so that no question takes long to read.
_FRAME = re.compile(
    r"<[|｜][^<>|｜]{0,64}[|｜]>|<[|｜]|[|｜]>|</?(?:tool_call|tool_response|think|s)>"
    r"|<(?:start|end)_of_turn>|\[/?INST\]",
    re.IGNORECASE,
)
_ASK = re.compile(r"^(?:/ask )+", re.IGNORECASE)
"""What may stand before a question where only commands can be typed."""


def clean_question(text: str) -> tuple[str, str]:
    """(the question as a model reads it, a notice when parts were left out, else "").

    Control, direction and tag characters go, and so does anything that looks like a model's own framing: a person
    can't write the assistant's part of the conversation.
    """
    visible = "".join(" " if ch in "\n\r\t" else ch for ch in text if ch in "\n\r\t" or not _hidden(ch))
    flat = _ASK.sub("", " ".join(_FRAME.sub(" ", visible).split()))
    if len(flat) <= MAX_QUESTION:
        return flat, ""
    half = MAX_QUESTION // 2
    notice = f"Your question has {len(flat):,} characters; I read the first and the last {half}. Ask in fewer words."
    return f"{flat[:half].rsplit(' ', 1)[0]} {flat[-half:].split(' ', 1)[-1]}"[:MAX_QUESTION], notice


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character != "\u200d"
