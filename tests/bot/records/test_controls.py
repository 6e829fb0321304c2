"""What is allowed right now: nothing is stopped until an admin stops it, and then only what the admin named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import administration as admin
from bot.records import turns, users
from bot.records.admin_tables import Tenant
from bot.records.controls import Controls, SpentQuota, channel_of, controls_of, spent_quota
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

ADA, BEN = Actor("ada"), Actor("ben")
TWIN = Actor("ada", "elsewhere")
ROOT = Actor("root")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BUDGET = timedelta(minutes=5)


async def people(database: Database) -> None:
    async with database.write() as session:
        for actor in (ADA, BEN, TWIN):
            await users.ensure_user(session, actor)


async def seen(database: Database, actor: Actor = ADA) -> Controls:
    async with database.read() as session:
        return await controls_of(session, actor)


async def test_nothing_is_stopped_where_nobody_decided_anything(database: Database) -> None:
    await people(database)
    for actor in (ADA, TWIN):
        assert await seen(database, actor) == Controls()


async def test_a_suspended_tenant_answers_nobody(database: Database) -> None:
    await people(database)
    async with database.write() as session:
        await session.execute(sa.update(Tenant).where(Tenant.tenant == "local").values(active=False))
    assert [(await seen(database, actor)).stop for actor in (ADA, BEN, TWIN)] == ["tenant_stopped"] * 2 + [""]


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        ("tenant", "", [Controls(stop="tenant_stopped"), Controls(stop="tenant_stopped"), Controls()]),
        ("user", "ada", [Controls(stop="user_stopped"), Controls(), Controls()]),
        ("tool", "get_news", [Controls(tools_off=frozenset({"get_news"}))] * 2 + [Controls()]),
        ("model", "tuppence", [Controls(models_off=frozenset({"tuppence"}))] * 2 + [Controls()]),
    ],
)
async def test_a_pulled_switch_stops_what_it_names_and_a_released_one_nothing(
    database: Database, kind: str, subject: str, expected: list[Controls]
) -> None:
    await people(database)
    async with database.write() as session:
        await admin.pull_switch(session, ROOT, kind, subject, reason="a drill", at=NOW)
    assert [await seen(database, actor) for actor in (ADA, BEN, TWIN)] == expected
    async with database.write() as session:
        await admin.release_switch(session, ROOT, kind, subject, reason="over", at=NOW)
    assert await seen(database) == Controls()


async def test_users_and_tools_are_read_as_they_are_now(database: Database) -> None:
    await people(database)
    async with database.write() as session:
        await admin.switch_tool(session, ROOT, "get_news", enabled=False, at=NOW)
        await admin.switch_tool(session, ROOT, "get_quote", enabled=False, at=NOW)
        await admin.switch_tool(session, ROOT, "get_quote", enabled=True, at=NOW)
        await admin.save_user(session, ROOT, "ben", display_name="", active=False, at=NOW)
    off = frozenset({"get_news"})
    assert await seen(database) == Controls(tools_off=off)
    assert await seen(database, BEN) == Controls(stop="user_inactive", tools_off=off)
    assert (await seen(database, Actor("nobody"))).stop == "user_inactive"


async def ask(database: Database, at: datetime, actor: Actor = ADA, *, model: str | None = "tuppence") -> str:
    """A question that a model worked on (`model`), a command or a refusal (None); "" for one still worked on."""
    async with database.write() as session:
        turn = await turns.start_turn(session, actor, f"c-{actor.user}", "?", now=at, budget=BUDGET)
        if model != "":
            await turns.finish_turn(session, actor, turn, Outcome("answered", "!", model_name=model), now=at)
    return turn


async def quota(database: Database, user: str = "", *, per_hour: int | None = None, per_day: int | None = None) -> None:
    async with database.write() as session:
        await admin.set_quota(session, ROOT, user, per_hour=per_hour, per_day=per_day, at=NOW)


async def spent(database: Database, turn: str, actor: Actor = ADA) -> SpentQuota | None:
    async with database.read() as session:
        return await spent_quota(session, actor, turn)


async def test_without_a_quota_any_number_may_be_asked(database: Database) -> None:
    await people(database)
    for _ in range(5):
        await ask(database, NOW)
    assert await spent(database, await ask(database, NOW, model="")) is None


async def test_an_hour_s_questions_are_spent_until_the_first_of_them_is_an_hour_old(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=2)
    await ask(database, NOW)
    assert await spent(database, await ask(database, NOW + timedelta(minutes=9), model="")) is None
    await ask(database, NOW + timedelta(minutes=10))
    third = await ask(database, NOW + timedelta(minutes=59), model=None)
    assert await spent(database, third) == SpentQuota(2, "hour", NOW + timedelta(hours=1, minutes=9))


async def test_the_window_slides_and_refusals_do_not_count(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=1)
    await ask(database, NOW)
    early = await ask(database, NOW + timedelta(minutes=30), model=None)
    assert await spent(database, early) == SpentQuota(1, "hour", NOW + timedelta(hours=1))
    assert await spent(database, await ask(database, NOW + timedelta(hours=1), model=None)) is None


async def test_a_day_is_told_before_an_hour(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=1, per_day=2)
    await ask(database, NOW)
    await ask(database, NOW + timedelta(hours=2))
    turn = await ask(database, NOW + timedelta(hours=2, minutes=1), model=None)
    assert await spent(database, turn) == SpentQuota(2, "day", NOW + timedelta(days=1))


async def test_questions_of_one_moment_do_not_shut_each_other_out(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=1)
    running = [await ask(database, NOW, model="") for _ in range(3)]
    assert [await spent(database, turn) is None for turn in sorted(running)] == [True, False, False]


async def test_a_user_s_own_quota_goes_before_that_of_all_and_each_counts_alone(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=1)
    await quota(database, "ada", per_hour=3)
    for actor in (ADA, BEN, TWIN):
        await ask(database, NOW, actor)
    later = NOW + timedelta(minutes=1)
    assert await spent(database, await ask(database, later, model=None)) is None
    assert await spent(database, await ask(database, later, BEN, model=None), BEN) is not None
    assert await spent(database, await ask(database, later, TWIN, model=None), TWIN) is None


async def test_a_channel_is_read_with_its_tenant(database: Database) -> None:
    async with database.write() as session:
        await admin.save_channel(session, ROOT, "C1", name="desk", kind="private", allowed=True, external=False, at=NOW)
        found = await channel_of(session, "local", "C1")
        assert found is not None
        assert (found.kind, found.allowed) == ("private", True)
        assert await channel_of(session, "elsewhere", "C1") is None


async def look_up(database: Database, at: datetime, conversation: str, model: str | None = None) -> None:
    """A turn that looked something up."""
    async with database.write() as session:
        turn = await turns.start_turn(session, ADA, conversation, "/quote AAPL", now=at, budget=BUDGET)
        calls = (SavedToolCall("get_quote", {}),)
        await turns.finish_turn(session, ADA, turn, Outcome("answered", "!", calls, model_name=model), now=at)


async def test_a_typed_look_up_is_a_question_too(database: Database) -> None:
    await people(database)
    await quota(database, per_hour=1)
    await look_up(database, NOW, "c-ada")
    assert await spent(database, await ask(database, NOW + timedelta(minutes=1), model="")) is not None


@pytest.mark.parametrize("conversation", ["digest:4f2a", "alert:4f2a", "alerts"])
async def test_what_is_sent_unasked_is_no_question(database: Database, conversation: str) -> None:
    await people(database)
    await quota(database, per_hour=1)
    await look_up(database, NOW, conversation, model="large")
    assert await spent(database, await ask(database, NOW + timedelta(minutes=1), model="")) is None
