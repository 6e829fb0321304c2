"""Claims waiting events, runs their work, posts the outcome; many at once, one at a time in each conversation."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.errors import TuppenceError
from bot.jobs.posting import Poster, PostFailed, PostRefused
from bot.records import inbox
from bot.records.inbox import LeaseLost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.posting import Surface
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Outgoing, Post

log = logging.getLogger(__name__)


class Handler(Protocol):
    """What one kind of event calls for."""

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Do the work and record its outcome with `inbox.finish`; returns what is to be posted. Raises `LeaseLost`."""

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """What to post when the work failed each time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often. `lease` is renewed while work goes on; a worker that dies is replaced after it."""

    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(milliseconds=250)
    most_attempts: int = 4
    most_posts: int = 12
    longest_wait: timedelta = timedelta(seconds=60)
    stopping: timedelta = timedelta(seconds=20)
    together: int = 4


class Worker:
    """Works until it is stopped. `owner` names this worker, and no other of any replica."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        surfaces: Mapping[str, Surface],
        owner: str,
        limits: Limits | None = None,
    ) -> None:
        self._database, self._handlers, self._owner = database, handlers, owner
        self._poster = Poster(database, surfaces)
        self._limits = limits or Limits()
        self._woken = asyncio.Event()
        self._stopping = False
        self._in_work: set[asyncio.Task[None]] = set()
        self._looks: dict[tuple[str, str | None], asyncio.Event] = {}
        self.finished = 0
        """Events that this worker saw to their end."""

    async def accept(self, event: Event) -> bool:
        """Store an event, to be acknowledged after this returns; False when it is known. Raises `DatabaseError`."""

        async def unit(session: AsyncSession) -> bool:
            return await inbox.accept(session, event, now=await inbox.database_now(session))

        is_new = await self._database.run(unit)
        self.wake()
        return is_new

    def wake(self) -> None:
        """Look for work now, not only at the next poll."""
        self._woken.set()

    def look_again(self, tenant: str, place: str) -> None:
        """Find out now whether the work for a place still has to be done, where it is done here."""
        if look := self._looks.get((tenant, place)):
            look.set()

    async def run(self) -> None:
        """Claim and work until `stop` is called; then hand back what could not be finished in time."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(self._limits.together)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def stop(self) -> None:
        """Take nothing new, give what is in work its time, and hand back the rest."""
        self._stopping = True
        self.wake()
        if self._in_work:
            await asyncio.wait(self._in_work, timeout=self._limits.stopping.total_seconds())
        for task in self._in_work:
            task.cancel()

    async def _lane(self) -> None:
        while not self._stopping:
            try:
                claim = await self._claim()
            except TuppenceError as error:  # the database is away: the inbox waits there
                log.warning("no work can be claimed: %s", error)
                claim = None
            if claim is None:
                self._woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._limits.poll.total_seconds())
                continue
            if self._stopping:  # it was claimed while the end began
                await self._let_go(claim, undo=True)
                return
            self.wake()  # where there was one, there may be more for the other lanes
            task = asyncio.create_task(self._see_to(claim))
            self._in_work.add(task)
            task.add_done_callback(self._in_work.discard)
            with suppress(asyncio.CancelledError):
                await asyncio.shield(task)

    async def _claim(self) -> Claim | None:
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            return await inbox.claim(session, self._owner, now=now, lease=self._limits.lease)

    async def _see_to(self, claim: Claim) -> None:
        """One claim from its work to its release, whatever happens."""
        wait, undo = timedelta(0), False
        try:
            async with self._kept(claim):
                await self._work(claim)
            self.finished += 1
        except LeaseLost:
            pass  # taken by another worker, whose it stays, or taken back by its asker: then the next one may begin
        except asyncio.CancelledError:
            undo = True
        except PostRefused as error:
            log.warning("event %s can't be posted: %s", claim.event.id, error)
            await self._bury(claim, str(error))
        except PostFailed as error:
            wait = error.retry_after or self._pause(claim.attempts)
        except Exception:
            log.exception("event %s failed, attempt %d", claim.event.id, claim.attempts)
            wait = self._pause(claim.attempts)
        await self._let_go(claim, wait, undo=undo)

    async def _let_go(self, claim: Claim, wait: timedelta = timedelta(0), *, undo: bool = False) -> None:
        with suppress(LeaseLost, TuppenceError):
            async with self._database.write() as session:
                now = await inbox.database_now(session)
                await inbox.release(session, claim, now=now, wait=wait, undo=undo)

    async def _work(self, claim: Claim) -> None:
        handler = self._handlers.get(claim.event.kind)
        posts: Sequence[Post]
        if claim.is_answered:
            if claim.attempts > self._limits.most_posts:
                raise PostRefused("it could not be posted in many tries")
            posts = claim.posts
        elif handler is None:
            raise PostRefused(f"nothing here does “{claim.event.kind}”")
        elif claim.attempts > self._limits.most_attempts:
            posts = await self._give_up(claim, handler)
        else:
            posts = await handler.run(claim)
        await self._poster.post_all(claim, posts)

    async def _give_up(self, claim: Claim, handler: Handler) -> tuple[Post, ...]:
        """Apologise, and leave the event to an admin."""
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            failure = f"failed {claim.attempts - 1} times"
            return await inbox.finish(session, claim, handler.apology(claim.event), now=now, failure=failure)

    async def _bury(self, claim: Claim, reason: str) -> None:
        with suppress(LeaseLost, TuppenceError):
            async with self._database.write() as session:
                await inbox.bury(session, claim, reason, now=await inbox.database_now(session))

    def _pause(self, attempts: int) -> timedelta:
        return min(timedelta(seconds=0.5 * 2**attempts), self._limits.longest_wait)

    @asynccontextmanager
    async def _kept(self, claim: Claim) -> AsyncIterator[None]:
        """Renews the lease while the body runs; the body is stopped when the lease is lost."""
        body = asyncio.current_task()
        look = self._looks[claim.event.tenant, claim.event.place] = asyncio.Event()
        lost = False

        async def renew() -> None:
            nonlocal lost
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(look.wait(), self._limits.lease.total_seconds() / 3)
                look.clear()
                try:
                    async with self._database.write() as session:
                        now = await inbox.database_now(session)
                        await inbox.renew(session, claim, now=now, lease=self._limits.lease)
                except LeaseLost:
                    lost = True
                    if body:
                        body.cancel()
                    return
                except TuppenceError as error:  # tried again at the next turn, as long as the lease holds
                    log.warning("the lease of %s could not be renewed: %s", claim.event.id, error)

        keeper = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if lost:
                raise LeaseLost(claim.event.id) from None
            raise
        finally:
            self._looks.pop((claim.event.tenant, claim.event.place), None)
            keeper.cancel()
