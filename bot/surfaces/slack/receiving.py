"""What came in, by whatever way: read, stored, and only then to be acknowledged."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import DatabaseError
from bot.redaction import one_line
from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.slack.events import (
    QUESTION,
    Asked,
    Lost,
    Opened,
    Reading,
    StopAsked,
    is_stop,
    naming,
    read_command,
    read_event,
    stop_of,
    unnamed_tenant,
)
from bot.surfaces.slack.stopping import NOTHING_STOPPED, STOPPED, stop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.jobs.intake import Intake
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.live import Live

log = logging.getLogger(__name__)
COMMAND_TAKEN = "I answer you in our direct messages."


class Receiver:
    """Hands readings to the inbox. Every method returns once that is on record; raises `DatabaseError`."""

    def __init__(
        self,
        intake: Intake,
        on_lost: Callable[[str, str], Awaitable[None]],
        interactions: Interactions | None = None,
        on_opened: Callable[[Opened], None] = lambda _: None,
        live: Live | None = None,
        bot_user: Callable[[str], Awaitable[str]] | None = None,
        on_missed: Callable[[datetime], None] = lambda _: None,
        on_heard: Callable[[Mapping[str, Any]], None] = lambda _: None,
        on_held_back: Callable[[str], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._intake, self._on_lost, self._now = intake, on_lost, now
        self._interactions, self._on_opened, self._live = interactions, on_opened, live
        self._on_missed, self._on_heard, self._on_held_back = on_missed, on_heard, on_held_back
        self._bot_user = bot_user

    async def event(self, body: Mapping[str, Any]) -> None:
        """An `event_callback`."""
        if self._bot_user and (tenant := unnamed_tenant(body)):
            body = naming(body, tenant, await self._bot_user(tenant))
        try:
            await self._keep(read_event(body))
        except DatabaseError:
            self._on_missed(self._now())  # Slack sends it again, but not for long
            raise
        self._on_heard(body)

    def held_back(self, tenant: str) -> None:
        """Slack says that it delivers no more of a workspace's events for now."""
        log.error("Slack holds events of the workspace %s back: too many", one_line(tenant)[:40])
        self._on_held_back(tenant)

    async def command(self, form: Mapping[str, str]) -> dict[str, str]:
        """A slash command; returns what its asker alone is shown at once, {} for nothing."""
        reading = read_command(form, self._now())
        if isinstance(reading, StopAsked):
            is_stopped = await stop(reading, self._intake, self._live)
            return {"response_type": "ephemeral", "text": STOPPED if is_stopped else NOTHING_STOPPED}
        await self._keep(reading)
        is_elsewhere = isinstance(reading, Asked) and "channel" not in reading.event.payload["target"]
        return {"response_type": "ephemeral", "text": COMMAND_TAKEN} if is_elsewhere else {}

    async def interaction(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """A click, a form or a shortcut; returns what goes with its acknowledgement, {} for nothing."""
        return await self._interactions.take(payload) if self._interactions else {}

    async def _ask(self, asked: Asked) -> None:
        """Store a question; one that is nothing but "stop" ends what is under way, if anything is."""
        intake, event = self._intake, asked.event
        if asked.only_where_engaged and not await intake.takes_part(event.tenant, event.conversation):
            return
        if event.kind == QUESTION and event.place and is_stop(event.payload["text"]):
            await stop(stop_of(event), intake, self._live, event)
        elif not await intake(event):
            log.info("event %s is known: a duplicate", one_line(event.id))

    async def _keep(self, reading: Reading) -> None:
        intake = self._intake
        match reading:
            case Asked():
                await self._ask(reading)
            case StopAsked():
                await stop(reading, intake, self._live)
            case Edited(event, place):
                await intake.instead(place, event)
            case Deleted(tenant, place):
                await intake.cancel(tenant, place)
                await intake.cancel(tenant, f"{place}/edit")
            case Opened():
                self._on_opened(reading)
            case Lost(tenant, reason):
                await self._on_lost(tenant, reason)
            case Ignored(reason):
                log.debug("ignored: %s", one_line(reason))
