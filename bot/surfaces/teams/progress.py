"""What is shown while a turn runs: a stream with one person, else one message; both become the answer.

Teams finds no message by a key of ours. So the id of the message is kept right after it was posted, before it says
anything that matters, and whoever takes the turn up again puts the answer into that one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.teams.failures import TeamsRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two lines: Teams takes no more of a stream."""
LONGEST = 110.0
"""Seconds of a stream, which Teams ends after two minutes."""
FIRST = "Reading your question"
_PATIENCE = 16.0


class Shows(Protocol):
    """The calls by which progress is shown."""

    async def begin(self, where: Mapping[str, Any], text: str) -> str:
        """Show a first line; returns the id of its message."""

    async def go_on(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show another line in its place, the `number`th."""


class Progress:
    """The message of one question. `keep` keeps its id and returns the one that holds; `stopped` hears of a Stop."""

    def __init__(
        self,
        shows: Shows,
        where: Callable[[], Awaitable[Mapping[str, Any]]],
        keep: Callable[[str], Awaitable[str]],
        stopped: Callable[[], Awaitable[None]],
        every: float = EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shows, self._where, self._keep, self._stopped = shows, where, keep, stopped
        self._every, self._monotonic = every, monotonic
        self.id = ""
        """The message; "" when none was posted."""
        self.was_stopped = False
        self._number = 1
        self._began: float | None = None
        self._text = self._shown = FIRST
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Show it, without waiting."""
        self._ended.clear()
        self._task = asyncio.create_task(self._run())

    def say(self, text: str) -> None:
        """Show this next."""
        self._text = text
        self._changed.set()

    async def stop(self) -> None:
        """Show nothing more; returns when nothing is under way any more, or can't be known to be."""
        self._ended.set()
        self._changed.set()
        task, self._task = self._task, None
        if task is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(task, _PATIENCE)

    async def _run(self) -> None:
        try:
            where = await self._where()
            if not self.id:
                self._began = self._monotonic()
                self.id = await self._keep(await self._shows.begin(where, f"{FIRST}…"))
            while not self._ended.is_set() and self._may_go_on():
                await self._changed.wait()
                self._changed.clear()
                if not self._ended.is_set() and self._text != self._shown:
                    await self._next(where)
        except TeamsRefused as error:
            if error.is_stopped:
                self.was_stopped = True
                await self._stopped()
            log.debug("progress is not shown: %s", error)
        except (PostFailed, PostRefused, TuppenceError) as error:
            log.debug("progress is not shown: %s", error)

    def _may_go_on(self) -> bool:
        """Whether more lines can follow: not in a stream that another process began, nor in one that is too long."""
        return self._began is not None and self._monotonic() - self._began < LONGEST

    async def _next(self, where: Mapping[str, Any]) -> None:
        self._shown = self._text
        self._number += 1
        await self._shows.go_on(where, self.id, f"{self._shown}…", self._number)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), self._every)


def line(text: str) -> dict[str, Any]:
    """A line of progress as a message."""
    return {"type": "message", "text": text, "textFormat": "plain"}
