"""Who has to wait on Slack sees the number in line at once, in the message that becomes the answer; commands don't wait."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.jobs.worker import Limits
from bot.serving import replica
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.ollama_server import FakeOllama, Hang, Say, Step, Wait
from tests.fakes.slack_deliveries import deliver, deliver_form
from tests.fakes.slack_payloads import command, deleted, message
from tests.fakes.slack_served import writing_settings
from tests.fakes.slack_streams import STATUS, STREAMING
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.slack_server import Shown, SlackServer

LANES = Limits().together
HURRIED = Limits(poll=timedelta(milliseconds=20), lease=timedelta(seconds=5), stopping=timedelta(seconds=0.1))
NEXT, SECOND = "Busy just now: you are next…", "Busy just now: you are number 2 in line…"


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(slack: SlackServer, ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    slack.missing -= STREAMING | STATUS
    return writing_settings(slack, sqlite_url, tmp_path / "home", ollama.address)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        replica(settings, [SlackSurface(settings)], HURRIED) as app,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client,
    ):
        yield client


def ts(person: int) -> str:
    return f"{int(time.time())}.{person:06}"


def channel(person: int) -> str:
    return f"D{person:05}"


async def ask(client: httpx.AsyncClient, *people: int) -> None:
    for person in people:
        payload = message("hello", ts=ts(person), event_id=f"Ev{person}", channel=channel(person), user=f"U{person}")
        assert (await deliver(client, payload)).status_code == 200


def seen(slack: SlackServer, person: int) -> list[Shown]:
    return [shown for shown in slack.messages if shown.channel == channel(person)]


def texts(slack: SlackServer, *people: int) -> list[str]:
    return [shown.text for person in people for shown in seen(slack, person)]


async def fill(client: httpx.AsyncClient, ollama: FakeOllama, *steps: Step) -> None:
    """Let the model be busy with as many questions as are asked at a time."""
    for _ in range(LANES):
        ollama.then(*steps)
    await ask(client, *range(LANES))
    await until(lambda: len(ollama.asked) == LANES)


async def test_who_waits_is_told_and_the_answer_takes_the_place_of_that(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    free = asyncio.Event()
    async with serving(settings) as client:
        await fill(client, ollama, Wait(free), Say("Hello to all."))
        await ask(client, 7, 8)
        await until(lambda: texts(slack, 7, 8) == [NEXT, SECOND])
        for answer in ("Hello to you.", "Hello to you too."):
            ollama.then(Say(answer))
        free.set()
        await until(lambda: all(shown.key for person in (7, 8) for shown in seen(slack, person)))
    for person in (7, 8):
        (shown,) = seen(slack, person)
        assert shown.history[0].startswith("Busy just now")
        assert "Hello" in shown.text
        assert shown.ts not in slack.streams
    assert slack.deleted == []


async def test_a_typed_command_waits_for_no_model(settings: Settings, slack: SlackServer, ollama: FakeOllama) -> None:
    async with serving(settings) as client:
        await fill(client, ollama, Hang())
        await ask(client, 7)
        await deliver_form(client, command("quote KO"))
        await until(lambda: any("Coca-Cola" in shown.text for shown in slack.messages), 10)
        assert not any(shown.key for person in range(8) for shown in seen(slack, person))


async def test_a_question_that_is_deleted_in_line_takes_its_line_with_it(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    async with serving(settings) as client:
        await fill(client, ollama, Hang())
        await ask(client, 7)
        await until(lambda: texts(slack, 7) == [NEXT])
        (shown,) = seen(slack, 7)
        await deliver(client, deleted(shown.body["thread_ts"], user="U7", channel=channel(7)))
        await until(lambda: not seen(slack, 7))
    assert [shown.text for shown in slack.deleted] == [NEXT]


async def test_a_process_that_comes_later_answers_in_the_message_that_was_there(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    async with serving(settings) as client:
        await fill(client, ollama, Hang())
        await ask(client, 7)
        await until(lambda: texts(slack, 7) == [NEXT])
    ollama.scripts = [[Say("Hello to you.")] for _ in range(LANES + 1)]
    async with serving(settings):
        await until(lambda: all(shown.key for shown in seen(slack, 7)))
    (shown,) = seen(slack, 7)
    assert (shown.history[0], "Hello to you." in shown.text) == (NEXT, True)


async def test_c2_a_model_that_stays_silent_is_left_alone_and_people_are_told_at_once(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    await ollama.stop()  # nothing listens: each question learns of it at once
    async with serving(settings) as client:
        await ask(client, 0, 1, 2)
        await until(lambda: sum(bool(shown.key) for person in range(3) for shown in seen(slack, person)) == 3)
        (said,) = [text for text in texts(slack, 0, 1, 2) if "does not answer" in text] or [""]
        assert "I could not answer this time. The model qwen3:4b does not answer" in said
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert ready.json()["models"]["qwen3:4b"].startswith("The model qwen3:4b does not answer")
        assert 'tuppence_model_silent{model="qwen3:4b"} 1.0' in (await client.get("/metrics")).text
