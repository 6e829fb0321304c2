"""Whether the app is installed with all it needs, and the manifest from which it is made (A13, A14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.slack_commands import slack_app
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.installation import check_installation, missing_scopes, watch_installation
from bot.surfaces.slack.manifest import EVENTS, SCOPES, manifest
from tests.fakes.slack_server import BOT_TOKEN, Fault, SlackServer

if TYPE_CHECKING:
    from bot.settings import Settings


class Stop(Exception):
    """The end of a watch."""


async def watched(slack: SlackServer, rounds: int) -> tuple[SlackApi, list[float]]:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == rounds:
            raise Stop

    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    with pytest.raises(Stop):
        await watch_installation(api, nap)
    await api.aclose()
    return api, naps


async def test_a14_missing_scopes_are_named_at_the_start(slack: SlackServer) -> None:
    slack.scopes = ",".join(scope for scope in SCOPES if scope not in ("chat:write", "im:history"))
    api, _ = await watched(slack, 1)
    assert "chat:write, im:history" in api.problem
    slack.scopes = ", ".join((*SCOPES, "files:read"))
    api, naps = await watched(slack, 1)
    assert (api.problem, naps) == ("", [3600.0])
    assert missing_scopes({}) == []  # a stand-in that does not tell


async def test_a13_a_revoked_token_is_told_and_looked_at_again(slack: SlackServer) -> None:
    slack.revoked = "token_revoked"
    api, naps = await watched(slack, 1)
    assert "token_revoked" in api.problem
    assert naps == [60.0]
    slack.revoked = ""
    slack.faults["auth.test"].append(Fault(503, "", content_type="text/html"))
    slack.missing.add("auth.test")
    api, naps = await watched(slack, 2)
    assert (api.problem, naps[1]) == ("", 3600.0)


async def test_the_doctor_looks_at_every_way_in(slack: SlackServer, slack_settings: Settings) -> None:
    assert [well for well, _ in await check_installation(slack_settings)] == [True, True, True]
    slack.scopes = "chat:write"
    slack.missing.add("apps.connections.open")
    (bot, bot_text), (socket, socket_text), _ = await check_installation(slack_settings)
    assert (bot, socket) == (False, False)
    assert "app_mentions:read" in bot_text
    assert "SLACK_APP_TOKEN" in socket_text
    slack.revoked = "account_inactive"
    assert "install the app again" in (await check_installation(slack_settings))[0][1]


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


def test_the_command_prints_it_as_json() -> None:
    import json

    from typer.testing import CliRunner

    result = CliRunner().invoke(slack_app, ["manifest"])
    assert json.loads(result.output) == manifest()
    assert CliRunner().invoke(slack_app, ["manifest", "--address", "http://x"]).exit_code == 2
