"""Slack's side of Socket Mode: what it sends by a WebSocket, and sends again by another until it is acknowledged."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack_deliveries import ACK_SECONDS, ALLOWANCE, RETRIES, acknowledged_problems, delivery_differences
from tests.fakes.waiting import until


@dataclass(frozen=True)
class Envelope:
    """One that was sent: by which connection, and the how-manieth time after the first."""

    kind: str
    payload: dict[str, Any]
    socket: web.WebSocketResponse
    attempt: int = 0


class SocketMode:
    """Mixed into the server."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.opened = 0
        self.acknowledged: list[dict[str, Any]] = []
        self.sent: dict[str, Envelope] = {}
        """envelope_id → what is not acknowledged yet."""
        self.lost: list[Envelope] = []
        """What was never acknowledged, however often it was sent."""

    async def envelope(
        self, payload: dict[str, Any], kind: str = "events_api", socket: int = 0, *, is_published: bool = True
    ) -> str:
        """Send by Socket Mode; returns the envelope's id."""
        assert not is_published or not delivery_differences(payload), delivery_differences(payload)
        return await self._send(Envelope(kind, payload, self.sockets[socket]))

    async def is_acknowledged(self, name: str, seconds: float = ACK_SECONDS + ALLOWANCE) -> bool:
        """Whether it is within the time that Slack gives."""
        with suppress(TimeoutError):
            await until(lambda: name in {answer.get("envelope_id") for answer in self.acknowledged}, seconds)
            return True
        return False

    async def send_again(self) -> list[str]:
        """The time is up for all that is not acknowledged: it goes by another connection; the ids of the new envelopes.

        With one connection alone it goes by that.
        """
        due, self.sent = self.sent, {}
        names = []
        for envelope in due.values():
            if envelope.attempt == RETRIES:
                self.lost.append(envelope)
                continue
            others = [socket for socket in self.sockets if socket is not envelope.socket] or self.sockets
            names.append(await self._send(Envelope(envelope.kind, envelope.payload, others[0], envelope.attempt + 1)))
        return names

    async def _send(self, envelope: Envelope) -> str:
        name = uuid.uuid4().hex
        self.sent[name] = envelope
        await envelope.socket.send_json(
            {
                "type": envelope.kind,
                "envelope_id": name,
                "payload": envelope.payload,
                "accepts_response_payload": envelope.kind != "events_api",
                "retry_attempt": envelope.attempt,
                "retry_reason": "timeout" if envelope.attempt else "",
            }
        )
        return name

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.opened += 1
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        async for message in socket:
            with suppress(ValueError):
                self._take(json.loads(message.data))
        self.sockets.remove(socket)
        return socket

    def _take(self, answer: dict[str, Any]) -> None:
        self.acknowledged.append(answer)
        self.sent.pop(answer.get("envelope_id", ""), None)
        self.note("an acknowledgement", acknowledged_problems(answer.get("payload") or {}))

    def note(self, method: str, problems: list[str]) -> bool:
        """Keep what is wrong with something of ours; whether anything is."""
        raise NotImplementedError
