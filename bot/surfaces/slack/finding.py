"""Finds our own messages again, after a crash or a lost response: by what was written beside them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.texts import EVENT_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.surfaces.slack.api import SlackApi

log = logging.getLogger(__name__)
_MOST_PAGES = 5
_SLACK = 60.0
"""Seconds by which a search looks further back than the question: clocks differ."""


class Finder:
    """Looks through the channels of one workspace; a place that can't be read has nothing of ours."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._own_user = ""

    async def carrying(self, channel: str, target: dict[str, Any], name: str, value: str) -> AsyncIterator[str]:
        """The ts of each message whose metadata says so, in a thread or a channel's latest. Raises `PostFailed`."""
        async for message in self._messages(channel, target):
            if _payload(message).get(name) == value:
                yield str(message["ts"])

    async def shown_for(self, channel: str, target: dict[str, Any], event_id: str, mark: str) -> str:
        """The ts of what is shown of a question, "" where there is nothing. Raises `PostFailed`.

        A message of ours is known by its metadata. A stream has none until it ends: it is known by the ids of its
        tasks or, where Slack does not tell them, as the one in the thread that was not ended as any answer.
        """
        stream = ""
        async for message in self._messages(channel, target):
            payload = _payload(message)
            if payload.get("working_on") == event_id:
                return str(message["ts"])
            if not payload and not stream and await self._is_unfinished(message, mark, target.get("since", 0.0)):
                stream = str(message["ts"])
        return stream

    async def _messages(self, channel: str, target: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The messages of a thread, or the latest of a channel, since a question was asked."""
        thread = target.get("thread_ts", "")
        method = "conversations.replies" if thread else "conversations.history"
        oldest = {"oldest": f"{target['since'] - _SLACK:.6f}"} if target.get("since") else {}
        arguments = {"channel": channel, "include_all_metadata": True, "limit": 200, **oldest}
        if thread:
            arguments["ts"] = thread
        for _ in range(_MOST_PAGES):
            try:
                answer = await self._api.try_call(method, **arguments)
            except SlackRefused as error:
                log.debug("%s can't be searched: %s", channel, error)
                return
            for message in (answer or {}).get("messages", ()):
                yield message
            cursor = ((answer or {}).get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor

    async def _is_unfinished(self, message: dict[str, Any], mark: str, since: float) -> bool:
        """Whether a message without metadata of ours is the stream of a question that was asked `since`."""
        if mark in str(message.get("blocks", "")):
            return True
        if float(message["ts"]) <= since or message.get("files") or message.get("subtype"):
            return False
        if "streaming_state" not in message and message.get("text"):
            return False
        if not self._own_user:
            try:
                answer = await self._api.call("auth.test")
            except SlackRefused:
                return False
            self._own_user = str(answer.get("user_id", ""))
        return message.get("user") == self._own_user


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    """What we wrote beside a message of ours; {} for nothing."""
    metadata = message.get("metadata") or {}
    found = metadata.get("event_payload") if metadata.get("event_type") == EVENT_TYPE else None
    return found if isinstance(found, dict) else {}
