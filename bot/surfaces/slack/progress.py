"""What is shown while a turn runs: one message, made early and then only changed, so that a crash leaves one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.plan import Plan

if TYPE_CHECKING:
    from bot.messages import ToolResult

log = logging.getLogger(__name__)
EVERY = 0.7
"""Seconds between two updates: Slack takes no more of them."""
AFTER = 0.3
"""Seconds for which nothing is shown: an answer that is there by then is the only thing that is posted."""


class Shower(Protocol):
    """Makes the message of one question. Both raise `SlackRefused`, `PostRefused` or `PostFailed`."""

    async def begin(self, plan: Plan) -> tuple[str, bool]:
        """Show a plan; returns its ts, "" where it can't be shown, and whether it is a stream."""

    async def change(self, ts: str, plan: Plan, streamed: Plan | None) -> bool:
        """Show a plan in the place of what is there; `streamed` is what its stream shows. Whether it is one still."""


class Progress:
    """The message of one question, and the `Follower` of its turn."""

    def __init__(
        self, shower: Shower, mark: str, *, every: float = EVERY, after: float = AFTER, tells_sources: bool = True
    ) -> None:
        self._shower, self._every, self._after, self._tells_sources = shower, every, after, tells_sources
        self.ts = ""
        """Where it stands; "" when it was not posted."""
        self.in_doubt = False
        """Whether it may have been posted all the same: the answer to that call was lost."""
        self.streamed: Plan | None = None
        """What its open stream shows; None when it is an ordinary message."""
        self.plan = Plan(mark)
        self._shown = Plan(mark)
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Show it, without waiting."""
        self._ended.clear()
        self._task = asyncio.create_task(self._run())

    def __call__(self, text: str) -> None:
        """Show this next."""
        self.plan.begun(text)
        self._changed.set()

    def found(self, text: str, result: ToolResult) -> None:
        """Show that a look-up has ended, and where its figures are from."""
        self.plan.found(text, result, tells_source=self._tells_sources)
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
            if not self.ts and not await self._begun():
                return
            while not self._ended.is_set():
                await self._changed.wait()
                self._changed.clear()
                if not self._ended.is_set() and self._is_news():
                    await self._change()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._ended.wait(), self._every)
        except (SlackRefused, PostRefused) as error:  # the answer will meet the same, and say so
            self.in_doubt = False
            log.debug("progress is not shown: %s", error)
        except PostFailed as error:
            log.debug("progress is not shown: %s", error)

    async def _begun(self) -> bool:
        """Begin to show it, unless the turn ends before there is need; whether it is shown."""
        if self._after:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), self._after)
                return False
        self.in_doubt, plan = True, self.plan.copy()
        self.ts, is_stream = await self._shower.begin(plan)
        self.in_doubt, self._shown = False, plan
        self.streamed = plan if is_stream else None
        return bool(self.ts)

    def _is_news(self) -> bool:
        """Whether there is more to show: an ordinary message has but one line."""
        if self.streamed is None:
            return self.plan.line != self._shown.line
        return bool(self.plan.chunks(self.streamed))

    async def _change(self) -> None:
        plan = self.plan.copy()
        self._shown = plan
        is_stream = await self._shower.change(self.ts, plan, self.streamed)
        self.streamed = plan if is_stream else None
