"""The running plan as a stream: it becomes the answer, however it ends, and the text of none is ever lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.posting import PostFailed
from bot.messages import Reply, ToolCall, ToolResult
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.events import Asked, read_event
from bot.surfaces.slack.plan import FIRST
from bot.surfaces.slack.status import ASKED_AGAIN as STATUS_ASKED_AGAIN
from bot.surfaces.slack.status import AgentStatus
from bot.surfaces.slack.streams import A_MINUTE, ASKED_AGAIN, MOST_A_MINUTE, Streams
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.slack_payloads import CHANNEL, DM, TEAM, USER, mention, message
from tests.fakes.slack_served import served_settings, serving
from tests.fakes.slack_server import BOT_TOKEN, Fault, deliver
from tests.fakes.slack_streams import STATUS, STREAMING
from tests.fakes.waiting import until
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.inbox import Event, Outgoing
    from tests.fakes.slack_server import SlackServer
    from tests.fakes.slack_streams import Stream

LOOKING = "Looking up quote: AAPL"


@pytest.fixture(autouse=True)
def _with_streams(slack: SlackServer) -> None:
    slack.missing -= STREAMING


def asked(body: dict[str, Any]) -> Event:
    reading = read_event(body)
    assert isinstance(reading, Asked)
    return reading.event


def question(slack: SlackServer, event_id: str = "Ev1", channel: str = DM) -> Event:
    return asked(message("price of Apple", ts=f"{slack._began - 1}.000001", event_id=event_id, channel=channel))


def answer(surface: SlackSurface, event: Event, text: str = "Apple closed at $125.67.", **more: Any) -> Outgoing:
    (outgoing,) = surface.present(event, text, Reply("t1", event.payload["text"], text, "answered", **more))
    return outgoing


def quote() -> ToolResult:
    """What a tool found, with its source."""
    source = Source("Yahoo Finance", datetime(2026, 11, 2, 20, tzinfo=UTC))
    figure = Figure("AAPL", "price", Decimal("125.67"), "money", source, currency="USD")
    return ToolResult(ToolCall("get_quote", {}), {}, Findings("Quote", (figure,)))


def only_stream(slack: SlackServer) -> Stream:
    (stream,) = slack.streams.values()
    return stream


async def begun(surface: SlackSurface, slack: SlackServer, event: Event) -> Stream:
    """A stream that is left open, as by a process that died."""
    async with surface.working(event, again=False):
        await until(lambda: slack.streams)
    return only_stream(slack)


async def test_a_plan_is_streamed_with_its_sources_and_ends_as_the_answer(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = question(slack)
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        told(LOOKING)
        told("Looking up news: <@U1> https://evil.example")
        await until(lambda: len(only_stream(slack).tasks) == 2)
        stream = only_stream(slack)
        one, two = stream.tasks.values()
        assert (one["title"], one["status"]) == (LOOKING, "in_progress")
        assert "<@U1>" not in two["title"]
        told.found(LOOKING, quote())
        await until(lambda: one["status"] == "complete")
        assert ", as of " in one["output"]
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert (shown.channel, shown.key) == (DM, "Ev1/0")
    assert "Apple closed at $125.67." in shown.text
    assert two["status"] == "complete"  # nothing spins for ever
    assert (stream.is_open, stream.took[0], stream.took[-1]) == (False, "chat.startStream", "chat.stopStream")
    assert "chat.update" not in [call for call, _ in slack.calls]
    assert await surface.find(answer(surface, event), "Ev1/0") == [f"{DM}/{shown.ts}"]


async def test_a_stream_is_for_its_asker_and_in_their_thread(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(mention("<@UBOT> price of Apple"))
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        told(LOOKING)
        told.found(LOOKING, quote())
        await until(lambda: only_stream(slack).tasks)
    start = next(body for method, body in slack.calls if method == "chat.startStream")
    assert (start["recipient_team_id"], start["recipient_user_id"]) == (TEAM, USER)
    assert (start["channel"], start["thread_ts"]) == (CHANNEL, "1790000000.000100")
    assert "metadata" not in start
    (task,) = only_stream(slack).tasks.values()
    assert task["output"] == ""  # whose data it was is nobody else's business


async def test_an_expired_stream_loses_nothing(surface: SlackSurface, slack: SlackServer) -> None:
    event = question(slack)
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        slack.expire_streams()
        told(LOOKING)
        await until(lambda: slack.messages[0].text)
        assert slack.messages[0].text == f"{LOOKING}…"  # it goes on as an ordinary message
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text
    assert shown.key == "Ev1/0"


async def test_a_stream_that_expired_at_the_very_end_loses_nothing(surface: SlackSurface, slack: SlackServer) -> None:
    event = question(slack)
    await begun(surface, slack, event)
    slack.expire_streams()
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text
    assert shown.key == "Ev1/0"


@pytest.mark.parametrize("state", ["open", "expired"])
async def test_a_stream_of_a_dead_process_is_found_and_becomes_the_answer(
    surface: SlackSurface, slack: SlackServer, slack_settings: Any, state: str
) -> None:
    event = question(slack)
    await begun(surface, slack, event)
    if state == "expired":
        slack.expire_streams()
    fresh = SlackSurface(slack_settings, every=0.02, after=0)  # of the next process
    async with fresh.working(event, again=True) as told:
        told(LOOKING)
        await until(lambda: slack.messages[0].text)
        assert slack.messages[0].body["metadata"]["event_payload"] == {"working_on": "Ev1"}  # found by it from now on
    await fresh.post(answer(fresh, event), "Ev1/0")
    await fresh.aclose()
    (shown,) = slack.messages
    assert "Apple closed" in shown.text
    assert shown.key == "Ev1/0"


async def test_an_answer_in_the_outbox_takes_over_the_stream_of_a_dead_process(
    surface: SlackSurface, slack: SlackServer, slack_settings: Any
) -> None:
    slack.said.append({"channel": DM, "ts": f"{slack._began - 1}.000001", "user": USER, "text": "price of Apple"})
    event = question(slack)
    await begun(surface, slack, event)
    fresh = SlackSurface(slack_settings)
    await fresh.post(answer(fresh, event), "Ev1/0")
    await fresh.aclose()
    (shown,) = slack.messages
    assert "Apple closed" in shown.text


async def test_the_stream_of_somebody_else_is_left_alone(surface: SlackSurface, slack: SlackServer) -> None:
    thread = f"{slack._began - 1}.000001"
    slack.said.append(
        {"channel": DM, "ts": f"{slack._began + 1}.5", "thread_ts": thread, "user": "UOTHER", "text": ""}
        | {"streaming_state": "in_progress"}
    )
    event = question(slack)
    async with surface.working(event, again=True):
        pass
    await surface.post(answer(surface, event), "Ev1/0")
    assert [call for call, _ in slack.calls if call in ("chat.update", "chat.stopStream")] == ["chat.stopStream"]
    assert "Apple closed" in slack.messages[0].text


async def test_a_lost_response_to_its_start_leaves_one_message(surface: SlackSurface, slack: SlackServer) -> None:
    slack.faults["chat.startStream"].append(Fault(drop=True, after=True))
    event = question(slack)
    async with surface.working(event, again=False):
        await until(lambda: slack.streams)
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text


async def test_a_lost_response_to_its_end_is_found_by_the_key(surface: SlackSurface, slack: SlackServer) -> None:
    event = question(slack)
    await begun(surface, slack, event)
    slack.faults["chat.stopStream"].append(Fault(drop=True, after=True))
    outgoing = answer(surface, event)
    with pytest.raises(PostFailed):
        await surface.post(outgoing, "Ev1/0")
    assert await surface.find(outgoing, "Ev1/0") == [f"{DM}/{slack.messages[0].ts}"]


@pytest.mark.parametrize("code", ["unknown_method", "missing_scope", "channel_type_not_supported"])
async def test_a_slack_without_streams_gets_a_line(surface: SlackSurface, slack: SlackServer, code: str) -> None:
    slack.faults["chat.startStream"] += [Fault(200, {"ok": False, "error": code})] * 2
    for number in (1, 2):
        event = question(slack, f"Ev{number}", f"D{number}")
        async with surface.working(event, again=False):
            await until(lambda: len(slack.messages) == number)  # noqa: B023
        await surface.post(answer(surface, event), f"Ev{number}/0")
    assert [shown.key for shown in slack.messages] == ["Ev1/0", "Ev2/0"]
    tries = [call for call, _ in slack.calls].count("chat.startStream")
    assert tries == (2 if code == "channel_type_not_supported" else 1)  # that is of one place, the others of all


@pytest.mark.parametrize("page", [Fault(404, "<html>", content_type="text/html"), Fault(429, {"ok": False})])
async def test_a_stream_that_can_not_be_had_now_is_a_line(
    surface: SlackSurface, slack: SlackServer, page: Fault
) -> None:
    slack.faults["chat.startStream"].append(page)
    event = question(slack)
    async with surface.working(event, again=False):
        await until(lambda: slack.messages)
    await surface.post(answer(surface, event), "Ev1/0")
    assert "Apple closed" in slack.messages[0].text


async def test_blocks_that_a_stream_does_not_take_are_sent_in_a_plainer_form(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = question(slack)
    await begun(surface, slack, event)
    refused = Fault(200, {"ok": False, "error": "invalid_blocks"})
    slack.faults["chat.stopStream"] += [refused, refused]
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text
    assert shown.key == "Ev1/0"


async def test_a_stream_that_can_not_be_ended_is_answered_beside(surface: SlackSurface, slack: SlackServer) -> None:
    event = question(slack)
    await begun(surface, slack, event)
    slack.faults["chat.stopStream"] += [Fault(200, {"ok": False, "error": "user_not_found"})] * 3
    await surface.post(answer(surface, event), "Ev1/0")
    assert any("Apple closed" in shown.text and shown.key == "Ev1/0" for shown in slack.messages)


async def test_the_stream_of_a_deleted_question_goes_and_that_of_a_stopped_one_says_so(
    surface: SlackSurface, slack: SlackServer
) -> None:
    gone, stopped = question(slack), asked(message("price of Tesla", ts=f"{slack._began - 1}.000002", event_id="Ev2"))
    await begun(surface, slack, gone)
    await surface.discard(gone)
    assert slack.messages == []
    async with surface.working(stopped, again=False):
        await until(lambda: slack.messages)
    await surface.stopped(stopped)
    (shown,) = slack.messages
    assert shown.text == "Stopped."


async def test_what_is_personal_never_stays_in_a_streamed_channel(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(mention("<@UBOT> my portfolio"))
    await begun(surface, slack, event)
    await surface.post(answer(surface, event, "You hold 10 shares.", personal=True), "Ev1/0")
    there, here = slack.messages
    assert (there.channel, here.channel) == (CHANNEL, f"D{USER}")
    assert "10 shares" not in str(there.body)
    assert "10 shares" in here.text


async def test_a_turn_that_takes_a_while_is_a_plan_with_its_source_and_then_the_answer(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    """The whole way: a real server, model and data."""
    slack.missing -= STATUS
    held = slack.held["users.info"] = asyncio.Event()
    thread = f"{slack._began - 1}.000001"
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        await deliver(served.client, message("price of Apple", ts=thread, event_id="Ev1"))
        await until(lambda: slack.streams and slack.sessions)
        assert only_stream(slack).title == FIRST
        held.set()
        assert await served.settled() == {"Ev1": "done"}
        await until(lambda: slack.sessions[-1][2] == "active")
    (shown,) = slack.messages
    assert (shown.key, shown.body["thread_ts"]) == ("Ev1/0", thread)
    assert "Apple closed at $125.67" in shown.text
    (task,) = only_stream(slack).tasks.values()
    assert (task["title"], task["status"]) == ("Looking up quote: Apple", "complete")
    assert task["output"].endswith(", as of 28 Dec 2022")
    assert slack.sessions[0] == (DM, thread, "processing")


async def test_only_so_many_streams_are_begun_in_a_minute(slack: SlackServer) -> None:
    now = [0.0]
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    streams = Streams(api, lambda: now[0])
    target = {"thread_ts": "1.1", "tenant": TEAM, "user": USER}
    chunks = [{"type": "plan_update", "title": "x"}]
    for number in range(MOST_A_MINUTE):
        assert streams.has_room
        assert await streams.begin(f"D{number}", target, chunks)
    assert not streams.has_room
    now[0] += A_MINUTE
    assert streams.has_room
    slack.faults["chat.startStream"].append(Fault(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}))
    assert await streams.begin(DM, target, chunks) == ""
    assert not streams.has_room
    now[0] += 30
    assert streams.has_room
    slack.missing |= STREAMING
    assert await streams.begin(DM, target, chunks) == ""
    now[0] += ASKED_AGAIN - 1
    assert not streams.has_room
    now[0] += 1
    assert streams.has_room
    await api.aclose()


async def test_a_quick_answer_is_the_only_thing_that_is_posted(slack: SlackServer, slack_settings: Any) -> None:
    slack.missing -= STATUS
    quick = SlackSurface(slack_settings)
    event = question(slack)
    async with quick.working(event, again=False) as told:
        told(LOOKING)
    await quick.post(answer(quick, event), "Ev1/0")
    await quick.aclose()
    assert [call for call, _ in slack.calls if call.startswith(("chat.", "agents.", "assistant."))] == [
        "chat.postMessage"
    ]


async def test_a_session_is_shown_as_processed_while_a_turn_runs(surface: SlackSurface, slack: SlackServer) -> None:
    slack.missing -= STATUS
    event = question(slack)
    thread = event.payload["target"]["thread_ts"]
    async with surface.working(event, again=False):
        await until(lambda: slack.sessions)
        assert slack.sessions == [(DM, thread, "processing")]
    await until(lambda: len(slack.sessions) == 2)
    assert slack.sessions[-1] == (DM, thread, "active")


async def test_a_state_is_shown_the_older_way_or_not_at_all(slack: SlackServer) -> None:
    now = [0.0]
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    status = AgentStatus(api, lambda: now[0])
    slack.missing.discard("assistant.threads.setStatus")
    await status.working(DM, "1.1", USER)
    await status.idle(DM, "1.1")
    assert [state for _, _, state in slack.sessions] == ["is looking it up…", ""]
    slack.missing |= STATUS
    asked_before = len(slack.calls)
    for _ in range(3):
        await status.working(DM, "1.1", USER)
    assert len(slack.calls) == asked_before + 1  # each way is asked once, then left alone
    now[0] += STATUS_ASKED_AGAIN
    slack.missing -= STATUS
    await status.working(DM, "1.1", USER)
    assert slack.sessions[-1] == (DM, "1.1", "processing")
    slack.faults["agents.sessions.setStatus"].append(Fault(500, "", content_type="text/html"))
    await status.idle(DM, "1.1")  # what can't be shown now is left out
    await api.aclose()
