"""The inbox: each event once, a conversation in its order and by one worker, and no write by one that lost its lease."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.records import inbox, recall
from bot.records.inbox import Event, LeaseLost, Outgoing
from bot.records.inbox_tables import InboxConversation, InboxEvent, OutboxMessage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.records.database import Database
    from bot.records.inbox import Claim

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def event(name: str, conversation: str = "c1", *, tenant: str = "t1", seconds: int = 0, **other: Any) -> Event:
    sent = NOON + timedelta(seconds=seconds)
    return Event(tenant, name, conversation, "ada", "fake", "question", {"text": name}, sent, **other)


class Box:
    """The inbox functions, each in a unit of its own, at a time that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON

    async def do(self, act: Callable[..., Awaitable[Any]], *arguments: Any, **named: Any) -> Any:
        async with self.database.write() as session:
            return await act(session, *arguments, now=self.now, **named)

    async def accept(self, *events: Event) -> list[bool]:
        return [await self.do(inbox.accept, each) for each in events]

    async def claim(self, owner: str = "w1") -> Claim | None:
        found: Claim | None = await self.do(inbox.claim, owner, lease=LEASE)
        return found

    async def taken(self, owner: str = "w1") -> Claim:
        found = await self.claim(owner)
        assert found is not None
        return found

    async def state(self, name: str, tenant: str = "t1") -> str | None:
        async with self.database.read() as session:
            return await session.scalar(
                sa.select(InboxEvent.state).where(InboxEvent.tenant == tenant, InboxEvent.id == name)
            )


@pytest.fixture
def box(database: Database) -> Box:
    return Box(database)


def message(text: str = "hello") -> Outgoing:
    return Outgoing("fake", {"channel": "c"}, {"text": text})


async def test_an_event_is_kept_once_by_its_id_and_by_its_place(box: Box) -> None:
    assert await box.accept(event("e1", place="c/1")) == [True]
    assert await box.accept(event("e1", place="c/1")) == [False]
    assert await box.accept(event("e2", place="c/1")) == [False]  # the same post, delivered as another kind of event
    assert await box.accept(event("e2", place="c/2")) == [True]
    assert await box.accept(event("e1", tenant="t2", place="c/1")) == [True]  # two tenants with equal ids


async def test_events_without_a_place_are_told_apart_by_their_ids(box: Box) -> None:
    assert await box.accept(event("e1"), event("e2")) == [True, True]


async def test_a_conversation_is_worked_in_the_order_of_sending_and_by_one_worker(box: Box) -> None:
    await box.accept(event("late", seconds=2), event("early", seconds=1))
    first = await box.taken()
    assert first.event.id == "early"
    assert await box.claim("w2") is None
    await box.do(inbox.finish, first, [])
    await box.do(inbox.release, first)
    assert (await box.taken("w2")).event.id == "late"


async def test_other_conversations_need_not_wait(box: Box) -> None:
    await box.accept(event("e1", "c1"), event("e2", "c2"), event("e3", "c1", tenant="t2"))
    assert {(await box.taken(f"w{n}")).event.id for n in range(3)} == {"e1", "e2", "e3"}
    assert await box.claim() is None


async def test_a_worker_whose_lease_ran_out_can_write_nothing(box: Box) -> None:
    await box.accept(event("e1"))
    frozen = await box.taken("w1")
    box.now += LEASE
    taker = await box.taken("w2")
    assert (taker.event.id, taker.attempts) == ("e1", 2)
    assert taker.fence > frozen.fence
    await box.do(inbox.checkpoint, taker, {"calls": []}, "turn")
    for act in (
        lambda: box.do(inbox.checkpoint, frozen, {}, "turn"),
        lambda: box.do(inbox.finish, frozen, [message()]),
        lambda: box.do(inbox.renew, frozen, lease=LEASE),
        lambda: box.do(inbox.bury, frozen, "no"),
        lambda: box.do(inbox.release, frozen),
    ):
        with pytest.raises(LeaseLost):
            await act()
    posts = await box.do(inbox.finish, taker, [message()])
    for late in (inbox.try_post, inbox.posted):
        arguments = (posts[0].key,) if late is inbox.try_post else (posts[0].key, "id")
        with pytest.raises(LeaseLost):
            await box.do(late, frozen, *arguments)


async def test_a_lease_that_ran_out_is_lost_even_before_another_takes_over(box: Box) -> None:
    await box.accept(event("e1"))
    claim = await box.taken()
    box.now += LEASE
    with pytest.raises(LeaseLost):
        await box.do(inbox.finish, claim, [])


async def test_a_renewed_lease_holds(box: Box) -> None:
    await box.accept(event("e1"))
    claim = await box.taken()
    box.now += LEASE * 0.9
    await box.do(inbox.renew, claim, lease=LEASE)
    box.now += LEASE * 0.9
    assert await box.claim("w2") is None
    await box.do(inbox.finish, claim, [])


async def test_what_an_earlier_attempt_had_done_is_handed_on(box: Box) -> None:
    await box.accept(event("e1"))
    await box.do(inbox.checkpoint, await box.taken(), {"calls": [{"name": "get_quote"}]}, "turn-1")
    box.now += LEASE
    claim = await box.taken("w2")
    assert (claim.steps, claim.turn_id) == ({"calls": [{"name": "get_quote"}]}, "turn-1")


async def test_a_reply_on_record_is_posted_by_whoever_comes_next(box: Box) -> None:
    await box.accept(event("e1"), event("e2", seconds=1))
    claim = await box.taken()
    first, second = await box.do(inbox.finish, claim, [message("one"), message("two")])
    await box.do(inbox.try_post, claim, first.key)
    await box.do(inbox.posted, claim, first.key, "m1")
    box.now += LEASE
    taker = await box.taken("w2")  # it died between its two posts
    assert taker.is_answered
    assert [(post.key, post.message.body, post.attempts) for post in taker.posts] == [(second.key, {"text": "two"}, 0)]
    await box.do(inbox.try_post, taker, second.key)
    await box.do(inbox.posted, taker, second.key, "m2")
    await box.do(inbox.release, taker)
    assert await box.state("e1") == "done"
    assert (await box.taken()).event.id == "e2"


async def test_a_try_to_post_is_counted_before_it_is_made(box: Box) -> None:
    await box.accept(event("e1"))
    claim = await box.taken()
    (post,) = await box.do(inbox.finish, claim, [message()])
    await box.do(inbox.try_post, claim, post.key)
    box.now += LEASE
    (again,) = (await box.taken("w2")).posts
    assert again.attempts == 1


async def test_nothing_is_due_before_its_wait_is_over(box: Box) -> None:
    await box.accept(event("e1"))
    claim = await box.taken()
    await box.do(inbox.release, claim, wait=timedelta(seconds=8))
    assert await box.claim() is None
    box.now += timedelta(seconds=8)
    assert (await box.taken()).attempts == 2


async def test_what_was_handed_back_is_no_attempt(box: Box) -> None:
    await box.accept(event("e1"))
    await box.do(inbox.release, await box.taken(), undo=True)
    assert (await box.taken()).attempts == 1


async def test_a_given_up_event_is_dead_once_its_apology_is_posted_and_can_be_replayed(box: Box) -> None:
    await box.accept(event("e1"))
    claim = await box.taken()
    (post,) = await box.do(inbox.finish, claim, [message("sorry")], failure="failed 4 times")
    await box.do(inbox.posted, claim, post.key, "m1")
    await box.do(inbox.release, claim)
    assert await box.state("e1") == "dead"
    assert await box.claim() is None
    async with box.database.write() as session:
        assert await recall.replay(session, "t1", "e1", at=box.now)
        assert not await recall.replay(session, "t2", "e1", at=box.now)
    again = await box.taken()
    assert (again.attempts, again.steps, again.is_answered) == (1, None, False)
    (second,) = await box.do(inbox.finish, again, [message("answer")])
    assert second.key != post.key


async def test_a_buried_event_is_not_taken_again(box: Box) -> None:
    await box.accept(event("e1"), event("e2", seconds=1))
    claim = await box.taken()
    await box.do(inbox.finish, claim, [message()])
    await box.do(inbox.bury, claim, "the channel is archived")
    await box.do(inbox.release, claim)
    assert await box.state("e1") == "dead"
    assert (await box.taken()).event.id == "e2"


async def test_a_deleted_question_is_dropped_even_in_the_middle_of_its_work(box: Box) -> None:
    await box.accept(event("e1", place="c/1"), event("e2", place="c/2", seconds=1))
    claim = await box.taken()
    assert await box.do(recall.cancel, "t1", "c/1")
    with pytest.raises(LeaseLost):
        await box.do(inbox.finish, claim, [message()])
    await box.do(inbox.release, claim)
    assert await box.state("e1") == "cancelled"
    assert await box.do(recall.cancel, "t1", "c/1") is False
    assert (await box.taken()).event.id == "e2"


async def test_an_event_that_comes_while_its_conversation_is_released_is_not_missed(postgres_url: str) -> None:
    """The unit that stores it and the one that finds nothing more to do meet: only PostgreSQL lets them overlap."""
    from bot.records.database import open_database

    async with await open_database(postgres_url) as database:
        box = Box(database)
        await box.accept(event("e1"))
        claim = await box.taken()
        await box.do(inbox.finish, claim, [])
        stored, go_on = asyncio.Event(), asyncio.Event()

        async def slow_accept() -> None:
            async with database.write() as session:
                await inbox.accept(session, event("e2", seconds=1), now=box.now)
                stored.set()
                await go_on.wait()

        accepting = asyncio.create_task(slow_accept())
        await stored.wait()
        releasing = asyncio.create_task(box.do(inbox.release, claim))
        done, _ = await asyncio.wait({releasing}, timeout=0.3)
        assert not done  # it waits for the event that is being stored
        go_on.set()
        await asyncio.gather(accepting, releasing)
        assert (await box.taken()).event.id == "e2"


async def test_two_workers_that_claim_at_the_same_moment_get_different_conversations(postgres_url: str) -> None:
    from bot.records.database import open_database

    async with await open_database(postgres_url) as database:
        box = Box(database)
        await box.accept(*(event(f"e{n}", f"c{n}") for n in range(8)))
        claims = await asyncio.gather(*(box.claim(f"w{n}") for n in range(4)))
        got = [claim.event.id for claim in claims if claim]
        assert len(got) == len(set(got)) >= 1


async def test_the_same_event_delivered_at_the_same_moment_is_kept_once(database: Database) -> None:
    box = Box(database)
    results = await asyncio.gather(*(box.do(inbox.accept, event("e1", place="c/1")) for _ in range(4)))
    assert sorted(results) == [False, False, False, True]


async def test_finished_events_leave_nothing_to_look_through(box: Box) -> None:
    """What a claim reads are partial indexes: a conversation without work is in none of them."""
    await box.accept(*(event(f"e{n}", f"c{n}") for n in range(5)))
    while claim := await box.claim():
        await box.do(inbox.finish, claim, [])
        await box.do(inbox.release, claim)
    async with box.database.read() as session:
        assert not await session.scalar(sa.select(sa.func.count()).where(InboxConversation.next_at.is_not(None)))
        assert not await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))


async def test_the_database_tells_the_time(database: Database) -> None:
    async with database.read() as session:
        now = await inbox.database_now(session)
    assert abs((now - datetime.now(UTC)).total_seconds()) < 5


async def test_a_question_has_its_turn_before_any_digest_that_came_earlier(box: Box) -> None:
    digests = [replace(event(f"d{n}", f"digest:{n}", seconds=n), kind="digest") for n in range(5)]
    await box.accept(*digests)
    box.now += timedelta(seconds=10)
    await box.accept(event("q1", "c1", seconds=10))
    assert (await box.taken()).event.id == "q1"
    assert (await box.taken()).event.id == "d0"
    taken: Claim | None = await box.do(inbox.claim, "w1", lease=LEASE, lowest=inbox.CHAT)
    assert taken is None
    await box.accept(event("q2", "c2", seconds=11))
    taken = await box.do(inbox.claim, "w1", lease=LEASE, lowest=inbox.CHAT)
    assert taken is not None
    assert taken.event.id == "q2"
