"""Slack's streams for agents: a message that shows a plan of task cards while it is made, and ends as the answer.

A stream begins without any metadata of ours, refuses to be changed in another way while it is open, and is closed by
Slack itself after some minutes. Starting and ending one is among the most limited calls: so streams are for turns that
take a while, and only so many a minute; all others show a plain line. A Slack without streams is asked once an hour.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.api import MISSING_METHOD, SlackBusy, SlackRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.surfaces.slack.api import SlackApi

log = logging.getLogger(__name__)
A_MINUTE = 60.0
MOST_A_MINUTE = 12
"""Slack takes about 20 starts a minute from all replicas together."""
ASKED_AGAIN = 3600.0
"""Seconds after which a Slack that lacked streams is tried once more."""
NOT_OPEN = "message_not_in_streaming_state"
OPEN = "streaming_state_conflict"
"""A message can't be changed in another way while it is streamed into."""
PLAN = frozenset({"plan", "task_card"})
"""The blocks that a plan is made of."""
UNDELETABLE = "cant_delete_message"
UNSUITABLE = MISSING_METHOD | {
    "channel_type_not_supported",
    "invalid_arguments",
    "invalid_chunks",
    "messages_tab_disabled",
    "missing_recipient_team_id",
    "missing_recipient_user_id",
    "team_not_found",
    "user_not_found",
}
"""No stream can be begun there; a plain message may well be posted."""


@dataclass(frozen=True, slots=True)
class Open:
    """A stream that an answer ends: `chunks` complete its plan; `is_written` where it may hold text of the answer."""

    chunks: Sequence[dict[str, Any]]
    is_written: bool = False


class Streams:
    """The streams of one workspace."""

    def __init__(self, api: SlackApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api, self._monotonic = api, monotonic
        self._begun: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._not_before = 0.0

    @property
    def has_room(self) -> bool:
        """Whether one may be begun now."""
        now = self._monotonic()
        is_spent = len(self._begun) == MOST_A_MINUTE and now - self._begun[0] < A_MINUTE
        return now >= self._not_before and not is_spent

    async def begin(self, channel: str, target: dict[str, Any], chunks: Sequence[dict[str, Any]]) -> str:
        """Begin one in the thread of a question; its ts, "" where there is none to be had.

        Raises `PostFailed` where that is not known, and `SlackRefused` where the place takes no message at all.
        """
        self._begun.append(self._monotonic())
        where = {"channel": channel, "thread_ts": target["thread_ts"]}
        reader = {"recipient_team_id": target["tenant"], "recipient_user_id": target["user"]}
        try:
            answer = await self._api.call(
                "chat.startStream", **where, **reader, task_display_mode="plan", chunks=list(chunks)
            )
        except SlackBusy as error:
            pause = error.retry_after.total_seconds() if error.retry_after else A_MINUTE
            self._not_before = self._monotonic() + pause
            return ""
        except SlackRefused as error:
            if error.code not in UNSUITABLE:
                raise
            log.debug("no stream can be had: %s", error)
            if error.code in MISSING_METHOD:
                self._not_before = self._monotonic() + ASKED_AGAIN
            return ""
        return str(answer.get("ts", ""))

    async def append(self, channel: str, ts: str, chunks: Sequence[dict[str, Any]]) -> bool:
        """Show more in it; False when it is no open stream any more. Raises `SlackRefused`, `PostFailed`."""
        return await self._while_open("chat.appendStream", channel=channel, ts=ts, chunks=list(chunks)) is not None

    async def end(
        self, channel: str, ts: str, drawn: dict[str, Any], chunks: Sequence[dict[str, Any]], metadata: dict[str, Any]
    ) -> bool:
        """End it with the blocks of the answer below its plan; False when it is no open stream any more.

        Raises `SlackRefused`, as for blocks that it does not take, and `PostFailed`.
        """
        said = {"blocks": drawn["blocks"]} if drawn.get("blocks") else {"markdown_text": drawn.get("text", "")}
        more = {"chunks": list(chunks)} if chunks else {}
        answer = await self._while_open("chat.stopStream", channel=channel, ts=ts, **said, **more, metadata=metadata)
        if answer is None:
            return False
        if not (answer.get("message") or {}).get("text"):
            await self._say_in_words(channel, ts, drawn, metadata)
        return True

    async def close(self, channel: str, ts: str, chunks: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
        """End it as it is, so that it can be changed as any message. Raises `SlackRefused`, `PostFailed`.

        Returns the blocks of its plan, as far as Slack tells them.
        """
        more = {"chunks": list(chunks)} if chunks else {}
        answer = await self._while_open("chat.stopStream", channel=channel, ts=ts, **more)
        blocks = ((answer or {}).get("message") or {}).get("blocks")
        shown = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
        return [block for block in shown if block.get("type") in PLAN]

    async def _say_in_words(self, channel: str, ts: str, drawn: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Give an ended message the words that a notification and a screen reader say; its blocks stay."""
        try:
            said = {"text": drawn.get("text", ""), "metadata": metadata, "link_names": False}
            await self._api.call("chat.update", channel=channel, ts=ts, **said)
        except SlackRefused as error:
            log.debug("an answer has no words for who can't see it: %s", error)

    async def _while_open(self, method: str, **arguments: Any) -> dict[str, Any] | None:
        try:
            return await self._api.call(method, **arguments)
        except SlackRefused as error:
            if error.code == NOT_OPEN or error.code in MISSING_METHOD:
                return None
            raise
