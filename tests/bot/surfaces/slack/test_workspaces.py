"""Several workspaces on one server: whose token, whose people, and what the end of one means to the others (A13, A26)."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from bot.jobs.posting import PostFailed, PostRefused
from bot.jobs.worker import Limits
from bot.records import administration, audit, installations
from bot.records.admin_tables import Tenant
from bot.records.inbox_tables import InboxEvent
from bot.records.installations import Installation
from bot.records.opening import open_records
from bot.records.tables import Turn, User
from bot.records.users import Actor
from bot.serving import replica
from bot.settings import load_settings
from bot.surfaces.readings import Ignored
from bot.surfaces.slack.events import Asked, Lost, read_event
from bot.surfaces.slack.http import slack_routes
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.surface import SlackSurface
from bot.surfaces.slack.texts import EVENT_TYPE
from bot.surfaces.slack.workspaces import HELD_BACK, REMEMBERED, Workspaces
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_organisation import CLIENT_ID, CLIENT_SECRET, SlackOrganisation, Workspace, in_team, removed
from tests.fakes.slack_payloads import APP, BOT, DM, USER, mention, message
from tests.fakes.slack_server import APP_TOKEN, SECRET, Shown, deliver
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings

ONE, TWO = "T0001", "T0002"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LIMITS = Limits(poll=timedelta(milliseconds=20), longest_wait=timedelta(seconds=0.2), stopping=timedelta(seconds=5))


@pytest.fixture
async def slack() -> AsyncIterator[SlackOrganisation]:
    organisation = SlackOrganisation(Workspace(ONE, "Acme"), Workspace(TWO, "Bolt"))
    async with organisation.serving():
        yield organisation


@pytest.fixture
def settings(slack: SlackOrganisation, database_url: str, tmp_path: Path) -> Settings:
    """Installed by OAuth alone, events over HTTP and by Socket Mode."""
    return load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with replica(settings, [SlackSurface(settings)], LIMITS) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            yield client


async def install(client: httpx.AsyncClient, slack: SlackOrganisation, team: str) -> None:
    """Somebody installs the app in a workspace."""
    slack.chosen = team
    begun = await client.get("/slack/install")
    async with httpx.AsyncClient() as elsewhere:
        location = (await elsewhere.get(begun.headers["location"])).headers["location"]
    assert (await client.get(location)).status_code == 200


def asked(text: str, team: str, event_id: str, number: int) -> dict[str, Any]:
    return in_team(message(text, ts=f"{int(time.time())}.{number:06}", event_id=event_id), team)


async def settled(settings: Settings) -> dict[tuple[str, str], str]:
    async with asyncio.timeout(90):
        while True:
            async with await open_records(settings) as database, database.read() as session:
                found = await session.execute(sa.select(InboxEvent.tenant, InboxEvent.id, InboxEvent.state))
                states = {(row.tenant, row.id): str(row.state) for row in found}
            if states and not {"waiting", "answered"} & set(states.values()):
                return states
            await asyncio.sleep(0.1)


def answers(workspace: Workspace) -> list[Shown]:
    return [shown for shown in workspace.messages if shown.key]


async def test_two_workspaces_with_equal_ids_live_and_end_each_for_itself(
    settings: Settings, slack: SlackOrganisation
) -> None:
    one, two = slack.workspaces[ONE], slack.workspaces[TWO]
    async with serving(settings) as client:
        assert (await client.get("/readyz")).json()["checks"]["slack"] == "ok"
        for team in (ONE, TWO):
            await install(client, slack, team)
        first = asked("/watch add TSLA", ONE, "Ev1", 1)
        await deliver(client, first)
        await deliver(client, asked("/watch list", TWO, "Ev1", 2))  # the same event id, person and channel
        await deliver(client, first)  # A20: replayed
        assert await settled(settings) == {(ONE, "Ev1"): "done", (TWO, "Ev1"): "done"}
        ((added,), (listed,)) = answers(one), answers(two)
        assert (added.channel, listed.channel) == (DM, DM)
        assert "TSLA" in added.text
        assert "TSLA" not in listed.text

        slack.revoke(ONE)
        await deliver(client, removed(ONE))
        await deliver(client, asked("price of Apple", ONE, "Ev2", 3))
        await deliver(client, asked("price of Apple", TWO, "Ev2", 4))
        states = await settled(settings)
        assert states[TWO, "Ev2"] == "done"
        assert "Apple closed" in answers(two)[-1].text
        assert len(answers(one)) == 1
        assert (await client.get("/readyz")).json()["checks"]["slack"] == "ok"

        await install(client, slack, ONE)
        await deliver(client, asked("/watch list", ONE, "Ev3", 5))
        assert (await settled(settings))[ONE, "Ev3"] == "done"
        assert "TSLA" in answers(one)[-1].text  # what it owned was kept
    async with await open_records(settings) as database, database.read() as session:
        acts = [row.action for row in await audit.entries(session, ONE) if row.action.startswith("slack.")]
        tenants = {row.tenant: (row.name, row.active) for row in await session.scalars(sa.select(Tenant))}
        users = {(user.tenant, user.id) for user in await session.scalars(sa.select(User))}
        turns = {(turn.tenant, turn.question): turn.status for turn in await session.scalars(sa.select(Turn))}
    assert acts == ["slack.join", "slack.install", "slack.remove", "slack.reinstall"]
    assert {key: value for key, value in tenants.items() if key != "local"} == {
        ONE: ("Acme", True),
        TWO: ("Bolt", True),
    }
    assert users >= {(ONE, USER), (TWO, USER)}
    assert turns[ONE, "price of Apple"] == "declined"
    assert turns[TWO, "price of Apple"] == "answered"


async def test_socket_mode_serves_every_workspace_without_a_bot_token(
    settings: Settings, slack: SlackOrganisation
) -> None:
    one = slack.workspaces[ONE]
    async with serving(settings) as client:
        await install(client, slack, TWO)
        await until(lambda: len(one.sockets) == 2)
        name = await one.envelope(asked("/help", TWO, "Ev1", 1))
        assert await one.is_acknowledged(name)
        assert await settled(settings) == {(TWO, "Ev1"): "done"}
    assert len(answers(slack.workspaces[TWO])) == 1
    assert answers(one) == []


async def test_a_person_is_whom_admins_linked_and_named_as_slack_names_them(
    settings: Settings, slack: SlackOrganisation
) -> None:
    two = slack.workspaces[TWO]
    for workspace in slack.workspaces.values():
        workspace.users[USER] = {"profile": {"real_name": "Ada\nLovelace"}}
    async with serving(settings) as client:
        for team in (ONE, TWO):
            await install(client, slack, team)
        async with await open_records(settings) as database, database.write() as session:
            by = Actor("root", TWO)
            await administration.save_user(session, by, "ada", display_name="Ada L.", active=True, at=NOW)
            await administration.link_identity(session, by, "slack", USER, "ada", at=NOW)
        await deliver(client, asked("/watch add AAPL", ONE, "Ev1", 1))
        await deliver(client, asked("/watch add MSFT", TWO, "Ev2", 2))
        await settled(settings)
        async with await open_records(settings) as database, database.write() as session:
            names = {(row.tenant, row.id): row.display_name for row in await session.scalars(sa.select(User))}
            await administration.save_user(session, by, "ada", display_name="Ada L.", active=False, at=NOW)
        await deliver(client, asked("/watch list", TWO, "Ev3", 3))
        await settled(settings)
    assert names[ONE, USER] == r"Ada\nLovelace"
    assert names[TWO, "ada"] == "Ada L."
    assert (TWO, USER) not in names  # whoever is linked has no second self
    assert not any("MSFT" in shown.text for shown in answers(two)[1:])


# --- one by one -----------------------------------------------------------------------------------------------------


async def keep(database: Database, team: str, token: str) -> None:
    async with database.write() as session:
        await installations.store(session, Installation(team, f"Team {team}", bot_token=token), at=NOW)


def both(slack: SlackOrganisation, token: str) -> Settings:
    """A configured workspace, and others by OAuth."""
    return load_settings(
        {
            "SLACK_BOT_TOKEN": token,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


async def test_the_configured_token_is_for_its_own_workspace_alone(
    slack: SlackOrganisation, database: Database
) -> None:
    own, other = slack.issue(ONE), slack.issue(TWO)
    workspaces = Workspaces(both(slack, own))
    workspaces.database = database
    await keep(database, TWO, other)
    assert (await workspaces.api(ONE)).client.token == own
    assert (await workspaces.api(TWO)).client.token == other
    with pytest.raises(PostRefused, match="not installed"):
        await workspaces.of("T0003")
    async with database.read() as session:
        assert (await session.get_one(Tenant, ONE)).name == "Acme"
    await workspaces.aclose()


async def test_a13_a_revoked_workspace_stops_itself_alone_and_only_the_configured_one_turns_health_red(
    slack: SlackOrganisation, database: Database
) -> None:
    own, other = slack.issue(ONE), slack.issue(TWO)
    workspaces = Workspaces(both(slack, own))
    workspaces.database = database
    await keep(database, TWO, other)
    slack.revoke(TWO)
    api = await workspaces.api(TWO)
    for _ in range(3):
        with pytest.raises(PostFailed, match="install the app again at /slack/install"):
            await api.call("auth.test")
    calls = [method for method, _ in slack.workspaces[TWO].calls]
    assert calls == []  # a dead token reaches no workspace, and is tried once
    assert workspaces.problem == ""
    assert await (await workspaces.api(ONE)).call("auth.test")
    assert "token_revoked" in workspaces.trouble(TWO)
    assert workspaces.trouble(ONE) == ""
    await workspaces.lost(TWO, "tokens_revoked")
    assert "Slack says tokens revoked: nobody in this workspace is answered" in workspaces.trouble(TWO)
    with pytest.raises(PostRefused, match="not installed"):
        await workspaces.of(TWO)
    assert workspaces.problem == ""
    slack.revoke(ONE)
    with pytest.raises(PostFailed, match="set SLACK_BOT_TOKEN anew"):
        await (await workspaces.api(ONE)).call("auth.test")
    assert "token_revoked" in workspaces.problem
    assert workspaces.trouble(ONE) == workspaces.problem
    fresh = slack.issue(ONE)
    await keep(database, ONE, fresh)  # it was installed anew by OAuth, and goes on with that
    assert (await workspaces.api(ONE)).client.token == fresh
    assert workspaces.problem == ""
    await workspaces.aclose()


async def test_another_replicas_new_token_is_used_within_seconds_and_clears_what_was_wrong(
    slack: SlackOrganisation, database: Database
) -> None:
    clock = [0.0]
    workspaces = Workspaces(both(slack, slack.issue(ONE)), monotonic=lambda: clock[0])
    workspaces.database = database
    await keep(database, TWO, slack.issue(TWO))
    api = await workspaces.api(TWO)
    slack.revoke(TWO)
    with pytest.raises(PostFailed):
        await api.call("auth.test")
    assert api.problem
    await keep(database, TWO, slack.issue(TWO))
    clock[0] += REMEMBERED
    assert await workspaces.api(TWO) is api
    assert api.problem == ""
    assert await api.call("auth.test")
    await workspaces.aclose()


async def test_an_installation_that_can_not_be_read_now_is_waited_for(
    slack: SlackOrganisation, database: Database
) -> None:
    workspaces = Workspaces(both(slack, slack.issue(ONE)))
    workspaces.database = database
    await keep(database, TWO, slack.issue(TWO))
    async with database.write() as session:
        kept = await session.scalar(sa.text("SELECT bot_token FROM slack_installations"))
        altered = sa.text("UPDATE slack_installations SET bot_token = :altered")
        await session.execute(altered.bindparams(altered=f"{str(kept)[:-4]}AAAA"))
    with pytest.raises(PostFailed, match="can't be read"):
        await workspaces.of(TWO)
    await workspaces.aclose()


# --- what Slack sends when one ends, and what stand-ins leave out ---------------------------------------------------


def test_a26_the_end_is_told_by_the_workspace_that_it_is_of_and_tokens_of_people_are_not_ours() -> None:
    assert read_event(removed(TWO)) == Lost(TWO, "app_uninstalled")
    assert read_event(removed(TWO, "tokens_revoked", tokens={"bot": ["UBOT"]})) == Lost(TWO, "tokens_revoked")
    assert read_event(removed(TWO, "tokens_revoked")) == Lost(TWO, "tokens_revoked")
    assert isinstance(read_event(removed(TWO, "tokens_revoked", tokens={"oauth": ["UADA"], "bot": []})), Ignored)


def test_a_mention_is_stripped_though_nobody_says_whose_installation_it_is() -> None:
    body = mention("<@UANY> price of Apple")
    del body["authorizations"]
    reading = read_event(body)
    assert isinstance(reading, Asked)
    assert reading.event.payload["text"] == "price of Apple"


async def test_what_we_said_ourselves_is_no_question_though_a_stand_in_sends_it_back_without_a_word_of_us(
    slack: SlackOrganisation,
) -> None:
    workspaces = Workspaces(both(slack, slack.issue(ONE)))
    intake = RecordingIntake()
    receiver = Receiver(intake, workspaces.lost, bot_user=workspaces.bot_user)  # type: ignore[arg-type]
    ours, theirs, moved = message("Apple closed.", user=BOT), message("price of Apple", event_id="Ev2"), message("x")
    moved["event"]["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"key": "Ev1/0"}}
    for body in (ours, theirs, moved):
        del body["authorizations"]
        await receiver.event(body)
    assert list(intake.events) == ["Ev2"]
    assert [method for method, _ in slack.workspaces[ONE].calls].count("auth.test") <= 2  # whose token, and who we are
    await workspaces.aclose()


async def test_a26_that_slack_holds_events_back_is_told_in_the_log_and_to_the_admins_of_that_workspace(
    caplog: pytest.LogCaptureFixture, slack: SlackOrganisation
) -> None:
    intake, seconds = RecordingIntake(), [0.0]
    workspaces = Workspaces(both(slack, slack.issue(ONE)), lambda: seconds[0])
    receiver = Receiver(intake, nobody_lost, on_held_back=workspaces.held_back)  # type: ignore[arg-type]
    app = Starlette(routes=[*slack_routes(SECRET, receiver)])
    held = {"type": "app_rate_limited", "token": "x", "team_id": TWO, "api_app_id": APP, "minute_rate_limited": 1}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        with caplog.at_level(logging.ERROR):
            assert (await deliver(client, held)).status_code == 200
    assert TWO in caplog.text
    assert intake.events == {}
    assert "holds events of this workspace back" in workspaces.trouble(TWO)
    assert workspaces.trouble(ONE) == ""
    seconds[0] += HELD_BACK
    assert workspaces.trouble(TWO) == ""
    await workspaces.aclose()
