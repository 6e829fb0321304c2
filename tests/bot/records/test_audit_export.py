"""The log outside the database: complete, read again only when it is whole, and its head shows a cut end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import RecordsRefused
from bot.records import audit
from bot.records.audit_export import export_log, import_log
from bot.records.database import open_database
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
DETAILS: dict[str, Any] = {"roles": ["a", "b"], "words": "ünï 😀 \n", "n": 10**15, "yes": True}


async def fill(database: Database) -> None:
    async with database.write() as session:
        for number in range(5):
            await audit.append(session, Actor("ada"), f"act.{number}", "x", DETAILS, at=NOW)
        acts = [audit.Act("tool_call", "get_quote", {"ok": True}), audit.Act("answer", "t1")]
        await audit.append_all(session, Actor("ben", "other"), acts, at=NOW)


async def exported(database: Database) -> list[str]:
    async with database.read() as session:
        return [line async for line in export_log(session)]


async def test_what_is_exported_is_taken_in_again_row_for_row(database: Database, empty_database_url: str) -> None:
    await fill(database)
    lines = await exported(database)
    assert len(lines) == 5 + 2 + 1
    async with await open_database(empty_database_url) as other:
        async with other.write() as session:
            assert await import_log(session, lines) == 7
        assert await exported(other) == lines
        async with other.write() as session:
            assert (await audit.verify(session, "local")).is_whole
            await audit.append(session, Actor("ada"), "next", "x", {}, at=NOW)
            assert (await audit.verify(session, "local")).rows == 6


async def test_an_empty_log_is_exported_and_taken_in(database: Database) -> None:
    lines = await exported(database)
    async with database.write() as session:
        assert await import_log(session, lines) == 0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: lines[:-1], "end of this audit log is missing"),
        (lambda lines: [*lines[:6], lines[-1]], "end of this audit log is missing"),
        (lambda lines: [*lines[:1], *lines[2:]], "Line 2 .*does not follow"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "Line 1 .*does not follow"),
        (lambda lines: [lines[0].replace("ada", "eve"), *lines[1:]], "Line 1 .*does not follow"),
        (lambda lines: [*lines, lines[0]], "Line 9 .*follows the last line"),
        (lambda lines: ["{}", *lines], "Line 1 .*no row"),
        (lambda lines: ["[1]", *lines], "Line 1 .*no row"),
        (lambda lines: [lines[0][:30], *lines[1:]], "Line 1 .*no row"),
    ],
)
async def test_a_log_that_is_not_whole_is_refused(database: Database, spoil: Any, reason: str) -> None:
    await fill(database)
    lines = spoil(await exported(database))
    async with database.write() as session:
        await session.execute(
            sa.text(
                "DROP TRIGGER audit_log_no_delete" if database.path else "ALTER TABLE audit_log DISABLE TRIGGER ALL"
            )
        )
        await session.execute(sa.text("DELETE FROM audit_log"))
    with pytest.raises(RecordsRefused, match=reason):
        async with database.write() as session:
            await import_log(session, lines)
    assert len(await exported(database)) == 1  # all or nothing


async def test_a_log_is_never_mixed_with_another(database: Database) -> None:
    await fill(database)
    lines = await exported(database)
    with pytest.raises(RecordsRefused, match="already"):
        async with database.write() as session:
            await import_log(session, lines)


async def test_a_kept_head_shows_that_the_end_was_cut(database: Database) -> None:
    await fill(database)
    async with database.read() as session:
        head = await audit.head(session, "local")
        assert str(head) == f"5:{json.loads((await exported(database))[4])['hash']}"
        assert (await audit.verify(session, "local", head)).is_whole
    async with database.write() as session:
        await audit.append(session, Actor("ada"), "later", "x", {}, at=NOW)
        assert (await audit.verify(session, "local", head)).is_whole
        await session.execute(
            sa.text(
                "DROP TRIGGER audit_log_no_delete" if database.path else "ALTER TABLE audit_log DISABLE TRIGGER ALL"
            )
        )
        await session.execute(sa.text("DELETE FROM audit_log WHERE sequence > 3 AND tenant = 'local'"))
        assert (await audit.verify(session, "local")).is_whole  # without the head nothing shows
        verdict = await audit.verify(session, "local", head)
    assert (verdict.rows, verdict.broken, verdict.is_cut, verdict.is_whole) == (3, None, True, False)
