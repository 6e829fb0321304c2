"""The keys by which Microsoft signs what it delivers: fetched in time, and kept for a day."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
FRESH = 3600.0
"""Seconds after which the keys are fetched anew, if they can be."""
KEPT = 86_400.0
"""Seconds for which keys are good where no others can be had; after that nothing is let in."""
PAUSE = 60.0
"""Seconds between two fetches: somebody who makes up key ids must not make us ask all the time."""
LARGEST = 1_000_000
_TIMEOUT = httpx.Timeout(10, connect=5)


class KeysUnavailable(Exception):
    """Microsoft's keys can't be had now; nobody can be let in by them."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, and the channels for which it is good; `key` is what the SDK's check takes."""

    key: Any
    endorsements: frozenset[str]


class Keys:
    """The keys that the OpenID document at `openid_url` names."""

    def __init__(self, openid_url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url, self._monotonic = openid_url, monotonic
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()
        self.problem = ""

    async def find(self, name: str) -> SigningKey | None:
        """The key of that id, None if there is none. Raises `KeysUnavailable`."""
        async with self._lock:
            age = self._age()
            if (age is None or age > FRESH or name not in self._keys) and self._may_ask():
                await self._fetch()
            age = self._age()
            if age is None or age > KEPT:
                raise KeysUnavailable(self.problem or "they were not asked for yet")
            return self._keys.get(name)

    def _age(self) -> float | None:
        return None if self._fetched_at is None else self._monotonic() - self._fetched_at

    def _may_ask(self) -> bool:
        return self._asked_at is None or self._monotonic() - self._asked_at >= PAUSE

    def _same_host(self, address: Any) -> str:
        """An address that is where the OpenID document is. Raises ValueError for another."""
        if urlsplit(str(address))[:2] != urlsplit(self._url)[:2]:
            raise ValueError("the keys are on another host")
        return str(address)

    async def _fetch(self) -> None:
        self._asked_at = self._monotonic()
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
                address = self._same_host((await _json(client, self._url))["jwks_uri"])
                self._keys = _read((await _json(client, address))["keys"])
        except (httpx.HTTPError, KeyError, TypeError, ValueError, JoseError) as error:
            self.problem = f"Microsoft's keys can't be had from {urlsplit(self._url).hostname} ({type(error).__name__})"
            log.warning("%s", self.problem)
            return
        self._fetched_at, self.problem = self._monotonic(), ""


async def _json(client: httpx.AsyncClient, url: str) -> Any:
    answer = await client.get(url)
    answer.raise_for_status()
    if len(answer.content) > LARGEST:
        raise ValueError("it is too large")
    return answer.json()


def _read(keys: list[dict[str, Any]]) -> dict[str, SigningKey]:
    """The RSA keys by their ids; what is of another kind is left out."""
    found = {}
    for given in keys:
        if given.get("kty") == "RSA" and given.get("kid"):
            public = {name: given[name] for name in ("kty", "n", "e")}
            key = RSAKey.import_key(public).public_key
            found[str(given["kid"])] = SigningKey(key, frozenset(map(str, given.get("endorsements") or ())))
    return found
