"""Terms that the glossary lacks, in the words of a model approved for it: named as such, and without figures."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.llm.base import TextPiece
from bot.messages import Message
from bot.turn.grounding import Grounding
from bot.turn.policy import clean_model_text
from bot.turn.prompting import render
from bot.turn.rendering import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.llm.base import ChatModel
    from bot.llm.portfolio import Portfolio
    from bot.messages import ModelInfo, ToolResult

TOOL = "define_term"
MAX_TOKENS = 200
MOST_SENTENCES = 3
UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one model says of a term; checked for figures and links, not for truth."""

    term: str
    text: str
    model: ModelInfo

    def markdown(self) -> str:
        """The explanation with where it comes from."""
        return (
            f"**{escape(self.term)}**: {self.text}\n\n"
            f"*In the words of {escape(self.model.name)}: the glossary has no entry for it, so nobody checked this.*"
        )


def unexplained(result: ToolResult) -> str | None:
    """The term of a look-up that the glossary could not answer; None for every other result."""
    if result.call.name != TOOL or result.ok or result.error_kind != "bad_argument":
        return None
    term = result.call.arguments.get("term")
    return term if isinstance(term, str) and term.strip() else None


async def explain(term: str, portfolio: Portfolio, say: Callable[[str], None]) -> Explanation | None:
    """The term in the words of the best model approved for `explain` that can be had; None where there is none."""
    async with aclosing(portfolio.reachable("explain")) as models:
        async for model in models:
            if model.is_native:
                continue  # it writes decisions, not sentences
            say(f"Asking {(await model.info()).name} about {term[:60]}")
            try:
                text = await _written(model, term)
            except ModelError:
                continue
            return Explanation(term, text, await model.info()) if text else None
    return None


async def _written(model: ChatModel, term: str) -> str:
    """What the model wrote, without sentences that hold a figure; "" when it does not know."""
    text = ""
    messages = [Message("system", render("explainer")), Message("user", f"Explain: {term}")]
    async with aclosing(model.chat(messages, max_tokens=MAX_TOKENS)) as pieces:
        async for piece in pieces:
            if isinstance(piece, TextPiece):
                text += piece.text
    written = clean_model_text(text)
    if not written or UNKNOWN in written:
        return ""
    return " ".join(Grounding((), term, lambda _: None).check(written).kept[:MOST_SENTENCES])
