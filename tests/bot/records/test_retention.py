"""Retention: all that is older than its class may be, and not one row more; a legal hold beats it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.records import audit, confirmations
from bot.records.admin_tables import AdminAccount, AdminSession, Feedback, Identity, LegalHold, Policy
from bot.records.inbox_tables import InboxConversation, InboxEvent, OutboxMessage
from bot.records.privacy_tables import Confirmation
from bot.records.retention import RETENTION_CLASSES, Counts, purge
from bot.records.tables import Conversation, ToolCallRecord, Turn, User
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PEOPLE = ("ada", "ben", "held")
AGES = st.integers(0, 12)
STATES = ("waiting", "answered", "done", "dead", "cancelled")


@dataclass(frozen=True)
class Kept:
    """What a database holds: turns (asker, age in days or None while running, givers' ages), events, sessions."""

    turns: list[tuple[str, int | None, dict[str, int]]] = field(default_factory=list)
    events: list[tuple[str, str, int]] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)


KEPT = st.builds(
    Kept,
    turns=st.lists(
        st.tuples(st.sampled_from(PEOPLE), AGES | st.none(), st.dictionaries(st.sampled_from(PEOPLE), AGES)), max_size=8
    ),
    events=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(STATES), AGES), max_size=8),
    sessions=st.lists(AGES, max_size=4),
)
DAYS = st.dictionaries(st.sampled_from([*RETENTION_CLASSES, "other"]), st.integers(1, 10))


def back(days: int | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days)


async def fill(database: Database, kept: Kept, days: dict[str, int], tenant: str = "local") -> None:
    async with database.write() as session:
        session.add(Policy(tenant=tenant, disclosures={}, retention_days=days, changed_by="root", changed_at=NOW))
        session.add_all(User(tenant=tenant, id=person, display_name="") for person in PEOPLE)
        session.add(AdminAccount(name=f"root-{tenant}", tenant=tenant))
        session.add(InboxConversation(tenant=tenant, id="c"))
        await session.flush()
        session.add(LegalHold(tenant=tenant, user_id="held", reason="a case", placed_by="root"))
        session.add_all(
            Conversation(tenant=tenant, id=f"c{number}", surface="slack") for number in range(len(kept.turns))
        )
        await session.flush()
        for number, (asker, age, _) in enumerate(kept.turns):
            session.add(
                Turn(
                    tenant=tenant, id=f"t{number}", user_id=asker, conversation_id=f"c{number}", position=0,
                    status="running" if age is None else "answered", question="?", process="p",
                    started_at=NOW - timedelta(days=90), deadline_at=NOW, finished_at=back(age),
                )
            )  # fmt: skip
        await session.flush()
        for number, (_, _, givers) in enumerate(kept.turns):
            session.add(ToolCallRecord(tenant=tenant, turn_id=f"t{number}", position=0, name="x", ok=True))
            for giver, age in givers.items():
                session.add(Feedback(tenant=tenant, turn_id=f"t{number}", user_id=giver, rating=1, given_at=back(age)))
        for number, (person, state, age) in enumerate(kept.events):
            finished = None if state in ("waiting", "answered") else back(age)
            session.add(
                InboxEvent(
                    tenant=tenant, id=f"e{number}", conversation="c", user_id=person, surface="slack", kind="question",
                    payload={}, state=state, sent_at=NOW, received_at=back(age), finished_at=finished,
                )
            )  # fmt: skip
        await session.flush()
        for number in range(len(kept.events)):
            session.add(
                OutboxMessage(
                    tenant=tenant,
                    key=f"o{number}",
                    event_id=f"e{number}",
                    position=0,
                    surface="slack",
                    target={},
                    body={},
                )
            )
        for number, age in enumerate(kept.sessions):
            session.add(
                AdminSession(
                    token_hash=f"{tenant}{number}",
                    account=f"root-{tenant}",
                    address="",
                    created_at=NOW,
                    seen_at=back(age),
                    confirmed_at=NOW,
                )
            )


async def left(database: Database, tenant: str = "local") -> dict[str, set[object]]:
    async with database.read() as session:

        async def ids(
            *columns: sa.orm.InstrumentedAttribute[str], where: bool | sa.ColumnElement[bool] = True
        ) -> set[object]:
            found = await session.execute(sa.select(*columns).where(where))
            return {row[0] if len(row) == 1 else tuple(row) for row in found}

        return {
            "turns": await ids(Turn.id, where=Turn.tenant == tenant),
            "calls": await ids(ToolCallRecord.turn_id, where=ToolCallRecord.tenant == tenant),
            "feedback": await ids(Feedback.turn_id, Feedback.user_id, where=Feedback.tenant == tenant),
            "events": await ids(InboxEvent.id, where=InboxEvent.tenant == tenant),
            "posts": await ids(OutboxMessage.event_id, where=OutboxMessage.tenant == tenant),
            "sessions": await ids(AdminSession.token_hash, where=AdminSession.account == f"root-{tenant}"),
            "talks": await ids(Conversation.id, where=Conversation.tenant == tenant),
        }


async def clear(database: Database) -> None:
    async with database.write() as session:
        for table in (AdminAccount, Conversation, User, InboxConversation, Policy):
            await session.execute(sa.delete(table))


def expected(kept: Kept, days: dict[str, int]) -> dict[str, set[object]]:
    """What must be left, by the words of the policy: nothing that is young enough, on hold or unfinished goes."""

    def old(name: str, age: int) -> bool:
        return name in days and age > days[name]

    turns, feedback = set(), set()
    for number, (asker, age, givers) in enumerate(kept.turns):
        stays = {giver for giver, given in givers.items() if "held" in (asker, giver) or not old("feedback", given)}
        binding = {giver for giver in stays if "feedback" in days or giver == "held"}
        if age is None or asker == "held" or not old("turns", age) or binding:
            turns.add(f"t{number}")
            feedback |= {(f"t{number}", giver) for giver in stays}
    events = {
        f"e{number}"
        for number, (person, state, age) in enumerate(kept.events)
        if state in ("waiting", "answered") or person == "held" or not old("events", age)
    }
    sessions = {f"local{number}" for number, age in enumerate(kept.sessions) if not old("sessions", age)}
    talks = {turn.replace("t", "c") for turn in turns}
    return {
        "turns": turns,
        "calls": turns,
        "feedback": feedback,
        "events": events,
        "posts": events,
        "sessions": sessions,
        "talks": talks,
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(kept=KEPT, days=DAYS, batch=st.integers(1, 4))
async def test_exactly_what_is_due_goes(database: Database, kept: Kept, days: dict[str, int], batch: int) -> None:
    await clear(database)
    await fill(database, kept, days)
    before = await left(database)
    counts = await purge(database, NOW, batch=batch)
    after = await left(database)
    assert after == expected(kept, days)
    assert (counts.events, counts.turns) == (
        len(before["events"] - after["events"]),
        len(before["turns"] - after["turns"]),
    )
    assert await purge(database, NOW, batch=batch) == Counts()


OLD = Kept([("ada", 9, {}), ("ada", 9, {}), ("ada", 1, {})], [("ada", "done", 9)], [9])


async def test_one_tenants_policy_is_not_anothers(database: Database) -> None:
    await fill(database, OLD, {"turns": 5, "events": 5, "sessions": 5})
    await fill(database, OLD, {}, tenant="other")
    before = await left(database, "other")
    assert await purge(database, NOW) == Counts(turns=2, events=1, sessions=1)
    assert await left(database, "other") == before
    assert (await left(database))["turns"] == {"t2"}


async def test_each_unit_says_in_the_log_how_much_it_deleted(database: Database) -> None:
    await fill(database, OLD, {"turns": 5, "events": 5})
    await purge(database, NOW, batch=1)
    async with database.read() as session:
        log = await audit.entries(session, "local")
    assert [(row.actor, row.action, row.subject, row.details) for row in log] == [
        ("retention", "retention.purge", "turns", {"deleted": 1}),
        ("retention", "retention.purge", "turns", {"deleted": 1}),
        ("retention", "retention.purge", "events", {"deleted": 1}),
    ]


async def test_codes_that_ran_out_go_too(database: Database) -> None:
    async with database.write() as session:
        session.add_all(User(tenant="local", id=person, display_name="") for person in PEOPLE)
        await session.flush()
        await confirmations.new_code(session, Actor("ada"), "forget", now=NOW - timedelta(minutes=11))
        await confirmations.new_code(session, Actor("ben"), "forget", now=NOW)
    await purge(database, NOW)
    async with database.read() as session:
        assert list(await session.scalars(sa.select(Confirmation.user_id))) == ["ben"]


@pytest.mark.parametrize("name", RETENTION_CLASSES)
def test_every_class_is_counted(name: str) -> None:
    assert getattr(Counts(), name) == 0


async def test_a_hold_keeps_what_was_asked_from_a_linked_account(database: Database) -> None:
    events = [("U1", "done", 9), ("U2", "done", 9), ("U3", "done", 9)]
    await fill(database, Kept(turns=[("held", 9, {})], events=events), {"events": 5})
    async with database.write() as session:
        session.add(Identity(tenant="local", platform="slack", external_id="U1", user_id="held"))
        session.add(Identity(tenant="local", platform="teams", external_id="U3", user_id="held"))
        await session.execute(sa.update(InboxEvent).where(InboxEvent.id == "e1").values(turn_id="t0"))  # unlinked since
    assert (await purge(database, NOW)).events == 1
    async with database.read() as session:
        assert set(await session.scalars(sa.select(InboxEvent.id))) == {"e0", "e1"}
