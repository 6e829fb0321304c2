"""A model that says what a test wrote for it: the polite one, and the one that lies on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.llm.base import CallPiece, Deadlines, EndPiece, TextPiece
from bot.llm.countdown import Countdown
from bot.messages import Message, ModelInfo, ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from bot.llm.base import Piece

Step = str | ToolCall | EndPiece | Exception | asyncio.Event
"""A text, a call, the end (added by itself), an error to raise, or an event to wait for."""
Answer = Sequence[Step] | Callable[[Sequence[Message]], Sequence[Step]]
"""The steps of one answer, or a function of the conversation so far that gives them."""


@dataclass(frozen=True)
class Asked:
    """One question as the model got it."""

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]
    answer_schema: dict[str, Any] | None
    max_tokens: int


class ScriptedModel:
    """A `ChatModel` that gives `answers` in their order and keeps what it was `asked`."""

    def __init__(self, answers: Iterable[Answer] = (), *, is_native: bool = False, name: str = "scripted") -> None:
        self.is_native = is_native
        self.name = name
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.stopped_early = 0
        self.closed = False

    async def info(self) -> ModelInfo:
        """Always the same."""
        return ModelInfo(self.name, "scripted", "0" * 64)

    async def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] = (),
        *,
        answer_schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        deadlines: Deadlines | None = None,
    ) -> AsyncGenerator[Piece, None]:
        """Play the next answer; having none left is an error of the test."""
        self.asked.append(Asked(tuple(messages), tuple(tools), answer_schema, max_tokens))
        if not self.answers:
            msg = f"{self.name} was asked {len(self.asked)} times and has no answer left"
            raise AssertionError(msg)
        answer = self.answers.pop(0)
        steps = list(answer(messages) if callable(answer) else answer)
        if not steps or not isinstance(steps[-1], EndPiece | Exception):
            steps.append(EndPiece())
        countdown = Countdown(self.name, deadlines or Deadlines())
        try:
            await countdown.turn(asyncio.sleep(0))
            for step in steps:
                match step:
                    case str():
                        yield TextPiece(step)
                    case ToolCall():
                        yield CallPiece(step)
                    case EndPiece():
                        yield step
                    case asyncio.Event():
                        await countdown.first(step.wait())
                    case Exception():
                        raise step
        except (GeneratorExit, asyncio.CancelledError):
            self.stopped_early += 1
            raise

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True
