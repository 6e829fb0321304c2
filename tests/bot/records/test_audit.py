"""The log: chained, final, written with the change or not at all, and any tampering shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.records import audit
from bot.records.tables import FIRST_HASH, AuditRecord
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.database import Database

ADA = Actor("ada")
NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
DETAILS: dict[str, Any] = {"roles": ["tools", "write"], "words": "ünï–coðe 😀 \x00 \ud800", "n": 10**15, "yes": True}


async def write(database: Database, *actions: str, actor: Actor = ADA) -> None:
    for action in actions:
        async with database.write() as session:
            await audit.append(session, actor, action, "qwen3:4b", DETAILS, at=NOW)


async def log_of(database: Database, tenant: str = "local") -> Sequence[AuditRecord]:
    async with database.read() as session:
        return await audit.entries(session, tenant)


async def tamper(database: Database, statement: str) -> None:
    """As somebody with the rights of the database's owner could."""
    async with database.write() as session:
        if database.path:
            await session.execute(sa.text("DROP TRIGGER audit_log_no_update"))
            await session.execute(sa.text("DROP TRIGGER audit_log_no_delete"))
        else:
            await session.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_final"))
        await session.execute(sa.text(statement))


async def test_each_row_follows_from_the_one_before(database: Database) -> None:
    await write(database, "model.add", "model.promote", "model.retire")
    log = await log_of(database)
    assert [(row.sequence, row.action, row.actor) for row in log] == [
        (1, "model.add", "ada"),
        (2, "model.promote", "ada"),
        (3, "model.retire", "ada"),
    ]
    assert [row.previous_hash for row in log] == [FIRST_HASH, log[0].hash, log[1].hash]
    assert log[0].at == NOW.astimezone(UTC)
    assert log[0].details["roles"] == ["tools", "write"]
    assert audit.first_break(log) is None


async def test_nothing_was_done_and_nothing_is_wrong(database: Database) -> None:
    assert audit.first_break(await log_of(database)) is None


async def test_each_tenant_has_a_chain_of_its_own(database: Database) -> None:
    await write(database, "a", actor=Actor("ben", "other"))
    await write(database, "b", "c")
    assert [(row.sequence, row.action) for row in await log_of(database)] == [(1, "b"), (2, "c")]
    assert [(row.sequence, row.actor) for row in await log_of(database, "other")] == [(1, "ben")]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'ben'", "DELETE FROM audit_log"])
async def test_the_database_refuses_to_change_or_delete(database: Database, statement: str) -> None:
    await write(database, "model.add")
    with pytest.raises(sa.exc.DBAPIError, match="never changed or deleted"):
        async with database.write() as session:
            await session.execute(sa.text(statement))
    assert len(await log_of(database)) == 1


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET actor = 'ben' WHERE sequence = 2", 2),
        ("UPDATE audit_log SET details = '{}' WHERE sequence = 3", 3),
        ("UPDATE audit_log SET at = '2020-01-01 00:00:00' WHERE sequence = 1", 1),
        ("UPDATE audit_log SET previous_hash = hash WHERE sequence = 1", 1),
        ("DELETE FROM audit_log WHERE sequence = 2", 3),
        ("DELETE FROM audit_log WHERE sequence = 1", 2),
        ("UPDATE audit_log SET sequence = 9 WHERE sequence = 3", 9),
    ],
)
async def test_tampering_shows(database: Database, statement: str, broken: int) -> None:
    await write(database, "a", "b", "c")
    await tamper(database, statement)
    assert audit.first_break(await log_of(database)) == broken


async def test_a_change_that_is_taken_back_takes_its_row_with_it(database: Database) -> None:
    async def unit(session: Any) -> None:
        await audit.append(session, ADA, "model.add", "x", {}, at=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(unit)
    await write(database, "b")
    assert [(row.sequence, row.action) for row in await log_of(database)] == [(1, "b")]


async def test_acts_at_the_same_time_make_one_chain(database: Database) -> None:
    async def one(number: int) -> None:
        async def unit(session: Any) -> None:
            await audit.append(session, ADA, f"act {number}", "x", {}, at=NOW)
            await asyncio.sleep(0)

        await database.run(unit)

    await asyncio.gather(*(one(number) for number in range(5)))
    log = await log_of(database)
    assert len(log) == 5
    assert audit.first_break(log) is None


@pytest.mark.parametrize(("most", "broken"), [(2, None), (3, 3), (4, 3), (5, 3), (6, 3), (99, 3)])
async def test_the_newest_rows_are_checked_alone_and_against_the_one_before(
    database: Database, most: int, broken: int | None
) -> None:
    await write(database, *"abcde")
    await tamper(database, "UPDATE audit_log SET actor = 'mallory' WHERE sequence = 3")
    async with database.read() as session:
        verdict = await audit.verify_newest(session, "local", most)
    assert (verdict.rows, verdict.broken) == (5, broken)


async def test_of_an_empty_log_the_newest_rows_are_whole(database: Database) -> None:
    async with database.read() as session:
        assert (await audit.verify_newest(session, "local", 10)).is_whole
