"""Slack's own framework and SDK against our stand-in for Slack, so that what it does is not only our opinion."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, command, mention, message
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, deliver, deliver_form, signed
from tests.fakes.slack_streams import STATUS, STREAMING
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from tests.fakes.slack_server import SlackServer

QUIET = {"unfurl_links": False, "unfurl_media": False, "link_names": False}
COMMAND = command("help")


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{slack.address}/api/")
    client.proxy = None
    return client


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """An app as Slack's samples are written."""
    app = AsyncApp(client=client, signing_secret=SECRET)

    @app.message("hello")
    async def hello(message: dict[str, Any], say: Any) -> None:
        await say(f"Hello, <@{message['user']}>", thread_ts=message["ts"], **QUIET)

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say("You called?", thread_ts=event["ts"], **QUIET)

    @app.command("/fin")
    async def command(ack: Any) -> None:
        await ack("Here is help.")

    return app


@asynccontextmanager
async def by_http(app: AsyncApp) -> AsyncIterator[httpx.AsyncClient]:
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    served = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://app") as delivering:
        yield delivering


async def test_bolt_takes_our_events_and_answers_over_socket_mode(
    app: AsyncApp, client: AsyncWebClient, slack: SlackServer
) -> None:
    handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await until(lambda: slack.sockets)
        for body in (message("hello", ts="1790000000.000100"), mention(f"<@{BOT}> hi", ts="1790000000.000200")):
            assert await slack.is_acknowledged(await slack.envelope(body))
        await until(lambda: len(slack.messages) == 2)
        name = await slack.envelope(COMMAND, "slash_commands")
        assert await slack.is_acknowledged(name)
        answer = next(answer for answer in slack.acknowledged if answer["envelope_id"] == name)
        assert answer["payload"]["text"] == "Here is help."
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
    direct, channel = sorted(slack.messages, key=lambda shown: shown.channel, reverse=True)
    assert (direct.channel, direct.text, direct.body["thread_ts"]) == (DM, f"Hello, <@{USER}>", "1790000000.000100")
    assert (channel.channel, channel.text) == (CHANNEL, "You called?")


async def test_bolt_takes_our_deliveries_over_http_and_refuses_what_we_sign_wrong(
    app: AsyncApp, slack: SlackServer
) -> None:
    async with by_http(app) as delivering:
        body = message("hello", ts="1790000000.000100")
        assert (await deliver(delivering, body)).status_code == 200
        await until(lambda: slack.messages)
        answer = await deliver_form(delivering, COMMAND)
        assert (answer.status_code, answer.text) == (200, "Here is help.")
        raw = json.dumps(body).encode()
        headers = {"content-type": "application/json", **signed(raw, secret="f" * 32)}
        assert (await delivering.post("/slack/events", content=raw, headers=headers)).status_code == 401
        challenge = await deliver(delivering, {"type": "url_verification", "challenge": "c1", "token": "unused"})
        assert "c1" in challenge.text
    assert [shown.text for shown in slack.messages] == [f"Hello, <@{USER}>"]


async def test_the_sdk_streams_a_plan_into_our_stand_in(client: AsyncWebClient, slack: SlackServer) -> None:
    slack.missing -= STREAMING | STATUS
    stream = await client.chat_stream(
        channel=CHANNEL,
        thread_ts="1790000000.000100",
        recipient_team_id=TEAM,
        recipient_user_id=USER,
        task_display_mode="plan",
    )
    await stream.append(chunks=[PlanUpdateChunk(title="Looking up")])
    await stream.append(chunks=[TaskUpdateChunk(id="1", title="Quote", status="in_progress")])
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Apple closed."}}]
    metadata = {"event_type": "t", "event_payload": {"key": "Ev1/0"}}
    assert stream.ts
    with pytest.raises(SlackApiError, match="streaming_state_conflict"):
        await client.chat_update(channel=CHANNEL, ts=stream.ts, text="too early", link_names=False)
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(channel=CHANNEL, ts=stream.ts)
    await stream.stop(blocks=blocks, metadata=metadata)
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(channel=CHANNEL, ts=stream.ts, chunks=[])
    (shown,) = slack.messages
    assert (shown.text, shown.key) == ("Apple closed.", "Ev1/0")
    told = await client.conversations_replies(channel=CHANNEL, ts="1790000000.000100", include_all_metadata=True)
    assert told["messages"][0]["metadata"]["event_payload"] == {"key": "Ev1/0"}
    await client.agents_sessions_setStatus(channel_id=CHANNEL, thread_ts="1790000000.000100", status="processing")
    assert slack.sessions[-1][2] == "processing"


async def test_the_sdk_uploads_a_file_into_our_stand_in(client: AsyncWebClient, slack: SlackServer) -> None:
    await client.files_upload_v2(content=b"\x89PNG", filename="a.png", title="A", alt_txt="a line", channel=DM)
    (upload,) = slack.uploads.values()
    assert (upload.content, upload.alt_text, slack.messages[0].channel) == (b"\x89PNG", "a line", DM)


async def test_our_stand_in_takes_no_json_where_slack_takes_none(client: AsyncWebClient) -> None:
    assert (await client.users_info(user=USER))["user"]["id"] == USER
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("users.info", json={"user": USER})


async def test_our_stand_in_refuses_what_slack_refuses_and_tells_the_test(
    client: AsyncWebClient, slack: SlackServer
) -> None:
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    unknown = {"type": "divider", "colour": "red"}
    for blocks in ([long], [unknown], [{"type": "divider"}] * 51):
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel=DM, text="x", blocks=blocks, **QUIET)
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postEphemeral(channel=DM, user=USER, text="x", blocks=blocks)
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_postMessage(channel=DM, text="x" * 40_001, **QUIET)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": [{"type": "divider"}]}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_open(trigger_id="1.2", view=view)
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.views_publish(user_id=USER, view={"type": "home", "blocks": [long]})
    assert len(slack.problems) == 9
    with pytest.raises(AssertionError):
        slack.check()
    slack.problems.clear()
    assert slack.messages == []
