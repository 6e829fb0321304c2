"""Questions that ask in so many words what a term of the glossary means: no model can be right who hears another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from tools.knowledge.glossary import knows_term

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

DEFINE = "define_term"
_LONGEST = 80
_TERM = r"(?:an? |the )?(?P<term>[^?!]{2,60}?)"
_ASKED = tuple(
    re.compile(rf"\s*(?:(?:so|ok|hey|hi|please|pls|um|uh),? )*{wording}[\s?.!]*", re.IGNORECASE)
    for wording in (
        rf"(?:what (?:is|are|was)|what['’]?s|define|explain|(?:the )?(?:meaning|definition) of) {_TERM}",
        rf"what (?:does|do|is|are) {_TERM} (?:mean|stand for|meaning)",
        rf"{_TERM} (?:meaning|definition)",
    )
)


def settle_meaning(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Where the whole question asks for a known term, and names no company, that term is looked up."""
    if len(reading.text) > _LONGEST or [call.name for call in calls] == [DEFINE]:
        return calls
    asked = (match["term"] for wording in _ASKED if (match := wording.fullmatch(reading.text)))
    term = next((term for term in asked if knows_term(term)), None)
    if term is None or (calls and reading.names):
        return calls
    return [ToolCall(DEFINE, {"term": term})]
