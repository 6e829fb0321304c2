"""What a platform may do to the inbox: hand an event in, take one back, and ask whether a conversation is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records import inbox
from bot.records.inbox_tables import InboxConversation, InboxEvent

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.worker import Worker
    from bot.records.database import Database
    from bot.records.inbox import Event


class Intake:
    """The door for events of a running worker; every method raises `DatabaseError`."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database, self._worker = database, worker

    async def __call__(self, event: Event) -> bool:
        """Store an event, to be acknowledged after this returns; False when it is known."""
        return await self._worker.accept(event)

    async def instead(self, place: str, event: Event) -> bool:
        """Store an event in the place of an earlier one, which is dropped if it still waits; False if none is known."""

        async def unit(session: AsyncSession) -> bool:
            now = await inbox.database_now(session)
            earlier = sa.select(InboxEvent.id).where(InboxEvent.tenant == event.tenant, InboxEvent.place == place)
            if await session.scalar(earlier) is None:
                return False
            await inbox.cancel(session, event.tenant, place, now=now)
            return await inbox.accept(session, event, now=now)

        is_new = await self._database.run(unit)
        self._worker.look_again(event.tenant, place)
        self._worker.wake()
        return is_new

    async def cancel(self, tenant: str, place: str) -> bool:
        """Drop the event of a post that was deleted; False when it is neither waiting nor in work."""

        async def unit(session: AsyncSession) -> bool:
            return await inbox.cancel(session, tenant, place, now=await inbox.database_now(session))

        is_dropped = await self._database.run(unit)
        self._worker.look_again(tenant, place)
        return is_dropped

    async def takes_part(self, tenant: str, conversation: str) -> bool:
        """Whether anything was ever asked in a conversation."""
        async with self._database.read() as session:
            return await session.get(InboxConversation, (tenant, conversation)) is not None
