"""Looks after every workspace that the app is in: whether it is installed, with all it needs, and its token fresh."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.records import installations
from bot.redaction import one_line
from bot.surfaces.slack.api import REINSTALL, SlackRefused
from bot.surfaces.slack.manifest import SCOPES
from bot.surfaces.slack.tokens import Exchange, is_due, renew

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.records.database import Database
    from bot.records.installations import Installation
    from bot.surfaces.slack.workspaces import Workspaces

log = logging.getLogger(__name__)
EVERY = 3600.0
AGAIN = 30.0
ROUND = 60.0
"""Seconds between two looks at which tokens are about to expire."""
ENDED = frozenset({"token_revoked", "account_inactive"})
"""Refusals that say that the app is not in the workspace any more; the event that tells so may have been missed."""


async def watch_configured(workspaces: Workspaces, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Ask with the configured token at the start and every hour, so that health tells what is missing."""
    while workspaces.configured:
        wait, api = EVERY, workspaces.configured.api
        try:
            answer = await api.answer("auth.test")
            api.lacks(", ".join(missing_scopes(answer.headers)))
            await workspaces.is_ours(str(answer.get("team_id") or ""), str(answer.get("team") or ""))
        except PostFailed as error:
            wait = error.retry_after.total_seconds() if error.retry_after else AGAIN
        except SlackRefused:
            pass  # a stand-in without it
        except TuppenceError as error:
            wait = AGAIN
            log.warning("the workspace of SLACK_BOT_TOKEN can't be noted: %s", error)
        await sleep(wait)


class Keeper:
    """Looks after the installations that are kept; each round is safe to run on several replicas at once."""

    def __init__(
        self,
        workspaces: Workspaces,
        database: Database,
        exchange: Exchange,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspaces, self._database, self._exchange = workspaces, database, exchange
        self._sleep, self._monotonic = sleep, monotonic
        self._looked_at: dict[str, float] = {}
        self._unreadable: set[str] = set()

    async def run(self) -> None:
        """A round a minute until cancelled."""
        while True:
            try:
                await self.round()
            except TuppenceError as error:
                log.warning("the installations in Slack can't be looked after now: %s", error)
            await self._sleep(ROUND)

    async def round(self) -> None:
        """Renew what is about to expire, and ask each workspace hourly whether all is well. Raises `TuppenceError`."""
        async with self._database.read() as session:
            known = await installations.all_installations(session)
        for installation in known:
            if not installation.active or self._is_unreadable(installation):
                continue
            try:
                await self._look_after(installation)
            except (PostFailed, PostRefused, SlackRefused) as error:
                log.debug("the workspace %s: %s", installation.tenant, error)

    def _is_unreadable(self, installation: Installation) -> bool:
        """Whether its tokens can't be read, which is told once until they can be again."""
        tenant = installation.tenant
        if not installation.problem:
            self._unreadable.discard(tenant)
            return False
        if tenant not in self._unreadable:
            self._unreadable.add(tenant)
            log.error("%s", unreadable(installation))
        return True

    async def _look_after(self, installation: Installation) -> None:
        tenant, now = installation.tenant, self._workspaces.now()
        if is_due(installation, now) and await renew(self._database, self._exchange, tenant, now):
            self._workspaces.forget(tenant)
        if self._monotonic() - self._looked_at.get(tenant, -EVERY) < EVERY:
            return
        self._looked_at[tenant] = self._monotonic()
        api = await self._workspaces.api(tenant)
        try:
            api.lacks(", ".join(missing_scopes((await api.answer("auth.test")).headers)))
        except PostFailed:
            if not (api.is_refused and api.refusal_code in ENDED):
                raise
            await self._workspaces.lost(tenant, api.refusal_code)


def unreadable(installation: Installation) -> str:
    """Why nobody in the workspace is answered where its tokens can't be read, with the fixes."""
    name = one_line(installation.name)
    return f"the tokens of the workspace {name} can't be read. {installation.problem} Or {REINSTALL}."


def missing_scopes(headers: Mapping[str, str]) -> list[str]:
    """The scopes of ours that the token lacks; nothing where Slack does not tell which it has."""
    told = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    given = {scope.strip() for scope in (told or "").split(",")}
    return [scope for scope in SCOPES if scope not in given] if told else []
