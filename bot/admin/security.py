"""What holds for every request: our own origin, strict headers, and one consistent view of the database."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from bot.errors import TuppenceError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.records.database import Database

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_nonce: ContextVar[str] = ContextVar("nonce", default="")


def nonce() -> str:
    """What marks the scripts and styles of our own templates in this response."""
    return _nonce.get()


def content_policy(nonce: str) -> str:
    """The content security policy of one response.

    Scripts and style sheets are our own files, or carry the nonce. Style attributes, which the templates of
    starlette-admin and its select boxes need, are the one thing allowed inline; they run nothing.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


@dataclass
class StrictHeaders:
    """Puts the headers on every response, refused ones too. Files of the package may be kept for an hour."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        value = secrets.token_urlsafe(16)
        token = _nonce.set(value)
        is_file = "/static/" in scope["path"]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_policy(value)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                # Not “no-referrer”: with that, browsers hide the origin of our own forms, too.
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
                headers["Cache-Control"] = "private, max-age=3600" if is_file else "no-store"
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        finally:
            _nonce.reset(token)


@dataclass
class OwnOrigin:
    """Refuses what another site's page sends: a request that changes something must name our own origin."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 403."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = urlsplit(headers.get("origin", ""))
            if origin.scheme not in ("http", "https") or origin.netloc.lower() != headers.get("host", "").lower():
                answer = PlainTextResponse(
                    "This request came from another site. Open the admin pages and try again there.", status_code=403
                )
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass
class SmallBodies:
    """Refuses what is too large to be a form of ours, before anything of it is read."""

    app: ASGIApp
    most: int = 2_200_000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 411 or 413."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            length = Headers(scope=scope).get("content-length", "")
            if not length.isdecimal() or int(length) > self.most:
                text = f"A form or file may have {self.most:,} bytes at most, and must say how many it has."
                await PlainTextResponse(text, status_code=413 if length else 411)(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass
class OneView:
    """Gives each page one consistent view of the database, in `request.state.session`; nothing can be written in it."""

    app: ASGIApp
    database: Database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or say in a sentence why the database can't be read."""
        if scope["type"] != "http" or "/static/" in scope["path"]:
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            async with self.database.read() as session:
                scope.setdefault("state", {})["session"] = session
                await self.app(scope, receive, watched)
        except TuppenceError as error:
            if started:
                raise
            await PlainTextResponse(str(error), status_code=503)(scope, receive, send)
