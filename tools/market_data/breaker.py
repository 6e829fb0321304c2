"""A circuit breaker: after a source failed it is left alone for a while, longer each time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tools.errors import MarketDataError, RateLimited, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0
LONGEST_ASKED_PAUSE_SECONDS = 3600.0
"""A Retry-After beyond this is not believed."""

_FAILURES_TO_OPEN = 2


class Breaker:
    """Closed: calls go through. Open: none do, until the pause is over; then one does, to see.

    Being asked to wait opens it at once, being unreachable the second time in a row. The pause doubles with each
    failed try, from 30 seconds to 15 minutes, and is never shorter than what the source asked for. One line is
    logged when it opens and one when the source answers again.
    """

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._tries = 0
        self._opened_at: float | None = None
        self._shut_until = 0.0
        self._trying = False
        self.reason: MarketDataError | None = None
        """Why it is open; None while it is closed."""

    def admits(self) -> bool:
        """Whether a call may go through now. In an open breaker whose pause is over, that call is the one try."""
        if self._opened_at is None:
            return True
        if self._trying or self._clock() < self._shut_until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The source answered, if only that it has nothing."""
        if self._opened_at is not None:
            log.warning("%s answers again after %.0f seconds", self._name, self._clock() - self._opened_at)
        self._failures = self._tries = 0
        self._opened_at = self.reason = None
        self._trying = False

    def failed(self, error: MarketDataError) -> None:
        """The source asked to wait, or was not reachable."""
        self._failures += 1
        if self._opened_at is not None and not self._trying:
            return  # a call from before it opened
        if self._opened_at is None and isinstance(error, Unreachable) and self._failures < _FAILURES_TO_OPEN:
            return
        pause = min(FIRST_PAUSE_SECONDS * 2**self._tries, LONGEST_PAUSE_SECONDS)
        if isinstance(error, RateLimited) and error.retry_after_seconds is not None:
            pause = max(pause, min(error.retry_after_seconds, LONGEST_ASKED_PAUSE_SECONDS))
        if self._opened_at is None:
            self._opened_at = self._clock()
            log.warning("%s is left alone for %.0f seconds: %s", self._name, pause, error)
        self._tries += 1
        self._shut_until = self._clock() + pause
        self._trying = False
        self.reason = error

    def abandoned(self) -> None:
        """A call ended without an answer, as when it was cancelled: the next one may try."""
        self._trying = False
