"""What is shown while a turn runs: one message, made early and then only changed, so that a crash leaves one."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.plan import FIRST, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.messages import Reply, ToolResult

log = logging.getLogger(__name__)
EVERY = 0.7
"""Seconds between two updates: Slack takes no more of them."""
AFTER = 0.3
"""Seconds for which nothing is shown: an answer that is there by then is the only thing that is posted."""


ASKED_AGAIN = 10.0
"""Seconds after which it is asked once more, while an answer is written, whether its asker may read it."""


class Shower(Protocol):
    """Makes the message of one question. All raise `SlackRefused`, `PostRefused` or `PostFailed`."""

    async def begin(self, plan: Plan) -> tuple[str, bool]:
        """Show a plan; returns its ts, "" where it can't be shown, and whether it is a stream."""

    async def change(self, ts: str, plan: Plan, streamed: Plan | None) -> bool:
        """Show a plan in the place of what is there; `streamed` is what its stream shows. Whether it is one still."""

    async def may_read(self) -> bool:
        """Whether the asker may read what is personal at this moment."""


class Progress:
    """The message of one question, and the `Follower` and `Reader` of its turn.

    With its asker alone it tells the sources, too, and the answer while it is written, as `draw` draws it.
    """

    def __init__(
        self,
        shower: Shower,
        mark: str,
        *,
        every: float = EVERY,
        after: float = AFTER,
        is_direct: bool = True,
        draw: Callable[[Reply], str] = lambda _: "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._shower, self._every, self._after, self._is_direct = shower, every, after, is_direct
        self._draw = draw
        self.ts = ""
        """Where it stands; "" when it was not posted."""
        self.in_doubt = False
        """Whether it may have been posted all the same: the answer to that call was lost."""
        self.streamed: Plan | None = None
        """What its open stream shows; None when it is an ordinary message."""
        self._is_personal, self._may_read = False, False
        self._ask_at = 0.0
        self.plan = Plan(mark)
        self._shown = Plan(mark)
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._has_waited = False

    @property
    def is_under_way(self) -> bool:
        """Whether something is shown, or about to be, by this very object."""
        return self._task is not None and not self._task.done()

    def wait(self, line: str) -> None:
        """Show at once, without waiting, that the turn has to: in the line whose place it takes then."""
        self.plan.title, self._has_waited = line, True
        self._changed.set()
        if not self.is_under_way:
            self._task = asyncio.create_task(self._run(at_once=True))

    def start(self) -> None:
        """Show it, without waiting."""
        self._ended.clear()
        if self._has_waited:
            self.plan.title = FIRST
            self._changed.set()
        if not self.is_under_way:
            self._task = asyncio.create_task(self._run())

    def __call__(self, text: str) -> None:
        """Show this next."""
        self.plan.begun(text)
        self._changed.set()

    def found(self, text: str, result: ToolResult) -> None:
        """Show that a look-up has ended, and where its figures are from."""
        self.plan.found(text, result, tells_source=self._is_direct)
        self._changed.set()

    def drafted(self, draft: Reply) -> None:
        """Show as much of the answer."""
        if self._is_direct:
            self._is_personal = self._is_personal or draft.personal
            self.plan.text = self._draw(draft) if draft.answer else ""
            self._changed.set()

    @property
    def is_written(self) -> bool:
        """Whether the message holds text of the answer already, or may."""
        return bool(self._shown.text)

    async def stop(self) -> None:
        """Show nothing more; returns when nothing is under way any more, or can't be known to be."""
        self._ended.set()
        self._changed.set()
        task, self._task = self._task, None
        if task is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(task, 16)

    async def _run(self, *, at_once: bool = False) -> None:
        try:
            if not self.ts and not await self._begun(0.0 if at_once else self._after):
                return
            while not self._ended.is_set():
                await self._changed.wait()
                self._changed.clear()
                await self._pause()
                await self._admit()
                if not self._ended.is_set() and self._is_news():
                    await self._change()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._ended.wait(), self._every)
        except (SlackRefused, PostRefused) as error:  # the answer will meet the same, and say so
            self.in_doubt = False
            log.debug("progress is not shown: %s", error)
        except PostFailed as error:
            log.debug("progress is not shown: %s", error)

    async def _pause(self) -> None:
        """Once a turn begins that had to wait: an answer that is there soon is shown at once."""
        if self._has_waited and self.plan.title == FIRST and self._after:
            self._has_waited = False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), self._after)

    async def _begun(self, after: float) -> bool:
        """Begin to show it, unless the turn ends before there is need; whether it is shown."""
        if after:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), after)
                return False
        self.in_doubt, plan = True, replace(self.plan.after(self._shown), text="")
        self.ts, is_stream = await self._shower.begin(plan)
        self.in_doubt, self._shown = False, plan
        self.streamed = plan if is_stream else None
        return bool(self.ts)

    def _is_news(self) -> bool:
        """Whether there is more to show: an ordinary message has but one line."""
        if self.streamed is None:
            return self.plan.line != self._shown.line
        return bool(self._next().chunks(self.streamed))

    def _next(self) -> Plan:
        """What is to be shown."""
        plan = self.plan.after(self._shown)
        return replace(plan, text=self._shown.text) if self._is_personal and not self._may_read else plan

    async def _admit(self) -> None:
        """Find out, before any of an answer that is personal is shown, whether its asker may read it; unknown is no."""
        if not self._is_personal or self.streamed is None or not self.plan.text:
            return
        now = self._monotonic()
        if self._may_read and now < self._ask_at:
            return
        self._may_read, self._ask_at = False, now + ASKED_AGAIN
        try:
            self._may_read = await self._shower.may_read()
        except (SlackRefused, PostRefused, PostFailed) as error:
            log.debug("who reads is not known: %s", error)

    async def _change(self) -> None:
        self._shown = plan = self._next()
        is_stream = await self._shower.change(self.ts, plan, self.streamed)
        self.streamed = plan if is_stream else None
