"""Looks after one claim while it is worked on: keeps its lease, and ends the work as soon as it must not go on.

Every second, and at once when something happened here, one read tells whether the claim still holds (another worker may
have taken it, its asker may have stopped or deleted the question, in whichever process) and whether a kill switch was
pulled that concerns it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.records import controls, inbox
from bot.records.identities import actor_of
from bot.records.inbox import LeaseLost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import timedelta

    from bot.records.database import Database
    from bot.records.inbox import Claim

log = logging.getLogger(__name__)
_PATIENCE = 10.0


class Halted(Exception):
    """A kill switch ended the work: done anew it is answered with the notice of that switch."""


class Keeper:
    """Ends the task that made it; `heeds_switches` is false for work that a switch ended before."""

    def __init__(
        self, database: Database, claim: Claim, lease: timedelta, every: timedelta, *, heeds_switches: bool
    ) -> None:
        self.claim = claim
        self._database, self._lease, self._every = database, lease, every
        self._heeds_switches, self._is_interruptible = heeds_switches, False
        self._look = asyncio.Event()
        self._body = asyncio.current_task()
        self._reason: Exception | None = None
        self._is_over = False

    def look(self) -> None:
        """Find out now whether the work still has to be done."""
        self._look.set()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """While the body runs, a switch may end it; what is decided already is posted all the same."""
        self._is_interruptible = True
        try:
            yield
        finally:
            self._is_interruptible = False

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Keeps the claim while the body runs. Raises `LeaseLost` or `Halted` in the place of what it ended."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        except asyncio.CancelledError:
            if self._reason:
                raise self._reason from None
            raise
        finally:
            self._is_over = True
            self._look.set()
            # A look at the database that is under way comes to its end: cut off, its connection would be lost.
            await asyncio.wait({watching}, timeout=_PATIENCE)
            watching.cancel()

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop()
        renewal = clock.time() + self._lease.total_seconds() / 3
        while self._reason is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._every.total_seconds())
            self._look.clear()
            if self._is_over:
                return
            try:
                if clock.time() >= renewal:
                    await self._renew()
                    renewal = clock.time() + self._lease.total_seconds() / 3
                await self._check()
            except LeaseLost as lost:
                self._end(lost)
            except TuppenceError as error:  # tried again at the next turn, as long as the lease holds
                log.warning("whether %s still has to be done is not known: %s", self.claim.event.id, error)

    async def _renew(self) -> None:
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            await inbox.renew(session, self.claim, now=now, lease=self._lease)

    async def _check(self) -> None:
        event = self.claim.event
        async with self._database.read() as session:
            if not await inbox.is_held(session, self.claim):
                raise LeaseLost(event.id)
            actor = await actor_of(session, event.tenant, event.surface, event.user)
            is_stopped = self._heeds_switches and await controls.is_stopped(session, actor)
        if is_stopped and self._is_interruptible:
            self._end(Halted(event.id))

    def _end(self, reason: Exception) -> None:
        if self._is_over:
            return
        self._reason = reason
        if self._body:
            self._body.cancel()
