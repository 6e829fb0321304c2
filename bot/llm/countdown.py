"""The clock of one model answer: time to the first token, between two tokens, and in all."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from bot.errors import ModelTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.llm.base import Deadlines

T = TypeVar("T")


class Countdown:
    """Runs from its creation; each `wait` is allowed what is left by then. `clock` is in seconds."""

    def __init__(self, model: str, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._deadlines = deadlines
        self._clock = clock
        self._ends = clock() + deadlines.total

    @property
    def left(self) -> float:
        """Seconds left of the total, never below zero."""
        return max(0.0, self._ends - self._clock())

    async def first(self, awaitable: Awaitable[T]) -> T:
        """Await what comes before or with the first token. Raises `ModelTimeout`."""
        return await self._wait(awaitable, self._deadlines.first_token, "its first word")

    async def following(self, awaitable: Awaitable[T]) -> T:
        """Await a later token. Raises `ModelTimeout`."""
        return await self._wait(awaitable, self._deadlines.between_tokens, "its next word")

    async def turn(self, awaitable: Awaitable[T]) -> T:
        """Await what only the total limits, such as a free slot. Raises `ModelTimeout`."""
        return await self._wait(awaitable, self._deadlines.total, "the whole answer")

    async def _wait(self, awaitable: Awaitable[T], seconds: float, what: str) -> T:
        left = self.left
        if left < seconds:
            seconds, shown, what = left, self._deadlines.total, "the whole answer"
        else:
            shown = seconds
        try:
            async with asyncio.timeout(seconds) as limit:
                return await awaitable
        except TimeoutError:
            if not limit.expired():
                raise
            raise ModelTimeout(self._model, shown, what) from None
