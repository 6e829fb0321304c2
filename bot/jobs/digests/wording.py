"""The headline in a model's words: it gets the figures and no tools, and only what can be traced to them is kept."""

from __future__ import annotations

import json
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.llm.base import TextPiece
from bot.messages import Message
from bot.turn.evidence import findings_record
from bot.turn.policy import clean_model_text
from bot.turn.prompting import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.llm.base import ChatModel
    from bot.llm.portfolio import Portfolio
    from bot.messages import ModelInfo, ToolResult
    from bot.turn.grounding import Checked, Grounding

MAX_TOKENS = 160
MOST_SENTENCES = 2
MOST_FIGURES = 60


@dataclass(frozen=True, slots=True)
class Worded:
    """A headline that a model wrote: its checked sentences, what was withheld, and the model."""

    sentences: tuple[str, ...]
    withheld: tuple[str, ...]
    checked: Checked
    model: ModelInfo


async def word(results: Sequence[ToolResult], grounding: Grounding, models: Portfolio) -> Worded | None:
    """The headline by the best model approved for `write` that can be had.

    None where there is none, or where its first sentence could not be traced: code's own is then the better one.
    """
    async with aclosing(models.reachable("write")) as reachable:
        async for model in reachable:
            if model.is_native:
                continue  # it writes decisions, not sentences
            try:
                text = await _written(model, results)
            except ModelError:
                continue
            checked = grounding.check(text)
            first = text.strip()[:40]
            if not checked.kept or not first.startswith(checked.kept[0][:20]):
                return None
            return Worded(checked.kept[:MOST_SENTENCES], checked.withheld, checked, await model.info())
    return None


async def _written(model: ChatModel, results: Sequence[ToolResult]) -> str:
    found = [findings_record(result.findings, for_model=True) for result in results if result.findings]
    messages = [
        Message("system", render("digest")),
        Message("user", json.dumps({"found": found}, ensure_ascii=False)[:12_000]),
    ]
    text = ""
    async with aclosing(model.chat(messages, max_tokens=MAX_TOKENS)) as pieces:
        async for piece in pieces:
            if isinstance(piece, TextPiece):
                text += piece.text
    return clean_model_text(text)
