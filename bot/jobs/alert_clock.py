"""When the pass over all alerts is due: every replica says so, and the inbox keeps it once for one of them to do."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import TuppenceError
from bot.records import alerts, inbox
from bot.records.inbox import Event
from bot.records.inbox_tables import InboxEvent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.alerts import AlertPass
    from bot.records.database import Database
    from bot.records.inbox import Claim, Outgoing, Post

log = logging.getLogger(__name__)
KIND = "alert_pass"
TENANT = "local"
"""Where the pass waits: it is of no tenant, and each installation has this one."""
EVERY = timedelta(minutes=5)
KEPT = timedelta(days=1)
"""How long finished passes stay on record."""


class AlertClock:
    """Runs beside the worker. `accept` stores an event, and says whether it is new."""

    def __init__(
        self,
        database: Database,
        accept: Callable[[Event], Awaitable[bool]],
        surfaces: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._accept, self._surfaces, self._now = database, accept, tuple(surfaces), now

    async def run(self) -> None:
        """A pass at the start, then one every five minutes by the clock, until cancelled."""
        while True:
            try:
                await self.tick()
            except TuppenceError as error:
                log.warning("the alerts have to wait: %s", error)
            except Exception:
                log.exception("no pass over the alerts could be begun; the next one is in five minutes")
            await asyncio.sleep((slot_of(self._now()) + EVERY - self._now()).total_seconds())

    async def tick(self) -> bool:
        """Put the pass of now in the inbox; False when it is there, or nothing to look at. Raises `DatabaseError`."""
        async with self._database.read() as session:
            if not await alerts.are_any(session, self._surfaces):
                return False
        slot = slot_of(self._now())
        return await self._accept(Event(TENANT, f"{KIND}:{slot:%Y-%m-%dT%H:%M}", KIND, "", "", KIND, {}, slot))


class PassHandler:
    """Does the pass in whose turn it is; one that waited until the next was due is left out."""

    def __init__(self, database: Database, alert_pass: AlertPass, now: Callable[[], datetime]) -> None:
        self._database, self._pass, self._now = database, alert_pass, now

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Look at all alerts. Raises `LeaseLost`."""
        if self._now() - claim.event.sent_at < EVERY:
            counts = await self._pass.run()
            log.debug("a pass over the alerts: %s", dict(counts))

        async def unit(session: AsyncSession) -> Sequence[Post]:
            now = await inbox.database_now(session)
            await session.execute(
                sa.delete(InboxEvent).where(
                    InboxEvent.tenant == TENANT,
                    InboxEvent.conversation == KIND,
                    InboxEvent.finished_at < now - KEPT,
                )
            )
            return await inbox.finish(session, claim, (), now=now)

        return await self._database.run(unit)

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """Nobody waits for a pass: the next one does what this one could not."""
        del event
        return ()


def slot_of(moment: datetime) -> datetime:
    """The five minutes that a time falls into."""
    seconds = EVERY.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
