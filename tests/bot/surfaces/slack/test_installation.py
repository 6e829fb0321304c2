"""Whether the app is installed with all it needs, and the manifest from which it is made (A13, A14)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bot.surfaces.slack as slack_folder
from bot.slack_commands import slack_app
from bot.surfaces.slack.installation import missing_scopes, watch_configured
from bot.surfaces.slack.manifest import EVENTS, SCOPES, manifest
from bot.surfaces.slack.workspaces import Workspaces
from tests.fakes.slack_server import Fault, SlackServer

if TYPE_CHECKING:
    from bot.settings import Settings


class Stop(Exception):
    """The end of a watch."""


async def watched(settings: Settings, rounds: int) -> tuple[Workspaces, list[float]]:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == rounds:
            raise Stop

    workspaces = Workspaces(settings)
    with pytest.raises(Stop):
        await watch_configured(workspaces, nap)
    await workspaces.aclose()
    return workspaces, naps


async def test_a14_missing_scopes_are_named_at_the_start(slack: SlackServer, slack_settings: Settings) -> None:
    slack.scopes = ",".join(scope for scope in SCOPES if scope not in ("chat:write", "im:history"))
    workspaces, _ = await watched(slack_settings, 1)
    assert "chat:write, im:history" in workspaces.problem
    slack.scopes = ", ".join((*SCOPES, "files:read"))
    workspaces, naps = await watched(slack_settings, 1)
    assert (workspaces.problem, naps) == ("", [3600.0])
    assert missing_scopes({}) == []  # a stand-in that does not tell


async def test_a13_a_revoked_token_is_told_and_looked_at_again(slack: SlackServer, slack_settings: Settings) -> None:
    slack.revoked = "token_revoked"
    workspaces, naps = await watched(slack_settings, 1)
    assert "token_revoked" in workspaces.problem
    assert naps == [60.0]
    slack.revoked = ""
    slack.faults["auth.test"].append(Fault(503, "", content_type="text/html"))
    slack.missing.add("auth.test")
    workspaces, naps = await watched(slack_settings, 2)
    assert (workspaces.problem, naps[1]) == ("", 3600.0)


def test_the_manifest_asks_for_what_its_events_need_and_for_an_agent() -> None:
    made = manifest()
    assert made["settings"]["socket_mode_enabled"]
    assert "url" not in str(made)
    needed = {"app_mention": "app_mentions:read", "message.im": "im:history", "message.channels": "channels:history"}
    for event, scope in needed.items():
        assert event in EVENTS
        assert scope in SCOPES
    assert "agent_view" in made["features"]
    assert "assistant_view" not in made["features"]
    assert len(made["features"]["agent_view"]["suggested_prompts"]) <= 4
    http = manifest("https://fin.example.com/")
    assert not http["settings"]["socket_mode_enabled"]
    address = "https://fin.example.com/slack/events"
    assert http["settings"]["event_subscriptions"]["request_url"] == address
    assert http["settings"]["interactivity"]["request_url"] == address
    assert http["features"]["slash_commands"][0]["url"] == address
    assert http["oauth_config"]["redirect_urls"] == ["https://fin.example.com/slack/oauth_redirect"]
    both = manifest("https://fin.example.com", by_socket=True)
    assert both["settings"]["socket_mode_enabled"]
    assert "request_url" not in str(both)
    assert both["oauth_config"]["redirect_urls"] == http["oauth_config"]["redirect_urls"]


_HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
_SHARED = {"channels:read", "groups:read", "mpim:read"}
"""Which place is shared is asked of channels, never of direct messages."""
METHODS = {
    "agents.sessions.setStatus": {"chat:write"},
    "apps.connections.open": set[str](),
    "assistant.threads.setStatus": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "assistant.threads.setTitle": {"assistant:write"},
    "auth.test": set(),
    "chat.appendStream": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": _HISTORY,
    "conversations.info": _SHARED,
    "conversations.list": _SHARED,
    "conversations.open": {"im:write"},
    "conversations.replies": _HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "oauth.v2.access": set(),
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
"""The scopes of each method, as its page at docs.slack.dev has them."""
EVENT_SCOPES = {
    "agent_session_stopped": {"assistant:write"},
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "tokens_revoked": set(),
}


def test_the_scopes_are_those_of_what_is_called_and_delivered_and_no_more() -> None:
    folder = Path(slack_folder.__file__).parent
    named = r'"((?:agents|apps|assistant|auth|chat|conversations|files|oauth|team|users|views)\.[a-zA-Z0-9.]+)"'
    called = {name for path in folder.glob("*.py") for name in re.findall(named, path.read_text("utf-8"))}
    assert called <= set(METHODS)
    assert set(EVENTS) == set(EVENT_SCOPES)
    needed = {"commands"}.union(*(METHODS[name] for name in called), *EVENT_SCOPES.values())
    assert set(SCOPES) == needed


def test_the_command_prints_it_as_json() -> None:
    import json

    from typer.testing import CliRunner

    result = CliRunner().invoke(slack_app, ["manifest"])
    assert json.loads(result.output) == manifest()
    assert CliRunner().invoke(slack_app, ["manifest", "--address", "http://x"]).exit_code == 2
