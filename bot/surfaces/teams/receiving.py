"""What came in: read, stored, and only then to be acknowledged."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.redaction import one_line
from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.teams.events import (
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
    from bot.surfaces.teams.events import Reference
    from bot.surfaces.teams.references import References

    Press = Callable[[Pressed], Awaitable[Mapping[str, Any] | None]]
    Welcome = Callable[[Reference], Awaitable[None]]

log = logging.getLogger(__name__)


class Receiver:
    """Hands readings to the inbox. `take` returns once what it was given is on record; raises `DatabaseError`.

    `press` answers what waits for an answer, and `welcome` greets in a new conversation.
    """

    def __init__(
        self,
        intake: Intake,
        references: References,
        press: Press,
        welcome: Welcome,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake, self._references, self._now = intake, references, now
        self._press, self._welcome = press, welcome

    async def take(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """One activity; returns what its sender is answered at once, None for nothing."""
        reading = read_activity(body, self._now())
        if isinstance(reading, Pressed):
            await self._references.keep(reading.reference)
            return await self._press(reading)
        await self._keep(reading)
        return None

    async def _keep(self, reading: Reading) -> None:
        intake = self._intake
        match reading:
            case Asked(event, reference, only_where_engaged):
                if only_where_engaged and not await intake.takes_part(event.tenant, event.conversation):
                    return
                await self._references.keep(reference)  # before anybody answers: it may have been given up
                if not await intake(event):
                    log.info("event %s is known: a duplicate", one_line(event.id))
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
