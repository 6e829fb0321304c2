"""What came in, by whatever way: read, stored, and only then to be acknowledged."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.redaction import one_line
from bot.surfaces.slack.events import Asked, Deleted, Edited, Ignored, Lost, Reading, read_command, read_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.jobs.intake import Intake

log = logging.getLogger(__name__)
COMMAND_TAKEN = "I answer you in our direct messages."


class Receiver:
    """Hands readings to the inbox. Every method returns once that is on record; raises `DatabaseError`."""

    def __init__(
        self,
        intake: Intake,
        on_lost: Callable[[str, str], Awaitable[None]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake, self._on_lost, self._now = intake, on_lost, now

    async def event(self, body: Mapping[str, Any]) -> None:
        """An `event_callback`."""
        await self._keep(read_event(body))

    async def command(self, form: Mapping[str, str]) -> dict[str, str]:
        """A slash command; returns what its asker alone is shown at once, {} for nothing."""
        reading = read_command(form, self._now())
        await self._keep(reading)
        is_elsewhere = isinstance(reading, Asked) and "channel" not in reading.event.payload["target"]
        return {"response_type": "ephemeral", "text": COMMAND_TAKEN} if is_elsewhere else {}

    async def interaction(self, payload: Mapping[str, Any]) -> None:
        """A click or a form."""
        log.debug("ignored: an interaction of type %s", one_line(str(payload.get("type")))[:40])

    async def _keep(self, reading: Reading) -> None:
        intake = self._intake
        match reading:
            case Asked(event, only_where_engaged):
                if only_where_engaged and not await intake.takes_part(event.tenant, event.conversation):
                    return
                if not await intake(event):
                    log.info("event %s is known: a duplicate", one_line(event.id))
            case Edited(event, place):
                await intake.instead(place, event)
            case Deleted(tenant, place):
                await intake.cancel(tenant, place)
                await intake.cancel(tenant, f"{place}/edit")
            case Lost(tenant, reason):
                await self._on_lost(tenant, reason)
            case Ignored(reason):
                log.debug("ignored: %s", one_line(reason))
