"""Events, commands and clicks over HTTP: nothing is parsed before the signature is found right."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock, SignatureVerifier
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.surfaces.slack.receiving import Receiver

log = logging.getLogger(__name__)
LARGEST = 1_000_000
"""Bytes of a request; Slack sends far fewer."""


def slack_routes(signing_secret: str, receiver: Receiver, clock: Clock | None = None) -> Sequence[BaseRoute]:
    """`/slack/events`, for everything that Slack delivers. An empty secret is refused with ValueError."""
    endpoint = Endpoint(SignatureVerifier(signing_secret, clock or Clock()), receiver)
    return [Route("/slack/events", endpoint.receive, methods=["POST"])]


class Endpoint:
    """One address for all. What can't be stored is answered with 503, so that Slack sends it again."""

    def __init__(self, verifier: SignatureVerifier, receiver: Receiver) -> None:
        self._verifier, self._receiver = verifier, receiver

    async def receive(self, request: Request) -> Response:
        """One delivery; a repeated one is handled like the first, as that may have been lost."""
        body = await _limited_body(request)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        if not self._is_signed(body, request.headers):
            return PlainTextResponse("the signature is wrong or too old\n", 401)
        try:
            return await self._handle(body, request.headers.get("content-type", ""))
        except DatabaseError as error:
            log.warning("a delivery of Slack could not be stored, and will come again: %s", error)
            return PlainTextResponse("try again later\n", 503)

    async def _handle(self, body: bytes, content_type: str) -> Response:
        if content_type.startswith("application/x-www-form-urlencoded"):
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            answer: Mapping[str, Any] = {}
            if "payload" in form:
                if isinstance(payload := _parsed(form["payload"]), dict):
                    answer = await self._receiver.interaction(payload)
            elif "command" in form:
                answer = await self._receiver.command(form)
            return JSONResponse(dict(answer)) if answer else Response()
        payload = _parsed(body)
        if not isinstance(payload, dict):
            return PlainTextResponse("that is no JSON object\n", 400)
        if payload.get("type") == "url_verification":
            return PlainTextResponse(str(payload.get("challenge", "")))
        if payload.get("type") == "event_callback":
            await self._receiver.event(payload)
        elif payload.get("type") == "app_rate_limited":
            self._receiver.held_back(str(payload.get("team_id") or "")[:255])
        else:
            log.debug("ignored: a delivery of an unknown type")
        return Response()

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Slack sent this within the last five minutes."""
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdigit() and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, stamp, signature)
        except ValueError:  # not UTF-8, or a number beyond all bounds
            return False


async def _limited_body(request: Request) -> bytes | None:
    """The body as it was sent, None when there is too much of it."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
