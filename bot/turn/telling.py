"""Who hears, live, what a turn does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from bot.messages import Reply, ToolResult


@runtime_checkable
class Follower(Protocol):
    """One who wants to know how each look-up ended, too, not only that it began."""

    def __call__(self, text: str, /) -> None:
        """This is being done now."""

    def found(self, text: str, result: ToolResult, /) -> None:
        """The look-up that was told as `text` came to this."""


@runtime_checkable
class Reader(Protocol):
    """One who reads the answer while it is written, too."""

    def drafted(self, draft: Reply, /) -> None:
        """All sentences that may be shown by now are the draft's answer; "" takes back those told before.

        The draft holds what its figures are known by. The reply that ends the turn takes its place in any case.
        """


def tell_result(say: object, text: str, result: ToolResult) -> None:
    """Tell who follows; a plain function hears only what begins."""
    if isinstance(say, Follower):
        say.found(text, result)


def reads_drafts(say: object) -> bool:
    """Whether anybody wants them: else none are made."""
    return isinstance(say, Reader)


def tell_draft(say: object, draft: Reply) -> None:
    """Tell who reads along."""
    if isinstance(say, Reader):
        say.drafted(draft)
