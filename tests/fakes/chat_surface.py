"""The product's side of the chat platform of `chat_server`: a `ChatSurface` over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.records.inbox import Event
from bot.surfaces.base import ChatSurface, PostFailed, PostRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.records.inbox import Outgoing
    from bot.surfaces.base import Accept


class ChatServerSurface(ChatSurface):
    """Events come in at /events; messages go to the server at `address`."""

    name = "fake"

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, timeout=10)

    async def aclose(self) -> None:
        await self._client.aclose()

    def routes(self, intake: Accept) -> Sequence[BaseRoute]:
        async def receive(request: Request) -> JSONResponse:
            body = await request.json()
            channel = body["channel"]
            is_new = await intake(
                Event(
                    tenant="local",
                    id=body["event_id"],
                    conversation=channel,
                    user=body["user"],
                    surface=self.name,
                    kind="question",
                    payload={"text": body["text"], "target": {"channel": channel}},
                    sent_at=datetime.fromtimestamp(body["ts"], UTC),
                    place=f"{channel}/{body['ts']}",
                )
            )
            return JSONResponse({"new": is_new})

        return [Route("/events", receive, methods=["POST"])]

    async def post(self, message: Outgoing, key: str) -> str:
        channel = message.target.get("channel") or f"D{message.target['user']}"  # what is unasked goes to a person
        body = {"channel": channel, "key": key, "text": message.body["text"]}
        answer = await self._send("POST", "/messages", json=body)
        return str(answer.json()["id"])

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        return list((await self._send("GET", "/messages", params={"key": key})).json())

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        await self._send("DELETE", f"/messages/{message_id}")

    async def _send(self, method: str, path: str, **arguments: object) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **arguments)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise PostFailed(type(error).__name__) from error
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise PostRefused(answer.json()["error"])
        if answer.is_error:
            raise PostFailed(f"HTTP {answer.status_code}")
        return answer
