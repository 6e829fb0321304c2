"""The doctor's lines on Slack: every way in and every workspace, and the fix for what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.records import heard_events, inbox, installations
from bot.records.inbox import Event
from bot.records.installations import Installation
from bot.records.opening import open_records
from bot.settings import load_settings
from bot.slack_commands import slack_app
from bot.surfaces.slack.checking import Line, check_slack
from tests.fakes.slack_organisation import CLIENT_ID, CLIENT_SECRET, SlackOrganisation, Workspace
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.slack_server import SlackServer

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def organisation() -> AsyncIterator[SlackOrganisation]:
    slack = SlackOrganisation(Workspace("T0001", "Acme"), Workspace("T0002", "Bolt"))
    async with slack.serving():
        yield slack


def at_home(sqlite_url: str, address: str, tmp_path: Path, **more: str) -> Settings:
    environ = {
        "TUPPENCE_HOME": str(tmp_path / "home"),
        "TUPPENCE_DATABASE_URL": sqlite_url,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": f"{address}/api/",
        **more,
    }
    return load_settings(environ, None)


def states(lines: list[Line]) -> list[str]:
    return [state for state, _ in lines]


def find(lines: list[Line], words: str) -> Line:
    (found,) = [line for line in lines if words in line[1]]
    return found


async def test_one_workspace_and_both_ways_in(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> None:
    settings = at_home(sqlite_url, slack.address, tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_SIGNING_SECRET=SECRET)
    lines = await check_slack(settings)
    assert states(lines) == ["ok", "ok", "ok", "note"]
    assert "message.im" in lines[-1][1]
    event = Event(
        tenant="T0001",
        id="Ev1",
        conversation="D/1",
        user="U",
        surface="slack",
        kind="question",
        payload={},
        sent_at=NOW,
    )
    async with await open_records(settings) as database, database.write() as session:
        await inbox.accept(session, event, now=NOW)
    assert "02 Nov 2026 at 09:00 UTC" in (await check_slack(settings))[-1][1]
    slack.scopes = "chat:write"
    slack.missing.add("apps.connections.open")
    lines = await check_slack(settings)
    assert states(lines[:2]) == ["bad", "bad"]
    assert "app_mentions:read" in lines[0][1]
    assert "tuppence slack manifest" in lines[0][1]
    assert "connections:write" in lines[1][1]
    slack.revoked = "account_inactive"
    assert "install the app again" in (await check_slack(settings))[0][1]


async def test_events_that_never_came_are_named_with_what_to_try(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    settings = at_home(sqlite_url, slack.address, tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN)
    async with await open_records(settings) as database, database.write() as session:
        for kind in ("message.im", "app_home_opened", "message.channels"):
            await heard_events.note(session, "T0001", "slack", kind, at=NOW)
    state, text = (await check_slack(settings))[-1]
    assert state == "note"
    assert "T0001: app_mention (mention it in a channel that it is in); try it" in text
    async with await open_records(settings) as database, database.write() as session:
        await heard_events.note(session, "T0001", "slack", "app_mention", at=NOW)
    assert "the last question came" in (await check_slack(settings))[-1][1]


async def test_a_websocket_that_can_not_be_opened_is_told_although_slack_can_be_asked(
    slack: SlackServer, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = at_home(sqlite_url, slack.address, tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN)
    assert find(await check_slack(settings), "Socket Mode works")[0] == "ok"
    assert not slack.sockets
    monkeypatch.setattr("bot.surfaces.slack.sockets.proxy_for", lambda _: "http://127.0.0.1:1")
    state, text = find(await check_slack(settings), "Socket Mode does not work")
    assert state == "bad"
    assert "its WebSocket can't be opened" in text
    assert "HTTPS_PROXY" in text


async def test_an_address_without_the_path_of_the_methods_is_told_so(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    settings = at_home(sqlite_url, slack.address, tmp_path, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_API_URL=slack.address)
    state, text = (await check_slack(settings))[0]
    assert (state, "end in /api/" in text) == ("bad", True)


async def test_installations_by_oauth_each_have_a_line(
    organisation: SlackOrganisation, sqlite_url: str, tmp_path: Path
) -> None:
    client = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET}
    settings = at_home(sqlite_url, organisation.address, tmp_path, **client)
    lines = await check_slack(settings)
    assert find(lines, "client id and secret are good")[0] == "ok"
    assert "/slack/oauth_redirect" in find(lines, "redirect URL")[1]
    assert "open /slack/install" in find(lines, "installed nowhere yet")[1]
    async with await open_records(settings) as database, database.write() as session:
        for team, name in (("T0001", "Acme"), ("T0002", "Bolt"), ("T0003", "Gone"), ("T0004", "Old"), ("T0005", "Odd")):
            given = Installation(team, name, bot_token=organisation.issue(team), expires_at=NOW + timedelta(days=9999))
            await installations.store(session, given, at=NOW)
        old = Installation("T0004", "Old", bot_token="xoxe.xoxb-1", refresh_token="xoxe-1", expires_at=NOW)
        await installations.store(session, old, at=NOW - timedelta(days=400))
        await installations.deactivate(session, "T0003", "app_uninstalled", at=NOW)
        await session.execute(
            sa.text("UPDATE slack_installations SET bot_token = substr(bot_token, 1, 60) WHERE tenant = 'T0005'")
        )
    organisation.revoke("T0002")
    lines = await check_slack(settings)
    assert find(lines, "workspace Acme")[0] == "ok"
    state, text = find(lines, "token_revoked")
    assert (state, "install the app again at /slack/install" in text) == ("bad", True)
    assert find(lines, "taken out of the workspace Gone")[0] == "note"
    state, text = find(lines, "tokens of the workspace Odd can't be read")
    assert (state, text.endswith("Or install the app again at /slack/install")) == ("bad", True)


async def test_a_client_that_slack_does_not_know_is_told_with_the_page_to_copy_it_from(
    organisation: SlackOrganisation, sqlite_url: str, tmp_path: Path
) -> None:
    client = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": "f" * 32}
    state, text = find(await check_slack(at_home(sqlite_url, organisation.address, tmp_path, **client)), "bad_client")
    assert (state, "“Basic Information”" in text) == ("bad", True)


def test_the_list_of_installations_shows_no_token(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    monkeypatch.setenv("TUPPENCE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("TUPPENCE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(slack_app, ["installations"]).output.startswith("It is installed nowhere")

    async def keep() -> None:
        async with await open_records(load_settings(None, None)) as database, database.write() as session:
            given = Installation("T0001", "Acme\nInc", bot_token="xoxb-1", installed_by="UADA")
            await installations.store(session, given, at=NOW)

    asyncio.run(keep())
    shown = CliRunner().invoke(slack_app, ["installations"]).output
    assert shown == "T0001          active     2026-11-02T09:00+00:00  Acme\\nInc\n"
    row = json.loads(CliRunner().invoke(slack_app, ["installations", "--json"]).output)
    assert row == {
        "tenant": "T0001",
        "name": "Acme\nInc",
        "state": "active",
        "by": "UADA",
        "at": "2026-11-02T09:00+00:00",
    }
