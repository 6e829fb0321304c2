"""The durable side of a turn: how far it has come is kept, so that another process can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Reply, ToolCall

    OnStep = Callable[[Sequence[ToolCall], int], Awaitable[None]]
    """Hears which calls were decided, and how many of them have run."""


class Job(Protocol):
    """One attempt at a question that waits in the inbox. What it raises ends the turn at once, unsaved."""

    turn_id: str
    """The turn's id, the same in every attempt."""

    decided: tuple[ToolCall, ...]
    """What an earlier attempt had decided to look up before it was cut off."""

    async def checkpoint(self, calls: Sequence[ToolCall], done: int) -> None:
        """Keep which calls were decided, and how many of them ran. Raises `LeaseLost`."""

    async def finish(self, session: AsyncSession, reply: Reply) -> None:
        """Record the reply for posting, in the unit that saves the turn. Raises `LeaseLost`."""


async def forget(_calls: Sequence[ToolCall], _done: int) -> None:
    """Where nobody keeps the steps: the terminal, whose person asks again."""
