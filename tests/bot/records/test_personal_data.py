"""Everything about a person is told or deleted, nothing of anybody else, and never against a legal hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.errors import RecordsRefused, UnknownUser
from bot.records import audit, portfolios, turns, users
from bot.records.admin_tables import Feedback, Identity, LegalHold, Quota, RoleAssignment
from bot.records.base import Record
from bot.records.confirmations import VALID_FOR, new_code, take_code
from bot.records.conversations import Known, find, keep
from bot.records.database import open_database
from bot.records.inbox_tables import InboxConversation, InboxEvent, OutboxMessage
from bot.records.personal_data import _about, _forgotten, everything_about, forget
from bot.records.schedule_tables import Alert, Digest
from bot.records.tables import Conversation, Turn, User
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor
from tests.bot.records.test_encryption import bytes_of
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from bot.records.database import Database

ADA, BEN, ROOT = Actor("ada"), Actor("ben"), Actor("root")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TABLES = Record.metadata.tables


async def fill(database: Database, actor: Actor, conversation: str, word: str = "gold") -> str:
    """A row of every kind about a person; returns the turn's id."""
    me = {"tenant": actor.tenant, "user_id": actor.user}
    async with database.write() as session:
        await users.ensure_user(session, actor, f"{actor.user} {word}")
        lot = Transaction("AAPL", Decimal("3.50"), Decimal(2), "USD", date(2024, 2, 29), f"{word} account")
        held = Portfolio(f"{word} portfolio", "USD", (lot,), {"USD": Decimal(7)}, {"AAPL": Decimal("0.25")})
        await portfolios.add_portfolio(session, actor, held)
        await portfolios.set_watchlist(session, actor, ["MSFT"])
        turn = await turns.start_turn(
            session, actor, conversation, f"my {word}?", now=NOW, budget=timedelta(seconds=60)
        )
    calls = (SavedToolCall("get_portfolio", {"word": word}),)
    async with database.write() as session:
        await turns.finish_turn(session, actor, turn, Outcome("answered", f"all {word}", calls), now=NOW)
        session.add(Feedback(turn_id=turn, rating=1, reason=word, **me))
        session.add(Identity(platform="slack", external_id=f"U-{actor.user}", **me))
        session.add(RoleAssignment(role="adviser", granted_by="root", **me))
        session.add(Quota(per_hour=1, changed_by="root", **me))
        session.add(Alert(id=f"a-{actor.user}", condition="above", surface="slack", target={"word": word}, **me))
        session.add(
            Digest(
                id=f"d-{actor.user}", kind="my_portfolio", surface="slack", target={"word": word}, sections=[], schedule="0 8 * * *",
                time_zone="UTC", calendar="XNYS", holidays="skip", **me,
            )
        )  # fmt: skip
        session.add(InboxConversation(tenant=actor.tenant, id=f"i-{actor.user}"))
        await session.flush()
        for state in ("done", "waiting"):
            session.add(
                InboxEvent(
                    id=f"{state}-{actor.user}", conversation=f"i-{actor.user}", surface="slack", kind="question",
                    payload={"text": word}, state=state, sent_at=NOW, received_at=NOW, **me,
                )
            )  # fmt: skip
        await session.flush()
        session.add(
            OutboxMessage(
                tenant=actor.tenant,
                key=f"k-{actor.user}",
                event_id=f"done-{actor.user}",
                position=0,
                surface="slack",
                target={},
                body={"text": word},
            )
        )
    return turn


async def rows(database: Database, *but: str) -> dict[str, int]:
    async with database.read() as session:
        counts = {}
        for name, table in TABLES.items():
            if name not in but:
                counts[name] = await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    return counts


async def test_an_export_holds_everything_of_the_person_and_nothing_of_others(database: Database) -> None:
    await fill(database, ADA, "shared", "gold")
    await fill(database, BEN, "shared", "silver")
    await fill(database, Actor("ada", "other"), "shared", "copper")
    async with database.write() as session:
        document = await everything_about(session, ROOT, "ada", at=NOW)
    text = json.dumps(document)
    assert "silver" not in text
    assert "copper" not in text
    assert document["users"][0]["display_name"] == "ada gold"
    assert document["turns"][0]["question"] == "my gold?"
    assert document["tool_calls"][0]["arguments"] == {"word": "gold"}
    assert document["transactions"][0]["quantity"] == "3.5"
    assert document["outbox_messages"][0]["body"] == {"text": "gold"}
    assert {row["action"] for row in document["audit_log"]} == {"answer", "tool_call"}
    single = (
        "identities",
        "role_assignments",
        "quotas",
        "portfolios",
        "accounts",
        "cash_balances",
        "target_weights",
        "watchlist_items",
        "alerts",
        "digests",
        "feedback",
        "conversations",
    )
    assert {name: len(document[name]) for name in single if len(document[name]) != 1} == {"accounts": 2}
    async with database.read() as session:
        last = (await audit.entries(session, "local"))[-1]
    assert (last.actor, last.action, last.subject) == ("root", "export", "ada")
    assert list(last.details) == ["rows"]


def test_no_table_about_people_was_left_out() -> None:
    told = {table.__tablename__ for table in _about("t", "u")}
    owned = {name for name, table in TABLES.items() if any(column.name.endswith("user_id") for column in table.columns)}
    assert owned - told == {"legal_holds", "confirmations"}  # a hold may be secret; a code is of no use once shown
    kept = {"identities", "role_assignments", "quotas", "legal_holds"}  # what admins decided stays with the account
    assert owned - {table.__tablename__ for table in _forgotten("u")} == kept


async def test_forgetting_deletes_all_of_the_person_and_nothing_of_others(database: Database) -> None:
    await fill(database, BEN, "shared", "silver")
    await fill(database, Actor("ada", "other"), "shared", "copper")
    before = await rows(
        database,
        "audit_log",
        "users",
        "identities",
        "role_assignments",
        "quotas",
        "inbox_conversations",
        "inbox_events",
    )
    await fill(database, ADA, "shared", "gold")
    async with database.write() as session:
        counts = await forget(session, ROOT, "ada", at=NOW)
    assert (counts["turns"], counts["portfolios"], counts["inbox_events"]) == (1, 1, 1)
    assert (
        await rows(
            database,
            "audit_log",
            "users",
            "identities",
            "role_assignments",
            "quotas",
            "inbox_conversations",
            "inbox_events",
        )
        == before
    )
    async with database.read() as session:
        assert (await session.get_one(User, ("local", "ada"))).display_name == ""
        assert await session.get(InboxEvent, ("local", "waiting-ada")) is not None  # it is worked on just now
        assert await session.get(InboxEvent, ("local", "done-ada")) is None
        log = await audit.entries(session, "local")
        assert log[-1].action == "forget"
        assert "gold" not in json.dumps(log[-1].details)
        assert (await audit.verify(session, "local")).is_whole


async def test_a_running_turn_is_finished_and_its_conversation_stays(database: Database) -> None:
    await fill(database, ADA, "c1")
    async with database.write() as session:
        turn = await turns.start_turn(session, ADA, "c1", "/forget confirm X", now=NOW, budget=timedelta(seconds=60))
        await forget(session, ADA, "ada", at=NOW)
        assert await turns.finish_turn(session, ADA, turn, Outcome("answered", "done"), now=NOW)
    async with database.read() as session:
        assert list(await session.scalars(sa.select(Turn.id))) == [turn]
        assert list(await session.scalars(sa.select(Conversation.id))) == ["c1"]


async def test_with_the_account_the_rights_go_too(database: Database) -> None:
    await fill(database, ADA, "c1")
    async with database.write() as session:
        await forget(session, ROOT, "ada", at=NOW, account=True)
    left = {name: count for name, count in (await rows(database)).items() if count}
    assert left.keys() == {"audit_log", "encryption_keys", "inbox_conversations", "inbox_events", "tenants"}


async def test_a_legal_hold_beats_the_wish(database: Database) -> None:
    await fill(database, ADA, "c1")
    async with database.write() as session:
        session.add(LegalHold(tenant="local", user_id="ada", reason="a case", placed_by="root"))
    before = await rows(database)
    with pytest.raises(RecordsRefused, match="legal hold") as refused:
        async with database.write() as session:
            await forget(session, ADA, "ada", at=NOW)
    assert "a case" not in str(refused.value)
    assert await rows(database) == before


async def test_nobody_of_another_tenant_is_found(database: Database) -> None:
    await fill(database, Actor("ada", "other"), "c1")
    for act in (everything_about, forget):
        with pytest.raises(UnknownUser):
            async with database.write() as session:
                await act(session, ROOT, "ada", at=NOW)


async def test_a_code_is_bound_to_person_act_and_time_and_used_once(database: Database) -> None:
    async with database.write() as session:
        for actor in (ADA, BEN, Actor("ada", "other")):
            await users.ensure_user(session, actor)
        first = await new_code(session, ADA, "forget", now=NOW)
        code = await new_code(session, ADA, "forget", now=NOW)
        soon, late = NOW + VALID_FOR, NOW + VALID_FOR + timedelta(seconds=1)
        assert not await take_code(session, ADA, "forget", first, now=NOW)
        assert not await take_code(session, BEN, "forget", code, now=NOW)
        assert not await take_code(session, Actor("ada", "other"), "forget", code, now=NOW)
        assert not await take_code(session, ADA, "export", code, now=NOW)
        assert not await take_code(session, ADA, "forget", code, now=late)
        assert await take_code(session, ADA, "forget", code.lower(), now=soon)
        assert not await take_code(session, ADA, "forget", code, now=soon)


async def test_what_is_forgotten_is_not_in_the_file_any_more(sqlite_url: str) -> None:
    async with await open_database(sqlite_url) as database:  # plain, so that it would be seen
        await fill(database, ADA, "c1", "unmistakable")
        await database.empty_log()
        assert b"unmistakable" in bytes_of(database)
        async with database.write() as session:
            await forget(session, ROOT, "ada", at=NOW)
            await session.execute(sa.delete(InboxEvent))
        await database.empty_log()
        assert b"unmistakable" not in bytes_of(database)


async def asked_as(database: Database, account: str, turn: str | None, word: str, event: str) -> None:
    """A question that was asked from an account of Slack, and what was posted for it."""
    async with database.write() as session:
        if await session.get(InboxConversation, ("local", "D1")) is None:
            session.add(InboxConversation(tenant="local", id="D1"))
            await session.flush()
        session.add(
            InboxEvent(
                tenant="local", id=event, conversation="D1", user_id=account, surface="slack", kind="question",
                payload={"text": word}, state="done", turn_id=turn, sent_at=NOW, received_at=NOW, finished_at=NOW,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            OutboxMessage(
                tenant="local", key=f"{event}/0", event_id=event, position=0, surface="slack", target={}, body={"x": word}
            )
        )  # fmt: skip


async def test_what_was_asked_from_a_linked_account_is_told_and_forgotten_too(database: Database) -> None:
    turn = await fill(database, ADA, "c1")
    await asked_as(database, "U-ada", turn, "platinum", "Ev1")
    await asked_as(database, "U-ada", None, "palladium", "Ev2")  # a file, say: it is no turn
    async with database.write() as session:
        known = Known("local", "slack", "D1", "direct", "U-ada", {"where": "iridium"})
        await keep(session, known, at=NOW)
    async with database.write() as session:
        text = json.dumps(await everything_about(session, ROOT, "ada", at=NOW))
    assert [word for word in ("platinum", "palladium", "iridium") if word not in text] == []
    async with database.write() as session:
        await forget(session, ROOT, "ada", at=NOW)
    async with database.read() as session:
        assert list(await session.scalars(sa.select(InboxEvent.id))) == ["waiting-ada"]
        assert await find(session, "local", "slack", "D1") is None


async def test_what_was_asked_while_an_account_was_anothers_stays_that_ones(database: Database) -> None:
    """Once U-ada was linked to Ben: what was asked then is Ben's, though the account is Ada's by now."""
    turn = await fill(database, BEN, "c1")
    await fill(database, ADA, "c2")
    await asked_as(database, "U-ada", turn, "platinum", "Ev1")
    async with database.write() as session:
        text = json.dumps(await everything_about(session, ROOT, "ada", at=NOW))
        theirs = json.dumps(await everything_about(session, ROOT, "ben", at=NOW))
    assert ("platinum" in text, "platinum" in theirs) == (False, True)
    async with database.write() as session:
        await forget(session, ROOT, "ada", at=NOW)
    async with database.read() as session:
        assert await session.get(InboxEvent, ("local", "Ev1")) is not None


async def test_an_account_that_is_anothers_now_has_nothing_of_that_ones(database: Database) -> None:
    """The account's own user is there from before it was linked."""
    async with database.write() as session:
        await users.ensure_user(session, Actor("U-ada"))
    await fill(database, ADA, "c1")
    await asked_as(database, "U-ada", None, "palladium", "Ev1")
    async with database.write() as session:
        await keep(session, Known("local", "slack", "D1", "direct", "U-ada", {"where": "iridium"}), at=NOW)
        text = json.dumps(await everything_about(session, ROOT, "U-ada", at=NOW))
    assert "palladium" not in text
    assert "iridium" not in text


async def test_feedback_of_somebody_on_hold_keeps_the_answer_it_is_on(database: Database) -> None:
    turn = await fill(database, ADA, "c1")
    await fill(database, BEN, "c2")
    async with database.write() as session:
        session.add(Feedback(tenant="local", turn_id=turn, user_id="ben", rating=-1, reason="wrong"))
        session.add(LegalHold(tenant="local", user_id="ben", reason="a case", placed_by="root"))
    async with database.write() as session:
        await forget(session, ROOT, "ada", at=NOW)
    async with database.read() as session:
        assert await session.get(Feedback, ("local", turn, "ben")) is not None
        assert await session.get(Feedback, ("local", turn, "ada")) is None
