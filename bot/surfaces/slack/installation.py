"""Whether the app is installed, and with all it needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.jobs.posting import PostFailed
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.manifest import SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.surfaces.slack.api import SlackApi

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
