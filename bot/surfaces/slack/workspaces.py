"""The workspaces that the app is installed in, each with its own token, pace and problem: none waits for another."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import DatabaseError, EncryptionError
from bot.jobs.posting import PostFailed, PostRefused
from bot.records import installations
from bot.redaction import one_line
from bot.surfaces.pacing import Pace
from bot.surfaces.slack.api import REINSTALL, SET_ANEW, SlackApi, SlackRefused
from bot.surfaces.slack.directory import Directory
from bot.surfaces.slack.placing import Placing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.records.database import Database
    from bot.records.installations import Installation
    from bot.settings import Settings

log = logging.getLogger(__name__)
REMEMBERED = 5.0
"""Seconds for which an installation is taken as read; another replica may take it out or renew its token."""
HELD_BACK = 3600.0
"""Seconds for which it is told that Slack held events back."""
_MOST_KNOWN = 1000
NOT_INSTALLED = "Tuppence is not installed in that workspace any more"


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything by which one workspace is reached."""

    api: SlackApi
    directory: Directory
    placing: Placing


class Workspaces:
    """Finds the workspace of a tenant: the one of the configured token, or an installation that is kept."""

    def __init__(
        self,
        settings: Settings,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url, self._monotonic, self.now = settings.slack_api_url, monotonic, now
        self._is_shared = settings.slack_client_id is not None
        token = settings.slack_bot_token
        self.configured = self._made(token.get_secret_value(), SET_ANEW) if token else None
        self.app_api = SlackApi("", self._base_url)
        """For calls with another token than a workspace's."""
        self.database: Database | None = None
        self._own_team, self._own_name = "", ""
        self._is_replaced = False
        """Whether the configured token is dead, and its workspace goes on with an installation."""
        self._installed: dict[str, Workspace] = {}
        self._read_at: dict[str, float] = {}
        self._introduced: set[str] = set()
        self._bot_users: dict[str, str] = {}
        self._held_back: dict[str, float] = {}
        self._lost: dict[str, str] = {}

    async def of(self, tenant: str) -> Workspace:
        """The workspace of a tenant. Raises `PostRefused` where the app is not installed, or `PostFailed`."""
        if self.configured and await self._is_own(tenant):
            await self._introduce(tenant)
            return self.configured
        at = self._read_at.get(tenant)
        if at is not None and self._monotonic() - at < REMEMBERED:
            return self._installed[tenant]
        try:
            installation = await self._find(tenant)
        except (DatabaseError, EncryptionError) as error:
            raise PostFailed(f"the installation in a workspace can't be read: {error}") from None
        if installation is None or not installation.active:
            self.forget(tenant)
            raise PostRefused(NOT_INSTALLED)
        workspace = self._installed.get(tenant)
        if workspace is None:
            workspace = self._installed[tenant] = self._made(installation.bot_token, REINSTALL)
        workspace.api.use(installation.bot_token)
        self._read_at[tenant] = self._monotonic()
        self._lost.pop(tenant, None)
        return workspace

    async def api(self, tenant: str) -> SlackApi:
        """The Web API of a tenant's workspace. Raises as `of` does."""
        return (await self.of(tenant)).api

    async def bot_user(self, tenant: str) -> str:
        """Our own user in a workspace, "" where Slack does not say; asked once."""
        if tenant not in self._bot_users:
            try:
                answer = await (await self.api(tenant)).try_call("auth.test") or {}
            except (PostFailed, PostRefused, SlackRefused) as error:
                log.debug("who we are in %s is not known: %s", tenant, error)
                return ""
            self._bot_users[tenant] = str(answer.get("user_id") or "") if answer.get("bot_id") else ""
        return self._bot_users[tenant]

    @property
    def problem(self) -> str:
        """What is wrong with the configured token; an installation's trouble is its own."""
        return self.configured.api.problem if self.configured and not self._is_replaced else ""

    def trouble(self, tenant: str) -> str:
        """What is wrong with one workspace, as far as this process has seen it."""
        held_back = self._held_back.get(tenant)
        if held_back is not None and self._monotonic() - held_back < HELD_BACK:
            return "Slack holds events of this workspace back, as there were too many: some questions were never seen."
        if tenant in self._lost:
            return f"Slack says {self._lost[tenant]}: nobody in this workspace is answered; {REINSTALL}."
        workspace = self._installed.get(tenant)
        is_own = self.configured and (not self._is_shared or tenant == self._own_team)
        return (workspace.api.problem if workspace else "") or (self.problem if is_own else "")

    def held_back(self, tenant: str) -> None:
        """Slack does not deliver what comes from a workspace now."""
        self._held_back[tenant] = self._monotonic()
        while len(self._held_back) > _MOST_KNOWN:
            del self._held_back[next(iter(self._held_back))]

    def forget(self, tenant: str) -> None:
        """What was read of an installation is not so any more."""
        self._read_at.pop(tenant, None)

    async def lost(self, tenant: str, reason: str) -> None:
        """The app was taken out of a workspace, or its token was revoked. Raises `DatabaseError`."""
        self.forget(tenant)
        if self.configured and await self._is_own(tenant):
            self.configured.api.lost(f"Slack says {reason.replace('_', ' ')}")
        if self.database:
            at = self.now()
            if await self.database.run(lambda session: installations.deactivate(session, tenant, reason, at=at)):
                self._lost[tenant] = one_line(reason.replace("_", " "))[:60]
                log.error("Slack says %s of the workspace %s: nobody there is answered", one_line(reason), tenant)

    async def is_ours(self, team: str, name: str) -> None:
        """Slack said, just now, that the configured token is good, and of which workspace. Raises `DatabaseError`."""
        self._own_team, self._own_name = team, name
        if self.database and team:
            at = self.now()
            await self.database.run(lambda session: installations.welcome(session, team, name, at=at))
            self._introduced.add(team)

    async def aclose(self) -> None:
        """Close the connections."""
        for workspace in (self.configured, *self._installed.values()):
            if workspace:
                await workspace.api.aclose()
        await self.app_api.aclose()

    async def _is_own(self, tenant: str) -> bool:
        """Whether a tenant is reached with the configured token; every one is where no other can be installed."""
        if not self._is_shared:
            return True
        if self.configured and not self._own_team:
            try:
                answer = await self.configured.api.call("auth.test")
                await self.is_ours(str(answer.get("team_id") or ""), str(answer.get("team") or ""))
            except (PostFailed, SlackRefused, DatabaseError) as error:
                log.debug("the workspace of SLACK_BOT_TOKEN is not known: %s", error)
        if self._own_team != tenant:
            return False
        # A workspace that was installed anew goes on with its new token, although the configured one is dead.
        is_dead = self.configured is not None and self.configured.api.is_refused
        self._is_replaced = is_dead and await self._has_installation(tenant)
        return not self._is_replaced

    async def _introduce(self, tenant: str) -> None:
        """Make a tenant of a workspace at the first sight of it, so that admins see it."""
        if self.database is None or tenant in self._introduced:
            return
        name, at = self._own_name if tenant == self._own_team else "", self.now()
        try:
            await self.database.run(lambda session: installations.introduce(session, tenant, name, at=at))
        except DatabaseError as error:
            log.debug("the workspace %s is not noted yet: %s", tenant, error)
        else:
            self._introduced.add(tenant)

    async def _has_installation(self, tenant: str) -> bool:
        try:
            found = await self._find(tenant)
        except (DatabaseError, EncryptionError):
            return False
        return found is not None and found.active

    async def _find(self, tenant: str) -> Installation | None:
        if self.database is None:
            return None
        async with self.database.read() as session:
            return await installations.find(session, tenant)

    def _made(self, token: str, remedy: str) -> Workspace:
        api = SlackApi(token, self._base_url, remedy=remedy)
        directory = Directory(api)
        return Workspace(api, directory, Placing(api, Pace(), directory))
