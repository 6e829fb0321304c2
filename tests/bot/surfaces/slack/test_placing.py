"""Which channel a message goes to: a person's direct messages are opened once, and not remembered for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.pacing import Pace
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.directory import Directory
from bot.surfaces.slack.placing import Placing

if TYPE_CHECKING:
    import pytest


class Opening(SlackApi):
    """A Slack that opens direct messages, and notes with whom."""

    def __init__(self) -> None:
        super().__init__("xoxb-1", "http://127.0.0.1:9/api/")
        self.opened: list[str] = []

    async def try_call(self, method: str, **arguments: Any) -> Any:
        assert method == "conversations.open"
        self.opened.append(arguments["users"])
        return {"channel": {"id": f"D{arguments['users']}"}}


async def test_direct_messages_are_opened_once_and_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.surfaces.slack.placing._MOST_KNOWN", 2)
    api = Opening()
    placing = Placing(api, Pace(), Directory(api))
    for user in ("U1", "U1", "U2", "U3", "U3", "U1"):
        assert await placing.channel_of({"user": user}) == f"D{user}"
    assert api.opened == ["U1", "U2", "U3", "U1"]
    assert len(placing._direct) == 2
    await api.aclose()
