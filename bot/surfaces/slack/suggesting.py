"""What to ask, offered by Slack itself: suggested prompts in the direct messages, and titles of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.slack.limits import PROMPT_TITLE, PROMPTS, SESSION_TITLE, shortened
from bot.surfaces.slack.markup import harmless, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.suggestions import Suggestion


def prompts_of(suggested: Sequence[Suggestion]) -> list[dict[str, str]]:
    """The `prompts` of `assistant.threads.setSuggestedPrompts`. Nothing is broken up in a message, as it is asked."""
    return [
        {"title": shortened(harmless(each.title), PROMPT_TITLE), "message": visible(each.question)}
        for each in suggested[:PROMPTS]
    ]


def title_of(question: str) -> str:
    """What a conversation is called after its first question: the question, cut short; "" for one without words."""
    return shortened(harmless(" ".join(question.split())), SESSION_TITLE).strip()
