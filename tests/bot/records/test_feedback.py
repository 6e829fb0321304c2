"""Who may look at an answer again, and judge it: its asker; in a shared place everybody there, but for what is personal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.records import administration, feedback, turns, users
from bot.records.admin_tables import Feedback
from bot.records.answers import conversation_of, visible_turn
from bot.records.tables import AuditRecord, User
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA, EVE, STRANGER = Actor("ada", "acme"), Actor("eve", "acme"), Actor("ada", "other")
NEW = Actor("new", "acme")
"""Of whom nothing is known here yet."""
PLACE = "C1/100.1"


async def answered(database: Database, turn: str = "t1", conversation: str = PLACE, **evidence: Any) -> str:
    calls = (SavedToolCall("get_quote", {"symbol": "apple"}, {"symbol": "AAPL"}),)
    figures = [
        {"text": "$1", "subject": "AAPL", "attribute": "price", "tool": "get_quote", "source": "x", "as_of": None}
    ]
    outcome = Outcome("answered", "words", calls, evidence={"figures": figures, "withheld": ["y"], **evidence})
    async with database.write() as session:
        for actor in (ADA, EVE, STRANGER):
            await users.ensure_user(session, actor)
        await turns.start_turn(session, ADA, conversation, "q", now=NOW, budget=timedelta(minutes=1), turn_id=turn)
        await turns.finish_turn(session, ADA, turn, outcome, now=NOW)
    return turn


async def seen(database: Database, actor: Actor, turn: str, shared: str = "") -> bool:
    async with database.read() as session:
        return await visible_turn(session, actor, turn, shared) is not None


async def rated(database: Database, actor: Actor, turn: str, rating: Any = 1, shared: str = "") -> bool:
    return await database.run(lambda session: feedback.rate(session, actor, turn, rating, at=NOW, shared=shared))


async def rows(database: Database) -> list[tuple[str, int, str | None]]:
    async with database.read() as session:
        found = await session.scalars(sa.select(Feedback).order_by(Feedback.user_id))
        return [(row.user_id, row.rating, row.reason) for row in found]


async def test_the_asker_sees_how_it_was_found(database: Database) -> None:
    await answered(database)
    async with database.read() as session:
        turn = await visible_turn(session, ADA, "t1")
        assert await conversation_of(session, "acme", "t1") == PLACE
        assert await conversation_of(session, "other", "t1") == ""
    assert turn is not None
    assert turn.is_own
    assert [(call.name, call.arguments) for call in turn.calls] == [("get_quote", {"symbol": "AAPL"})]
    assert (turn.figures[0]["text"], turn.withheld) == ("$1", 1)


@pytest.mark.parametrize(
    ("actor", "shared", "evidence", "may"),
    [
        (ADA, "", {}, True),
        (ADA, "", {"personal": True}, True),
        (EVE, PLACE, {}, True),
        (EVE, "", {}, False),
        (EVE, "C1", {}, False),
        (EVE, "C1/100.2", {}, False),
        (EVE, PLACE, {"personal": True}, False),
        (EVE, PLACE, {"client": "mary"}, False),
        (ADA, "", {"client": "eve"}, False),
        (STRANGER, PLACE, {}, False),
        (NEW, PLACE, {}, True),
        (NEW, "", {}, False),
        (NEW, PLACE, {"personal": True}, False),
        (NEW, PLACE, {"client": "eve"}, False),
    ],
)
async def test_who_sees_and_judges_an_answer(
    database: Database, actor: Actor, shared: str, evidence: dict[str, Any], may: bool
) -> None:
    await answered(database, **evidence)
    assert await seen(database, actor, "t1", shared) is may
    may_judge = may and actor != NEW  # a judgement is kept with who gave it
    assert await rated(database, actor, "t1", shared=shared) is may_judge
    assert len(await rows(database)) == may_judge


async def test_an_adviser_sees_a_clients_answer_as_long_as_the_client_is_theirs(database: Database) -> None:
    await answered(database, client="eve", personal=True)
    async with database.write() as session:
        await administration.grant_role(session, Actor("root", "acme"), "ada", "adviser", at=NOW)
        await administration.assign_client(session, Actor("root", "acme"), "ada", "eve", at=NOW)
    assert await seen(database, ADA, "t1")
    async with database.write() as session:
        await administration.unassign_client(session, Actor("root", "acme"), "ada", "eve", at=NOW)
    assert not await seen(database, ADA, "t1")


async def test_who_is_not_active_sees_nothing(database: Database) -> None:
    await answered(database)
    async with database.write() as session:
        await session.execute(sa.update(User).values(active=False))
    assert not await seen(database, ADA, "t1")


async def test_the_last_opinion_counts_and_its_reason(database: Database) -> None:
    await answered(database)
    assert not await database.run(lambda s: feedback.give_reason(s, ADA, "t1", "old", at=NOW))
    await rated(database, ADA, "t1", -1)
    assert await database.run(lambda s: feedback.give_reason(s, ADA, "t1", f" {'x' * 2_000} ", at=NOW))
    assert await rows(database) == [("ada", -1, "x" * feedback.LONGEST_REASON)]
    await rated(database, ADA, "t1", -1)
    assert (await rows(database))[0][2], "the same opinion again keeps its reason"
    await rated(database, ADA, "t1", 1)
    assert await rows(database) == [("ada", 1, None)]
    async with database.read() as session:
        acts = (await session.scalars(sa.select(AuditRecord.details).where(AuditRecord.action == "feedback"))).all()
    assert len(acts) == 3
    assert "xxx" not in str(acts), "the log holds no words"


async def test_many_at_once_are_one_row(database: Database) -> None:
    await answered(database)
    assert all(await asyncio.gather(*(rated(database, ADA, "t1", rating) for rating in (1, -1, 1, -1, 1))))
    assert len(await rows(database)) == 1
