"""The state of an agent's session: while it is processed, Slack shows so and has a button to stop it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed
from bot.surfaces.slack.api import SlackRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.surfaces.slack.api import SlackApi

log = logging.getLogger(__name__)
REFRESHED = 90.0
"""Seconds after which a state is shown anew: the older way of showing it lasts for two minutes."""
ASKED_AGAIN = 3600.0
"""Seconds for which a way that this Slack lacks, or this app may not use, is left alone."""
SESSIONS, THREADS = "agents.sessions.setStatus", "assistant.threads.setStatus"
TITLES = "assistant.threads.setTitle"
IS_WORKING = "is looking it up…"


class AgentStatus:
    """The sessions of one workspace, by the present way or by the one before it; without either, nothing is shown."""

    def __init__(self, api: SlackApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api, self._monotonic = api, monotonic
        self._not_before = {SESSIONS: 0.0, THREADS: 0.0, TITLES: 0.0}

    async def working(self, channel: str, thread_ts: str, user: str) -> None:
        """Show that a thread is being answered. What can't be shown is left out."""
        where = {"channel_id": channel, "thread_ts": thread_ts}
        if not await self._set(SESSIONS, **where, status="processing", initiator_user_id=user):
            await self._set(THREADS, **where, status=IS_WORKING)

    async def idle(self, channel: str, thread_ts: str) -> None:
        """Show that nothing is under way."""
        where = {"channel_id": channel, "thread_ts": thread_ts}
        if not await self._set(SESSIONS, **where, status="active"):
            await self._set(THREADS, **where, status="")

    async def name(self, channel: str, thread_ts: str, user: str, title: str) -> None:
        """Give a conversation its title, by which people find it again; it becomes a session with it."""
        where = {"channel_id": channel, "thread_ts": thread_ts, "title": title}
        if not await self._set(SESSIONS, **where, status="active", initiator_user_id=user):
            await self._set(TITLES, **where)

    async def _set(self, method: str, **arguments: Any) -> bool:
        """Whether Slack took it, or will another time: then the other way is not needed."""
        if self._monotonic() < self._not_before[method]:
            return False
        try:
            await self._api.call(method, **arguments)
        except SlackRefused as error:
            log.debug("the state of a session is not shown: %s", error)
            self._not_before[method] = self._monotonic() + ASKED_AGAIN
            return False
        except PostFailed as error:
            log.debug("the state of a session is not shown: %s", error)
        return True
