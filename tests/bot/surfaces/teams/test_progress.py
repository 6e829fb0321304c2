"""What is shown while a turn runs: begun once, no faster than Teams takes it, and ended by a Stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed
from bot.messages import Reply
from bot.surfaces.teams.failures import TeamsRefused
from bot.surfaces.teams.progress import ASKED_AGAIN, LONGEST, Progress
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shows:
    """Keeps what is shown."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, int]] = []
        self.error: Exception | None = None
        self.reader: bool | Exception = True

    async def begin(self, where: Mapping[str, Any], text: str) -> str:
        self.lines.append(("m1", text, 1))
        return "m1"

    async def go_on(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        if self.error:
            raise self.error
        self.lines.append((message_id, text, number))

    async def write(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        await self.go_on(where, message_id, text, number)

    async def may_read(self, where: Mapping[str, Any]) -> bool:
        if isinstance(self.reader, Exception):
            raise self.reader
        return self.reader


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def progress_of(
    shows: Shows, held: str = "", stopped: list[bool] | None = None, clock: Clock | None = None
) -> Progress:
    async def where() -> dict[str, Any]:
        return {"conversation": "a:1"}

    async def keep(name: str) -> str:
        return held or name

    async def stop() -> None:
        (stopped if stopped is not None else []).append(True)

    return Progress(shows, where, keep, stop, every=0.01, monotonic=clock or Clock(), writes=shows)


async def test_lines_follow_each_other_in_one_message_and_no_line_comes_after_the_end() -> None:
    shows = Shows()
    progress = progress_of(shows)
    progress.start()
    await until(lambda: len(shows.lines) == 1)
    progress.say("Looking up AAPL")
    await until(lambda: len(shows.lines) == 2)
    await progress.stop()
    progress.say("too late")
    await asyncio.sleep(0.03)
    assert shows.lines == [("m1", "Reading your question…", 1), ("m1", "Looking up AAPL…", 2)]


async def test_the_message_of_another_process_is_used_and_not_streamed_on() -> None:
    shows = Shows()
    progress = progress_of(shows, held="first")
    progress.start()
    await until(lambda: progress.id == "first")
    await progress.stop()
    taken_up = progress_of(shows)
    taken_up.id = "first"
    taken_up.start()
    taken_up.say("Looking up AAPL")
    await taken_up.stop()
    assert len(shows.lines) == 1


async def test_a_stop_is_heard_and_other_refusals_are_not_taken_for_one() -> None:
    for error, expected in (
        (TeamsRefused(403, "ContentStreamNotAllowed", "Content stream was canceled by user."), [True]),
        (TeamsRefused(403, "ContentStreamNotAllowed", "Content stream has exceeded streaming time."), []),
        (TeamsRefused(403, "BotNotInConversationRoster", ""), []),
        (PostFailed("away"), []),
    ):
        shows, stopped = Shows(), list[bool]()
        shows.error = error
        progress = progress_of(shows, stopped=stopped)
        progress.start()
        await until(lambda shows=shows: len(shows.lines) == 1)  # type: ignore[misc]
        progress.say("Looking up AAPL")
        await asyncio.sleep(0.02)
        await progress.stop()
        assert stopped == expected


async def test_a_stream_is_not_gone_on_with_after_its_two_minutes() -> None:
    shows, clock = Shows(), Clock()
    progress = progress_of(shows, clock=clock)
    progress.start()
    await until(lambda: len(shows.lines) == 1)
    clock.now = LONGEST + 1
    progress.say("one")
    await asyncio.sleep(0.02)
    progress.say("two")
    await asyncio.sleep(0.02)
    await progress.stop()
    assert len(shows.lines) <= 2


def draft(answer: str, *, personal: bool = False) -> Reply:
    return Reply("t1", "q", answer, "answered", personal=personal)


async def test_the_answer_is_written_into_the_message_and_no_other_line_comes_after_its_beginning() -> None:
    shows = Shows()
    progress = progress_of(shows)
    progress.start()
    await until(lambda: len(shows.lines) == 1)
    progress.drafted(draft("One."))
    await until(lambda: len(shows.lines) == 2)
    progress("Looking up AAPL")
    progress.drafted(draft(""))  # taken back: a stream can't
    progress.drafted(draft("Two."))
    await asyncio.sleep(0.03)
    progress.drafted(draft("One. Two."))
    await until(lambda: len(shows.lines) == 3)
    await progress.stop()
    assert shows.lines[1:] == [("m1", "One.", 2), ("m1", "One. Two.", 3)]
    assert progress.written == "One. Two."


async def test_what_is_written_faster_than_teams_takes_it_is_shown_together() -> None:
    shows = Shows()
    progress = progress_of(shows)
    progress.start()
    for text in ("One.", "One. Two.", "One. Two. Three."):
        progress.drafted(draft(text))
    await until(lambda: len(shows.lines) == 2)
    await progress.stop()
    assert shows.lines[-1] == ("m1", "One. Two. Three.", 2)


async def test_where_others_read_along_nothing_of_an_answer_is_shown() -> None:
    shows = Shows()
    progress = progress_of(shows)
    progress._writes = None
    progress.start()
    progress.drafted(draft("One."))
    progress.say("Looking up AAPL")
    await until(lambda: len(shows.lines) == 2)
    await progress.stop()
    assert (shows.lines[-1][1], progress.written) == ("Looking up AAPL…", "")


async def test_what_is_personal_is_written_only_for_whom_it_still_may_be() -> None:
    for reader, shown in ((True, 2), (False, 1), (PostFailed("away"), 1), (TeamsRefused(403, "Forbidden", ""), 1)):
        shows = Shows()
        shows.reader = reader
        progress = progress_of(shows)
        progress.start()
        await until(lambda shows=shows: len(shows.lines) == 1)  # type: ignore[misc]
        progress.drafted(draft("You hold ten.", personal=True))
        await asyncio.sleep(0.05)
        await progress.stop()
        assert len(shows.lines) == shown


async def test_who_may_read_no_longer_is_shown_nothing_more_of_what_is_personal() -> None:
    shows, clock = Shows(), Clock()
    progress = progress_of(shows, clock=clock)
    progress.start()
    await until(lambda: len(shows.lines) == 1)
    progress.drafted(draft("You hold ten.", personal=True))
    await until(lambda: len(shows.lines) == 2)
    shows.reader, clock.now = False, ASKED_AGAIN
    progress.drafted(draft("You hold ten. You owe two.", personal=True))
    await asyncio.sleep(0.05)
    await progress.stop()
    assert [text for _, text, _ in shows.lines][1:] == ["You hold ten."]
