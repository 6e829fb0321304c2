"""A reader with a given opinion of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.llm.reader import Opinion, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Message


class ScriptedReader(Reader):
    """Says `decision` with the log-probability `confidence`, and keeps what it was shown."""

    def __init__(self, decision: str, confidence: float) -> None:
        super().__init__()
        self.opinion = Opinion(decision, confidence)
        self.shown: list[Sequence[Message]] = []

    async def read(self, messages: Sequence[Message]) -> Opinion:
        self.shown.append(messages)
        return self.opinion
