"""The conversations that the bot is in: kept when they are seen, asked for when something has to be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import DatabaseError
from bot.jobs.posting import PostFailed, PostRefused
from bot.records import conversations, standing
from bot.records.conversations import Known
from bot.surfaces.teams.events import NAME
from bot.surfaces.teams.failures import TeamsRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.inbox import Event
    from bot.surfaces.teams.api import TeamsApi
    from bot.surfaces.teams.events import Reference

LEFT = "the app was taken out of it"
NO_MORE = "that conversation can't be written to any more"


@dataclass(frozen=True, slots=True)
class References:
    """Those of all tenants."""

    database: Database
    api: TeamsApi
    service_url: str
    now: Callable[[], datetime]

    async def keep(self, reference: Reference) -> bool:
        """Keep a conversation; True for a new one. Raises `DatabaseError`."""
        known = Known(
            reference.tenant,
            NAME,
            reference.conversation,
            reference.kind,
            reference.user,
            {"service_url": reference.service_url, "account": reference.account, "name": reference.name},
        )
        return await self.database.run(lambda session: conversations.keep(session, known, at=self.now()))

    async def leave(self, reference: Reference) -> None:
        """The bot was taken out of a conversation. Raises `DatabaseError`."""
        await self.fail(reference.tenant, reference.conversation, LEFT)

    async def fail(self, tenant: str, conversation: str, reason: str) -> None:
        """Send nothing more there. Raises `DatabaseError`."""

        async def unit(session: AsyncSession) -> bool:
            return await conversations.fail(session, tenant, NAME, conversation, reason, at=self.now())

        await self.database.run(unit)

    async def where(self, target: Mapping[str, Any]) -> dict[str, Any]:
        """`service_url`, `conversation` and the person's `account` of a target, a direct one begun if need be.

        Raises `PostRefused` for one that can't be written to any more, or `PostFailed`.
        """
        try:
            if name := target.get("conversation"):
                return await self._known(target, str(name))
            return await self._direct(target["tenant"], target["user"], target.get("service_url", ""))
        except DatabaseError as error:
            raise PostFailed(f"where to post can't be read: {error}") from None

    async def of(self, event: Event) -> dict[str, Any]:
        """Where an event came from, and its answer goes. Raises as `where` does."""
        return await self.where({"user": event.user, **event.payload["target"], "tenant": event.tenant})

    async def direct(self, target: Mapping[str, Any]) -> dict[str, Any]:
        """The conversation with the asker alone. Raises as `where` does."""
        return await self.where({name: target[name] for name in ("tenant", "user", "service_url") if name in target})

    async def _known(self, target: Mapping[str, Any], name: str) -> dict[str, Any]:
        channel = name.partition(";")[0]
        async with self.database.read() as session:
            known = await conversations.find(session, target["tenant"], NAME, channel)
            # A channel in which nobody has spoken yet, as that of a digest: the tenant is served at one address.
            near = known or await conversations.any_of(session, target["tenant"], NAME)
            account = target.get("account") or await self._account(session, target)
        if known and known.failure:
            raise PostRefused(f"{NO_MORE}: {known.failure}")
        service_url = (known and known.reference.get("service_url")) or target.get("service_url")
        service_url = service_url or (near.reference.get("service_url") if near else None) or self.service_url
        return {"service_url": service_url, "conversation": name, "account": account}

    async def _account(self, session: AsyncSession, target: Mapping[str, Any]) -> str:
        """The person of a target in Teams' own terms, as far as they are known: not every client knows of others."""
        user = str(target.get("user", ""))
        own = await conversations.direct_of(session, target["tenant"], NAME, user) if user else None
        return str((own and own.reference.get("account")) or user)

    async def _direct(self, tenant: str, user: str, service_url: str) -> dict[str, Any]:
        async with self.database.read() as session:
            known = await conversations.direct_of(session, tenant, NAME, user)
            near = known or await conversations.any_of(session, tenant, NAME)
        if known and known.failure:  # begun anew it would be the same one, and refused as before
            raise PostRefused(f"{NO_MORE}: {known.failure}")
        if known:
            account = known.reference.get("account") or user
            return {"service_url": known.reference["service_url"], "conversation": known.id, "account": account}
        service_url = service_url or (near.reference["service_url"] if near else self.service_url)
        try:
            conversation = await self.api.open_direct(service_url, tenant, user)
        except TeamsRefused as error:
            raise PostRefused(f"no conversation can be begun with that person ({error})") from None
        begun = Known(tenant, NAME, conversation, "direct", user, {"service_url": service_url})
        await self.database.run(lambda session: conversations.keep(session, begun, at=self.now()))
        return {"service_url": service_url, "conversation": conversation, "account": user}

    # --- messages that wait for their text ---

    async def stand(self, tenant: str, event_id: str, message_id: str) -> str:
        """Keep where progress is shown; returns the message that holds. Raises `DatabaseError`."""
        return await self.database.run(lambda session: standing.stand(session, tenant, event_id, message_id))

    async def standing(self, tenant: str, event_id: str) -> str:
        """Where progress is shown, "" for nowhere. Raises `DatabaseError`."""
        async with self.database.read() as session:
            return await standing.standing(session, tenant, event_id)

    async def fall(self, tenant: str, event_id: str) -> None:
        """The message is gone. Raises `DatabaseError`."""
        await self.database.run(lambda session: standing.fall(session, tenant, event_id))

    async def turn_at(self, tenant: str, message_id: str) -> str:
        """The turn that a message answers, "" for none. Raises `DatabaseError`."""
        async with self.database.read() as session:
            return await standing.turn_at(session, tenant, NAME, message_id)

    async def latest_turn(self, tenant: str, conversation: str) -> str:
        """The turn that was asked for last in a conversation, "" for none. Raises `DatabaseError`."""
        async with self.database.read() as session:
            return await standing.latest_turn(session, tenant, conversation)

    async def posted_at(self, tenant: str, message_id: str) -> Any:
        """What was put into a message, None for one that is not known. Raises `DatabaseError`."""
        async with self.database.read() as session:
            return await standing.posted_at(session, tenant, NAME, message_id)
