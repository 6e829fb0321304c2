"""Writers of one SQLite file in this process take turns; what somebody waits for to be acknowledged goes first.

SQLite lets a writer in when it happens to look at the right moment: among many, some would wait for seconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Writers:
    """The line of those who want to write."""

    def __init__(self) -> None:
        self._is_taken = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, seconds: float, *, first: bool = False) -> AsyncIterator[None]:
        """The body writes alone; with `first` before all who wait without it. Raises `TimeoutError` after `seconds`."""
        if self._is_taken:
            await self._wait(self._first if first else self._others, seconds)
        self._is_taken = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: deque[asyncio.Future[None]], seconds: float) -> None:
        mine = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            async with asyncio.timeout(seconds):
                await mine
        except BaseException:
            if mine.done() and not mine.cancelled():  # it came just now: somebody else's, then
                self._pass_on()
            elif mine in line:
                line.remove(mine)
            raise

    def _pass_on(self) -> None:
        """Give the turn to who is next, without letting anybody in between."""
        while line := self._first or self._others:
            following = line.popleft()
            if not following.done():
                following.set_result(None)
                return
        self._is_taken = False
