"""What waits on purpose is no delay: a digest may wait for the morning, a question may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.records import inbox
from bot.records.backlog import Backlog, backlog
from bot.records.inbox import Event

if TYPE_CHECKING:
    from bot.records.database import Database

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NIGHT = timedelta(hours=8)


async def wait(
    database: Database, kind: str, *, at: datetime, until: datetime | None = None, tenant: str = "T1"
) -> None:
    """An event that was received `at`; with `until` a worker had it and put it off."""
    event = Event(tenant, f"{kind}-{at:%H}", f"{kind}-{at:%H}", "U1", "slack", kind, {}, at)
    async with database.write() as session:
        await inbox.accept(session, event, now=at)
    if until:
        async with database.write() as session:
            claim = await inbox.claim(session, "w", now=at, lease=timedelta(seconds=30))
            assert claim is not None
            await inbox.release(session, claim, now=at, wait=until - at, undo=True)


async def found(database: Database, now: datetime, tenant: str | None = None) -> Backlog:
    async with database.read() as session:
        return await backlog(session, now=now, tenant=tenant)


async def test_nothing_waits(database: Database) -> None:
    assert await found(database, NOON) == Backlog(0, None)


async def test_a_digest_that_was_put_off_is_counted_and_no_delay_until_it_is_due(database: Database) -> None:
    await wait(database, "digest", at=NOON, until=NOON + NIGHT)
    assert await found(database, NOON + NIGHT / 2) == Backlog(1, None)
    assert await found(database, NOON + NIGHT) == Backlog(1, NOON)


async def test_a_question_that_was_put_off_is_a_delay(database: Database) -> None:
    await wait(database, "question", at=NOON, until=NOON + NIGHT)
    assert await found(database, NOON + NIGHT / 2) == Backlog(1, NOON)


async def test_each_tenant_can_be_looked_at_alone(database: Database) -> None:
    await wait(database, "question", at=NOON, tenant="T1")
    assert await found(database, NOON, "T1") == Backlog(1, NOON)
    assert await found(database, NOON, "T2") == Backlog(0, None)
