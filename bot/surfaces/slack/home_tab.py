"""Opens Home tabs and keeps them up to date; whoever opens the direct messages is offered what to ask."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs.imports import IMPORT
from bot.jobs.posting import PostFailed, PostRefused
from bot.records import preferences
from bot.records.identities import actor_of
from bot.redaction import one_line
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.home import home_view
from bot.surfaces.slack.refusals import FORM
from bot.surfaces.slack.suggesting import prompts_of, title_of
from bot.turn.destination import Place
from bot.turn.home import Homes
from bot.turn.suggestions import suggestions

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bot.records.users import Actor
    from bot.surfaces.localising import Reader
    from bot.surfaces.slack.events import Opened
    from bot.surfaces.slack.readers import Readers
    from bot.surfaces.slack.workspaces import Workspace, Workspaces
    from bot.turn.assistant import Parts
    from bot.turn.home import Home

log = logging.getLogger(__name__)
CHANGING = frozenset("alert digest forget import settings target watch".split())
"""The typed commands after which a home may look otherwise."""
_SAME = 0.001
"""Seconds by which two spellings of one moment differ at most."""
STOPPING = 5.0
"""Seconds that are given, at the end, to what is still being drawn."""


class HomeTab:
    """All Home tabs of all workspaces. `admin_url` is where the admin pages are, "" where nobody said."""

    def __init__(self, workspaces: Workspaces, parts: Parts, readers: Readers, admin_url: str = "") -> None:
        self._workspaces, self._parts, self._readers, self._admin_url = workspaces, parts, readers, admin_url
        self._homes = Homes(parts)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._plain: set[str] = set()
        """Tenants whose Slack does not take native blocks in a view."""

    def opened(self, opened: Opened) -> None:
        """Somebody looks at a tab; what they see is seen to in the background."""
        if opened.tab == "home":
            self._begin(self.open(opened.tenant, opened.user, stranger=opened.stranger))
        elif opened.tab == "messages" and opened.channel:
            self._begin(self.suggest(opened))

    def refresh(self, tenant: str, user: str) -> None:
        """Draw somebody's tab anew, in the background, as something on it changed."""
        self._begin(self.open(tenant, user))

    def answered(self, target: Mapping[str, Any], question: str, kind: str = "") -> None:
        """An answer was posted: a command may have changed the tab, and a first question names its conversation."""
        if not (user := target.get("user")):
            return
        command = question[1:].split(" ", 1)[0].lower() if question.startswith("/") else ""
        if kind == IMPORT or command in CHANGING:
            self.refresh(target["tenant"], user)
        elif not command and _is_first(target) and (title := title_of(question)):
            self._begin(self.name(target, title))

    async def reader(self, tenant: str, user: str) -> Reader:
        """How somebody reads figures and times here. Raises `DatabaseError`."""
        async with self._parts.database.read() as session:
            actor = await actor_of(session, tenant, NAME, user)
            return self._readers.reader(tenant, user, await preferences.manner_of(session, actor))

    async def name(self, target: Mapping[str, Any], title: str) -> None:
        """Give a conversation its title, where this Slack has such. Raises as `open` does."""
        workspace = await self._workspaces.of(target["tenant"])
        await workspace.placing.status.name(target["channel"], target["thread_ts"], target["user"], title)

    async def open(self, tenant: str, user: str, *, stranger: bool = False) -> None:
        """Draw somebody's tab: at once with what is known, and again with what is looked up.

        Raises `PostFailed`, `PostRefused`, `SlackRefused`, `DatabaseError`.
        """
        workspace = await self._workspaces.of(tenant)
        place = await self._place(workspace, tenant, user, stranger=stranger)
        if place.asker == "gone":
            return
        last: list[dict[str, Any]] = []

        async def show(home: Home) -> None:
            await self._publish(workspace, tenant, user, home, last)

        await self._homes.open(await self._actor(tenant, user), place, show)

    async def suggest(self, opened: Opened) -> None:
        """Offer what this person may want to ask, where this Slack has such offers. Raises as `open` does."""
        workspace = await self._workspaces.of(opened.tenant)
        place = await self._place(workspace, opened.tenant, opened.user, stranger=opened.stranger)
        actor = await self._actor(opened.tenant, opened.user)
        prompts = prompts_of(await suggestions(self._parts, actor, place))
        await workspace.api.try_call(
            "assistant.threads.setSuggestedPrompts", channel_id=opened.channel, prompts=prompts
        )

    async def aclose(self) -> None:
        """Give what is in hand a moment, and stop the rest."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=STOPPING)
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def _place(self, workspace: Workspace, tenant: str, user: str, *, stranger: bool) -> Place:
        """Who looks, as Slack knows them now: what is personal is on the tab."""
        person = await workspace.directory.person(user, tenant, fresh=True)
        self._readers.note(tenant, user, person)
        standing = "guest" if stranger and person.standing == "member" else person.standing
        return Place(NAME, tenant, kind="direct", asker=standing)

    async def _actor(self, tenant: str, user: str) -> Actor:
        async with self._parts.database.read() as session:
            return await actor_of(session, tenant, NAME, user)

    async def _publish(
        self, workspace: Workspace, tenant: str, user: str, home: Home, last: list[dict[str, Any]]
    ) -> None:
        """Put the view up unless it is there already; in plainer blocks where this Slack asks for that."""
        draw = partial(home_view, home, self._readers.reader(tenant, user, home.manner), admin_url=self._admin_url)
        view = draw(native=tenant not in self._plain)
        if [view] == last:
            return
        try:
            await workspace.api.try_call("views.publish", user_id=user, view=view)
        except SlackRefused as error:
            if error.code not in FORM or tenant in self._plain:
                raise
            log.warning("Slack does not take a Home tab as it is (%s); it gets plainer ones", one_line(error.code))
            self._plain.add(tenant)
            await workspace.api.try_call("views.publish", user_id=user, view=draw(native=False))
        last[:] = [view]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._see_to(work))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _see_to(self, work: Coroutine[Any, Any, None]) -> None:
        """A tab is only a view of what is kept: where it can't be drawn, nothing is lost."""
        try:
            await work
        except (PostFailed, PostRefused, SlackRefused, TuppenceError) as error:
            log.info("a Home tab could not be drawn: %s", one_line(str(error))[:200])
        except Exception:
            log.exception("a Home tab failed")


def _is_first(target: Mapping[str, Any]) -> bool:
    """Whether what was answered began a thread of direct messages: only there a title tells nothing to others."""
    channel, thread, since = target.get("channel") or "", target.get("thread_ts"), target.get("since")
    if not (str(channel).startswith("D") and thread and since):
        return False
    return abs(float(thread) - float(since)) < _SAME
