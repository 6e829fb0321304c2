"""How the app comes by its tokens: a code of an installation, or a token that is about to expire, becomes a new one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed
from bot.records import installations
from bot.records.installations import Installation
from bot.redaction import one_line
from bot.surfaces.slack.api import SlackRefused

if TYPE_CHECKING:
    from datetime import datetime

    from bot.records.database import Database
    from bot.settings import Settings
    from bot.surfaces.slack.api import SlackApi

log = logging.getLogger(__name__)
EARLY = timedelta(hours=2)
"""A token that expires within this time is renewed, so that there is time to try again; Slack's last twelve hours."""


class NotOneWorkspace(Exception):
    """The app was installed for a whole organisation, or Slack did not say for whom."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Asks Slack for tokens with the app's own id and secret."""

    api: SlackApi
    client_id: str
    client_secret: str = field(repr=False)

    async def for_code(self, code: str, redirect_uri: str, at: datetime) -> Installation:
        """What was installed. Raises `SlackRefused`, `PostFailed`, `NotOneWorkspace`."""
        answer = await self.api.exchange(self.client_id, self.client_secret, code=code, redirect_uri=redirect_uri)
        return _installation(answer, at)

    async def for_refresh(self, refresh_token: str, at: datetime) -> tuple[str, str, datetime | None]:
        """(bot token, refresh token, when the former expires). Raises `SlackRefused`, `PostFailed`."""
        given = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        answer = await self.api.exchange(self.client_id, self.client_secret, **given)
        token = str(answer.get("access_token") or "")
        if not token:
            raise PostFailed("Slack answered without a token")
        return token, str(answer.get("refresh_token") or refresh_token), _expiry(answer, at)


def exchange_of(settings: Settings, api: SlackApi) -> Exchange | None:
    """How the app of the settings comes by tokens, None where it is not installed by OAuth."""
    if settings.slack_client_id is None or settings.slack_client_secret is None:
        return None
    return Exchange(api, settings.slack_client_id, settings.slack_client_secret.get_secret_value())


def is_due(installation: Installation, at: datetime) -> bool:
    """Whether its token is to be renewed now."""
    expires = installation.expires_at
    return installation.active and bool(installation.refresh_token) and expires is not None and expires - at <= EARLY


async def renew(database: Database, exchange: Exchange, tenant: str, at: datetime) -> bool:
    """Renew the token of a workspace, unless another replica does or did; True when there is a new one.

    One that Slack will never renew ends the installation once it has expired. Raises `DatabaseError`, `PostFailed`.
    """
    async with database.read() as session:  # open while Slack is asked, as the claim goes with it
        if not await installations.claim_renewal(session, tenant):
            return False
        installation = await installations.find(session, tenant)
        if installation is None or not is_due(installation, at):
            return False
        used = installation.refresh_token
        try:
            token, refresh_token, expires_at = await exchange.for_refresh(used, at)
        except SlackRefused as error:
            await _not_renewed(database, installation, error.code, at)
            return False
        async with database.write() as unit:
            return await installations.renew_tokens(
                unit, tenant, used, bot_token=token, refresh_token=refresh_token, expires_at=expires_at
            )


async def _not_renewed(database: Database, installation: Installation, code: str, at: datetime) -> None:
    tenant, reason = installation.tenant, f"the token can't be renewed ({one_line(code)[:60]})"
    log.error("%s of the workspace %s; install the app again at /slack/install", reason, tenant)
    if installation.expires_at and installation.expires_at <= at:
        await database.run(lambda session: installations.deactivate(session, tenant, reason, at=at))


def _installation(answer: dict[str, Any], at: datetime) -> Installation:
    team, token = answer.get("team") or {}, str(answer.get("access_token") or "")
    if answer.get("is_enterprise_install") or not team.get("id") or not token:
        raise NotOneWorkspace("Slack named no single workspace")
    return Installation(
        tenant=str(team["id"]),
        name=one_line(str(team.get("name") or team["id"]))[:255],
        bot_token=token,
        app_id=str(answer.get("app_id") or ""),
        bot_user=str(answer.get("bot_user_id") or ""),
        enterprise_id=str((answer.get("enterprise") or {}).get("id") or ""),
        scopes=str(answer.get("scope") or ""),
        installed_by=str((answer.get("authed_user") or {}).get("id") or ""),
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=_expiry(answer, at),
    )


def _expiry(answer: dict[str, Any], at: datetime) -> datetime | None:
    """When the token of an answer expires; None for one that never does."""
    seconds = answer.get("expires_in")
    return at + timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) and seconds > 0 else None
