"""`/api/messages`, where Teams delivers everything: nothing is read before the token is found right."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import DatabaseError
from bot.redaction import one_line
from bot.surfaces.teams.door import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.surfaces.teams.door import Door
    from bot.surfaces.teams.receiving import Receiver

log = logging.getLogger(__name__)
LARGEST = 1_000_000
"""Bytes of a request; Teams sends far fewer."""
PATH = "/api/messages"


def teams_routes(door: Door, receiver: Receiver) -> Sequence[BaseRoute]:
    """The one route."""
    return [Route(PATH, Endpoint(door, receiver).receive, methods=["POST"])]


class Endpoint:
    """Takes deliveries. What can't be stored is answered with 503, so that the sender knows that it is lost."""

    def __init__(self, door: Door, receiver: Receiver) -> None:
        self._door, self._receiver = door, receiver

    async def receive(self, request: Request) -> Response:
        """One delivery."""
        client = request.client.host if request.client else ""
        try:
            claims = await self._door.admit(request.headers, client)
            if not request.headers.get("content-type", "").startswith("application/json"):
                return PlainTextResponse("that is no JSON\n", 415)
            body = await _limited_body(request)
            if body is None:
                return PlainTextResponse("too large\n", 413)
            activity = _parsed(body)
            if not isinstance(activity, dict):
                return PlainTextResponse("that is no JSON object\n", 400)
            self._door.recognise(claims, activity)
        except Refused as refused:
            log.warning("a delivery to %s was refused: %s", PATH, one_line(str(refused))[:200])
            return PlainTextResponse("not let in\n", refused.status)
        try:
            answer = await self._receiver.take(activity)
        except DatabaseError as error:
            log.warning("a delivery of Teams could not be stored: %s", error)
            return PlainTextResponse("try again later\n", 503)
        return Response(status_code=200) if answer is None else JSONResponse(answer)


async def _limited_body(request: Request) -> bytes | None:
    """The body as it was sent, None when there is too much of it."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
