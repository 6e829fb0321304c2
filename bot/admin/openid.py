"""Signing in with an OpenID Connect provider: a code with PKCE, state and nonce; only the subject is used."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE = "tuppence_openid"
WITHIN_SECONDS = 600
ALGORITHMS = ["RS256", "PS256", "ES256"]
FAILED = "Signing in with the provider did not work ({reason}). Try again."


@dataclass
class OpenId:
    """One provider, found by its issuer; what it says of itself is asked once and kept."""

    issuer: str
    client_id: str
    client_secret: str
    signing_key: str
    _described: dict[str, Any] = field(default_factory=dict)

    async def to_provider(self, request: Request, then: str, *, again: bool) -> Response:
        """Send the browser to the provider; `again` asks the person to prove who they are there once more."""
        try:
            described = await self._describe()
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise HTTPException(502, FAILED.format(reason=type(error).__name__)) from None
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._back(request),
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | ({"prompt": "login"} if again else {})
        response = RedirectResponse(f"{described['authorization_endpoint']}?{urlencode(query)}", 303)
        kept = self._cookie().dumps({"state": state, "nonce": nonce, "verifier": verifier, "then": then})
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, str(kept), WITHIN_SECONDS, secure=secure, httponly=True, samesite="lax")
        return response

    async def subject(self, request: Request) -> tuple[str | None, str, str]:
        """Whom the provider names, where to go then, and what is wrong when it names nobody."""
        try:
            kept = self._cookie().loads(request.cookies.get(COOKIE, ""), max_age=WITHIN_SECONDS)
        except BadSignature:
            return None, "", FAILED.format(reason="it took too long")
        if not secrets.compare_digest(request.query_params.get("state", ""), kept["state"]):
            return None, "", FAILED.format(reason="the answer belongs to another request")
        code = request.query_params.get("code")
        if not code:
            return None, "", FAILED.format(reason=request.query_params.get("error", "no code")[:50])
        try:
            claims = await self._claims(request, code, kept)
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
            return None, "", FAILED.format(reason=type(error).__name__)
        return str(claims["sub"]), kept["then"], ""

    async def _claims(self, request: Request, code: str, kept: dict[str, str]) -> dict[str, Any]:
        """The claims of the token that the code buys, its signature, issuer, audience, time and nonce checked."""
        described = await self._describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back(request),
            "code_verifier": kept["verifier"],
        }
        async with self._client() as client:
            answer = await client.post(
                described["token_endpoint"], data=form, auth=(self.client_id, self.client_secret)
            )
            answer.raise_for_status()
            keys = await client.get(described["jwks_uri"])
            keys.raise_for_status()
        token = jwt.decode(answer.json()["id_token"], KeySet.import_key_set(keys.json()), algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": described["issuer"]},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": kept["nonce"]},
        )
        rules.validate(token.claims)
        return dict(token.claims)

    async def _describe(self) -> dict[str, Any]:
        if not self._described:
            async with self._client() as client:
                answer = await client.get(f"{self.issuer}/.well-known/openid-configuration")
            answer.raise_for_status()
            described = answer.json()
            if described["issuer"].rstrip("/") != self.issuer:
                raise ValueError("it says that it is another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                parts, own = urlsplit(described[name]), urlsplit(self.issuer)
                if parts.scheme != own.scheme:
                    raise ValueError("it names an address that is not protected")
            self._described = described
        return self._described

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=10, follow_redirects=False, trust_env=False)

    def _back(self, request: Request) -> str:
        return str(request.url_for("admin:openid-back"))

    def _cookie(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.signing_key, salt="openid")
