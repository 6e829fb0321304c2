"""Telling the owner: to them alone, at a time they may be written to, with figures on record, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.alert_clock import EVERY, KIND, AlertClock, PassHandler, slot_of
from bot.jobs.alert_delivery import AlertHandler
from bot.jobs.showing import Plain
from bot.jobs.worker import NotYet, Unasked
from bot.records import administration, alerts, inbox
from bot.records.inbox_tables import InboxEvent
from bot.records.policies import set_policy
from bot.records.tables import ToolCallRecord, Turn
from bot.records.users import Actor
from tests.fakes.alert_bench import START, SURFACE, AlertBench, above

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Post

LEASE = timedelta(seconds=30)


class Shown(Plain):
    """A surface without a line of progress."""

    async def stopped(self, event: Event) -> None:
        """Nothing was shown."""


@pytest.fixture
def bench(database: Database) -> AlertBench:
    return AlertBench(database)


@pytest.fixture
def handler(bench: AlertBench) -> AlertHandler:
    return AlertHandler(bench.parts, {SURFACE: Shown()})


async def claimed(bench: AlertBench) -> Claim:
    async with bench.database.write() as session:
        claim = await inbox.claim(session, "w", now=await inbox.database_now(session), lease=LEASE)
    assert claim is not None
    return claim


async def crossed(bench: AlertBench, price: str = "120") -> Claim:
    """An alert that went off, in the hands of a worker."""
    await bench.add(above("110"))
    bench.trade(price, after=timedelta(minutes=5))
    assert (await bench.evaluator().run())["fired"] == 1
    return await claimed(bench)


def text_of(posts: tuple[Post, ...] | list[Post]) -> str:
    (post,) = posts
    return str(post.message.body["text"])


async def test_the_owner_alone_is_told_and_a_turn_keeps_the_evidence(bench: AlertBench, handler: AlertHandler) -> None:
    (post,) = posts = list(await handler.run(await crossed(bench)))
    assert post.message.target == {"user": "ada", "directly": True}
    assert "Bitcoin was at $120.00 on 16 Nov 2026, 15:05 UTC, above your alert price of $110.00." in text_of(posts)
    assert "As of 16 Nov 2026, 15:05 UTC, fake market" in text_of(posts)
    async with bench.database.read() as session:
        (turn,) = (await session.scalars(sa.select(Turn))).all()
        (call,) = (await session.scalars(sa.select(ToolCallRecord))).all()
    assert (turn.id, turn.user_id, turn.status) == (post.message.body["turn"], "ada", "answered")
    assert turn.evidence["personal"]
    assert {(f["text"], f["source"]) for f in turn.evidence["figures"]} == {
        ("$120.00", "fake market"),
        ("$110.00", "your alert"),
    }
    assert turn.evidence["withheld"] == []
    assert (call.name, call.resolved["threshold"]) == ("check_alert", "110 USD")


async def test_a_message_goes_to_the_account_that_an_admin_linked(bench: AlertBench, handler: AlertHandler) -> None:
    claim = await crossed(bench)
    by = Actor("root", bench.tenant)
    async with bench.database.write() as session:
        await administration.link_identity(session, by, "slack", "U9", "ada", at=START)
    (post,) = await handler.run(replace(claim, event=replace(claim.event, surface="slack")))
    assert post.message.target["user"] == "U9"


async def test_quiet_hours_put_it_off_to_their_end(bench: AlertBench, handler: AlertHandler) -> None:
    claim = await crossed(bench)
    async with bench.database.write() as session:
        hours = {"quiet_hours": {"from": "16:00", "to": "07:00"}, "time_zone": "Europe/Berlin"}
        await set_policy(session, Actor("root", bench.tenant), hours, at=START)
    with pytest.raises(NotYet) as early:
        await handler.run(claim)
    assert bench.now + early.value.wait == datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
    bench.now += early.value.wait
    posts = list(await handler.run(claim))
    assert text_of(posts).startswith("*This is late: it went off at 15:05 UTC.*")


@pytest.mark.parametrize("what", ["removed", "paused", "snoozed", "stopped"])
async def test_what_its_owner_or_an_admin_took_back_is_not_told(
    bench: AlertBench, handler: AlertHandler, what: str
) -> None:
    claim = await crossed(bench)
    (row,) = await bench.rows()
    by, later = Actor("root", bench.tenant), bench.now + timedelta(days=1)
    async with bench.database.write() as session:
        if what == "removed":
            await alerts.remove(session, bench.actor(), row.id, at=bench.now)
        elif what == "paused":
            await alerts.pause(session, bench.actor(), row.id, at=bench.now)
        elif what == "snoozed":
            await alerts.snooze(session, bench.actor(), row.id, later, at=bench.now)
        else:
            await administration.pull_switch(session, by, "user", "ada", reason="x", at=START)
    assert list(await handler.run(claim)) == []
    (event,) = await bench.events()
    assert event.state == "done"


async def test_an_owner_who_left_meanwhile_is_not_written_to(bench: AlertBench, handler: AlertHandler) -> None:
    claim = await crossed(bench)
    async with bench.database.write() as session:
        by = Actor("root", bench.tenant)
        await administration.save_user(session, by, "ada", display_name="", active=False, at=START)
    assert list(await handler.run(claim)) == []
    (row,) = await bench.rows()
    assert row.failure == "its owner left"


async def test_a_place_that_refuses_switches_the_alert_off(bench: AlertBench, handler: AlertHandler) -> None:
    claim = await crossed(bench)
    assert isinstance(handler, Unasked)
    for _ in range(2):
        async with bench.database.write() as session:
            await handler.refused(session, claim.event, "that person's account is deactivated")
    (row,) = await bench.rows()
    assert row.failure == "that person's account is deactivated"
    async with bench.database.write() as session:
        assert await alerts.resume(session, bench.actor(), row.id, at=bench.now)
    (row,) = await bench.rows()
    assert row.failure is None


async def test_an_alert_that_ended_is_told_without_figures(bench: AlertBench, handler: AlertHandler) -> None:
    kept = await bench.add(above("110"))
    evaluator = bench.evaluator()
    for days in (1, 7):
        bench.trade("10000", after=START + timedelta(days=days) - bench.now)
        await evaluator.run()
    posts = list(await handler.run(await claimed(bench)))
    assert text_of(posts).startswith("I switched off your alert “Bitcoin above $110.00”: its prices have been too far")
    assert kept.id


async def test_an_apology_says_what_to_do(bench: AlertBench, handler: AlertHandler) -> None:
    (message,) = handler.apology((await crossed(bench)).event)
    assert "look at the price yourself" in message.body["text"]
    assert message.target["directly"]


async def test_the_clock_puts_one_pass_in_the_inbox_for_all_replicas(bench: AlertBench) -> None:
    accepted: list[bool] = []

    async def accept(event: Event) -> bool:
        async with bench.database.write() as session:
            accepted.append(await inbox.accept(session, event, now=await inbox.database_now(session)))
        return accepted[-1]

    clocks = [AlertClock(bench.database, accept, [SURFACE], lambda: bench.now) for _ in range(3)]
    assert not any([await clock.tick() for clock in clocks])  # nobody has an alert
    await bench.add(above("110"))
    assert [await clock.tick() for clock in clocks] == [True, False, False]
    bench.now += EVERY
    assert [await clock.tick() for clock in clocks] == [True, False, False]
    other = AlertClock(bench.database, accept, ["slack"], lambda: bench.now)
    bench.now += EVERY
    assert not await other.tick()


async def test_a_pass_that_waited_too_long_is_left_out_and_old_ones_are_cleared_away(bench: AlertBench) -> None:
    async def accept(event: Event) -> bool:
        async with bench.database.write() as session:
            return await inbox.accept(session, event, now=await inbox.database_now(session))

    await bench.add(above("110"))
    bench.trade("120", after=timedelta(minutes=5))
    handler = PassHandler(bench.database, bench.evaluator(), lambda: bench.now)
    clock = AlertClock(bench.database, accept, [SURFACE], lambda: bench.now)
    assert await clock.tick()
    claim = await claimed(bench)
    bench.now += EVERY
    assert list(await handler.run(claim)) == []
    assert await bench.events() == []
    async with bench.database.write() as session:
        await inbox.release(session, claim, now=await inbox.database_now(session))
        old = datetime(2020, 1, 1, tzinfo=UTC)
        await session.execute(sa.update(InboxEvent).where(InboxEvent.kind == KIND).values(finished_at=old))
    assert await clock.tick()
    assert list(await handler.run(await claimed(bench))) == []
    assert len(await bench.events()) == 1
    async with bench.database.read() as session:
        left = (await session.scalars(sa.select(InboxEvent.id).where(InboxEvent.kind == KIND))).all()
    assert left == [f"{KIND}:{slot_of(bench.now):%Y-%m-%dT%H:%M}"]


@pytest.mark.parametrize(("at", "slot"), [((15, 4, 59), (15, 0)), ((15, 5, 0), (15, 5)), ((0, 0, 1), (0, 0))])
def test_a_slot_is_five_minutes_of_the_clock(at: tuple[int, int, int], slot: tuple[int, int]) -> None:
    assert slot_of(datetime(2026, 11, 16, *at, tzinfo=UTC)) == datetime(2026, 11, 16, *slot, tzinfo=UTC)
