"""What came in: read, stored, and only then to be acknowledged."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.redaction import one_line
from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.slack.events import is_stop
from bot.surfaces.teams.events import (
    QUESTION,
    Asked,
    Left,
    Met,
    Pressed,
    Reading,
    read_activity,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.jobs.intake import Intake
    from bot.records.inbox import Event
    from bot.surfaces.teams.events import Reference
    from bot.surfaces.teams.references import References

    Press = Callable[[Pressed], Awaitable[Mapping[str, Any] | None]]
    Welcome = Callable[[Reference], Awaitable[None]]

log = logging.getLogger(__name__)


class Receiver:
    """Hands readings to the inbox. `take` returns once what it was given is on record; raises `DatabaseError`.

    `press` answers what waits for an answer, `welcome` greets in a new conversation, and `left` hears of a question
    that was stopped and whose worker died.
    """

    def __init__(
        self,
        intake: Intake,
        references: References,
        press: Press,
        welcome: Welcome,
        left: Callable[[Event], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake, self._references, self._now = intake, references, now
        self._press, self._welcome, self._left = press, welcome, left

    async def take(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """One activity; returns what its sender is answered at once, None for nothing."""
        reading = read_activity(body, self._now())
        if isinstance(reading, Pressed):
            if reading.reference:
                await self._references.keep(reading.reference)
            return await self._press(reading)
        await self._keep(reading)
        return None

    async def _ask(self, asked: Asked) -> None:
        """Store a question; one that is nothing but "stop" ends what is under way, if anything is."""
        intake, event = self._intake, asked.event
        if asked.only_where_engaged and not await intake.takes_part(event.tenant, event.conversation):
            return
        await self._references.keep(asked.reference)  # before anybody answers: it may have been given up
        if event.kind == QUESTION and is_stop(event.payload["text"]):
            await self._stop(event)
        elif not await intake(event):
            log.info("event %s is known: a duplicate", one_line(event.id))

    async def _stop(self, event: Event) -> None:
        """End what its asker waits for in that thread or, said outside of one, in all of that place."""
        channel, _, thread = event.conversation.rpartition("/")
        is_root = event.payload["place"]["kind"] in ("direct", "group") or (event.place or "").endswith(f"/{thread}")
        before = event.sent_at - timedelta(microseconds=1)  # itself is no question
        stopped = await self._intake.stop(
            event.tenant, channel, before=before, thread="" if is_root else thread, user=event.user, said=event
        )
        for each, is_left in stopped:
            if is_left:
                self._left(each)

    async def _keep(self, reading: Reading) -> None:
        intake = self._intake
        match reading:
            case Asked():
                await self._ask(reading)
            case Edited(event, place):
                await intake.instead(place, event)
            case Deleted(tenant, place):
                await intake.cancel(tenant, place)
                await intake.cancel(tenant, f"{place}/edit")
            case Met(reference, is_new):
                if await self._references.keep(reference) and is_new:
                    await self._welcome(reference)
            case Left(reference):
                await self._references.leave(reference)
            case Ignored(reason):
                log.debug("ignored: %s", one_line(reason))
