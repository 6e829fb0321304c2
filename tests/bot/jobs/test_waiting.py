"""Who has to wait is told the number in line, as the database has it, a few times and by one process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.jobs.showing import Plain
from bot.jobs.waiting import APART, MOST_CHANGES, WaitingLine
from bot.records import inbox, recall
from bot.records.inbox import PROMPT, Event

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim

LEASE = timedelta(seconds=30)


class Shown(Plain):
    """A surface that keeps what was said to whom."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def waiting(self, event: Event, line: str) -> None:
        self.said.append((event.id, line))

    async def handed_over(self, event: Event) -> None:
        self.said.append((event.id, "handed over"))

    async def stopped(self, event: Event) -> None:
        self.said.append((event.id, "stopped"))

    async def discard(self, event: Event) -> None:
        self.said.append((event.id, "discarded"))

    def news(self) -> list[tuple[str, str]]:
        said, self.said = self.said, []
        return said


class Office:
    """A line, and one process that tells of it; `held` are events that this process works on."""

    def __init__(self, database: Database) -> None:
        self.database, self.shown, self.now = database, Shown(), 1000.0
        self.held: set[str] = set()
        self.line = self.process()

    def process(self, after: timedelta = timedelta(0)) -> WaitingLine:
        return WaitingLine(
            self.database, {"fake": self.shown}, lambda _, name: name in self.held, after, lambda: self.now
        )

    async def ask(self, *names: str, priority: int | None = None) -> None:
        for name in names:
            event = Event("t1", name, f"c/{name}", f"u-{name}", "fake", "question", {"text": name}, datetime.now(UTC))
            async with self.database.write() as session:
                now = await inbox.database_now(session)
                await inbox.accept(session, event, now=now, priority=priority)

    async def claim(self) -> Claim:
        async with self.database.write() as session:
            found = await inbox.claim(session, "w", now=await inbox.database_now(session), lease=LEASE)
        assert found
        return found

    async def look(self, seconds: float = APART) -> list[tuple[str, str]]:
        self.now += seconds
        await self.line.look()
        return self.shown.news()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def number(place: int) -> str:
    return f"Busy just now: you are number {place} in line"


NEXT = "Busy just now: you are next"


async def test_everybody_in_line_is_told_their_number_once(office: Office) -> None:
    await office.ask("a", "b", "c")
    assert await office.look() == [("a", NEXT), ("b", number(2)), ("c", number(3))]
    assert await office.look() == []


async def test_what_needs_no_model_is_neither_told_nor_counted(office: Office) -> None:
    await office.ask("a")
    await office.ask("x", priority=PROMPT)
    await office.ask("b")
    assert await office.look() == [("a", NEXT), ("b", number(2))]


async def test_who_moves_up_is_told_at_half_the_number_and_when_next_and_not_too_often(office: Office) -> None:
    names = [f"q{place:02}" for place in range(1, 9)]
    await office.ask(*names)
    await office.look()
    told = []
    for _ in range(7):
        office.held.add((await office.claim()).event.id)
        told += [line for name, line in await office.look() if name == "q08"]
    assert told == [number(4), number(2), NEXT]
    await office.ask("late1", "late2")
    office.held |= {"q08", "late1"}
    await office.look()
    await office.claim()
    await office.claim()
    assert await office.look(APART / 2) == []
    assert await office.look(APART / 2) == [("late2", NEXT)]


async def test_a_tenants_messages_are_changed_so_often_in_a_minute_and_no_more(office: Office) -> None:
    names = [f"q{place:03}" for place in range(2 * MOST_CHANGES + 4)]
    await office.ask(*names)
    assert len(await office.look()) == len(names)
    for _ in range(MOST_CHANGES + 3):
        office.held.add((await office.claim()).event.id)
    assert len(await office.look()) == MOST_CHANGES
    assert await office.look() == []
    assert await office.look(60)


async def test_who_is_taken_up_elsewhere_is_handed_over_and_who_is_taken_up_here_is_not(office: Office) -> None:
    await office.ask("a", "b")
    await office.look()
    assert (await office.claim()).is_told
    office.held.add("a")
    await office.claim()
    assert await office.look() == [("b", "handed over")]


async def test_a_question_that_is_taken_back_takes_what_was_shown_with_it(office: Office) -> None:
    await office.ask("a", "b")
    await office.look()
    async with office.database.write() as session:
        now = await inbox.database_now(session)
        from bot.records.inbox_tables import InboxEvent

        stopped = await recall.stop(session, "t1", "question", InboxEvent.id == "a", before=now, now=now)
    assert [(event.id, is_left) for event, is_left in stopped] == [("a", True)]
    assert await office.look() == [("a", "stopped"), ("b", NEXT)]


async def test_of_two_processes_one_tells(office: Office) -> None:
    await office.ask("a")
    other = office.process()
    await office.look()
    await other.look()
    assert office.shown.news() == []


async def test_a_question_that_is_answered_soon_is_not_told_of(office: Office) -> None:
    office.line = office.process(timedelta(hours=1))
    await office.ask("a")
    assert await office.look() == []


async def test_who_began_and_failed_is_counted_and_not_told(office: Office) -> None:
    await office.ask("a", "b")
    claim = await office.claim()
    async with office.database.write() as session:
        await inbox.release(session, claim, now=await inbox.database_now(session))
    assert [name for name, _ in await office.look()] == ["b"]


async def test_one_that_nobody_told_is_claimed_as_such(office: Office) -> None:
    await office.ask("a")
    assert not (await office.claim()).is_told
