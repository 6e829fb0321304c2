"""Who may deliver: Microsoft's Bot Framework with its signature, for our app, from its own hosts and our tenants.

The signature is checked before anything of the delivery is read, and then what it says of itself against that.
"""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jwt import InvalidTokenError

from bot.addresses import is_loopback
from bot.redaction import one_line
from bot.surfaces.teams.keys import Keys, KeysUnavailable
from bot.surfaces.teams.sdk import JwtValidationOptions, TokenValidator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.surfaces.teams.cloud import Cloud
    from bot.surfaces.teams.keys import SigningKey

log = logging.getLogger(__name__)
CHANNEL = "msteams"
LONGEST_TOKEN = 16_384


class Refused(Exception):
    """A delivery is not let in; `status` is for the answer, the text for the log alone."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _Found:
    """The key that was found for this token, in the place of the SDK's own search.

    That asks in the middle of the event loop, forgets all keys after five minutes, and knows of no channels.
    """

    def __init__(self) -> None:
        self.key: SigningKey | None = None

    def get_signing_key_from_jwt(self, _: str) -> SigningKey:
        if self.key is None:
            raise InvalidTokenError("no key")
        return self.key


class _Validator(TokenValidator):
    """The SDK's check of signature, issuer, audience and time, with a key of ours."""

    def __init__(self, app_id: str, issuer: str) -> None:
        audiences = [app_id, f"api://{app_id}", f"api://botid-{app_id}"]
        super().__init__(JwtValidationOptions([issuer], audiences, "https://nowhere.invalid/"))
        self._jwks_client: Any = _Found()

    async def claims(self, token: str, key: SigningKey) -> dict[str, Any]:
        """What a token says. Raises `InvalidTokenError`."""
        self._jwks_client.key = key  # nothing is awaited between this and its use
        return await self.validate_token(token)


class Door:
    """The check of every delivery: `admit` before it is read, `recognise` after."""

    def __init__(self, app_id: str, cloud: Cloud, tenants: frozenset[str], keys: Keys | None = None) -> None:
        self._cloud, self._tenants = cloud, tenants
        self._keys = keys or Keys(cloud.openid_url)
        self._validator = _Validator(app_id, cloud.issuer)

    @property
    def problem(self) -> str:
        """What keeps deliveries out that should come in."""
        return self._keys.problem

    async def admit(self, headers: Mapping[str, str], client: str) -> dict[str, Any]:
        """The claims of the bearer token in a delivery's headers. Raises `Refused`."""
        del client
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise Refused(401, "no bearer token")
        try:
            key = await self._keys.find(_key_id(token))
            if key is None:
                raise Refused(401, "signed by an unknown key")
            if CHANNEL not in key.endorsements:
                raise Refused(403, "signed by a key that is not for Teams")
            claims = await self._validator.claims(token, key)
        except KeysUnavailable as error:
            raise Refused(503, str(error)) from None
        except InvalidTokenError as error:
            raise Refused(401, type(error).__name__) from None
        if not claims.get("exp") or not claims.get("serviceurl"):
            raise Refused(401, "a token without an end or a service URL")
        return claims

    def recognise(self, claims: Mapping[str, Any], activity: Mapping[str, Any]) -> None:
        """Make sure that a delivery is what its token is for, and from where we take any. Raises `Refused`."""
        service_url = activity.get("serviceUrl")
        if not isinstance(service_url, str) or service_url.rstrip("/") != str(claims["serviceurl"]).rstrip("/"):
            raise Refused(403, "another service URL than the token's")
        if activity.get("channelId") != CHANNEL:
            raise Refused(403, "another channel than Teams")
        self._check(activity)

    def _check(self, activity: Mapping[str, Any]) -> None:
        if not self._cloud.serves(activity.get("serviceUrl")):
            raise Refused(403, "a service URL that is not Microsoft's")
        tenant = tenant_of(activity)
        if self._tenants and tenant not in self._tenants:
            raise Refused(403, f"the tenant {one_line(tenant)[:60]} is not in TEAMS_ALLOWED_TENANTS")


class OpenDoor(Door):
    """No check of who delivers, but that it is this machine: for local play."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._tenants = cloud, frozenset()

    @property
    def problem(self) -> str:
        """Nothing."""
        return ""

    async def admit(self, headers: Mapping[str, str], client: str) -> dict[str, Any]:
        """Whoever is on this machine, and no page of a browser there that is another's. Raises `Refused`.

        A site that makes its name mean this machine would be the same site to a browser, which then lets it read what
        is answered: the name it calls us by gives it away.
        """
        if not is_loopback(client):
            raise Refused(403, "from another machine, in local mode")
        if not is_loopback(_name(f"//{headers.get('host', '')}")):
            raise Refused(403, "under a name that is not this machine's, in local mode")
        if "origin" in headers and not is_loopback(_name(headers["origin"])):
            raise Refused(403, "from the page of another site, in local mode")
        return {}

    def recognise(self, claims: Mapping[str, Any], activity: Mapping[str, Any]) -> None:
        """Make sure that answers stay on this machine, too. Raises `Refused`."""
        del claims
        self._check(activity)


def _name(url: str) -> str:
    """The host that an address names; "" for none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def tenant_of(activity: Mapping[str, Any]) -> str:
    """The tenant in which something happened; "" where it does not say."""
    try:
        said = [
            ((activity.get("channelData") or {}).get("tenant") or {}).get("id"),
            (activity.get("conversation") or {}).get("tenantId"),
        ]
    except AttributeError:  # something else than an object
        return ""
    found = {str(each).lower() for each in said if each}
    return found.pop() if len(found) == 1 else ""


def _key_id(token: str) -> str:
    """The id of the key that a token names. Raises `Refused`."""
    head = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        algorithm, name = header["alg"], header["kid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(401, "no token") from None
    if algorithm != "RS256" or not isinstance(name, str):
        raise Refused(401, "signed in another way than RS256")
    return name
