"""The socket for chat platforms: how their events come in, and how messages go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bot.jobs.intake import Intake
from bot.jobs.posting import PostFailed, PostRefused, Surface
from bot.jobs.showing import Showing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.routing import BaseRoute

    from bot.records.inbox import Event
    from bot.turn.assistant import Parts

    Accept = Callable[[Event], Awaitable[bool]]
    """Stores an event; a surface acknowledges it to its platform after this returned. Raises `DatabaseError`."""

__all__ = ["ChatSurface", "Intake", "PostFailed", "PostRefused", "Showing", "Surface"]


class ChatSurface(Surface, Showing, Protocol):
    """One platform. It learns neither who answers nor how: it hands events in and posts what it is given."""

    name: str

    def use(self, parts: Parts) -> None:
        """Take the running server's parts, before anything comes in."""

    def routes(self, intake: Intake) -> Sequence[BaseRoute]:
        """The HTTP routes under which the platform delivers its events."""

    async def run(self, intake: Intake) -> None:
        """Fetch events from the platform until cancelled, where it does not deliver them."""

    @property
    def problem(self) -> str:
        """What keeps the platform from working, and the fix; "" when nothing is known to."""
        return ""

    def trouble(self, tenant: str) -> str:
        """What the admins of a tenant have to mend, or will soon; "" when nothing is known."""
        del tenant
        return self.problem

    async def aclose(self) -> None:
        """Close every connection."""
