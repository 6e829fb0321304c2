"""What is shown while a turn runs: one message, posted early and then only updated, so that a crash leaves one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.slack.api import SlackRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)
EVERY = 0.7
"""Seconds between two updates: Slack takes no more of them."""
FIRST = "Reading your question"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Progress:
    """The message of one question. `post` posts a first text and returns its ts, `update` replaces it."""

    def __init__(
        self,
        post: Callable[[dict[str, Any]], Awaitable[str]],
        update: Callable[[str, dict[str, Any]], Awaitable[None]],
        every: float = EVERY,
    ) -> None:
        self._post, self._update, self._every = post, update, every
        self.ts = ""
        """Where it stands; "" when it was not posted."""
        self.in_doubt = False
        """Whether it may have been posted all the same: the answer to that call was lost."""
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
        if task is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(task, 16)

    async def _run(self) -> None:
        try:
            if not self.ts:
                self.in_doubt = True
                self.ts = await self._post(drawn(FIRST))
                self.in_doubt = False
            while not self._ended.is_set():
                await self._changed.wait()
                self._changed.clear()
                if not self._ended.is_set() and self._text != self._shown:
                    self._shown = self._text
                    await self._update(self.ts, drawn(self._shown))
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._ended.wait(), self._every)
        except (SlackRefused, PostRefused) as error:  # the answer will meet the same, and say so
            self.in_doubt = False
            log.debug("progress is not shown: %s", error)
        except PostFailed as error:
            log.debug("progress is not shown: %s", error)


def drawn(text: str) -> dict[str, Any]:
    """A line of progress as a message."""
    return {"text": f"{text.translate(_ENTITIES)}…"}
