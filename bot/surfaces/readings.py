"""What an event of any chat platform may mean, besides a question and what is the platform's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.records.inbox import Event


@dataclass(frozen=True, slots=True)
class Edited:
    """A question was reworded: the one at `place` is dropped if it still waits, and `event` is answered instead."""

    event: Event
    place: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """The post at `place` is gone; its question is not to be answered."""

    tenant: str
    place: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do; `reason` is for the log."""

    reason: str
