"""Installing in a browser: the state is used once, by the browser that began, and every failure is one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from bot.records import audit, installations, oauth_states
from bot.records.admin_tables import Tenant
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.manifest import SCOPES
from bot.surfaces.slack.oauth import BACK, OAuth, slack_address
from bot.surfaces.slack.tokens import Exchange
from tests.fakes.slack_organisation import CLIENT_ID, CLIENT_SECRET, SlackOrganisation, Workspace
from tests.fakes.slack_server import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.records.database import Database

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Browser:
    """One browser before one server, whose clock can be turned."""

    def __init__(self, database: Database, slack: SlackOrganisation, secret: str = CLIENT_SECRET) -> None:
        self.at = NOW
        self.installed: list[str] = []
        self.exchange = Exchange(SlackApi("", f"{slack.address}/api/"), CLIENT_ID, secret)
        pages = OAuth(self.exchange, database, self.installed.append, lambda: self.at)
        self._app = Starlette(routes=list(pages.routes()))
        self.client = self.fresh()

    def fresh(self, base_url: str = "http://127.0.0.1:8765") -> httpx.AsyncClient:
        """Another browser."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=base_url)

    async def to_slack(self) -> str:
        """Begin; returns where Slack would send the browser."""
        answer = await self.client.get("/slack/install")
        assert answer.status_code == 302
        async with httpx.AsyncClient() as elsewhere:
            return (await elsewhere.get(answer.headers["location"])).headers["location"]

    async def back(self, location: str) -> httpx.Response:
        return await self.client.get(location)


@pytest.fixture
async def slack() -> AsyncIterator[SlackOrganisation]:
    organisation = SlackOrganisation(Workspace("T0001", "Acme & <Sons>"))
    async with organisation.serving():
        yield organisation


@pytest.fixture
async def browser(database: Database, slack: SlackOrganisation) -> AsyncIterator[Browser]:
    browser = Browser(database, slack)
    yield browser
    await browser.exchange.api.aclose()


async def installed(database: Database) -> list[installations.Installation]:
    async with database.read() as session:
        return list(await installations.all_installations(session))


async def test_it_is_installed_with_the_token_encrypted_on_record_and_the_next_step_said(
    browser: Browser, database: Database, slack: SlackOrganisation
) -> None:
    answer = await browser.back(await browser.to_slack())
    assert answer.status_code == 200
    assert "Tuppence is in Acme &amp; &lt;Sons&gt;" in answer.text
    assert "Open it in Slack and ask" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    (found,) = await installed(database)
    assert (found.tenant, found.bot_user, found.app_id, found.installed_by) == ("T0001", "UBOT", "A1", "UINSTALLER")
    assert slack.tokens[found.bot_token] == "T0001"
    assert found.bot_token not in repr(found)
    assert browser.installed == ["T0001"]
    async with database.read() as session:
        kept = await session.scalar(sa.text("SELECT bot_token FROM slack_installations"))
        (row,) = [row for row in await audit.entries(session, "T0001") if row.action == "slack.install"]
        tenant = await session.get_one(Tenant, "T0001")
    assert found.bot_token not in str(kept)
    assert (row.actor, row.details["name"]) == ("UINSTALLER", "Acme & <Sons>")
    assert found.bot_token not in str(row.details)
    assert (tenant.name, tenant.platform, tenant.active) == ("Acme & <Sons>", "slack", True)


async def test_slack_is_asked_for_the_scopes_of_the_manifest_at_the_host_of_its_web_api(
    browser: Browser, slack: SlackOrganisation
) -> None:
    answer = await browser.client.get("/slack/install")
    asked = urlsplit(answer.headers["location"])
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{slack.address}/oauth/v2/authorize"
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert query["scope"].split(",") == list(SCOPES)
    assert query["redirect_uri"] == f"http://127.0.0.1:8765{BACK}"
    assert slack_address("https://slack.com/api/") == "https://slack.com"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_behind_a_proxy_that_ends_tls_the_way_back_is_https_and_so_is_the_cookie(browser: Browser) -> None:
    answer = await browser.fresh("http://fin.example.com").get("/slack/install")
    assert "redirect_uri=https%3A%2F%2Ffin.example.com%2Fslack%2Foauth_redirect" in answer.headers["location"]
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_state_is_good_once_in_time_and_for_the_browser_that_began(
    browser: Browser, database: Database
) -> None:
    location = await browser.to_slack()
    other = await browser.fresh().get(location)
    assert other.status_code == 400
    assert "another browser" in other.text
    assert "another browser" in (await browser.back(location)).text  # it was used
    location = await browser.to_slack()
    browser.at += oauth_states.VALID_FOR + timedelta(seconds=1)
    assert "too old" in (await browser.back(location)).text
    assert (await browser.client.get(f"{BACK}?code=x")).status_code == 400
    assert (await browser.client.get(f"{BACK}?code=x&state=made-up")).status_code == 400
    assert await installed(database) == []


async def test_who_declines_or_brings_a_wrong_code_is_told_what_to_do(
    browser: Browser, slack: SlackOrganisation, database: Database
) -> None:
    slack.chosen = ""
    answer = await browser.back(await browser.to_slack())
    assert (answer.status_code, "ask an admin" in answer.text) == (400, True)
    slack.chosen = "T0001"
    location = await browser.to_slack()
    slack.codes.clear()
    assert "invalid_code" in (await browser.back(location)).text
    slack.enterprise_wide = True
    assert "not in a whole organisation" in (await browser.back(await browser.to_slack())).text
    slack.fault = Fault(503, "<html>", content_type="text/html")
    answer = await browser.back(await browser.to_slack())
    assert (answer.status_code, "in a minute" in answer.text) == (502, True)
    assert await installed(database) == []


async def test_a_wrong_secret_is_the_operators_to_mend(database: Database, slack: SlackOrganisation) -> None:
    browser = Browser(database, slack, "f" * 32)
    answer = await browser.back(await browser.to_slack())
    assert (answer.status_code, "SLACK_CLIENT_ID" in answer.text) == (502, True)
    assert CLIENT_SECRET not in answer.text
    await browser.exchange.api.aclose()


async def test_a_stand_in_that_reads_the_id_and_secret_in_the_form_alone_will_do(
    browser: Browser, slack: SlackOrganisation
) -> None:
    slack.by_form = True
    assert (await browser.back(await browser.to_slack())).status_code == 200


async def test_the_page_that_is_open_to_everybody_keeps_no_more_than_so_many_states(
    browser: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth_states, "MOST", 2)
    assert [(await browser.fresh().get("/slack/install")).status_code for _ in range(3)] == [302, 302, 503]
    browser.at += oauth_states.VALID_FOR
    assert (await browser.fresh().get("/slack/install")).status_code == 302
