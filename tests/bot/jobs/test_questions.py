"""Between a question and its answer: who asked may be somebody else by the time it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.jobs.questions import KIND, OTHERS_NOW, Attempt
from bot.jobs.showing import Plain
from bot.messages import Reply
from bot.records import administration, inbox, users
from bot.records.inbox import Event
from bot.records.users import Actor
from bot.turn.destination import Place

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim

ADA, ROOT = Actor("ada", "T1"), Actor("root", "T1")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DIRECT = Place("slack", "T1", "D1")
PAYLOAD = {"text": "what do I hold?", "target": {"channel": "D1"}}
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
