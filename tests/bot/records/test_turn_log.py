"""Each answer, refusal and tool call has its row in the audit log, kept with the turn or not at all, without contents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import audit, turns, users
from bot.records.tables import AuditRecord, Turn
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor

if TYPE_CHECKING:
    from typing import Any

    from bot.records.database import Database

ADA = Actor("ada")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


async def begun(database: Database) -> str:
    async with database.write() as session:
        await users.ensure_user(session, ADA, "Ada Lovelace")
        return await turns.start_turn(session, ADA, "c1", "how rich am I?", now=NOW, budget=timedelta(seconds=60))


async def finished(database: Database, outcome: Outcome) -> str:
    turn = await begun(database)
    async with database.write() as session:
        assert await turns.finish_turn(session, ADA, turn, outcome, now=NOW)
    return turn


async def log_of(database: Database) -> list[tuple[str, str, str, dict[str, Any]]]:
    async with database.read() as session:
        return [(row.actor, row.action, row.subject, row.details) for row in await audit.entries(session, "local")]


async def test_an_answer_and_its_calls_are_logged_by_ids_alone(database: Database) -> None:
    calls = (
        SavedToolCall("get_quote", {"symbols": ["rich"]}, result={"price": "73914"}),
        SavedToolCall("get_portfolio", {}, ok=False, error="Ada has none"),
        SavedToolCall("Ada Lovelace is rich", {}, ok=False),
    )
    outcome = Outcome(
        "answered", "very rich", calls, evidence={"figures": ["73914"], "client": "ben"}, model_digest="f" * 64
    )
    turn = await finished(database, outcome)
    log = await log_of(database)
    assert log == [
        ("ada", "tool_call", "get_quote", {"turn": turn, "position": 0, "ok": True}),
        ("ada", "tool_call", "get_portfolio", {"turn": turn, "position": 1, "ok": False}),
        ("ada", "tool_call", "(no tool)", {"turn": turn, "position": 2, "ok": False}),
        ("ada", "answer", turn, {"status": "answered", "tool_calls": 3, "model": "f" * 64, "client": "ben"}),
    ]
    assert not any(word in json.dumps(log) for word in ("rich", "73914", "Lovelace"))


@pytest.mark.parametrize(
    ("status", "action"), [("answered", "answer"), ("clarify", "answer"), ("failed", "answer"), ("declined", "refusal")]
)
async def test_every_end_of_a_turn_is_logged(database: Database, status: Any, action: str) -> None:
    await finished(database, Outcome(status, "words"))
    ((_, logged, _, details),) = await log_of(database)
    assert (logged, details["status"]) == (action, status)


async def test_the_turn_and_its_rows_are_kept_together_or_not_at_all(database: Database) -> None:
    turn = await begun(database)

    async def unit(session: Any) -> None:
        await turns.finish_turn(session, ADA, turn, Outcome("answered", "x"), now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(unit)
    assert await log_of(database) == []
    async with database.read() as session:
        assert await session.scalar(sa.select(Turn.status)) == "running"


async def test_a_turn_that_ended_before_is_not_logged_again(database: Database) -> None:
    turn = await finished(database, Outcome("answered", "x"))
    async with database.write() as session:
        assert not await turns.finish_turn(session, ADA, turn, Outcome("failed", "y"), now=NOW)
    assert len(await log_of(database)) == 1


async def test_the_length_of_the_log_costs_nothing(database: Database) -> None:
    """The newest row is found through the index: never by reading or sorting others."""
    async with database.write() as session:
        await audit.append_all(session, ADA, [audit.Act("answer", str(number)) for number in range(3000)], at=NOW)
        if not database.path:
            await session.execute(sa.text("ANALYZE audit_log"))
    newest = (
        sa.select(AuditRecord.sequence, AuditRecord.hash)
        .where(AuditRecord.tenant == "local")
        .order_by(AuditRecord.sequence.desc())
        .limit(1)
    )
    async with database.read() as session:
        bind = session.get_bind()
        text = str(newest.compile(dialect=bind.dialect, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if database.path else "EXPLAIN"
        plan = " ".join(str(row) for row in await session.execute(sa.text(f"{explain} {text}")))
    assert ("USING INDEX" in plan) if database.path else ("Index Scan Backward using pk_audit_log" in plan)
    assert "TEMP B-TREE" not in plan


async def test_the_rows_of_a_turn_are_written_in_one_go(database: Database) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "audit_log" in statement:
            statements.append(statement.split(maxsplit=1)[0])

    turn = await begun(database)
    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    calls = tuple(SavedToolCall("get_quote", {}) for _ in range(8))
    async with database.write() as session:
        await turns.finish_turn(session, ADA, turn, Outcome("answered", "x", calls), now=NOW)
    assert statements == ["SELECT", "INSERT"]


async def test_a_killed_turn_is_taken_up_again_though_its_failure_is_encrypted(database: Database) -> None:
    turn = await begun(database)
    async with database.write() as session:
        await turns.fail_abandoned_turns(session, NOW + timedelta(hours=1))
    async with database.write() as session:
        again = await turns.start_turn(
            session, ADA, "c1", "how rich am I?", now=NOW, budget=timedelta(seconds=60), turn_id=turn
        )
    assert again == turn
    async with database.read() as session:
        assert list(await session.execute(sa.select(Turn.status, Turn.failure))) == [("running", None)]
