"""How a surface shows a turn, from its start to its reply."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from bot.locales import known_zone
from bot.records.inbox import Outgoing
from bot.turn.destination import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.turn.proposals import Offered


class Showing(Protocol):
    """What a surface adds to a question; the defaults are those of a place where plain messages are exchanged."""

    async def place(self, event: Event) -> Place:
        """Where the question was asked, as the platform knows it now."""
        return Place(surface=event.surface, tenant=event.tenant)

    async def asker_name(self, event: Event) -> str:
        """What the asker is called on the platform, "" where that is not known."""
        return str(event.payload.get("name") or "")

    def time_zone(self, event: Event) -> str:
        """The zone that the asker's app is set to, as its name in the tz database, "" where that is not known."""
        return known_zone((event.payload.get("reader") or {}).get("time_zone"))

    async def waiting(self, event: Event, line: str) -> None:
        """Show, without waiting, that a question has to, in the message that becomes the answer."""
        del event, line

    async def handed_over(self, event: Event) -> None:
        """Leave what `waiting` shows to another process, which works on the question now."""
        del event

    def working(
        self, event: Event, *, again: bool, told: bool = False
    ) -> AbstractAsyncContextManager[Callable[[str], None]]:
        """Shows, while the body runs, what it says; nothing is left in flight at the end.

        With `again` an earlier try, perhaps of another process, may have shown something already. With `told` some
        process has shown, or is about to, that the question has to wait.
        """
        del event, again, told
        return nullcontext(lambda _: None)

    async def discard(self, event: Event) -> None:
        """Take away what `working` showed of a question that is not to be answered."""

    async def stopped(self, event: Event) -> None:
        """Say in the place of what `working` showed that its asker stopped it; or take it away."""
        await self.discard(event)

    async def read_file(self, event: Event, most: int) -> bytes:
        """The content of the one file of an event, of which no more than `most` bytes are read.

        Raises `FileRefused`, or `PostFailed` when it may work later.
        """
        del event, most
        raise FileRefused("I can't read files here.")

    def present(
        self,
        event: Event,
        text: str,
        reply: Reply | None,
        *,
        directly: bool = False,
        offered: Sequence[Offered] = (),
    ) -> Sequence[Outgoing]:
        """The messages to post: `text` is what to say, `reply` the whole turn, None for a notice.

        With `directly` they are for the asker alone. `offered` are changes to show as buttons, where there are any.
        """
        del offered
        body: dict[str, Any] = {"text": text, "turn": reply.turn_id if reply else ""}
        target = {**event.payload["target"], "directly": True} if directly else event.payload["target"]
        return (Outgoing(event.surface, target, body),)


class FileRefused(Exception):
    """Why a file can't be read, as its sender is told."""


class Plain(Showing):
    """The defaults, for a surface that nobody knows here."""

    async def discard(self, event: Event) -> None:
        """Nothing was shown."""
