"""A turn that its asker stops in Slack: the model is free at once, and the message and the session say so."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from bot.surfaces.slack.events import StopAsked, is_stop, read_event
from tests.fakes.ollama_server import FakeOllama, Hang, Say
from tests.fakes.slack_interactive import deliver_press, press, shortcut
from tests.fakes.slack_payloads import CHANNEL, DM, TEAM, USER, command, mention, message, session_stopped
from tests.fakes.slack_served import serving, writing_settings
from tests.fakes.slack_server import deliver, deliver_form
from tests.fakes.slack_streams import STATUS, STREAMING
from tests.fakes.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Any

    from bot.settings import Settings
    from tests.fakes.slack_server import SlackServer


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(slack: SlackServer, ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    """A model that writes for as long as a test likes, on a Slack that has all that is new."""
    slack.missing -= STREAMING | STATUS
    return writing_settings(slack, sqlite_url, tmp_path / "home", ollama.address)


def ago(seconds: int) -> str:
    return f"{int(time.time()) - seconds}.000001"


def soon() -> str:
    """Later than whatever was asked up to now."""
    return f"{time.time() + 1:.6f}"


def stopped(thread: str, at: float) -> dict[str, Any]:
    """Slack's button was pressed."""
    return session_stopped(thread, f"{at:.6f}")


async def test_c22_the_native_button_stops_the_model_and_the_message_says_so(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    ollama.then(Say("Apple "), Hang()).then(Say("I am here again."))
    thread = ago(2)
    async with serving(settings, slack) as served:
        await deliver(served.client, message("tell me of Apple", ts=thread, event_id="Ev1"))
        await ollama.hanging.wait()
        await until(lambda: slack.streams and slack.sessions)
        assert slack.sessions == [(DM, thread, "processing")]
        pressed = time.time()
        await deliver(served.client, stopped(thread, pressed))
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until(lambda: slack.messages[0].text == "Stopped.")
        await until(lambda: slack.sessions[-1] == (DM, thread, "active"))
        await served.say(message("and now?", ts=f"{pressed + 1:.6f}", thread_ts=thread, event_id="Ev2"))
        await served.say(stopped(thread, pressed))  # it comes again, as Slack's events may
        assert await served.states() == {"Ev1": "cancelled", "Ev2": "done"}
    first, second = slack.messages
    assert (first.text, second.key) == ("Stopped.", "Ev2/0")


async def test_stop_as_a_word_ends_the_askers_own_question_of_that_thread(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    ollama.then(Say("Apple "), Hang())
    thread = ago(2)
    async with serving(settings, slack) as served:
        await served.allow(CHANNEL)
        await deliver(served.client, mention("<@UBOT> tell me of Apple", ts=thread, event_id="Ev1"))
        await ollama.hanging.wait()
        await until(lambda: slack.messages)
        where: Any = {"channel": CHANNEL, "channel_type": "channel", "thread_ts": thread}
        await deliver(served.client, message("stop", ts=ago(1), event_id="Ev2", **where))
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until(lambda: slack.messages[0].text == "Stopped.")
        assert set((await served.settled()).values()) == {"cancelled"}
    assert len(slack.messages) == 1


async def test_stop_as_a_command_ends_what_is_under_way_in_the_channel(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    ollama.then(Say("Apple "), Hang())
    form = command("stop")
    async with serving(settings, slack) as served:
        await deliver(served.client, message("tell me of Apple", ts=ago(2), event_id="Ev1"))
        await ollama.hanging.wait()
        other = await deliver_form(served.client, {**form, "user_id": "USOMEBODY"})
        assert "Nothing is under way" in other.json()["text"]
        answer = await deliver_form(served.client, form)
        assert "I stopped" in answer.json()["text"]
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        assert await served.settled() == {"Ev1": "cancelled"}
        again = await deliver_form(served.client, form)
        assert "Nothing is under way" in again.json()["text"]


@pytest.mark.parametrize("is_in_thread", [False, True])
@pytest.mark.parametrize("by", ["home", "shortcut", "command elsewhere"])
async def test_stop_in_the_direct_messages_ends_what_was_asked_without_being_written_there(
    settings: Settings, slack: SlackServer, ollama: FakeOllama, by: str, is_in_thread: bool
) -> None:
    ollama.then(Say("Apple "), Hang()).then(Say("I am here."))
    said = {"type": "message", "ts": ago(9), "user": "UEVE", "text": "tell me of Apple"}
    stop: Any = {"channel": f"D{USER}", "event_id": "Ev2", **({"thread_ts": ago(8)} if is_in_thread else {})}
    async with serving(settings, slack) as served:
        if by == "home":
            await deliver_press(served.client, press(None, "home_ask_1", "tell me of Apple"))
        elif by == "shortcut":
            await deliver_press(served.client, shortcut("explain_figures", said, channel=CHANNEL))
        else:
            await deliver_form(served.client, command("ask tell me of Apple", channel=CHANNEL))
        await ollama.hanging.wait()
        await deliver(served.client, message("stop", ts=soon(), **stop))
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        states = await served.settled()
        assert [state for name, state in states.items() if name != "Ev2"] == ["cancelled"]


async def test_slacks_button_in_a_thread_ends_nothing_that_was_asked_elsewhere(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    ollama.then(Say("Apple "), Hang()).then(Say("I am here."))
    async with serving(settings, slack) as served:
        await deliver_press(served.client, press(None, "home_ask_1", "tell me of Apple"))
        await ollama.hanging.wait()
        await deliver(served.client, stopped(ago(8), time.time() + 1))
        assert list((await served.states()).values()) == ["waiting"]
        await deliver(served.client, message("stop", ts=soon(), channel=f"D{USER}", event_id="Ev2"))
        await served.settled()


async def test_what_a_dead_process_showed_of_a_stopped_question_is_marked(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    """Its worker died with the question in work, and nobody has taken it up when it is stopped."""
    thread = ago(2)
    async with serving(settings, slack) as served:
        shown = slack.post({"channel": DM, "thread_ts": thread, "text": "Reading your question…"})
        shown.body["metadata"] = {"event_type": "tuppence_reply", "event_payload": {"working_on": "Ev1"}}
        await _left_by_a_dead_worker(served, thread)
        await deliver(served.client, stopped(thread, time.time()))
        await until(lambda: shown.text == "Stopped.")
        assert await served.states() == {"Ev1": "cancelled"}
    assert ollama.asked == []


async def _left_by_a_dead_worker(served: Any, thread: str) -> None:
    """An event that was claimed once, by a worker whose lease has run out, and that is not due before an hour."""
    from datetime import timedelta

    from bot.records import inbox

    reading = read_event(message("tell me of Apple", ts=thread, event_id="Ev1"))
    async with served.database.write() as session:
        now = await inbox.database_now(session)
        past = now - timedelta(hours=2)
        await inbox.accept(session, reading.event, now=past)  # type: ignore[union-attr]
        claim = await inbox.claim(session, "dead", now=past, lease=timedelta(seconds=1))
        assert claim
        await inbox.release(session, claim, now=now, wait=timedelta(hours=1))


def test_the_button_is_read_as_of_its_thread_and_who_pressed_it() -> None:
    reading = read_event(stopped("1790000000.000100", 1790000005.5))
    assert isinstance(reading, StopAsked)
    assert (reading.tenant, reading.channel, reading.thread, reading.user) == (TEAM, DM, "1790000000.000100", USER)
    assert reading.at.timestamp() == 1790000005.5


@pytest.mark.parametrize(
    ("text", "expected"), [("stop", True), ("/Stop.", True), ("cancel!", True), ("stop loss", False), ("", False)]
)
def test_only_the_word_alone_stops(text: str, expected: bool) -> None:
    assert is_stop(text) is expected
