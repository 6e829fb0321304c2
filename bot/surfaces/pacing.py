"""One message a second in each channel, in the order in which they came: what Slack allows."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.jobs.posting import PostFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

INTERVAL = 1.0
LONGEST_WAIT = 5.0
"""Seconds that a post waits here for its turn; for longer it goes back to the outbox, which can wait."""
_MOST_LANES = 1000


@dataclass
class Lane:
    """One channel: who posts there now, and when the next may."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: float = 0.0


class Pace:
    """The channels of one workspace."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._lanes: dict[str, Lane] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """The body posts once. When Slack asks it for a pause, nobody posts there before. Raises `PostFailed`."""
        lane = self._lane(channel)
        async with lane.lock:
            wait = lane.next_at - self._monotonic()
            if wait > LONGEST_WAIT:
                raise PostFailed("Slack asked for a pause", timedelta(seconds=wait))
            if wait > 0:
                await self._sleep(wait)
            lane.next_at = self._monotonic() + INTERVAL
            try:
                yield
            except PostFailed as error:
                if error.retry_after:
                    lane.next_at = self._monotonic() + error.retry_after.total_seconds()
                raise

    def _lane(self, channel: str) -> Lane:
        if len(self._lanes) >= _MOST_LANES:
            now = self._monotonic()
            self._lanes = {name: lane for name, lane in self._lanes.items() if lane.lock.locked() or lane.next_at > now}
        return self._lanes.setdefault(channel, Lane())
