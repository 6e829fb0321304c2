"""Where native charts are refused, the answer stays and its charts come as pictures: there, once, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.surfaces.slack.events import Asked, read_event
from tests.fakes.slack_payloads import CHANNEL, DM, USER, mention, message
from tests.fakes.slack_server import Fault
from tools.charts import Chart, Series

if TYPE_CHECKING:
    from bot.records.inbox import Event, Outgoing
    from bot.surfaces.slack.surface import SlackSurface
    from tests.fakes.slack_server import SlackServer

from bot.messages import Reply

REFUSED = Fault(200, {"ok": False, "error": "invalid_blocks"})


def asked(body: dict[str, Any]) -> Event:
    reading = read_event(body)
    assert isinstance(reading, Asked)
    return reading.event


def chart(title: str) -> Chart:
    days = ("2022-01-03", "2022-06-30", "2022-12-28")
    return Chart("line", title, days, (Series("Apple", (176.03, 140.0, 125.67)),), "USD", "bundled history")


def answer(surface: SlackSurface, event: Event, *charts: Chart, personal: bool = False) -> Outgoing:
    reply = Reply("t1", "how did Apple do?", "It fell by 28.6 %.", "answered", charts=charts, personal=personal)
    (outgoing,) = surface.present(event, "It fell by 28.6 %.", reply)
    return outgoing


async def test_refused_charts_come_as_pictures_into_the_same_thread(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(message("how did Apple do?", ts=f"{slack._began}.000001"))
    outgoing = answer(surface, event, chart("Apple, 2022"), chart("Apple again"))
    stored = type(outgoing)(
        outgoing.surface, outgoing.target, json.loads(json.dumps(outgoing.body))
    )  # as in the outbox
    slack.faults["chat.postMessage"].append(REFUSED)
    name = await surface.post(stored, "Ev1/0")
    text, files = slack.messages
    assert "fell by 28.6" in text.text
    assert (files.channel, files.body["thread_ts"]) == (DM, event.payload["target"]["thread_ts"])
    first, second = slack.uploads.values()
    assert first.content.startswith(b"\x89PNG")
    assert "125.67" in first.alt_text
    assert (first.title, second.title, first.tokens) == ("Apple, 2022", "Apple again", "")
    assert await surface.find(stored, "Ev1/0") == [name]  # so that no second try posts, or uploads, again


async def test_charts_that_are_taken_are_not_uploaded_as_well(surface: SlackSurface, slack: SlackServer) -> None:
    await surface.post(answer(surface, asked(message("how did Apple do?")), chart("Apple")), "Ev1/0")
    assert slack.uploads == {}


async def test_an_answer_without_charts_has_no_pictures(surface: SlackSurface, slack: SlackServer) -> None:
    slack.faults["chat.postMessage"].append(REFUSED)
    await surface.post(answer(surface, asked(message("hello"))), "Ev1/0")
    assert slack.uploads == {}


async def test_personal_charts_follow_their_answer_into_the_direct_messages(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = asked(mention("<@UBOT> my portfolio"))
    slack.faults["chat.postMessage"].append(REFUSED)
    await surface.post(answer(surface, event, chart("Mine"), personal=True), "Ev1/0")
    assert {shown.channel for shown in slack.messages} == {f"D{USER}"}
    assert CHANNEL not in str(slack.messages)


@pytest.mark.parametrize(
    ("failing", "fault"),
    [
        ("files.getUploadURLExternal", Fault(200, {"ok": False, "error": "unknown_method"})),
        ("files.getUploadURLExternal", Fault(200, {"ok": True})),
        ("files.completeUploadExternal", Fault(500, "")),
    ],
)
async def test_what_can_not_be_uploaded_leaves_the_answer(
    surface: SlackSurface, slack: SlackServer, failing: str, fault: Fault
) -> None:
    slack.faults["chat.postMessage"].append(REFUSED)
    slack.faults[failing].append(fault)
    await surface.post(answer(surface, asked(message("how did Apple do?")), chart("Apple")), "Ev1/0")
    (shown,) = slack.messages
    assert "fell by 28.6" in shown.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "http://127.0.0.1:1"])
async def test_a_picture_goes_to_no_host_but_slacks(surface: SlackSurface, slack: SlackServer, elsewhere: str) -> None:
    slack.upload_host = elsewhere
    slack.faults["chat.postMessage"].append(REFUSED)
    await surface.post(answer(surface, asked(message("how did Apple do?")), chart("Apple")), "Ev1/0")
    assert len(slack.messages) == 1
    assert "files.completeUploadExternal" not in [method for method, _ in slack.calls]
