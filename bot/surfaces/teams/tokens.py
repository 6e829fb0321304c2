"""The bot's own token: got with the client secret, kept until shortly before its end."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING

import httpx

from bot.surfaces.teams.failures import Unauthorised, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import SecretStr

    from bot.surfaces.teams.cloud import Cloud

log = logging.getLogger(__name__)
EARLIER = 300.0
"""Seconds before its end at which a token is replaced."""
PAUSE = 60.0
"""Seconds for which nothing is tried again with a secret that was refused."""
_TIMEOUT = httpx.Timeout(15, connect=5)
_CODE = re.compile(r"AADSTS\d{4,8}")
_MEANING = {
    "AADSTS7000222": "CLIENT_SECRET has expired; make a new one in Azure and set it anew",
    "AADSTS7000215": "CLIENT_SECRET is wrong; copy the secret's value, not its id, from Azure",
    "AADSTS700016": "CLIENT_ID is not known in TENANT_ID; copy both from the page of your Azure Bot",
    "AADSTS90002": "TENANT_ID is not known; copy it from the page of your Azure Bot",
    "AADSTS7000112": "the app of CLIENT_ID is disabled; enable it in Azure",
}


class BotToken:
    """What the SDK's client asks for a token."""

    def __init__(
        self,
        cloud: Cloud,
        client_id: str,
        client_secret: SecretStr,
        tenant_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = f"{cloud.login_url}/{tenant_id}/oauth2/v2.0/token"
        self._scope, self._client_id, self._client_secret = cloud.scope, client_id, client_secret
        self._monotonic = monotonic
        self._token, self._good_until, self._refused_until = "", 0.0, 0.0
        self._lock = asyncio.Lock()
        self.problem = ""

    async def get(self) -> str:
        """A token that is good now. Raises `Unauthorised` or `Unreachable`."""
        async with self._lock:
            now = self._monotonic()
            if self._token and now < self._good_until:
                return self._token
            if now < self._refused_until:
                raise Unauthorised(self.problem, self._refused_until - now)
            await self._fetch()
            return self._token

    def forget(self) -> None:
        """Get a new one next time: this one was refused."""
        self._token = ""

    async def _fetch(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
            "scope": self._scope,
        }
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
                answer = await client.post(self._url, data=form)
            said = answer.json()
            if answer.status_code == httpx.codes.OK:
                self._token, lifetime = str(said["access_token"]), float(said["expires_in"])
                self._good_until = self._monotonic() + max(lifetime - EARLIER, lifetime / 2)
                self.problem = ""
                return
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"Microsoft's sign-in could not be reached ({type(error).__name__})") from None
        if answer.status_code >= 500 or answer.status_code == 429 or not isinstance(said, dict):
            raise Unreachable(f"Microsoft's sign-in answered {answer.status_code}")
        self._refuse(str(said.get("error_description", "")))

    def _refuse(self, description: str) -> None:
        """The secret is worth nothing: told once, and not tried again for a while."""
        found = _CODE.search(description)
        code = found[0] if found else "no code"
        meaning = _MEANING.get(code, "check CLIENT_ID, CLIENT_SECRET and TENANT_ID")
        problem = f"Microsoft refuses the bot's sign-in ({code}): {meaning}."
        if problem != self.problem:
            log.error("%s", problem)
        self.problem, self._refused_until = problem, self._monotonic() + PAUSE
        raise Unauthorised(problem, PAUSE)
