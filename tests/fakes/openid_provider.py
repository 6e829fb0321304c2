"""A small OpenID Connect provider on this machine: discovery, keys, a sign-in that always succeeds, tokens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


@dataclass
class OpenIdProvider:
    """Signs everybody in as `subject`; `claims` are laid over the right ones, `key` over the right key."""

    client_id: str = "tuppence"
    client_secret: str = "a-long-client-secret"
    subject: str = "grace"
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | None = None
    expires_at: int = 4_000_000_000
    issuer: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    _own_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[OpenIdProvider]:
        """Serve on a free port of this machine."""
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield self
            finally:
                server.should_exit = True
                await serving

    async def _describe(self, _: Request) -> Response:
        described = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        endpoints = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in _ENDPOINTS.items()}
        return JSONResponse({**described, **endpoints})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._own_key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return RedirectResponse(f"{query['redirect_uri']}?code={code}&state={query['state']}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._codes.pop(str(form["code"]), None)
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        right = asked is not None and request.headers.get("authorization") == f"Basic {basic}"
        if not right or asked is None or challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": self.subject,
            "exp": self.expires_at,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key or self._own_key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


_ENDPOINTS = {"authorization": "authorize", "token": "token"}
