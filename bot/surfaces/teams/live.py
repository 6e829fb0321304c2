"""What is shown of the questions in work: each has one message, which is filled with the answer at the end."""

from __future__ import annotations

import logging
from collections import OrderedDict
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.answer import Span
from bot.surfaces.teams.buttons import stop_button
from bot.surfaces.teams.cards import attached, card
from bot.surfaces.teams.failures import TeamsRefused
from bot.surfaces.teams.markup import rich
from bot.surfaces.teams.placing import Placing, as_streamed
from bot.surfaces.teams.progress import Progress, line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.surfaces.pacing import Pace
    from bot.surfaces.teams.api import TeamsApi
    from bot.surfaces.teams.directory import Directory
    from bot.surfaces.teams.references import References

log = logging.getLogger(__name__)
_MOST_KNOWN = 2000


class Live:
    """The lines of progress of this process. `stop` hears of a Stop that was pressed; `draw` draws a begun answer."""

    def __init__(
        self,
        api: TeamsApi,
        pace: Pace,
        directory: Directory,
        references: Callable[[], References],
        stop: Callable[[Event], Awaitable[None]],
        every: float,
        draw: Callable[[Event, Reply], str],
    ) -> None:
        self._api, self._pace, self._directory = api, pace, directory
        self._references, self._stop, self._every, self._draw = references, stop, every, draw
        self._progress: OrderedDict[tuple[str, str], Progress] = OrderedDict()

    @asynccontextmanager
    async def working(self, event: Event, *, again: bool) -> AsyncIterator[Progress]:
        """Shows what is being looked up, while the body runs."""
        progress = self._known(event)
        if again and not progress.id and not progress.is_under_way:  # a process that died may have posted it
            try:
                progress.id = await self._references().standing(event.tenant, event.id)
            except TuppenceError as error:
                log.debug("whether progress is shown already is not known: %s", error)
        progress.start()
        try:
            yield progress
        finally:
            await progress.stop()

    def waiting(self, event: Event, text: str) -> None:
        """Show that a question has to wait."""
        self._known(event).wait(text)

    async def handed_over(self, event: Event) -> None:
        """Look after the message of a question no more, as another process does."""
        if progress := self._progress.pop((event.tenant, event.id), None):
            await progress.stop()

    async def end(self, event: Event, text: str | None) -> None:
        """Put a text in the place of the line of progress, or, with None, delete it."""
        try:
            if progress := self._progress.get((event.tenant, event.id)):
                await progress.stop()
            shown, written = await self.shown(event.tenant, event.id), self.written(event.tenant, event.id)
            self.forget(event.tenant, event.id)
            if not shown:
                return
            where = await self._references().of(event)
            if written:  # an open stream may take no other text
                with suppress(TeamsRefused):
                    await self._api.end_stream(where, shown, as_streamed(written))
            if text is None:
                await self._placing.delete(where, shown)
            else:
                await self._api.update(where, shown, line(text))
        except (PostFailed, PostRefused, TeamsRefused, TuppenceError) as error:
            log.warning("a line of progress stays, though its question is not answered: %s", error)

    async def shown(self, tenant: str, event_id: str) -> str:
        """The message in which progress is shown, "" where there is none. Raises `DatabaseError`."""
        progress = self._progress.get((tenant, event_id))
        return (progress.id if progress else "") or await self._references().standing(tenant, event_id)

    def written(self, tenant: str, event_id: str) -> str:
        """What that message shows of the answer already; "" for nothing, or where another process knows."""
        progress = self._progress.get((tenant, event_id))
        return progress.written if progress else ""

    def forget(self, tenant: str, event_id: str) -> None:
        """The question is done with."""
        self._progress.pop((tenant, event_id), None)

    async def keep(self, event: Event, message_id: str) -> str:
        """Keep where progress is shown; where another process was first, ours goes. Raises `DatabaseError`."""
        holds = await self._references().stand(event.tenant, event.id, message_id)
        if holds and holds != message_id:
            await self._placing.delete(await self._references().of(event), message_id)
        return holds or message_id

    @property
    def _placing(self) -> Placing:
        return Placing(self._api, self._pace, self._directory, self._references())

    def _known(self, event: Event) -> Progress:
        key = (event.tenant, event.id)
        found = self._progress.get(key)
        if found is None:
            stream = (
                Stream(self._api, self._pace, self._directory, event)
                if event.payload["target"].get("kind") == "direct"
                else None
            )
            found = self._progress[key] = Progress(
                stream or Line(self._api, self._pace, event.id),
                lambda: self._references().of(event),
                lambda message_id: self.keep(event, message_id),
                lambda: self._stop(event),
                self._every,
                writes=stream,
                draw=lambda draft: self._draw(event, draft),
            )
            while len(self._progress) > _MOST_KNOWN:
                self._progress.popitem(last=False)
        return found


class Stream:
    """Progress in a conversation with one person: the lines of a stream, then its answer as it is written."""

    def __init__(self, api: TeamsApi, pace: Pace, directory: Directory, event: Event) -> None:
        self._api, self._pace, self._directory, self._event = api, pace, directory, event

    async def begin(self, where: Mapping[str, Any], text: str) -> str:
        """Show a first line; returns the id of its message."""
        async with self._pace.turn(where["conversation"]):
            return await self._api.inform(where, text, "", 1)

    async def go_on(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show another line in its place."""
        async with self._pace.turn(where["conversation"]):
            await self._api.inform(where, text, message_id, number)

    async def write(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show what is written of the answer."""
        async with self._pace.turn(where["conversation"]):
            await self._api.inform(where, text, message_id, number, is_answer=True)

    async def may_read(self, where: Mapping[str, Any]) -> bool:
        """Only a full member, as Teams says it now."""
        return await self._directory.standing(where, self._event.user, self._event.tenant, fresh=True) == "member"


class Line:
    """Progress where others are, too: a message that is changed, with a button that stops the question."""

    def __init__(self, api: TeamsApi, pace: Pace, event_id: str) -> None:
        self._api, self._pace, self._event = api, pace, event_id

    async def begin(self, where: Mapping[str, Any], text: str) -> str:
        """Show a first line; returns the id of its message."""
        await self._api.typing(where)
        async with self._pace.turn(where["conversation"]):
            return await self._api.send(where, stoppable(text, self._event))

    async def go_on(self, where: Mapping[str, Any], message_id: str, text: str, number: int) -> None:
        """Show another line in its place."""
        del number
        async with self._pace.turn(where["conversation"]):
            await self._api.update(where, message_id, stoppable(text, self._event))


def stoppable(text: str, event_id: str) -> dict[str, Any]:
    """A line of progress with its Stop. All of it is the card: Teams tells no id of a message with text and a card."""
    drawn = card(rich((Span(text),)), [stop_button(event_id)])
    return {"type": "message", "summary": text, "attachments": [attached(drawn)]}
