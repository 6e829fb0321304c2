"""How often Slack lets an app call: https://docs.slack.dev/apis/web-api/rate-limits, each with room for bursts."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

A_MINUTE = 60.0
GENEROUS = 2
"""So many times what is published is let through: "sporadic bursts are welcome"."""
TIERS = {2: 20, 3: 50, 4: 100}
"""Calls of a method in a minute, of one app in one workspace."""
METHODS = {
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
}
POSTS = frozenset({"chat.postMessage", "chat.startStream"})
"""What puts a new message into a channel: one a second."""
BURST = 5
"""Messages that a channel takes at once after a pause; after that one a second."""


class Rates:
    """One workspace's; `is_on` can be taken away where a test calls faster than the program does in earnest."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self.is_on = True
        self.refused: list[tuple[str, str]] = []
        """(method, channel) of each call that was too much."""
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posts: dict[str, tuple[float, float]] = {}
        """Channel → how many messages it took in advance, and when that was so."""

    def seconds_to_wait(self, method: str, body: dict[str, Any]) -> int:
        """Count a call; 0, or for how long the caller is sent away."""
        if not self.is_on:
            return 0
        now, channel = self._monotonic(), str(body.get("channel") or "")
        wait = max(self._of_method(method, now), self._of_channel(channel, now) if method in POSTS else 0.0)
        if wait > 0:
            self.refused.append((method, channel))
            return max(1, math.ceil(wait))
        self._calls[method].append(now)
        if method in POSTS:
            self._posts[channel] = (self._taken(channel, now) + 1, now)
        return 0

    def _of_method(self, method: str, now: float) -> float:
        if method not in METHODS:
            return 0.0
        calls = self._calls[method]
        while calls and now - calls[0] >= A_MINUTE:
            calls.popleft()
        return calls[0] + A_MINUTE - now if len(calls) >= TIERS[METHODS[method]] * GENEROUS else 0.0

    def _of_channel(self, channel: str, now: float) -> float:
        return max(0.0, self._taken(channel, now) + 1 - BURST)

    def _taken(self, channel: str, now: float) -> float:
        taken, at = self._posts.get(channel, (0.0, now))
        return max(0.0, taken - (now - at))
