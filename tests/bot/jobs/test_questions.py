"""Between a question and its answer: who asked may be somebody else by the time it is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.questions import KIND, OTHERS_NOW, Attempt, QuestionHandler, turn_of
from bot.jobs.showing import Plain
from bot.messages import Reply, ToolCall
from bot.records import administration, inbox, turns, users
from bot.records.inbox import Event
from bot.records.tables import Turn
from bot.records.users import Actor
from bot.turn.assistant import Assistant
from bot.turn.destination import Place
from tests.fakes.firm import Firm, open_firm

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim

ADA, ROOT = Actor("ada", "T1"), Actor("root", "T1")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DIRECT = Place("slack", "T1", "D1")
PAYLOAD = {"text": "what is the price of Apple?", "target": {"channel": "D1"}}
ASKED = Event("T1", "Ev1", "D1/1", "U1", "slack", KIND, PAYLOAD, NOW)


async def claimed(database: Database) -> Claim:
    """A question of the account U1, which is Ada's, in the hands of a worker."""
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        await administration.link_identity(session, ROOT, "slack", "U1", "ada", at=NOW)
        now = await inbox.database_now(session)
        await inbox.accept(session, ASKED, now=now)
        claim = await inbox.claim(session, "w1", now=now, lease=timedelta(minutes=1))
    assert claim is not None
    return claim


@pytest.fixture
async def firm(database: Database) -> Firm:
    return await open_firm(database)


async def posted(database: Database, claim: Claim, *, personal: bool) -> str:
    attempt = Attempt(database, claim, Plain(), DIRECT, "", ADA)
    reply = Reply("t1", "what do I hold?", "Apple, 10 shares", "answered", personal=personal)
    async with database.write() as session:
        await attempt.finish(session, reply)
    (post,) = attempt.posts
    return str(post.message.body["text"])


async def test_what_is_personal_is_not_told_to_an_account_that_was_unlinked_meanwhile(database: Database) -> None:
    claim = await claimed(database)
    async with database.write() as session:
        await administration.unlink_identity(session, ROOT, "slack", "U1", at=NOW)
    assert await posted(database, claim, personal=True) == OTHERS_NOW


async def test_what_is_for_everybody_and_what_is_still_ones_own_is_told(database: Database) -> None:
    assert await posted(database, await claimed(database), personal=True) == "Apple, 10 shares"


async def test_what_is_for_everybody_is_told_whosever_the_account_is(database: Database) -> None:
    claim = await claimed(database)
    async with database.write() as session:
        await administration.unlink_identity(session, ROOT, "slack", "U1", at=NOW)
    assert await posted(database, claim, personal=False) == "Apple, 10 shares"


async def test_a_question_whose_account_was_linked_anew_after_a_first_try_is_answered_for_the_new_user(
    firm: Firm,
) -> None:
    claim = await claimed(firm.parts.database)
    handler = QuestionHandler(firm.parts.database, Assistant(firm.parts), {}, now=lambda: NOW)
    async with firm.parts.database.write() as session:  # what a worker that died left
        at, length = datetime.now(UTC), timedelta(minutes=1)
        await turns.start_turn(session, ADA, "D1/1", "q", now=at, budget=length, turn_id=turn_of(ASKED))
        steps = {"calls": [{"name": "get_watchlist", "arguments": {}}], "done": 0}
        await inbox.checkpoint(session, claim, steps, turn_of(ASKED), now=await inbox.database_now(session))
        await administration.unlink_identity(session, ROOT, "slack", "U1", at=NOW)
    again = replace(claim, steps=steps, turn_id=turn_of(ASKED))
    firm.model.answers += [[ToolCall("get_quote", {"symbols": ["Apple"]})]]
    (post,) = await handler.run(again)
    assert "$125.67" in post.message.body["text"]
    async with firm.parts.database.read() as session:
        found = await session.scalars(sa.select(Turn).order_by(Turn.position))
        assert [(turn.user_id, turn.status) for turn in found] == [("ada", "running"), ("U1", "answered")]


async def test_who_has_too_many_in_line_is_told_that_this_one_is_left_out_and_no_model_is_asked(
    database: Database, firm: Firm
) -> None:
    claim = await claimed(database)
    full = replace(claim, event=replace(ASKED, payload={**PAYLOAD, inbox.TOO_MANY: 50}))
    handler = QuestionHandler(database, Assistant(firm.parts), now=lambda: NOW)
    (post,) = await handler.run(full)
    assert post.message.body["text"].startswith("You have 50 questions in line already, so I left this one out")
    async with database.read() as session:
        assert await session.get(Turn, ("T1", turn_of(ASKED))) is None
