"""How sure a model was of a decision, from the log-probabilities of its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.messages import ToolCall


def decision_confidence(tokens: Iterable[tuple[str, float]], calls: Sequence[ToolCall]) -> float | None:
    """The smallest log-probability among the tokens that decide; None without tokens.

    `tokens` are (text, log-probability) in order. With `calls` those decide that open the answer, or name a tool or an
    argument: a copied argument, and where it ends, is held to the question's own pieces anyway, so that an odd name
    says nothing of how sure the model was. Without calls every token decides.
    """
    listed = list(tokens)
    if not listed:
        return None
    names = {call.name for call in calls}.union(*(call.arguments for call in calls))
    deciding = [
        value
        for place, (text, value) in enumerate(listed)
        if not calls or place == 0 or text.strip() in names or "<" in text
    ]
    return min(deciding)
