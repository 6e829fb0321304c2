"""A chat platform on loopback: it keeps every message that is posted, finds them by key, and can be slow or broken."""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Posted:
    """One visible message, in the order of posting."""

    id: str
    channel: str
    key: str
    text: str


class ChatServer:
    """Keeps messages; `fail_next` makes that many posts fail after they were kept, as when an answer is lost."""

    def __init__(self) -> None:
        self.messages: list[Posted] = []
        self.withdrawn: list[Posted] = []
        self.fail_next = 0
        self.refuse = False
        self._ids = itertools.count(1)

    async def _post(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.json_response({"error": "is_archived"}, status=403)
        body = await request.json()
        message = Posted(f"m{next(self._ids):06}", body["channel"], body["key"], body["text"])
        self.messages.append(message)
        if self.fail_next:
            self.fail_next -= 1
            return web.json_response({"error": "internal_error"}, status=500)
        return web.json_response({"id": message.id})

    async def _find(self, request: web.Request) -> web.Response:
        key = request.query["key"]
        return web.json_response([message.id for message in self.messages if message.key == key])

    async def _withdraw(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        self.withdrawn += [message for message in self.messages if message.id == name]
        self.messages = [message for message in self.messages if message.id != name]
        return web.json_response({})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address while it runs."""
        app = web.Application()
        app.router.add_post("/messages", self._post)
        app.router.add_get("/messages", self._find)
        app.router.add_delete("/messages/{id}", self._withdraw)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
