"""What is done now and then, whoever of the replicas does it: old records go, turns that were cut off are closed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.records import audit, retention, turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from bot.records.database import Database

log = logging.getLogger(__name__)
heads = logging.getLogger("bot.audit_heads")
heads.setLevel(logging.INFO)
EVERY = timedelta(minutes=15)


class Housekeeping:
    """Runs beside the worker; each round is safe to run on several replicas at once."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._told_on: date | None = None

    async def run(self) -> None:
        """A round at the start, then one every quarter of an hour, until cancelled."""
        while True:
            try:
                await self.round()
            except TuppenceError as error:
                log.warning("housekeeping has to wait: %s", error)
            await asyncio.sleep(EVERY.total_seconds())

    async def round(self) -> None:
        """Close turns whose process died, and delete what was kept long enough. Raises `DatabaseError`.

        A turn that an event of the inbox still takes up is opened again by it.
        """
        async with self._database.write() as session:
            await turns.fail_abandoned_turns(session, self._now())
        await retention.purge(self._database, self._now())
        await self._tell_heads()

    async def _tell_heads(self) -> None:
        """Once a day the newest row of each audit log goes to the program's log: a collector elsewhere keeps it."""
        today = self._now().date()
        if today == self._told_on:
            return
        async with self._database.read() as session:
            for tenant in await audit.tenants(session):
                heads.info("audit head of %s: %s", tenant, await audit.head(session, tenant))
        self._told_on = today
