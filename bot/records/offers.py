"""Changes that were offered as buttons, each decided once; works inside the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records import permissions
from bot.records.platform_tables import OfferRecord
from bot.records.users import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

KEPT_FOR = timedelta(days=1)
"""How long a decided or late offer stays known, so that a press can be told why nothing happens."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one nonce stands for; `key` is the nonce's hash, which is all that is kept of it.

    `conversation` is the one it was made in, `client` whom the person asked about there, "" for themselves.
    """

    key: str
    tenant: str
    user: str
    kind: str
    command: str
    """The typed command that makes the change, or what an import would keep."""
    expires_at: datetime
    is_used: bool = False
    conversation: str = ""
    client: str = ""


class Offers:
    """The offers of one tenant, within one unit."""

    def __init__(self, session: AsyncSession, tenant: str, now: datetime) -> None:
        self._session, self._tenant, self._now = session, tenant, now

    async def add(self, offer: Offer) -> None:
        """Keep a new offer; its person must be known."""
        self._session.add(
            OfferRecord(
                tenant=self._tenant,
                key=offer.key,
                user_id=offer.user,
                kind=offer.kind,
                command=offer.command,
                conversation=offer.conversation,
                client_id=offer.client or None,
                expires_at=offer.expires_at,
            )
        )
        await self._session.flush()

    async def find(self, key: str) -> Offer | None:
        """The offer of that key, used or not."""
        row = await self._session.get(OfferRecord, (self._tenant, key), populate_existing=True)
        if row is None:
            return None
        return Offer(
            row.key,
            row.tenant,
            row.user_id,
            row.kind,
            row.command,
            row.expires_at,
            is_used=row.used_at is not None,
            conversation=row.conversation,
            client=row.client_id or "",
        )

    async def is_current(self, offer: Offer) -> bool:
        """Whether the person still asks about whom the offer was made for."""
        chosen = await permissions.chosen_client(self._session, Actor(offer.user, self._tenant), offer.conversation)
        return (chosen.id if chosen else "") == offer.client

    async def use(self, key: str) -> bool:
        """Mark the offer used; True for exactly one caller, however many ask at the same time."""
        used = await self._session.execute(
            sa.update(OfferRecord)
            .where(OfferRecord.tenant == self._tenant, OfferRecord.key == key, OfferRecord.used_at.is_(None))
            .values(used_at=self._now)
            .returning(OfferRecord.key)
        )
        return used.first() is not None

    async def clear(self, key: str) -> None:
        """Forget what a decided offer held; that it was decided stays known."""
        await self._session.execute(
            sa.update(OfferRecord).where(OfferRecord.tenant == self._tenant, OfferRecord.key == key).values(command="")
        )


async def drop_expired(session: AsyncSession, now: datetime) -> None:
    """Delete the offers of all tenants that could not be pressed any more a day ago."""
    await session.execute(sa.delete(OfferRecord).where(OfferRecord.expires_at < now - KEPT_FOR))
