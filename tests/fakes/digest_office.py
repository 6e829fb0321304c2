"""A firm with digests: people, a clock turned by hand, the bundled history, and a platform that keeps what is posted."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.jobs.digest_delivery import DigestHandler
from bot.jobs.posting import PostRefused
from bot.jobs.scheduler import Scheduler
from bot.jobs.showing import Showing
from bot.jobs.worker import Limits, Worker
from bot.records import administration as admin
from bot.records import digests, portfolios, users
from bot.records.digest_terms import DigestTerms, vet
from bot.records.inbox_tables import InboxConversation, InboxEvent
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.turn.assistant import Parts
from bot.turn.destination import Place
from tests.fakes.firm import CHIEF, HELD, MARKET, SYMBOLS, book_of
from tests.fakes.scripted_model import ScriptedModel
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.worker import Handler
    from bot.records.database import Database
    from bot.records.inbox import Event, Outgoing

MONDAY = datetime(2022, 12, 19, 12, tzinfo=UTC)
"""Before a week whose closes are in the bundled history."""
QUICK = Limits(
    lease=timedelta(seconds=5),
    poll=timedelta(milliseconds=10),
    most_attempts=2,
    longest_wait=timedelta(0),
    stopping=timedelta(seconds=2),
)


class PostOffice(Showing):
    """A platform in memory. `gone` are accounts that left, `guests` those of guests.

    `closed` are places that refuse, `external` those that people of others are in.
    """

    name = "slack"

    def __init__(self) -> None:
        self.posted: list[Outgoing] = []
        self.gone: set[str] = set()
        self.guests: set[str] = set()
        self.closed: set[str] = set()
        self.external: set[str] = set()
        self._ids = itertools.count()

    async def place(self, event: Event) -> Place:
        said = event.payload["place"]
        standing: Any = "gone" if event.user in self.gone else "guest" if event.user in self.guests else "member"
        is_external = said["external"] or said["channel"] in self.external
        return Place(self.name, event.tenant, said["channel"], said["kind"], is_external, asker=standing)

    async def discard(self, event: Event) -> None:
        """Nothing is shown."""

    async def post(self, message: Outgoing, key: str) -> str:
        where = message.target.get("channel") or message.target["user"]
        if where in self.closed:
            raise PostRefused("that channel is archived")
        self.posted.append(message)
        return f"{where}/{next(self._ids)}"

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        return ()

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        """Nothing is posted twice here."""

    def said(self) -> list[tuple[str, str]]:
        """(place, text) of all messages."""
        return [(each.target.get("channel") or each.target["user"], each.body["text"]) for each in self.posted]


@dataclass
class Office:
    """Everything at work on one database."""

    database: Database
    now: datetime = MONDAY
    platform: PostOffice = field(default_factory=PostOffice)
    market: Any = MARKET

    @property
    def parts(self) -> Parts:
        return Parts(self.database, ScriptedModel(), Toolbox(TOOLS), self.market, SYMBOLS, now=lambda: self.now)

    async def clock(self, _: AsyncSession) -> datetime:
        return self.now

    async def add(self, kind: str = "market_close", owner: str = "ada", **terms: Any) -> str:
        """Schedule a digest; returns its id."""
        vetted = await vet(DigestTerms(kind, "slack", **terms), self.now)
        async with self.database.write() as session:
            return (await digests.add(session, Actor(owner), owner, vetted, at=self.now)).id

    async def act(self, change: Any) -> Any:
        """One change."""
        async with self.database.write() as session:
            return await change(session)

    async def round(self) -> int:
        """What a replica's scheduler does now."""
        return await Scheduler(self.database, clock=self.clock).round()

    def handler(self) -> DigestHandler:
        return DigestHandler(self.parts, {"slack": self.platform})

    @asynccontextmanager
    async def working(self, **others: Handler) -> AsyncIterator[Worker]:
        """A worker at work."""
        handlers: dict[str, Handler] = {"digest": self.handler(), **others}
        worker = Worker(self.database, handlers, {"slack": self.platform}, "w1", QUICK)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            await worker.stop()
            await running

    async def deliver(self) -> dict[str, str]:
        """Work until nothing is due; event → how it ended, or "waiting"."""
        async with self.working():
            async with asyncio.timeout(30):
                while await self._is_due():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        return await self.outcomes()

    async def outcomes(self) -> dict[str, str]:
        async with self.database.read() as session:
            found = list(await session.scalars(sa.select(InboxEvent).order_by(InboxEvent.sent_at)))
        return {
            each.id.partition(":")[2]: each.failure or (each.steps or {}).get("outcome") or each.state for each in found
        }

    async def row(self, digest: str) -> Digest:
        async with self.database.read() as session:
            return await session.get_one(Digest, ("local", digest))

    async def hurry(self) -> None:
        """What waits for later is due now: the worker's own waits are by the database's clock, which can't be turned."""
        async with self.database.write() as session:
            await session.execute(
                sa.update(InboxConversation).where(InboxConversation.next_at.is_not(None)).values(next_at=MONDAY)
            )

    async def _is_due(self) -> bool:
        from bot.records.inbox import database_now

        async with self.database.read() as session:
            now = await database_now(session)
            due = sa.or_(InboxConversation.next_at <= now, InboxConversation.owner.is_not(None))
            return await session.scalar(sa.select(sa.func.count()).where(due)) != 0


async def open_office(database: Database) -> Office:
    """Ada and Ben have holdings and watchlists, Sue is a supervisor; C1 is a channel that is allowed, C2 is not."""
    office = Office(database)

    async def people(session: AsyncSession) -> None:
        for user in ("ada", "ben"):
            await users.ensure_user(session, Actor(user))
            await portfolios.add_portfolio(session, Actor(user), replace(book_of(user)))
            await portfolios.set_watchlist(session, Actor(user), [HELD[user]])
        await users.ensure_user(session, Actor("sue"))
        await admin.grant_role(session, CHIEF, "sue", "supervisor", at=MONDAY)
        for name, allowed in (("C1", True), ("C2", False)):
            await admin.save_channel(
                session, CHIEF, name, name="desk", kind="public", allowed=allowed, external=False, at=MONDAY
            )

    await office.act(people)
    return office
