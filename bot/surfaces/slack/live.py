"""What is shown of the turns that run here, until each is answered, stopped or dropped."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.slack.progress import AFTER, EVERY, Progress
from bot.surfaces.slack.status import REFRESHED
from bot.surfaces.slack.streams import Open

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.surfaces.slack.plan import Plan
    from bot.surfaces.slack.workspaces import Workspaces

log = logging.getLogger(__name__)
STOPPED = {"text": "Stopped."}
_MOST_KNOWN = 2000


class Live:
    """The messages of the questions in work; each becomes the answer to its question.

    `draw` draws what is written of an answer.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        every: float = EVERY,
        after: float = AFTER,
        draw: Callable[[Event, Reply], str] = lambda _, __: "",
    ) -> None:
        self._workspaces, self._every, self._after, self._draw = workspaces, every, after, draw
        self._known: OrderedDict[tuple[str, str], Progress] = OrderedDict()
        self._background: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def working(self, event: Event, *, again: bool, told: bool = False) -> AsyncIterator[Progress]:
        """Shows what the body says; with `again` or `told` something may be shown already, or in a moment."""
        progress = self._progress_of(event)
        if (again or told) and not progress.ts and not progress.is_under_way:
            progress.in_doubt = True  # a process that died may have posted it, or another one may do so now
        if progress.in_doubt and not progress.is_under_way:
            try:
                progress.ts = await self._find(event)
                progress.in_doubt = told and not progress.ts
            except (PostFailed, PostRefused) as error:
                log.debug("whether progress is shown already is not known: %s", error)
        if not progress.in_doubt:
            progress.start()
        status = asyncio.create_task(self._keep_status(event))
        try:
            yield progress
        finally:
            status.cancel()
            await asyncio.wait({status})
            await progress.stop()

    def waiting(self, event: Event, line: str) -> None:
        """Show that a question has to wait; without a stream, which would end before its turn comes."""
        self._progress_of(event, may_stream=False).wait(line)

    async def handed_over(self, event: Event) -> None:
        """Look after the message of a question no more, as another process does."""
        if progress := self._known.pop((event.tenant, event.id), None):
            await progress.stop()

    async def discard(self, event: Event) -> None:
        """Delete the message of a question that is not answered."""
        try:
            ts = await self._ts_of(event)
            if ts:
                workspace = await self._workspaces.of(event.tenant)
                await workspace.placing.delete(await workspace.placing.channel_of(event.payload["target"]), ts)
        except (PostFailed, PostRefused) as error:
            log.warning("a line of progress stays, though its question is not answered: %s", error)

    async def stopped(self, event: Event) -> None:
        """Say in the place of what was shown that it was stopped."""
        try:
            ts = await self._ts_of(event)
            if ts:
                placing = (await self._workspaces.of(event.tenant)).placing
                await placing.update_progress(_target(event), ts, STOPPED, event.id)
        except (PostFailed, PostRefused) as error:
            log.warning("that a question was stopped is not shown: %s", error)

    def clear_status(self, tenant: str, channel: str, thread_ts: str) -> None:
        """Show, without waiting, that nothing is under way in a thread."""
        self.later(self._clear_status(tenant, channel, thread_ts))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside everything else."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def to_replace(self, target: dict[str, Any]) -> tuple[str, Open | None]:
        """(ts, stream) of the message that an answer takes the place of, "" for none.

        The stream is None when it is no open one, or not known to be. Raises `PostFailed`.
        """
        progress = self._known.get((target["tenant"], target["event"]))
        if progress is None or progress.in_doubt:
            placing = (await self._workspaces.of(target["tenant"])).placing
            return await placing.find_progress(target, target["event"], mark_of(target["event"])), None
        if progress.streamed is None:
            return progress.ts, None
        return progress.ts, Open(progress.plan.ended().chunks(progress.streamed), progress.is_written)

    def forget(self, target: dict[str, Any]) -> None:
        """The answer is posted."""
        self._known.pop((target["tenant"], target["event"]), None)

    async def aclose(self) -> None:
        """Wait no longer for what is done beside."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _ts_of(self, event: Event) -> str:
        """Where the message of a question stands, which is looked after no more; "" for nowhere."""
        progress = self._known.pop((event.tenant, event.id), None)
        if progress is not None:
            await progress.stop()
        return await self._find(event) if progress is None or progress.in_doubt else progress.ts

    async def _find(self, event: Event) -> str:
        placing = (await self._workspaces.of(event.tenant)).placing
        return await placing.find_progress(_target(event), event.id, mark_of(event.id))

    async def _keep_status(self, event: Event) -> None:
        """Show the session as processed for as long as the turn runs, and as idle afterwards."""
        target = event.payload["target"]
        channel, thread, is_shown = target.get("channel"), target.get("thread_ts"), False
        if not (channel and thread):
            return
        try:
            await asyncio.sleep(self._after)
            while True:
                status = (await self._workspaces.of(event.tenant)).placing.status
                is_shown = True
                await status.working(channel, thread, event.user)
                await asyncio.sleep(REFRESHED)
        except (PostFailed, PostRefused) as error:
            log.debug("the state of a session is not shown: %s", error)
        finally:
            if is_shown:
                self.clear_status(event.tenant, channel, thread)

    async def _clear_status(self, tenant: str, channel: str, thread_ts: str) -> None:
        try:
            await (await self._workspaces.of(tenant)).placing.status.idle(channel, thread_ts)
        except (PostFailed, PostRefused) as error:
            log.debug("the state of a session is not cleared: %s", error)

    def _progress_of(self, event: Event, *, may_stream: bool = True) -> Progress:
        key = (event.tenant, event.id)
        found = self._known.get(key)
        if found is None:
            shower = _Shower(self._workspaces, event, may_stream=may_stream)
            is_direct = event.payload["place"]["kind"] == "direct"
            found = self._known[key] = Progress(
                shower,
                mark_of(event.id),
                every=self._every,
                after=self._after,
                is_direct=is_direct,
                draw=lambda draft: self._draw(event, draft),
            )
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return found


class _Shower:
    """Shows the plan of one question where it was asked."""

    def __init__(self, workspaces: Workspaces, event: Event, *, may_stream: bool = True) -> None:
        self._workspaces, self._event, self._target = workspaces, event, _target(event)
        self._may_stream = may_stream

    async def begin(self, plan: Plan) -> tuple[str, bool]:
        """As a stream where one can be had; not among people of other organisations, whom Slack may not know here."""
        placing = (await self._workspaces.of(self._event.tenant)).placing
        place = self._event.payload["place"]
        may_stream = self._may_stream and not (place["external"] or place["stranger"])
        return await placing.begin_progress(self._target, plan, self._event.id, may_stream=may_stream)

    async def change(self, ts: str, plan: Plan, streamed: Plan | None) -> bool:
        """In whichever form it has."""
        placing = (await self._workspaces.of(self._event.tenant)).placing
        return await placing.change_progress(self._target, ts, plan, streamed, self._event.id)

    async def may_read(self) -> bool:
        """Only a full member, as Slack says it now."""
        directory = (await self._workspaces.of(self._event.tenant)).directory
        return await directory.standing(self._event.user, self._event.tenant, fresh=True) == "member"


def mark_of(event_id: str) -> str:
    """What the tasks of a question's plan are called, so that its stream is known by them."""
    return f"q{hashlib.sha256(event_id.encode()).hexdigest()[:16]}"


def _target(event: Event) -> dict[str, Any]:
    """Where a question was asked, since when, and by whom."""
    return {**event.payload["target"], "tenant": event.tenant, "since": event.sent_at.timestamp()}
