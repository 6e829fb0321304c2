"""Keeps, once for each kind, that an event came: what `tuppence doctor` says of missing ones rests on it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import DatabaseError
from bot.records import heard_events
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.manifest import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.records.database import Database

log = logging.getLogger(__name__)
_CHANNELS = {"im": "im", "channel": "channels", "group": "groups", "mpim": "mpim"}
_MOST_KNOWN = 10_000


class Hearing:
    """Writes after the event is stored, and off its way: an acknowledgement never waits for it."""

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._now = database, now
        self._known: set[tuple[str, str]] = set()
        self._writing: set[asyncio.Task[None]] = set()

    def __call__(self, body: Mapping[str, Any]) -> None:
        """An event came, of whatever kind."""
        kind, tenant = kind_of(body.get("event") or {}), str(body.get("team_id") or "")
        if kind not in EVENTS or not tenant or (tenant, kind) in self._known:
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add((tenant, kind))
        task = asyncio.create_task(self._keep(tenant, kind))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def aclose(self) -> None:
        """Finish what is being written."""
        await asyncio.gather(*self._writing)

    async def _keep(self, tenant: str, kind: str) -> None:
        try:
            async with self._database.write() as session:
                await heard_events.note(session, tenant, NAME, kind, at=self._now())
        except DatabaseError as error:
            self._known.discard((tenant, kind))
            log.debug("that an event came is not kept: %s", error)


def kind_of(event: Mapping[str, Any]) -> str:
    """The name under which an app subscribes to an event: "message.im"."""
    kind = str(event.get("type"))
    return f"message.{_CHANNELS.get(str(event.get('channel_type')), '')}" if kind == "message" else kind
