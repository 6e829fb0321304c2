"""Slack brings again what is not taken in time: the stand-in insists as it does, and each question is answered once (A1, A2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.receiving import Receiver
from tests.fakes import slack_deliveries
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_deliveries import SECRET, Deliverer, deliver
from tests.fakes.slack_payloads import message
from tests.fakes.slack_served import served_settings, serving, ts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.slack_server import SlackServer


class Losing(httpx.AsyncBaseTransport):
    """A network on which the answers to the first `lost` requests never arrive, though the app gave them."""

    def __init__(self, inner: httpx.AsyncBaseTransport, lost: int = 0) -> None:
        self._inner, self.lost = inner, lost
        self.retries: list[tuple[str, str]] = []
        """What each request says of being one more."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said = request.headers
        self.retries.append((said.get("x-slack-retry-num", ""), said.get("x-slack-retry-reason", "")))
        answer = await self._inner.handle_async_request(request)
        if self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("lost on its way")
        return answer


def app_with(intake: RecordingIntake) -> httpx.ASGITransport:
    receiver = Receiver(intake, nobody_lost)  # type: ignore[arg-type]
    return httpx.ASGITransport(Starlette(routes=[*slack_routes(SECRET, receiver)]))


async def test_what_can_not_be_stored_is_brought_until_it_is() -> None:
    intake = RecordingIntake()
    network = Losing(app_with(intake))
    intake.fail = 2
    async with httpx.AsyncClient(transport=network, base_url="http://app") as client:
        slack = Deliverer(client)
        assert not await slack.bring(message("x", event_id="Ev1"))
        assert not await slack.turn()
        assert await slack.turn()
    assert network.retries == [("", ""), ("1", "http_error"), ("2", "http_error")]
    assert (list(intake.events), slack.given_up) == (["Ev1"], [])


async def test_what_was_stored_and_not_heard_of_is_stored_once() -> None:
    intake = RecordingIntake()
    network = Losing(app_with(intake), lost=2)
    async with httpx.AsyncClient(transport=network, base_url="http://app") as client:
        slack = Deliverer(client)
        await slack.bring(message("x", event_id="Ev1"))
        while slack.waiting:
            await slack.turn()
    assert network.retries == [("", ""), ("1", "http_timeout"), ("2", "http_timeout")]
    assert (list(intake.events), intake.deliveries) == (["Ev1"], 3)


async def test_slack_gives_up_after_the_third_time_more() -> None:
    intake = RecordingIntake()
    intake.fail = 9
    async with httpx.AsyncClient(transport=app_with(intake), base_url="http://app") as client:
        slack = Deliverer(client)
        await slack.bring(message("x", event_id="Ev1"))
        turns = 0
        while not await slack.turn():
            turns += 1
    assert (turns, [delivery.tries for delivery in slack.given_up]) == (2, [4])


@pytest.mark.parametrize("answer", [Response(status_code=500, headers={"x-slack-no-retry": "1"})])
async def test_an_app_may_ask_not_to_be_told_again(answer: Response) -> None:
    async def refuse(_: Any) -> Response:
        return answer

    app = Starlette(routes=[Route("/slack/events", refuse, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        slack = Deliverer(client)
        assert not await slack.bring(message("x"))
    assert (slack.waiting, len(slack.given_up)) == ([], 1)


async def test_an_app_that_does_not_answer_in_time_fails_its_test(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: Any) -> Response:
        await asyncio.Event().wait()
        return Response()

    monkeypatch.setattr(slack_deliveries, "ACK_SECONDS", 0.05)
    monkeypatch.setattr(slack_deliveries, "ALLOWANCE", 0.0)
    app = Starlette(routes=[Route("/slack/events", hang, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        with pytest.raises(AssertionError, match="answer to message Ev1"):
            await deliver(client, message("x", event_id="Ev1"))
        slack = Deliverer(client, patience=0.05)
        assert not await slack.bring(message("x"))
        assert slack.waiting[0].reason == "http_timeout"


async def test_a1_an_insisting_slack_gets_one_answer(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> None:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        network = Losing(served.client._transport, lost=3)
        async with httpx.AsyncClient(transport=network, base_url="http://app") as client:
            insisting = Deliverer(client)
            await insisting.bring(message("/help", ts=ts(1), event_id="Ev1"))
            while insisting.waiting:
                await insisting.turn()
                await served.settled()
        assert len(network.retries) == 4
        assert len(served.answers()) == 1
