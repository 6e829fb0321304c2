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

    from bot.messages import Reply

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two lines: Teams takes no more of a stream."""
LONGEST = 110.0
"""Seconds of a stream, which Teams ends after two minutes."""
ASKED_AGAIN = 10.0
"""Seconds after which it is asked once more, while an answer is written, whether its asker may read it."""
FIRST = "Reading your question"
_PATIENCE = 16.0


class Shows(Protocol):
    """The calls by which progress is shown."""

    async def begin(self, where: Mapping[str, Any], text: str) -> str:
        """Show a first line; returns the id of its message."""

    async def go_on(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show another line in its place, the `number`th."""


class Writes(Protocol):
    """The calls by which an answer is shown while it is written."""

    async def write(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show all that is written of it in a message, as the `number`th line."""

    async def may_read(self, where: Mapping[str, Any]) -> bool:
        """Whether the asker may read what is personal at this moment."""


class Progress:
    """The message of one question. `keep` keeps its id and returns the one that holds; `stopped` hears of a Stop.

    With `writes` it shows the answer while it is written, too, as `draw` draws it.
    """

    def __init__(
        self,
        shows: Shows,
        where: Callable[[], Awaitable[Mapping[str, Any]]],
        keep: Callable[[str], Awaitable[str]],
        stopped: Callable[[], Awaitable[None]],
        every: float = EVERY,
        monotonic: Callable[[], float] = time.monotonic,
        writes: Writes | None = None,
        draw: Callable[[Reply], str] = lambda draft: draft.answer,
    ) -> None:
        self._shows, self._where, self._keep, self._stopped = shows, where, keep, stopped
        self._every, self._monotonic = every, monotonic
        self._writes, self._draw = writes, draw
        self.id = ""
        """The message; "" when none was posted."""
        self.was_stopped = False
        self.written = ""
        """What the message shows of the answer, or may; it can only be gone on with."""
        self._draft = ""
        self._is_personal = self._may_read = False
        self._ask_at = 0.0
        self._number = 1
        self._began: float | None = None
        self._text = self._shown = FIRST
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._has_waited = False

    @property
    def is_under_way(self) -> bool:
        """Whether something is shown, or about to be, by this very object."""
        return self._task is not None and not self._task.done()

    def wait(self, text: str) -> None:
        """Show, without waiting, that the turn has to."""
        self._has_waited = True
        self.say(text)
        self._go_on()

    def start(self) -> None:
        """Show it, without waiting."""
        self._ended.clear()
        if self._has_waited:
            self._has_waited = False
            self.say(FIRST)
        self._go_on()

    def _go_on(self) -> None:
        if not self.is_under_way:
            self._task = asyncio.create_task(self._run())

    def say(self, text: str) -> None:
        """Show this next."""
        self._text = text
        self._changed.set()

    def __call__(self, text: str) -> None:
        """Show this next."""
        self.say(text)

    def drafted(self, draft: Reply) -> None:
        """Show as much of the answer next."""
        if self._writes is not None:
            self._is_personal = self._is_personal or draft.personal
            self._draft = self._draw(draft) if draft.answer else ""
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
                self._shown = self._text if self._has_waited else FIRST
                self.id = await self._keep(await self._shows.begin(where, f"{self._shown}…"))
            while not self._ended.is_set() and self._may_go_on():
                await self._changed.wait()
                self._changed.clear()
                if not self._ended.is_set():
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
        """Show what is new, the answer before all else: once it is begun, Teams takes no other line."""
        is_more = len(self._draft) > len(self.written) and self._draft.startswith(self.written)
        if self._writes is not None and is_more and await self._admits(self._writes, where):
            self.written = self._draft
            self._number += 1
            await self._writes.write(where, self.id, self.written, self._number)
        elif self._text != self._shown and not self.written:
            self._shown = self._text
            self._number += 1
            await self._shows.go_on(where, self.id, f"{self._shown}…", self._number)
        else:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), self._every)

    async def _admits(self, writes: Writes, where: Mapping[str, Any]) -> bool:
        """Whether the asker may read it: of what is personal that is asked right before, and unknown is no."""
        now = self._monotonic()
        if self._is_personal and not (self._may_read and now < self._ask_at):
            self._may_read, self._ask_at = False, now + ASKED_AGAIN
            try:
                self._may_read = await writes.may_read(where)
            except (TeamsRefused, PostFailed, PostRefused) as error:
                log.debug("who reads is not known: %s", error)
        return self._may_read or not self._is_personal


def line(text: str) -> dict[str, Any]:
    """A line of progress as a message."""
    return {"type": "message", "text": text, "textFormat": "plain"}
