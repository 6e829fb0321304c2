"""Each press finds its handler by its name; Slack hears at once, what follows comes after, and nothing breaks the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.errors import DatabaseUnreachable
from bot.jobs.posting import PostFailed
from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.interactions import DONE, Answer, Interactions
from bot.surfaces.slack.receiving import Receiver
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_deliveries import deliver_form
from tests.fakes.slack_interactive import deliver_press, press, shortcut, submitted
from tests.fakes.slack_payloads import CHANNEL
from tests.fakes.slack_server import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.surfaces.slack.presses import Press

HOME = press(None, "follow_up_0", "x")


@pytest.fixture
async def interactions() -> AsyncIterator[Interactions]:
    interactions = Interactions()
    yield interactions
    await interactions.aclose()


@pytest.fixture
async def client(interactions: Interactions) -> AsyncIterator[httpx.AsyncClient]:
    receiver = Receiver(RecordingIntake(), nobody_lost, interactions)  # type: ignore[arg-type]
    app = Starlette(routes=[*slack_routes(SECRET, receiver)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        yield client


def listening(heard: list[str], name: str, answer: Answer = DONE) -> Any:
    async def handle(press: Press) -> Answer:
        heard.append(f"{name}:{press.name}")
        return answer

    return handle


async def test_the_longest_beginning_counts(interactions: Interactions) -> None:
    heard: list[str] = []
    interactions.actions |= {"follow": listening(heard, "short"), "follow_up": listening(heard, "long")}
    for name in ("follow_up_0", "followed", "other"):
        assert await interactions.take(press(None, name, "x")) == {}
    assert heard == ["long:follow_up_0", "short:followed"]


async def test_forms_and_shortcuts_go_by_their_callback(interactions: Interactions) -> None:
    heard: list[str] = []
    errors = Answer({"response_action": "errors", "errors": {"zone": "That is no time zone."}})
    interactions.submissions["settings"] = listening(heard, "form", errors)
    interactions.closings["settings"] = listening(heard, "closed")
    interactions.shortcuts["explain"] = listening(heard, "shortcut")
    form = submitted({"callback_id": "settings"}, {})
    assert await interactions.take(form) == errors.body
    await interactions.take({**form, "type": "view_closed"})
    await interactions.take(shortcut("explain", {"ts": "1.1"}, channel=CHANNEL))
    await interactions.take(shortcut("settings", {"ts": "1.1"}, channel=CHANNEL))
    assert heard == ["form:settings", "closed:settings", "shortcut:explain"]


async def test_slack_is_answered_before_the_work_is_done(interactions: Interactions, client: httpx.AsyncClient) -> None:
    done, may = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await may.wait()
        done.set()

    interactions.actions["follow_up"] = listening([], "x", Answer(then=work))
    answer = await deliver_press(client, HOME)
    assert (answer.status_code, answer.content, done.is_set()) == (200, b"", False)
    may.set()
    await asyncio.wait_for(done.wait(), 5)


async def test_a_forms_errors_go_with_the_acknowledgement(
    interactions: Interactions, client: httpx.AsyncClient
) -> None:
    interactions.submissions["settings"] = listening([], "x", Answer({"response_action": "clear"}))
    answer = await deliver_press(client, submitted({"callback_id": "settings"}, {}))
    assert answer.json() == {"response_action": "clear"}


async def test_what_can_not_be_stored_is_not_acknowledged(
    interactions: Interactions, client: httpx.AsyncClient
) -> None:
    async def away(_: Press) -> Answer:
        raise DatabaseUnreachable("here", "refused", "start it")

    interactions.actions["follow_up"] = away
    assert (await deliver_press(client, HOME)).status_code == 503


async def test_a_mistake_of_ours_stays_alone(interactions: Interactions, client: httpx.AsyncClient) -> None:
    async def broken(_: Press) -> Answer:
        raise KeyError("x")

    async def fails() -> None:
        raise PostFailed("Slack is away")

    async def breaks() -> None:
        raise KeyError("y")

    heard: list[str] = []
    interactions.actions |= {
        "broken": broken,
        "fails": listening(heard, "1", Answer(then=fails)),
        "breaks": listening(heard, "2", Answer(then=breaks)),
        "well": listening(heard, "3"),
    }
    for name in ("broken", "fails", "breaks", "well"):
        assert (await deliver_press(client, press(None, name, "x"))).status_code == 200
    assert heard == ["1:fails", "2:breaks", "3:well"]


@pytest.mark.parametrize("payload", ["", "null", "[]", "{", "5", '{"type": "block_actions"}', "[" * 100_000])
async def test_what_is_malformed_is_acknowledged_and_ignored(client: httpx.AsyncClient, payload: str) -> None:
    answer = await deliver_form(client, {"payload": payload}, is_published=False)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_at_the_end_what_is_in_hand_gets_a_moment(interactions: Interactions) -> None:
    done: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("done")

    interactions.actions["follow_up"] = listening([], "x", Answer(then=work))
    await interactions.take(HOME)
    await interactions.aclose()
    assert done == ["done"]
