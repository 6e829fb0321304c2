"""Whether the app is installed, and with all it needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.jobs.posting import PostFailed
from bot.redaction import one_line
from bot.surfaces.slack.api import SlackApi, SlackRefused
from bot.surfaces.slack.manifest import SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.settings import Settings

EVERY = 3600.0
AGAIN = 30.0


async def watch_installation(api: SlackApi, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Ask at the start and every hour, so that health tells what is missing."""
    while True:
        wait = EVERY
        try:
            answer = await api.answer("auth.test")
            api.lacks(", ".join(missing_scopes(answer.headers)))
        except PostFailed as error:
            wait = error.retry_after.total_seconds() if error.retry_after else AGAIN
        except SlackRefused:
            pass  # a stand-in without it
        await sleep(wait)


def missing_scopes(headers: Mapping[str, str]) -> list[str]:
    """The scopes of ours that the token lacks; nothing where Slack does not tell which it has."""
    told = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    given = {scope.strip() for scope in (told or "").split(",")}
    return [scope for scope in SCOPES if scope not in given] if told else []


async def check_installation(settings: Settings) -> list[tuple[bool, str]]:
    """(is it well, what was found) for the tokens and for Socket Mode, for the report of `tuppence doctor`."""
    if settings.slack_bot_token is None:
        return []
    api = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        found = [await _bot(api)]
        if settings.slack_app_token is not None:
            found.append(await _socket_mode(api, settings.slack_app_token.get_secret_value()))
    finally:
        await api.aclose()
    if settings.slack_signing_secret is not None:
        found.append((True, "events over HTTP are taken at /slack/events"))
    return found


async def _bot(api: SlackApi) -> tuple[bool, str]:
    try:
        answer = await api.answer("auth.test")
    except (PostFailed, SlackRefused) as error:
        return False, api.problem or f"{error}; check the network and SLACK_API_URL"
    if missing := missing_scopes(answer.headers):
        names = ", ".join(missing)
        return False, f"the app lacks the scopes {names}; paste `tuppence slack manifest` and install it again"
    return True, f"the bot token works in the workspace {one_line(str(answer.get('team') or answer.get('team_id')))}"


async def _socket_mode(api: SlackApi, app_token: str) -> tuple[bool, str]:
    try:
        await api.call_as(app_token, "apps.connections.open")
    except (PostFailed, SlackRefused) as error:
        return False, f"Socket Mode does not work ({error}); check SLACK_APP_TOKEN and its scope connections:write"
    return True, "Socket Mode works"
