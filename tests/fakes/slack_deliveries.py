"""How Slack brings things to an app: signed, of the shapes that it publishes, answered within 3 s or brought again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from tests.fakes.block_check import view_problems, write_problems
from tests.fakes.slack_shapes import delivery_differences

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "0123456789abcdef" * 2
ACK_SECONDS = 3.0
"""Within these a delivery has to be answered."""
ALLOWANCE = 3.0
"""Seconds more that a test gives: for a machine that has other work to do, as the app's own share can't be told."""
RETRIES = 3
"""How often Slack brings again what was not taken: at once, after a minute, and after five more."""
_EVENTS = "/slack/events"


def signed(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack sends a body."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={mac}"}


async def deliver(
    client: httpx.AsyncClient, payload: Mapping[str, Any], *, is_published: bool = True, **headers: str
) -> httpx.Response:
    """Bring an event to the app as Slack does; one that is not as published is to be marked so."""
    body = json.dumps(payload).encode()
    assert not is_published or not delivery_differences(dict(payload)), delivery_differences(dict(payload))
    return await _in_time(_send(client, body, "application/json", headers), _name_of(payload))


async def deliver_form(
    client: httpx.AsyncClient, form: Mapping[str, str], *, is_published: bool = True
) -> httpx.Response:
    """Bring a command, or a click in its `payload`; what the app shows in its answer keeps Slack's limits."""
    payload = json.loads(form["payload"]) if is_published and "payload" in form else dict(form)
    assert not is_published or not delivery_differences(payload), delivery_differences(payload)
    sending = _send(client, urlencode(form).encode(), "application/x-www-form-urlencoded", {})
    answer = await _in_time(sending, _name_of(payload))
    assert answered_problems(answer) == []
    return answer


async def deliver_press(
    client: httpx.AsyncClient, payload: Mapping[str, Any], *, is_published: bool = True
) -> httpx.Response:
    """Bring a click, a form that was sent, or a shortcut."""
    return await deliver_form(client, {"payload": json.dumps(payload)}, is_published=is_published)


def answered_problems(answer: httpx.Response) -> list[str]:
    """What Slack would refuse of what an acknowledgement carries."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return []
    return acknowledged_problems(answer.json())


def acknowledged_problems(said: dict[str, Any]) -> list[str]:
    """The same of its content, which is the same over a socket."""
    if "view" in said:
        return view_problems(said["view"])
    return write_problems(said) if "text" in said or "blocks" in said else []


@dataclass
class Delivery:
    """One event on its way: how often it was brought, and why it was not taken."""

    payload: dict[str, Any]
    tries: int = 0
    reason: str = ""


@dataclass
class Deliverer:
    """Slack's Events API, which insists: what is not answered with 2xx in time is brought again by `turn`.

    `patience` is for how many seconds it waits for an answer.
    """

    client: httpx.AsyncClient
    patience: float = ACK_SECONDS + ALLOWANCE
    waiting: list[Delivery] = field(default_factory=list)
    given_up: list[Delivery] = field(default_factory=list)

    async def bring(self, payload: dict[str, Any]) -> bool:
        """The first time; whether it was taken."""
        return await self._try(Delivery(payload))

    async def turn(self) -> bool:
        """The next time comes for all that was not taken; whether nothing waits any more."""
        due, self.waiting = self.waiting, []
        for delivery in due:
            await self._try(delivery)
        return not self.waiting

    async def _try(self, delivery: Delivery) -> bool:
        again = {"x-slack-retry-num": str(delivery.tries), "x-slack-retry-reason": delivery.reason}
        body = json.dumps(delivery.payload).encode()
        delivery.tries += 1
        try:
            async with asyncio.timeout(self.patience):
                answer = await _send(self.client, body, "application/json", again if delivery.reason else {})
        except (TimeoutError, httpx.TimeoutException):
            delivery.reason = "http_timeout"
        except httpx.TransportError:
            delivery.reason = "connection_failed"
        else:
            if answer.is_success:
                return True
            delivery.reason = "http_error"
            if answer.headers.get("x-slack-no-retry") == "1":
                delivery.tries = RETRIES + 1
        (self.given_up if delivery.tries > RETRIES else self.waiting).append(delivery)
        return False


async def _send(client: httpx.AsyncClient, body: bytes, kind: str, headers: Mapping[str, str]) -> httpx.Response:
    return await client.post(_EVENTS, content=body, headers={"content-type": kind, **signed(body), **headers})


async def _in_time(sending: Any, what: str) -> httpx.Response:
    try:
        async with asyncio.timeout(ACK_SECONDS + ALLOWANCE):
            answer: httpx.Response = await sending
    except TimeoutError:
        raise AssertionError(
            f"Slack waits {ACK_SECONDS:g} s for the answer to {what}, and there was none in {ACK_SECONDS + ALLOWANCE:g} s"
        ) from None
    return answer


def _name_of(payload: Mapping[str, Any]) -> str:
    """What a delivery is, for who reads that it was not answered."""
    event = payload.get("event")
    kind = event.get("type") if isinstance(event, dict) else payload.get("type") or payload.get("command")
    return f"{kind} {payload.get('event_id') or payload.get('trigger_id') or ''}".strip()
