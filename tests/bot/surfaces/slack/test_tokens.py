"""Tokens that expire are renewed in time, by one replica, and again after a failure; the end of one is told."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.posting import PostFailed
from bot.records import audit, installations
from bot.records.admin_tables import Tenant
from bot.settings import load_settings
from bot.surfaces.slack.installation import EVERY, Keeper
from bot.surfaces.slack.tokens import EARLY, exchange_of, renew
from bot.surfaces.slack.workspaces import Workspaces
from tests.fakes.slack_organisation import CLIENT_ID, CLIENT_SECRET, LASTS, SlackOrganisation, Workspace
from tests.fakes.slack_server import APP_TOKEN, Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.records.database import Database
    from bot.records.installations import Installation
    from bot.surfaces.slack.tokens import Exchange

TEAM = "T0001"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """The time here, for both of its uses."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack() -> AsyncIterator[SlackOrganisation]:
    organisation = SlackOrganisation(Workspace(TEAM, "Acme"))
    organisation.rotating = True
    async with organisation.serving():
        yield organisation


@pytest.fixture
async def workspaces(slack: SlackOrganisation, database: Database, clock: Clock) -> AsyncIterator[Workspaces]:
    environ = {
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_API_URL": f"{slack.address}/api/",
    }
    workspaces = Workspaces(load_settings(environ, None), clock.monotonic, clock.now)
    workspaces.database = database
    yield workspaces
    await workspaces.aclose()


@pytest.fixture
def exchange(workspaces: Workspaces, slack: SlackOrganisation) -> Exchange:
    environ = {
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
    }
    made = exchange_of(load_settings(environ, None), workspaces.app_api)
    assert made is not None
    assert CLIENT_SECRET not in repr(made)
    return made


@pytest.fixture
def keeper(workspaces: Workspaces, database: Database, exchange: Exchange, clock: Clock) -> Keeper:
    return Keeper(workspaces, database, exchange, monotonic=clock.monotonic)


@pytest.fixture
async def first(slack: SlackOrganisation, database: Database, exchange: Exchange) -> Installation:
    """Installed just now."""
    slack.codes["c"] = (TEAM, "https://x/slack/oauth_redirect")
    installed = await exchange.for_code("c", "https://x/slack/oauth_redirect", NOW)
    async with database.write() as session:
        await installations.store(session, installed, at=NOW)
    return installed


async def kept(database: Database) -> Installation:
    async with database.read() as session:
        found = await installations.find(session, TEAM)
    assert found is not None
    return found


async def test_a_token_is_renewed_before_it_expires_and_used_from_then_on(
    keeper: Keeper, workspaces: Workspaces, database: Database, clock: Clock, first: Installation
) -> None:
    assert first.bot_token.startswith("xoxe.xoxb-")
    assert first.expires_at == NOW + timedelta(seconds=LASTS)
    assert (await workspaces.api(TEAM)).client.token == first.bot_token
    clock.at = first.expires_at - EARLY - timedelta(seconds=1)
    await keeper.round()
    assert (await kept(database)).bot_token == first.bot_token
    clock.turn(seconds=2)
    await keeper.round()
    second = await kept(database)
    assert second.bot_token != first.bot_token
    assert second.refresh_token != first.refresh_token
    assert second.expires_at == clock.at + timedelta(seconds=LASTS)
    assert (await workspaces.api(TEAM)).client.token == second.bot_token


async def test_replicas_that_are_due_at_once_renew_it_once(
    database: Database, exchange: Exchange, slack: SlackOrganisation, first: Installation
) -> None:
    assert first.expires_at
    at = first.expires_at - timedelta(minutes=1)
    done = await asyncio.gather(*(renew(database, exchange, TEAM, at) for _ in range(4)), return_exceptions=True)
    used = [form["refresh_token"] for form in slack.exchanges if form.get("grant_type")]
    if database.path:  # on SQLite there is one server, whose rounds follow one another
        assert True in done
    else:
        assert sorted(done) == [False, False, False, True]  # type: ignore[type-var]
        assert used == [first.refresh_token]
    assert not await renew(database, exchange, TEAM, at)


async def test_a_failure_is_tried_again_at_the_next_round(
    keeper: Keeper, database: Database, clock: Clock, slack: SlackOrganisation, first: Installation
) -> None:
    clock.turn(hours=11)
    slack.fault = Fault(503, "<html>", content_type="text/html")
    await keeper.round()
    assert (await kept(database)).bot_token == first.bot_token
    clock.turn(minutes=1)
    await keeper.round()
    assert (await kept(database)).bot_token != first.bot_token


async def test_an_installation_whose_tokens_cant_be_read_is_told_once_and_holds_up_no_other(
    keeper: Keeper, database: Database, clock: Clock, first: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.write() as session:
        await installations.store(session, replace(first, tenant="T0002", name="A Bolt"), at=NOW)
        await session.execute(
            sa.text("UPDATE slack_installations SET bot_token = 'gcm1:test:AAAA' WHERE tenant = 'T0002'")
        )
    clock.turn(hours=11)
    await keeper.round()
    await keeper.round()
    assert (await kept(database)).bot_token != first.bot_token
    (told,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "the tokens of the workspace A Bolt can't be read" in told
    assert "install the app again at /slack/install" in told
    async with database.write() as session:
        await installations.store(session, replace(first, tenant="T0002", name="A Bolt"), at=NOW)
    await keeper.round()
    async with database.read() as session:
        again = await installations.find(session, "T0002")
    assert again
    assert "A Bolt" not in caplog.text.replace(told, "")


async def test_a13_one_that_slack_never_renews_ends_the_installation_once_it_has_expired(
    keeper: Keeper,
    database: Database,
    clock: Clock,
    slack: SlackOrganisation,
    first: Installation,
    caplog: pytest.LogCaptureFixture,
) -> None:
    slack.refreshable.clear()
    clock.turn(hours=11)
    with caplog.at_level(logging.ERROR):
        await keeper.round()
    assert "install the app again at /slack/install" in caplog.text
    assert first.refresh_token not in caplog.text
    assert (await kept(database)).active  # what is left of it is used
    clock.turn(hours=1)
    await keeper.round()
    assert not (await kept(database)).active
    async with database.read() as session:
        assert not (await session.get_one(Tenant, TEAM)).active
        assert (await audit.entries(session, TEAM))[-1].action == "slack.remove"


async def test_a26_an_installation_whose_end_nobody_told_is_found_within_the_hour(
    keeper: Keeper, database: Database, clock: Clock, slack: SlackOrganisation, first: Installation
) -> None:
    await keeper.round()
    slack.revoke(TEAM)
    await keeper.round()
    assert (await kept(database)).active
    clock.turn(seconds=EVERY)
    await keeper.round()
    assert not (await kept(database)).active
    slack.exchanges.clear()
    clock.turn(hours=24)
    await keeper.round()
    assert slack.exchanges == []  # what has ended is let be


async def test_a14_the_scopes_an_installation_lacks_are_named_for_it_alone(
    keeper: Keeper, workspaces: Workspaces, slack: SlackOrganisation, first: Installation
) -> None:
    slack.workspaces[TEAM].scopes = "chat:write"
    await keeper.round()
    assert "app_mentions:read" in (await workspaces.api(TEAM)).problem
    assert workspaces.problem == ""


async def test_an_answer_without_a_token_is_no_token(exchange: Exchange, slack: SlackOrganisation) -> None:
    slack.fault = Fault(200, '{"ok": true}')
    with pytest.raises(PostFailed, match="without a token"):
        await exchange.for_refresh("x", NOW)
