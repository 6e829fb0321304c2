"""What `tuppence doctor` says of Teams: whether the bot can sign in, keys can be had, and the secret lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.surfaces.teams.cloud import LOCAL, PUBLIC
from bot.surfaces.teams.failures import Unauthorised, Unreachable
from bot.surfaces.teams.keys import Keys, KeysUnavailable
from bot.surfaces.teams.tokens import BotToken

if TYPE_CHECKING:
    from datetime import date

    from bot.settings import Settings
    from bot.surfaces.teams.cloud import Cloud

SOON = 30
"""Days before the end of the secret from which on it is told."""
Line = tuple[Literal["ok", "note", "bad"], str]


async def check_teams(settings: Settings, today: date, cloud: Cloud = PUBLIC) -> list[Line]:
    """A line for each thing that was looked at."""
    if settings.teams_allow_unauthenticated:
        return [("note", "local play: anybody on this machine is let in, and answers go to this machine alone")]
    return [*await _sign_in(settings, cloud), *await _keys(cloud), *secret_lines(settings.teams_secret_expires, today)]


async def _sign_in(settings: Settings, cloud: Cloud) -> list[Line]:
    client_id, secret, tenant = settings.teams_client_id, settings.teams_client_secret, settings.teams_tenant_id
    if client_id is None or secret is None or tenant is None or cloud is LOCAL:
        return []
    token = BotToken(cloud, client_id, secret, tenant)
    try:
        await token.get()
    except (Unauthorised, Unreachable) as error:
        return [("bad", str(error))]
    return [("ok", f"the bot {client_id} can sign in to the tenant {tenant}")]


async def _keys(cloud: Cloud) -> list[Line]:
    try:
        await Keys(cloud.openid_url).find("")
    except KeysUnavailable as error:
        return [("bad", f"{error}; nothing that Teams delivers can be let in without them")]
    return [("ok", "Microsoft's signing keys can be had; deliveries are expected at /api/messages")]


def secret_lines(expires: date | None, today: date) -> list[Line]:
    """How long the client secret lasts, as far as somebody said."""
    if expires is None:
        return [("note", "set TEAMS_SECRET_EXPIRES to the day on which CLIENT_SECRET ends, to be warned before")]
    left = (expires - today).days
    if left < 0:
        return [("bad", f"CLIENT_SECRET ended on {expires}; make a new one in Azure and set it anew")]
    if left <= SOON:
        return [("bad", f"CLIENT_SECRET ends in {left} days, on {expires}; make a new one in Azure and set it anew")]
    return [("ok", f"CLIENT_SECRET lasts until {expires}")]
