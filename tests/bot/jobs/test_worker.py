"""The worker: each event's work once at a time, its replies posted once, and nothing lost when something fails."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import ModelUnavailable
from bot.jobs.posting import Poster, PostRefused
from bot.jobs.worker import Limits, NotYet, Worker
from bot.records import inbox, recall
from bot.records.inbox import Event, Outgoing
from bot.records.inbox_tables import InboxEvent, OutboxMessage
from tests.fakes.chat_server import ChatServer
from tests.fakes.chat_surface import ChatServerSurface
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.inbox import Claim, Post

QUICK = Limits(
    lease=timedelta(seconds=5),
    poll=timedelta(milliseconds=20),
    most_attempts=2,
    most_posts=3,
    longest_wait=timedelta(0),
    stopping=timedelta(seconds=2),
)


def event(name: str, conversation: str = "c1", number: int = 0) -> Event:
    sent = datetime.now(UTC) + timedelta(milliseconds=number)
    return Event("local", name, conversation, "ada", "fake", "echo", {"text": name, "target": {"channel": "c"}}, sent)


class Echo:
    """A handler that says what it was sent; `work` may fail or wait before."""

    def __init__(self, database: Database, work: Callable[[Claim], Awaitable[None]] | None = None) -> None:
        self.database, self.work, self.runs = database, work, 0

    async def run(self, claim: Claim) -> Sequence[Post]:
        self.runs += 1
        if self.work:
            await self.work(claim)
        async with self.database.write() as session:
            now = await inbox.database_now(session)
            return await inbox.finish(session, claim, [self.message(claim.event, "echo")], now=now)

    def apology(self, event: Event) -> Sequence[Outgoing]:
        return [self.message(event, "sorry")]

    def message(self, event: Event, what: str) -> Outgoing:
        return Outgoing("fake", event.payload["target"], {"text": f"{what} {event.id}"})


@asynccontextmanager
async def working(database: Database, handler: Echo, chat: ChatServer, limits: Limits = QUICK) -> AsyncIterator[Worker]:
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:
        worker = Worker(database, {"echo": handler}, {"fake": surface}, "w1", limits)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            await worker.stop()
            await running


async def states(database: Database) -> dict[str, str]:
    async with database.read() as session:
        return dict((await session.execute(sa.select(InboxEvent.id, InboxEvent.state))).all())


async def settled(database: Database) -> dict[str, str]:
    """The states once nothing is left to do."""
    async with asyncio.timeout(20):
        while not (found := await states(database)) or {"waiting", "answered"} & set(found.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return await states(database)


async def test_what_is_accepted_is_answered_in_its_conversations_order(database: Database) -> None:
    chat, handler = ChatServer(), Echo(database)
    async with working(database, handler, chat) as worker:
        for number in range(12):
            assert await worker.accept(event(f"e{number}", f"c{number % 3}", number))
            assert not await worker.accept(event(f"e{number}", f"c{number % 3}", number))
        assert set((await settled(database)).values()) == {"done"}
    assert handler.runs == 12
    said = [message.text for message in chat.messages]
    for conversation in range(3):
        own = [text for text in said if int(text.removeprefix("echo e")) % 3 == conversation]
        assert own == [f"echo e{number}" for number in range(conversation, 12, 3)]


async def test_work_that_fails_is_tried_again(database: Database) -> None:
    async def fail_once(claim: Claim) -> None:
        if claim.attempts == 1:
            raise ModelUnavailable("http://127.0.0.1:1", "refused")

    chat, handler = ChatServer(), Echo(database, fail_once)
    async with working(database, handler, chat) as worker:
        await worker.accept(event("e1"))
        assert await settled(database) == {"e1": "done"}
    assert (handler.runs, [message.text for message in chat.messages]) == (2, ["echo e1"])


async def test_work_that_always_fails_ends_in_an_apology_and_a_dead_letter(database: Database) -> None:
    async def fail(_: Claim) -> None:
        raise ZeroDivisionError

    chat, handler = ChatServer(), Echo(database, fail)
    async with working(database, handler, chat) as worker:
        await worker.accept(event("e1"))
        await worker.accept(event("e2", number=1))
        assert await settled(database) == {"e1": "dead", "e2": "dead"}
        assert [message.text for message in chat.messages] == ["sorry e1", "sorry e2"]
        handler.work = None
        async with database.write() as session:
            assert await recall.replay(session, "local", "e1", at=await inbox.database_now(session))
        assert await settled(database) == {"e1": "done", "e2": "dead"}
    assert chat.messages[-1].text == "echo e1"


async def test_a_post_whose_answer_was_lost_is_found_and_not_made_again(database: Database) -> None:
    chat = ChatServer()
    chat.fail_next = 2
    async with working(database, Echo(database), chat) as worker:
        await worker.accept(event("e1"))
        await worker.accept(event("e2", "c2"))
        assert set((await settled(database)).values()) == {"done"}
    assert sorted(message.text for message in chat.messages) == ["echo e1", "echo e2"]


async def test_a_place_that_refuses_ends_the_event_with_its_reason(database: Database) -> None:
    chat = ChatServer()
    chat.refuse = True
    async with working(database, Echo(database), chat) as worker:
        await worker.accept(event("e1"))
        assert await settled(database) == {"e1": "dead"}
    async with database.read() as session:
        assert await session.scalar(sa.select(InboxEvent.failure)) == "is_archived"


async def test_a_lost_lease_stops_the_work_and_posts_nothing(database: Database) -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def wait(_: Claim) -> None:
        begun.set()
        await let_go.wait()

    chat, handler = ChatServer(), Echo(database, wait)
    async with working(database, handler, chat) as worker:
        await worker.accept(event("e1"))
        await begun.wait()
        async with database.write() as session:  # another worker takes over, as if this one had been frozen
            later = await inbox.database_now(session) + timedelta(minutes=1)
            claim = await inbox.claim(session, "w2", now=later, lease=timedelta(minutes=5))
        assert claim
        let_go.set()
        await worker.stop()
    assert chat.messages == []
    async with database.read() as session:
        assert not await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))


async def answered(database: Database) -> tuple[Claim, Sequence[Post]]:
    """An event in the hands of a worker, with one message left to post."""
    async with database.write() as session:
        now = await inbox.database_now(session)
        await inbox.accept(session, event("e1"), now=now)
        claim = await inbox.claim(session, "w1", now=now, lease=timedelta(seconds=5))
        assert claim
        return claim, await inbox.finish(session, claim, [Outgoing("fake", {"channel": "c"}, {"text": "hi"})], now=now)


async def take_over(database: Database, surface: ChatServerSurface) -> None:
    """Another worker claims what is answered, as if the first had been frozen for longer than its lease, and posts."""
    async with database.write() as session:
        later = await inbox.database_now(session) + timedelta(seconds=6)
        taker = await inbox.claim(session, "w2", now=later, lease=timedelta(minutes=5))
    assert taker
    await Poster(database, {"fake": surface}).post_all(taker, taker.posts)


async def test_two_that_posted_the_same_leave_the_earlier_message(database: Database) -> None:
    """A worker frozen between its last look and its post wakes up after another one has posted."""
    chat = ChatServer()
    frozen, posts = await answered(database)
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:

        class Slow(ChatServerSurface):
            async def post(self, message: Outgoing, key: str) -> str:
                await take_over(database, surface)
                return await super().post(message, key)

        async with aclosing(Slow(address)) as slow:
            with pytest.raises(inbox.LeaseLost):
                await Poster(database, {"fake": slow}).post_all(frozen, posts)
    assert [message.id for message in chat.messages] == ["m000001"]
    assert [message.id for message in chat.withdrawn] == ["m000002"]


async def test_a_post_on_its_way_when_its_claim_is_lost_is_taken_back(database: Database) -> None:
    """The keeper ends work that another worker has taken over; what the platform took meanwhile must not stay."""
    chat = ChatServer()
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:

        class Slow(ChatServerSurface):
            async def post(self, message: Outgoing, key: str) -> str:
                await take_over(database, surface)
                own = await super().post(message, key)
                worker.look_again("local")
                await asyncio.sleep(0.3)  # the platform's answer takes its time
                return own

        async with aclosing(Slow(address)) as slow:
            worker = Worker(database, {"echo": Echo(database)}, {"fake": slow}, "w1", QUICK)
            running = asyncio.create_task(worker.run())
            await worker.accept(event("e1"))
            await until(lambda: len(chat.messages) + len(chat.withdrawn) == 2)
            await worker.stop()
            await running
    assert [message.id for message in chat.messages] == ["m000001"]
    assert [message.id for message in chat.withdrawn] == ["m000002"]


async def test_one_that_slept_before_its_post_finds_the_claim_lost_and_posts_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.jobs import posting

    chat, at = ChatServer(), 0.0
    asleep, posts = await answered(database)
    place = posting.Poster._place

    async def slept(poster: posting.Poster, *rest: Any) -> None:
        nonlocal at
        at += 6
        async with database.write() as session:
            later = await inbox.database_now(session) + timedelta(seconds=6)
            assert await inbox.claim(session, "w2", now=later, lease=timedelta(minutes=5))
        await place(poster, *rest)

    monkeypatch.setattr(posting.Poster, "_place", slept)
    monkeypatch.setattr(posting.time, "monotonic", lambda: at)
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:
        with pytest.raises(inbox.LeaseLost):
            await posting.Poster(database, {"fake": surface}, timedelta(seconds=5)).post_all(asleep, posts)
    assert chat.messages == []


async def test_of_two_left_by_workers_that_died_the_later_is_taken_back(database: Database) -> None:
    chat = ChatServer()
    first, (post,) = await answered(database)
    async with database.write() as session:
        await inbox.try_post(session, first, post.key, now=await inbox.database_now(session))
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:
        for _ in ("w1", "w0"):
            await surface.post(post.message, post.key)
        await take_over(database, surface)
    assert [message.id for message in chat.messages] == ["m000001"]
    assert (await states(database)) == {"e1": "done"}


async def test_stopping_hands_back_what_takes_too_long(database: Database) -> None:
    begun = asyncio.Event()

    async def for_ever(_: Claim) -> None:
        begun.set()
        await asyncio.Event().wait()

    limits = Limits(lease=timedelta(seconds=5), poll=timedelta(milliseconds=20), stopping=timedelta(seconds=0.1))
    async with working(database, Echo(database, for_ever), ChatServer(), limits) as worker:
        await worker.accept(event("e1"))
        await begun.wait()
    async with database.write() as session:
        now = await inbox.database_now(session)
        claim = await inbox.claim(session, "w2", now=now, lease=timedelta(seconds=5))
    assert claim
    assert claim.attempts == 1  # what was handed back does not count


async def test_what_nobody_asked_for_leaves_lanes_free_for_questions(database: Database) -> None:
    begun, free = 0, asyncio.Event()

    async def hang(_: Claim) -> None:
        nonlocal begun
        begun += 1
        await free.wait()

    chat = ChatServer()
    async with chat.serving() as address, aclosing(ChatServerSurface(address)) as surface:
        handlers = {"echo": Echo(database), "digest": Echo(database, hang)}
        worker = Worker(database, handlers, {"fake": surface}, "w1", QUICK)
        running = asyncio.create_task(worker.run())
        for number in range(6):
            await worker.accept(replace(event(f"d{number}", f"digest:{number}"), kind="digest"))
        await until(lambda: begun == QUICK.unasked)
        await worker.accept(event("q1"))
        await until(lambda: [message.text for message in chat.messages] == ["echo q1"])
        assert begun == QUICK.unasked
        free.set()
        assert set((await settled(database)).values()) == {"done"}
        await worker.stop()
        await running


async def test_what_needs_no_model_is_done_while_every_lane_waits_for_one(database: Database) -> None:
    begun, free = 0, asyncio.Event()

    async def hang(claim: Claim) -> None:
        nonlocal begun
        if not claim.event.payload["text"].startswith("/"):
            begun += 1
            await free.wait()

    def typed(name: str) -> Event:
        asked = event(name, f"c-{name}")
        return replace(asked, payload={**asked.payload, "text": "/quote KO"})

    chat, handler = ChatServer(), Echo(database, hang)
    async with working(database, handler, chat) as worker:
        for number in range(QUICK.together + 3):
            await worker.accept(event(f"q{number}", f"c{number}"))
        await until(lambda: begun == QUICK.together)
        for name in ("k1", "k2", "k3"):
            await worker.accept(typed(name))
        await until(lambda: len(chat.messages) == 3)
        assert {message.text for message in chat.messages} == {"echo k1", "echo k2", "echo k3"}
        assert begun == QUICK.together
        free.set()
        assert set((await settled(database)).values()) == {"done"}


async def test_work_that_is_too_early_is_no_failure_and_comes_again(database: Database) -> None:
    runs = 0

    async def early(_: Claim) -> None:
        nonlocal runs
        runs += 1
        if runs < 6:  # more often than a failure is tried again
            raise NotYet(timedelta(0))

    chat = ChatServer()
    async with working(database, Echo(database, early), chat) as worker:
        await worker.accept(event("e1"))
        assert await settled(database) == {"e1": "done"}
    assert [message.text for message in chat.messages] == ["echo e1"]


@pytest.mark.parametrize(("is_place", "told"), [(True, ["the channel is gone"]), (False, [])])
async def test_a_place_that_refuses_is_told_to_who_writes_there_unasked(
    database: Database, is_place: bool, told: list[str]
) -> None:
    heard: list[str] = []

    class Unasked(Echo):
        async def refused(self, session: AsyncSession, event: Event, reason: str) -> None:
            heard.append(reason)

    class Refusing(ChatServerSurface):
        async def post(self, message: Outgoing, key: str) -> str:
            raise PostRefused("the channel is gone", is_place=is_place)

    async with aclosing(Refusing("http://127.0.0.1:1")) as surface:
        worker = Worker(database, {"echo": Unasked(database)}, {"fake": surface}, "w1", QUICK)
        running = asyncio.create_task(worker.run())
        await worker.accept(event("e1"))
        assert await settled(database) == {"e1": "dead"}
        await worker.stop()
        await running
    assert heard == told
