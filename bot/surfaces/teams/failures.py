"""Why something did not reach Teams, as this program tells it apart."""

from __future__ import annotations


class Unreachable(Exception):
    """Nobody answered, or not sensibly: it may be tried again."""


class Unauthorised(Exception):
    """The bot's own token can't be had or is refused; `wait` is in seconds."""

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait


class TeamsRefused(Exception):
    """Teams will not take it: the HTTP `status`, and its own `code` and `message`."""

    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        super().__init__(f"{status} {code}".strip())
        self.status, self.code, self.message = status, code, message

    @property
    def is_gone(self) -> bool:
        """Whether the conversation can't be written to any more: the app was removed, or the person or team is gone."""
        return self.status == 404 or (self.status == 403 and not self.is_of_stream)

    @property
    def is_of_form(self) -> bool:
        """Whether the same words may be taken in a plainer form."""
        return self.status in (400, 413, 415, 422)

    @property
    def is_of_stream(self) -> bool:
        """Whether only the stream is refused."""
        return "stream" in self.code.lower() or "stream" in self.message.lower()

    @property
    def is_stopped(self) -> bool:
        """Whether the person pressed Stop."""
        return self.status == 403 and self.is_of_stream and "cancel" in self.message.lower()
