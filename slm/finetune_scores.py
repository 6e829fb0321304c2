"""Measures a fine-tuned model on the same question sets as any other, through the embedded engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.errors import ModelError
from bot.evaluation.deciding import Decider
from bot.evaluation.suites import Examiner
from bot.llm.base import CallPiece, EndPiece
from bot.llm.embedded import EmbeddedModel
from bot.llm.written_calls import UNREADABLE_CALL
from bot.messages import ToolCall
from slm.evaluate import Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from bot.llm.base import ChatModel, Deadlines, Piece
    from bot.messages import Message, ModelInfo

EVERY = 50
"""Questions between two lines of progress."""


class _Counted:
    """A model whose failures are decisions that are wrong everywhere, so that one can't end hours of measuring."""

    is_native = False

    def __init__(self, model: ChatModel, say: Callable[[str], None]) -> None:
        self.model, self.say = model, say
        self.failures = 0

    async def info(self) -> ModelInfo:
        return await self.model.info()

    async def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] = (),
        *,
        answer_schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        deadlines: Deadlines | None = None,
    ) -> AsyncGenerator[Piece, None]:
        try:
            async for piece in self.model.chat(
                messages, tools, answer_schema=answer_schema, max_tokens=max_tokens, deadlines=deadlines
            ):
                yield piece
        except ModelError as error:
            self.failures += 1
            self.say(f"A decision failed: {error}")
            yield CallPiece(ToolCall(UNREADABLE_CALL, {}))
            yield EndPiece()

    async def close(self) -> None:
        await self.model.close()


async def _measure(weights: Path, context: int, folder: str, say: Callable[[str], None]) -> tuple[Report, int]:
    model = _Counted(EmbeddedModel(weights, is_native=False, context_tokens=context), say)

    def tell(done: int, total: int) -> None:
        if done % EVERY == 0:
            say(f"{done} of {total} questions")

    examiner = Examiner(Decider(model), tell)
    try:
        await model.info()  # a damaged file is an error, not a wrong answer
        report = Report(await examiner.tools(folder), await examiner.followups(folder), await examiner.abstain(folder))
    finally:
        await model.close()
    return report, model.failures


def measure(weights: Path, context: int, folder: str, say: Callable[[str], None]) -> tuple[Report, int]:
    """(the suites of `evals/<folder>`, how many decisions failed and count as wrong); `context` is in tokens.

    Raises `ModelError` where the file can't be loaded.
    """
    return asyncio.run(_measure(weights, context, folder, say))


def as_table(report: Report, failures: int) -> str:
    """The tallies as markdown, with the time of a decision in the middle."""
    rows = [f"| {name} | {tally} |" for name, tally in report.tallies.items()]
    single = report.single
    rows.append(f"| median decision | {single.quantile(0.5) * 1000:.0f} ms (n {len(single.seconds)}) |")
    rows.append(f"| decisions that failed | {failures} |")
    return "\n".join(["| measure | result |", "|---|---|", *rows])
