"""An intake that keeps what it is handed, and can be broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.records.inbox import Event


class RecordingIntake:
    """`known` are conversations in which the assistant takes part; `fail` is for how many calls it is away."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.deliveries = 0
        self.cancelled: list[str] = []
        self.replaced: list[str] = []
        self.known: set[str] = set()
        self.stopped: list[tuple[str, str, str]] = []
        self.fail = 0

    async def __call__(self, event: Event) -> bool:
        self._check()
        self.deliveries += 1
        is_new = event.id not in self.events
        self.events.setdefault(event.id, event)
        return is_new

    async def instead(self, place: str, event: Event) -> bool:
        self._check()
        self.replaced.append(place)
        return await self(event)

    async def cancel(self, tenant: str, place: str) -> bool:
        self._check()
        self.cancelled.append(place)
        return True

    async def stop(
        self,
        tenant: str,
        channel: str,
        *,
        before: datetime,
        thread: str = "",
        user: str = "",
        others: Sequence[str] = (),
        said: Event | None = None,
    ) -> list[tuple[Event, bool]]:
        self._check()
        if said:
            await self(said)
        self.stopped.append((channel, thread, user))
        return []

    async def takes_part(self, tenant: str, conversation: str) -> bool:
        return conversation in self.known

    def _check(self) -> None:
        if self.fail:
            self.fail -= 1
            raise DatabaseUnreachable("here", "refused", "start it")


async def nobody_lost(tenant: str, reason: str) -> None:
    """For a receiver that hears of no installation that ended."""
    raise AssertionError(f"{tenant}: {reason}")
