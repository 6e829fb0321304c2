"""Tells people whose questions wait for a worker which number they are, in the message that becomes the answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.jobs.showing import Plain
from bot.records import inbox, queue, recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.jobs.showing import Showing
    from bot.records.database import Database
    from bot.records.inbox import Event
    from bot.records.queue import Name, Waiting

log = logging.getLogger(__name__)
EVERY = 0.3
"""Seconds between two looks at the line."""
AFTER = timedelta(seconds=0.3)
"""How long a question waits before its asker is told: most don't wait at all."""
APART = 3.0
"""Seconds between two numbers in one message."""
MOST_AT_ONCE = 100
MOST_CHANGES, A_MINUTE = 20, 60.0
"""Changes of messages that a tenant sees in so many seconds: platforms take few, and answers need them more."""


@dataclass
class _Told:
    """What an asker was told last, and when."""

    event: Event
    number: int
    at: float


class WaitingLine:
    """The part of the line that this process told of; `is_ours` says whether this process works on an event."""

    def __init__(
        self,
        database: Database,
        shows: Mapping[str, Showing],
        is_ours: Callable[[str, str], bool],
        after: timedelta = AFTER,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._shows, self._is_ours = database, shows, is_ours
        self._after, self._monotonic = after, monotonic
        self._told: dict[Name, _Told] = {}
        self._changes: dict[str, deque[float]] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except TuppenceError as error:  # looked again soon; questions are answered all the same
                log.warning("how many questions wait is not known: %s", error)
            except Exception:
                log.exception("people can't be told that they have to wait")

    async def look(self) -> None:
        """One look: whoever is new in line is told, some who moved up are told again, and who left is forgotten."""
        async with self._database.read() as session:
            now = await inbox.database_now(session)
            waiting = await queue.line(session, now=now)
        standing = {each.name: each for each in waiting}
        for name in [name for name in self._told if name not in standing]:
            await self._left(name)
        for name, told in self._told.items():
            await self._moved(told, standing[name])
        fresh = [each for each in waiting if each.is_new and each.since <= now - self._after]
        if fresh:
            await self._tell(fresh[:MOST_AT_ONCE])

    async def _tell(self, fresh: Sequence[Waiting]) -> None:
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            events = await queue.tell(session, [each.name for each in fresh], now=now)
        numbers = {each.name: each.number for each in fresh}
        for event in events:
            name = (event.tenant, event.id)
            self._told[name] = _Told(event, numbers[name], self._monotonic())
            await self._show(event).waiting(event, said(numbers[name]))

    async def _moved(self, told: _Told, waiting: Waiting) -> None:
        """Tell a new number where it is half of the one that was told, or the next."""
        is_news = waiting.number <= told.number // 2 or (waiting.number == 1 and told.number > 1)
        if is_news and self._monotonic() - told.at >= APART and self._may_change(waiting.tenant):
            told.number, told.at = waiting.number, self._monotonic()
            await self._show(told.event).waiting(told.event, said(waiting.number))

    def _may_change(self, tenant: str) -> bool:
        now = self._monotonic()
        made = self._changes.setdefault(tenant, deque(maxlen=MOST_CHANGES))
        if len(made) == MOST_CHANGES and now - made[0] < A_MINUTE:
            return False
        made.append(now)
        return True

    async def _left(self, name: Name) -> None:
        """It is in work, or was taken back: then what was shown of it goes."""
        event, shows = self._told[name].event, self._show(self._told[name].event)
        if not self._is_ours(*name):
            async with self._database.read() as session:
                state = await queue.state_of(session, name)
                was_stopped = await recall.was_stopped(session, *name)
            if state == "cancelled":
                await (shows.stopped(event) if was_stopped else shows.discard(event))
            elif not self._is_ours(*name):
                await shows.handed_over(event)
        del self._told[name]

    def _show(self, event: Event) -> Showing:
        return self._shows.get(event.surface) or Plain()


def said(number: int) -> str:
    """What somebody in line reads."""
    return "Busy just now: you are next" if number == 1 else f"Busy just now: you are number {number:,} in line"
