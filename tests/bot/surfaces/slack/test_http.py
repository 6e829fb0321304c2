"""Events over HTTP: signed by Slack, stored before they are acknowledged, each delivery handled."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.surfaces.slack.http import LARGEST, slack_routes
from bot.surfaces.slack.receiving import COMMAND_TAKEN, Receiver
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_payloads import APP, BOT, CHANNEL, DM, TEAM, callback, changed, command, deleted, message
from tests.fakes.slack_server import SECRET, deliver, deliver_form, signed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def intake() -> RecordingIntake:
    return RecordingIntake()


@pytest.fixture
def lost() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def client(intake: RecordingIntake, lost: list[tuple[str, str]]) -> AsyncIterator[httpx.AsyncClient]:
    async def on_lost(tenant: str, reason: str) -> None:
        lost.append((tenant, reason))

    app = Starlette(routes=[*slack_routes(SECRET, Receiver(intake, on_lost))])  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        yield client


async def test_an_event_is_stored_and_acknowledged(client: httpx.AsyncClient, intake: RecordingIntake) -> None:
    answer = await deliver(client, message("price of Apple", event_id="Ev1"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert list(intake.events) == ["Ev1"]


async def test_a1_a20_every_copy_is_acknowledged(client: httpx.AsyncClient, intake: RecordingIntake) -> None:
    for number in range(4):
        headers = {"x-slack-retry-num": str(number)} if number else {}
        assert (await deliver(client, message("x", event_id="Ev1"), **headers)).status_code == 200
    assert (list(intake.events), intake.deliveries) == (["Ev1"], 4)


async def test_a2_a_retry_whose_first_delivery_was_lost_is_new(
    client: httpx.AsyncClient, intake: RecordingIntake
) -> None:
    more = {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    assert (await deliver(client, message("x", event_id="Ev1"), **more)).status_code == 200
    assert list(intake.events) == ["Ev1"]


async def test_what_can_not_be_stored_is_not_acknowledged(client: httpx.AsyncClient, intake: RecordingIntake) -> None:
    intake.fail = 1
    assert (await deliver(client, message("x", event_id="Ev1"))).status_code == 503
    assert (await deliver(client, message("x", event_id="Ev1"))).status_code == 200
    assert list(intake.events) == ["Ev1"]


def a19(body: bytes) -> dict[str, dict[str, str]]:
    """Ways to be signed wrong."""
    good, now = signed(body), time.time()
    return {
        "unsigned": {},
        "no signature": {k: v for k, v in good.items() if k != "x-slack-signature"},
        "no timestamp": {k: v for k, v in good.items() if k != "x-slack-request-timestamp"},
        "301 s ago": signed(body, at=now - 302),
        "301 s ahead": signed(body, at=now + 302),
        "another body": signed(body + b" "),
        "another secret": signed(body, secret="f" * 32),
        "an empty secret": signed(body, secret=""),
        "no number": good | {"x-slack-request-timestamp": "soon"},
        "an odd number": good | {"x-slack-request-timestamp": "²"},
        "a huge number": good | {"x-slack-request-timestamp": "9" * 5000},
        "no letters": good | {"x-slack-signature": "v0=é"},
        "another version": good | {"x-slack-signature": good["x-slack-signature"].replace("v0=", "v1=")},
    }


@pytest.mark.parametrize("way", a19(b""))
async def test_a19_what_slack_did_not_sign_is_not_even_parsed(
    client: httpx.AsyncClient, intake: RecordingIntake, way: str
) -> None:
    for body in (json.dumps(message("x")).encode(), b"{ no json", b"\xff\xfe"):
        headers = {name: value.encode() for name, value in a19(body)[way].items()}
        answer = await client.post(
            "/slack/events", content=body, headers={**headers, "content-type": b"application/json"}
        )
        assert answer.status_code == 401
    assert intake.deliveries == 0


async def test_a19_a_signature_holds_for_five_minutes(client: httpx.AsyncClient) -> None:
    body = json.dumps(message("x")).encode()
    for shift in (-295, 295):
        headers = {"content-type": "application/json", **signed(body, at=time.time() + shift)}
        assert (await client.post("/slack/events", content=body, headers=headers)).status_code == 200


@pytest.mark.parametrize("secret", ["", "   "])
def test_a19_an_empty_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        slack_routes(secret, Receiver(RecordingIntake(), nobody_lost))  # type: ignore[arg-type]


async def test_a21_the_challenge_is_echoed_and_what_is_unknown_acknowledged(
    client: httpx.AsyncClient, intake: RecordingIntake
) -> None:
    assert (await deliver(client, {"type": "url_verification", "challenge": "abc"})).text == "abc"
    unknown: list[dict[str, Any]] = [
        {"type": "a_new_one"},
        {},
        callback({"type": "reaction_added"}),
        callback({}),
    ]
    for payload in unknown:
        assert (await deliver(client, payload)).status_code == 200
    held = {"type": "app_rate_limited", "token": "unused", "api_app_id": APP, "team_id": TEAM}
    assert (await deliver(client, held | {"minute_rate_limited": 1790000000})).status_code == 200
    click = {"type": "block_actions", "actions": [{"action_id": "nobody knows it"}]}
    for text in (json.dumps(click), "{", "[]"):
        assert (await deliver_form(client, {"payload": text}, is_published=False)).status_code == 200
    assert (await deliver_form(client, {"odd": "form"})).status_code == 200
    assert intake.deliveries == 0


async def test_what_is_no_json_object_or_too_large_is_refused(client: httpx.AsyncClient) -> None:
    for body in (b"{", b"[1]", b"[" * 100_000, b""):
        headers = {"content-type": "application/json", **signed(body)}
        assert (await client.post("/slack/events", content=body, headers=headers)).status_code == 400
    body = b" " * (LARGEST + 1)
    assert (await client.post("/slack/events", content=body, headers=signed(body))).status_code == 413


async def test_a_follow_up_in_a_channel_counts_only_where_we_take_part(
    client: httpx.AsyncClient, intake: RecordingIntake
) -> None:
    reply = message("and Microsoft?", channel=CHANNEL, channel_type="channel", thread_ts="1.0", event_id="Ev2")
    assert (await deliver(client, reply)).status_code == 200
    assert intake.events == {}
    intake.known.add(f"{CHANNEL}/1.0")
    assert (await deliver(client, reply)).status_code == 200
    assert list(intake.events) == ["Ev2"]


async def test_a5_edits_and_deletions_reach_the_inbox(client: httpx.AsyncClient, intake: RecordingIntake) -> None:
    await deliver(client, deleted("5.0"))
    assert intake.cancelled == [f"{DM}/5.0", f"{DM}/5.0/edit"]
    await deliver(client, changed("b", "a", ts="5.0", at="6.0", event_id="Ev3"))
    assert (intake.replaced, list(intake.events)) == ([f"{DM}/5.0"], ["Ev3"])


async def test_a_slash_command_is_acknowledged_to_its_asker_alone(
    client: httpx.AsyncClient, intake: RecordingIntake
) -> None:
    answer = await deliver_form(client, command("price of Apple", channel=CHANNEL, trigger="7.8"))
    assert answer.json() == {"response_type": "ephemeral", "text": COMMAND_TAKEN}
    assert intake.events["command-7.8"].payload["text"] == "price of Apple"
    answer = await deliver_form(client, command("help"))
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a26_the_end_of_an_installation_is_told(client: httpx.AsyncClient, lost: list[tuple[str, str]]) -> None:
    await deliver(client, callback({"type": "tokens_revoked", "tokens": {"bot": [BOT]}}))
    assert lost == [("T0001", "tokens_revoked")]
