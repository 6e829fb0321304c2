"""Socket Mode on real WebSockets: two connections, each replaced in time, nothing acknowledged before it is stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.sockets import Sockets, proxy_for
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_interactive import press
from tests.fakes.slack_payloads import CHANNEL, command, message
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, Fault, SlackServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def intake() -> RecordingIntake:
    return RecordingIntake()


class Naps:
    """A sleep that takes no time, and is counted."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(
    slack: SlackServer, intake: RecordingIntake, naps: Naps | None = None, heartbeat: float = 10.0
) -> AsyncIterator[Sockets]:
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    receiver = Receiver(intake, nobody_lost)  # type: ignore[arg-type]
    sockets = Sockets(api, APP_TOKEN, receiver, heartbeat, naps or Naps())
    running = asyncio.create_task(sockets.run())
    try:
        await until(lambda: len(slack.sockets) == 2)
        yield sockets
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await api.aclose()


async def test_events_come_by_either_connection_and_are_acknowledged_once_stored(
    slack: SlackServer, intake: RecordingIntake
) -> None:
    async with connected(slack, intake):
        for socket in (0, 1):
            name = await slack.envelope(message("price of Apple", event_id=f"Ev{socket}"), socket=socket)
            assert await slack.is_acknowledged(name)
        assert list(intake.events) == ["Ev0", "Ev1"]


async def test_what_can_not_be_stored_is_not_acknowledged_and_comes_again(
    slack: SlackServer, intake: RecordingIntake
) -> None:
    async with connected(slack, intake):
        intake.fail = 1
        name = await slack.envelope(message("price of Apple", event_id="Ev1"), socket=1)
        assert not await slack.is_acknowledged(name, 0.3)
        (again,) = await slack.send_again()
        assert slack.sent[again].socket is slack.sockets[0]  # by the other connection
        assert await slack.is_acknowledged(again)
        assert await slack.send_again() == []
        assert list(intake.events) == ["Ev1"]


async def test_a_slash_command_is_answered_on_its_envelope(slack: SlackServer, intake: RecordingIntake) -> None:
    async with connected(slack, intake):
        name = await slack.envelope(command("", channel=CHANNEL), "slash_commands")
        assert await slack.is_acknowledged(name)
        (answer,) = slack.acknowledged
        assert answer["payload"]["response_type"] == "ephemeral"
        click = await slack.envelope(press(None, "follow_up_0", "x"), "interactive")
        assert await slack.is_acknowledged(click)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a15_the_new_connection_stands_before_the_old_one_ends(
    slack: SlackServer, intake: RecordingIntake, reason: str
) -> None:
    naps = Naps()
    async with connected(slack, intake, naps):
        old = slack.sockets[0]
        await old.send_json({"type": "disconnect", "reason": reason})
        await until(lambda: slack.opened == 3)
        assert not old.closed
        assert len(slack.sockets) == 3
        name = await slack.envelope(message("the last on the old one", event_id="Ev1"), socket=slack.sockets.index(old))
        assert await slack.is_acknowledged(name)
        await old.close()
        await until(lambda: len(slack.sockets) == 2)
        name = await slack.envelope(message("the first on the new one", event_id="Ev2"), socket=1)
        assert await slack.is_acknowledged(name)
        assert naps.taken == []
        assert list(intake.events) == ["Ev1", "Ev2"]


async def test_a16_when_all_connections_break_they_are_made_anew(slack: SlackServer, intake: RecordingIntake) -> None:
    naps = Naps()
    async with connected(slack, intake, naps):
        slack.faults["apps.connections.open"] += [Fault(503, "", content_type="text/html") for _ in range(6)]
        for socket in list(slack.sockets):
            await socket.close()
        await until(lambda: slack.opened == 4)
        await until(lambda: len(slack.sockets) == 2)
        assert len(naps.taken) == 8  # once for each connection that was cut at once, and for each refusal
        assert max(naps.taken) > 2
        name = await slack.envelope(message("price of Apple", event_id="Ev1"))
        assert await slack.is_acknowledged(name)


async def test_a16_since_when_there_was_no_connection_is_told_where_that_was_long(
    slack: SlackServer, intake: RecordingIntake
) -> None:
    now, gaps = [datetime(2026, 11, 2, tzinfo=UTC)], list[datetime]()
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    receiver = Receiver(intake, nobody_lost)  # type: ignore[arg-type]
    sockets = Sockets(api, APP_TOKEN, receiver, sleep=Naps(), on_gap=gaps.append, now=lambda: now[0])
    running = asyncio.create_task(sockets.run())
    await until(lambda: len(slack.sockets) == 2)
    for length in (timedelta(seconds=30), timedelta(minutes=10)):
        held = slack.held["apps.connections.open"] = asyncio.Event()
        for socket in list(slack.sockets):
            await socket.close()
        await until(lambda: not sockets._open)
        began, now[0] = now[0], now[0] + length
        held.set()
        await until(lambda: len(slack.sockets) == 2)
        await until(lambda: len(sockets._open) == 2)
    assert gaps == [began]  # what is shorter Slack sends again by itself
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await api.aclose()


async def test_a17_too_many_connections_are_no_reason_to_make_more(slack: SlackServer, intake: RecordingIntake) -> None:
    naps = Naps()
    async with connected(slack, intake, naps):
        for _ in range(3):
            opened = slack.opened
            socket = slack.sockets[0]
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            await until(lambda: slack.opened > opened)  # noqa: B023
        assert len(naps.taken) == 3


async def test_a18_a_connection_that_does_not_answer_is_replaced(slack: SlackServer, intake: RecordingIntake) -> None:
    async with connected(slack, intake, heartbeat=0.2):
        transport = slack.sockets[0]._req.transport
        assert transport
        transport.pause_reading()  # half open: what we send is never read
        await until(lambda: slack.opened == 3)


async def test_a_wrong_app_token_is_told(slack: SlackServer, intake: RecordingIntake) -> None:
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    naps = Naps()
    sockets = Sockets(api, "xapp-wrong", Receiver(intake, nobody_lost), sleep=naps)  # type: ignore[arg-type]
    running = asyncio.create_task(sockets.run())
    await until(lambda: naps.taken)
    assert "SLACK_APP_TOKEN" in sockets.problem
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await api.aclose()


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("wss://wss-primary.slack.com/link", "http://proxy.example:3128"),
        ("ws://plain.example/link", None),
        ("wss://inside.example/link", None),
        ("wss://127.0.0.1:9/link", None),
    ],
)
def test_the_way_to_the_socket_is_that_of_pages(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for(url) == proxy
