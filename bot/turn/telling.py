"""Who hears, live, what a turn does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from bot.messages import ToolResult


@runtime_checkable
class Follower(Protocol):
    """One who wants to know how each look-up ended, too, not only that it began."""

    def __call__(self, text: str, /) -> None:
        """This is being done now."""

    def found(self, text: str, result: ToolResult, /) -> None:
        """The look-up that was told as `text` came to this."""


def tell_result(say: object, text: str, result: ToolResult) -> None:
    """Tell who follows; a plain function hears only what begins."""
    if isinstance(say, Follower):
        say.found(text, result)
