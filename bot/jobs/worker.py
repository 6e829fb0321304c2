"""Claims waiting events, runs their work, posts the outcome; many at once, one at a time in each conversation."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.errors import TuppenceError
from bot.jobs.keeping import Halted, Keeper
from bot.jobs.posting import Poster, PostFailed, PostRefused
from bot.jobs.priorities import priority_of
from bot.records import inbox
from bot.records.inbox import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.posting import Surface
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Outgoing, Post

log = logging.getLogger(__name__)


class NotYet(Exception):
    """It is too early for the work of an event, which is no failure: it is claimed again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"not before {wait}")
        self.wait = wait


class Handler(Protocol):
    """What one kind of event calls for."""

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Do the work and record its outcome with `inbox.finish`; returns what is to be posted.

        Raises `LeaseLost`, or `NotYet`.
        """

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """What to post when the work failed each time."""


@runtime_checkable
class Unasked(Protocol):
    """A handler of what nobody asked for just now: it stops writing to a place that refuses it."""

    async def refused(self, session: AsyncSession, event: Event, reason: str) -> None:
        """Give up the place of an event, in the unit in which the event is given up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often. `lease` is renewed while work goes on; a worker that dies is replaced after it.

    `look` is how long it may take until work that was stopped, by whichever process, is ended. Of the `together` lanes
    at most `unasked` do what nobody asked for just now: the others are always free for questions. Beside them, `prompt`
    lanes take only what needs no model, which therefore never waits for one.
    """

    lease: timedelta = timedelta(seconds=30)
    look: timedelta = timedelta(seconds=1)
    poll: timedelta = timedelta(milliseconds=250)
    most_attempts: int = 4
    most_posts: int = 12
    longest_wait: timedelta = timedelta(seconds=60)
    stopping: timedelta = timedelta(seconds=20)
    together: int = 4
    unasked: int = 2
    prompt: int = 2


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
        self._limits = limits or Limits()
        self._poster = Poster(database, surfaces, self._limits.lease)
        self._woken, self._prompted = asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._in_work: set[asyncio.Task[None]] = set()
        self._keepers: set[Keeper] = set()
        self._halted: set[tuple[str, str]] = set()
        """Events whose work a switch ended once: they are answered with its notice, and not ended again."""
        self.finished = 0
        """Events that this worker saw to their end."""

    async def accept(self, event: Event) -> bool:
        """Store an event, to be acknowledged after this returns; False when it is known. Raises `DatabaseError`."""

        async def unit(session: AsyncSession) -> bool:
            now = await inbox.database_now(session)
            return await inbox.accept(session, event, now=now, priority=priority)

        priority = priority_of(event)
        is_new = await self._database.run(unit, first=True)
        self._wake(priority)
        return is_new

    def wake(self) -> None:
        """Look for work now, not only at the next poll."""
        self._wake(inbox.PROMPT)

    def _wake(self, priority: int) -> None:
        """Let those lanes look that may take work of this priority."""
        self._woken.set()
        if priority == inbox.PROMPT:
            self._prompted.set()

    def holds(self, tenant: str, event_id: str) -> bool:
        """Whether an event is in work here."""
        return any((keeper.claim.event.tenant, keeper.claim.event.id) == (tenant, event_id) for keeper in self._keepers)

    def look_again(self, tenant: str) -> None:
        """Find out now which of a tenant's work here still has to be done, as some of it was taken back."""
        for keeper in self._keepers:
            if keeper.claim.event.tenant == tenant:
                keeper.look()

    async def run(self) -> None:
        """Claim and work until `stop` is called; then hand back what could not be finished in time."""
        unasked = max(self._limits.unasked, 1)  # a worker with a single lane does everything in it
        lowest = [inbox.UNASKED if lane < unasked else inbox.CHAT for lane in range(self._limits.together)]
        lowest += [inbox.PROMPT] * self._limits.prompt
        lanes = [asyncio.create_task(self._lane(each)) for each in lowest]
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

    async def _lane(self, lowest: int) -> None:
        while not self._stopping:
            try:
                claim = await self._claim(lowest)
            except TuppenceError as error:  # the database is away: the inbox waits there
                log.warning("no work can be claimed: %s", error)
                claim = None
            if claim is None:
                woken = self._prompted if lowest == inbox.PROMPT else self._woken
                woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), self._limits.poll.total_seconds())
                continue
            if self._stopping:  # it was claimed while the end began
                await self._let_go(claim, undo=True)
                return
            if claim.event.kind not in inbox.UNASKED_KINDS:  # where there was one, there may be more for other lanes
                self._wake(priority_of(claim.event))
            task = asyncio.create_task(self._see_to(claim))
            self._in_work.add(task)
            task.add_done_callback(self._in_work.discard)
            with suppress(asyncio.CancelledError):
                await asyncio.shield(task)

    async def _claim(self, lowest: int) -> Claim | None:
        async with self._database.read() as session:  # mostly there is nothing, and looking holds nobody up
            if not await inbox.is_due(session, now=await inbox.database_now(session), lowest=lowest):
                return None
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            return await inbox.claim(session, self._owner, now=now, lease=self._limits.lease, lowest=lowest)

    async def _see_to(self, claim: Claim) -> None:
        """One claim from its work to its release, whatever happens."""
        wait, undo = timedelta(0), False
        name = (claim.event.tenant, claim.event.id)
        heeds = name not in self._halted
        keeper = Keeper(self._database, claim, self._limits.lease, self._limits.look, heeds_switches=heeds)
        self._keepers.add(keeper)
        try:
            async with keeper.keeping():
                await self._work(claim, keeper)
            self.finished += 1
            self._halted.discard(name)
        except LeaseLost:
            # Taken by another worker, whose it stays, or taken back by its asker: then the next one may begin.
            self._halted.discard(name)
        except asyncio.CancelledError:
            undo = True
        except Halted:
            self._halted.add(name)
            undo = True
        except NotYet as early:
            wait, undo = early.wait, True
        except PostRefused as error:
            log.warning("event %s can't be posted: %s", claim.event.id, error)
            await self._bury(claim, error)
        except PostFailed as error:
            wait = error.retry_after or self._pause(claim.attempts)
        except Exception:
            log.exception("event %s failed, attempt %d", claim.event.id, claim.attempts)
            wait = self._pause(claim.attempts)
        finally:
            self._keepers.discard(keeper)
        await self._let_go(claim, wait, undo=undo)

    async def _let_go(self, claim: Claim, wait: timedelta = timedelta(0), *, undo: bool = False) -> None:
        with suppress(LeaseLost, TuppenceError):
            async with self._database.write() as session:
                now = await inbox.database_now(session)
                await inbox.release(session, claim, now=now, wait=wait, undo=undo)

    async def _work(self, claim: Claim, keeper: Keeper) -> None:
        handler = self._handlers.get(claim.event.kind)
        posts: Sequence[Post]
        if claim.is_answered:
            if claim.attempts > self._limits.most_posts:
                raise PostRefused("it could not be posted in many tries", is_place=False)
            posts = claim.posts
        elif handler is None:
            raise PostRefused(f"nothing here does “{claim.event.kind}”", is_place=False)
        elif claim.attempts > self._limits.most_attempts:
            posts = await self._give_up(claim, handler)
        else:
            with keeper.interruptible():
                posts = await handler.run(claim)
        await self._poster.post_all(claim, posts)

    async def _give_up(self, claim: Claim, handler: Handler) -> tuple[Post, ...]:
        """Apologise, and leave the event to an admin."""
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            failure = f"failed {claim.attempts - 1} times"
            return await inbox.finish(session, claim, handler.apology(claim.event), now=now, failure=failure)

    async def _bury(self, claim: Claim, refusal: PostRefused) -> None:
        with suppress(LeaseLost, TuppenceError):
            async with self._database.write() as session:
                handler = self._handlers.get(claim.event.kind)
                if isinstance(handler, Unasked) and refusal.is_place:
                    await handler.refused(session, claim.event, str(refusal))
                await inbox.bury(session, claim, str(refusal), now=await inbox.database_now(session))

    def _pause(self, attempts: int) -> timedelta:
        return min(timedelta(seconds=0.5 * 2**attempts), self._limits.longest_wait)
