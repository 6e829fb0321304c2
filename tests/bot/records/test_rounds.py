"""People take turns, and the line has an end; on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import InboxFull
from bot.records import inbox, rounds
from bot.records.inbox import CHAT, PROMPT, TOO_MANY, UNASKED, Event

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.inbox import Claim

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def asked(user: str, number: int, conversation: str = "") -> Event:
    name = f"{user}{number}"
    sent = NOON + timedelta(seconds=number)
    return Event("t1", name, conversation or f"c/{name}", user, "fake", "question", {"text": name}, sent)


class Line:
    """The inbox, second by second."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON

    async def accept(self, *events: Event, priority: int | None = None) -> None:
        for event in events:
            self.now += timedelta(seconds=1)
            async with self.database.write() as session:
                assert await inbox.accept(session, event, now=self.now, priority=priority)

    async def claim(self, lowest: int = UNASKED) -> Claim | None:
        self.now += timedelta(milliseconds=10)
        async with self.database.write() as session:
            return await inbox.claim(session, "w1", now=self.now, lease=LEASE, lowest=lowest)

    async def done(self, claim: Claim) -> None:
        async with self.database.write() as session:
            await inbox.finish(session, claim, [], now=self.now)
            await inbox.release(session, claim, now=self.now)

    async def serve(self, count: int = 1000) -> list[str]:
        """Do what is due, one after the other; returns who was served."""
        served: list[str] = []
        while len(served) < count and (claim := await self.claim()):
            await self.done(claim)
            served.append(claim.event.id)
        return served


@pytest.fixture
def line(database: Database) -> Line:
    return Line(database)


async def test_somebody_with_many_questions_holds_nobody_up(line: Line) -> None:
    await line.accept(*(asked("ada", number) for number in range(20)))
    assert await line.serve(5) == ["ada0", "ada1", "ada2", "ada3", "ada4"]
    await line.accept(asked("ben", 0), asked("ben", 1), asked("cyn", 0))
    assert await line.serve(6) == ["ada5", "ben0", "cyn0", "ada6", "ben1", "ada7"]


async def test_nobody_who_comes_again_and_again_holds_up_who_waits(line: Line) -> None:
    await line.accept(*(asked("ada", number) for number in range(6)))
    served: list[str] = []
    for number in range(6):
        await line.accept(asked("ben", number))
        served += await line.serve(2)
    assert sorted(name for name in served if name.startswith("ada")) == [f"ada{number}" for number in range(6)]
    assert [name[:3] for name in served].count("ben") == 6


async def test_one_question_each_is_first_come_first_served(line: Line) -> None:
    people = [f"u{number:02}-" for number in range(30)]
    await line.accept(*(asked(user, 0) for user in people))
    assert await line.serve() == [f"{user}0" for user in people]


async def test_what_is_in_work_counts_so_that_the_next_question_of_the_same_person_comes_later(line: Line) -> None:
    await line.accept(asked("ada", 0))
    assert await line.claim()
    await line.accept(asked("ada", 1), asked("ben", 0))
    assert await line.serve() == ["ben0", "ada1"]


async def test_in_a_shared_conversation_people_are_answered_as_they_asked(line: Line) -> None:
    await line.accept(*(asked("ada", number, "c/shared") for number in range(3)), asked("ben", 3, "c/shared"))
    assert await line.serve() == ["ada0", "ada1", "ada2", "ben3"]


async def test_a_further_question_in_a_conversation_costs_it_no_place(line: Line) -> None:
    await line.accept(asked("ada", 0, "c/a"), asked("ben", 0, "c/b"), asked("ada", 1, "c/a"))
    assert await line.serve() == ["ada0", "ben0", "ada1"]


async def test_what_needs_no_model_comes_first_and_alone_for_who_takes_nothing_else(line: Line) -> None:
    await line.accept(asked("ada", 0), asked("ben", 0))
    await line.accept(asked("cyn", 0), priority=PROMPT)
    await line.accept(replace(asked("dan", 0), kind="digest"))
    prompt = await line.claim(PROMPT)
    assert prompt
    assert prompt.event.id == "cyn0"
    assert await line.claim(PROMPT) is None
    assert await line.serve() == ["ada0", "ben0", "dan0"]


async def test_a_command_waits_for_the_question_before_it_in_its_own_conversation(line: Line) -> None:
    await line.accept(asked("ada", 0, "c/a"))
    await line.accept(asked("ada", 1, "c/a"), priority=PROMPT)
    assert await line.claim(PROMPT) is None
    question = await line.claim()
    assert question
    assert await line.claim(PROMPT) is None
    await line.done(question)
    command = await line.claim(PROMPT)
    assert command
    assert command.event.id == "ada1"


async def test_an_answer_that_waits_to_be_posted_needs_no_model(line: Line) -> None:
    await line.accept(asked("ada", 0))
    claim = await line.claim()
    assert claim
    async with line.database.write() as session:
        await inbox.finish(session, claim, [inbox.Outgoing("fake", {}, {})], now=line.now)
        await inbox.release(session, claim, now=line.now)
    again = await line.claim(PROMPT)
    assert again
    assert again.is_answered


async def test_one_who_has_too_many_in_line_is_told_so_and_others_are_not(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_OF_ONE", 3)
    monkeypatch.setattr(inbox, "MOST_OF_ONE", 3)
    await line.accept(*(asked("ada", number) for number in range(4)), asked("ben", 0))
    refused = await line.claim(PROMPT)
    assert refused
    assert (refused.event.id, refused.event.payload) == ("ada3", {"text": "ada3", TOO_MANY: 3})
    assert await line.claim(PROMPT) is None
    assert await line.serve(2) == ["ada0", "ben0"]
    await line.done(refused)
    await line.accept(asked("ada", 9))
    assert await line.claim(PROMPT) is None


async def test_a8_a_full_line_takes_nothing_more_but_what_nobody_asked_for(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST", 2)
    monkeypatch.setattr(inbox, "MOST", 2)
    await line.accept(asked("ada", 0), asked("ben", 0))
    with pytest.raises(InboxFull, match=r"2 questions of t1 wait .* tuppence doctor"):
        await line.accept(asked("cyn", 0))
    await line.accept(replace(asked("dan", 0), kind="digest"))
    await line.accept(replace(asked("eve", 0), tenant="t2"))
    assert await line.serve(1)
    await line.accept(asked("cyn", 0))


def test_the_priorities_are_in_their_order() -> None:
    assert PROMPT < CHAT < UNASKED
