"""The Web API, as servers other than Slack's own speak it: some take posts alone, and lack methods in their own ways."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.surfaces.slack.api import SlackApi, SlackRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@asynccontextmanager
async def api_of(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[SlackApi]:
    """The API of a server that knows nothing but POST /api/METHOD."""
    app = web.Application()
    app.router.add_post("/api/{method}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with aclosing(SlackApi("xoxb-1", f"http://{host}:{port}/api/")) as api:
            yield api
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("users.info", {"user": "U1", "include_locale": True}),
        ("conversations.info", {"channel": "C1"}),
        ("conversations.history", {"channel": "C1", "limit": 200, "include_all_metadata": True}),
        ("conversations.replies", {"channel": "C1", "ts": "1.0", "inclusive": False}),
        ("files.info", {"file": "F1"}),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 3, "alt_txt": "á"}),
        ("files.completeUploadExternal", {"channel_id": "C1", "files": '[{"id": "F1"}]'}),
    ],
)
async def test_what_takes_no_json_is_posted_as_a_form(method: str, arguments: dict[str, object]) -> None:
    async def echo(request: web.Request) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        return web.json_response({"ok": True, "got": {**request.query, **await request.post()}})

    async with api_of(echo) as api:
        got = (await api.call(method, **arguments))["got"]

    words = {"True": "true", "False": "false"}
    assert got == {name: words.get(str(value), str(value)) for name, value in arguments.items()}


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain", "404 Not Found"),
        ("text/html", "<pre>Cannot POST</pre>"),
        ("application/json", '{"message": "Not Found"}'),
        ("application/json", '{"ok": false, "error": "unknown_method"}'),
        ("application/json", "nothing"),
        ("application/json", ""),
    ],
)
async def test_a_method_that_a_server_lacks_is_done_without(status: int, content_type: str, text: str) -> None:
    async def lack(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type)

    async with api_of(lack) as api:
        assert await api.try_call("chat.startStream", channel="C1") is None
        assert await api.try_call("conversations.info", channel="C1") is None


async def test_a_verb_that_a_server_does_not_know_is_a_method_that_it_lacks() -> None:
    async def never(_: web.Request) -> web.Response:
        raise AssertionError

    async with api_of(never) as api:
        api.client.base_url = api.client.base_url.replace("/api/", "/elsewhere/")
        with pytest.raises(SlackRefused) as refused:
            await api.call("users.info", user="U1")

    assert refused.value.code == "http_404"
