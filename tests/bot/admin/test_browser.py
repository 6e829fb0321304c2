"""The admin pages in a real browser: Chromium, driven by Playwright; what is switched there, the assistant obeys."""

from __future__ import annotations

import asyncio
import shutil
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import uvicorn

from bot.app import assemble
from bot.records import portfolios
from bot.records.one_time_codes import code_at
from bot.records.sample import sample_portfolio
from bot.records.users import Actor, ensure_user
from bot.turn.assistant import Assistant, Question
from tests.fakes.admin_site import PASSPHRASE, AdminSite, Clock, add_admin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page
    from starlette.types import ASGIApp

    from bot.messages import Reply

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)")


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    """The address of an application that is served by uvicorn on this machine."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/admin/"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def _page(complaints: list[str]) -> AsyncIterator[Page]:
    """A page of a fresh browser; what its console or its requests give away lands in `complaints`."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if "//127.0.0.1:" in asked.url else complaints.append(asked.url))
        yield page
        await browser.close()


async def _choose(page: Page, field: str, typed: str, shown: str) -> None:
    """Search for a person in a select box, and choose one."""
    await page.click(f"#{field} + .select2 .select2-selection")
    await page.fill(".select2-search__field", typed)
    await page.click(f".select2-results__option:has-text('{shown}')")


async def test_an_admin_at_work_and_an_assistant_that_obeys(tmp_path: Path) -> None:
    site_settings = AdminSite.settings_in(tmp_path)
    complaints: list[str] = []
    async with assemble(site_settings, Actor("ada")) as (parts, _), _page(complaints) as page:
        database, clock = parts.database, Clock()
        await add_admin(database, enrolled=False)
        async with database.write() as session:
            await ensure_user(session, Actor("mary"), "Mary Somerville")
            real = replace(sample_portfolio(), name="Retirement", is_sample=False)
            await portfolios.add_portfolio(session, Actor("mary"), real)
        site = AdminSite(database, tmp_path)
        async with _served(site.app) as address:
            # sign in, with an authenticator app that is added at the first time
            await page.goto(address)
            await page.fill("#name", "grace")
            await page.fill("#passphrase", PASSPHRASE)
            await page.click("text=Sign in >> nth=-1")
            secret = await page.inner_text("#secret")
            await page.fill("#code", code_at(secret, clock.now()))
            await page.click("button:has-text('Sign in')")
            await page.wait_for_selector("h1:has-text('Dashboard')")

            # add a user, and give her a portfolio
            await page.goto(f"{address}users/list")
            await page.click("text=New user")
            await page.fill("#id", "ada")
            await page.fill("#display_name", "Ada Lovelace")
            await page.click("button:has-text('Save')")
            await page.wait_for_selector("td:has-text('Ada Lovelace')")
            await page.goto(f"{address}portfolios/list")
            await page.click("a[title=Edit]")
            await _choose(page, "user_id", "lovelace", "Ada Lovelace")
            await page.click("button:has-text('Save')")
            await page.wait_for_selector("td:has-text('Ada Lovelace')")
            async with database.read() as session:
                assert (await portfolios.portfolio_of(session, Actor("ada"))).name == "Retirement"

            # switch a tool off: what is asked right after the click is answered without it
            assistant = Assistant(parts)
            assert "get_quote" in _tools(await assistant.ask(Question("price of Apple", Actor("ada"), "c")))
            await page.goto(f"{address}tools")
            await page.click("#tool-get_quote button")
            await page.wait_for_selector("text=get_quote is not offered any more.")
            reply = await assistant.ask(Question("price of Microsoft", Actor("ada"), "c"))
            assert "get_quote" not in _tools(reply)
            assert "switched off" in reply.answer

            # read what was done
            await page.goto(f"{address}audit/list")
            row = await page.inner_text("tr:has-text('tool.switch')")
            assert "grace" in row
            assert "get_quote" in row
            assert "none altered" in await page.inner_text("#verdict")

            # pull and let go of a kill switch, with the dialog of the list
            await page.goto(f"{address}switches/create")
            await page.select_option("#kind", "model")
            await page.fill("#subject", "slow")
            await page.fill("#reason", "too slow")
            await page.click("button:has-text('Save')")
            await page.click("a[title='Let go']")
            await page.fill("#reason", "quick again")
            await page.click(".modal.show button:has-text('Let go')")
            await page.wait_for_selector("text=slow works again.")

            # every page works within the policy, on a telephone too, and says nothing on the console
            await page.set_viewport_size({"width": 390, "height": 800})
            for path in ("", "users/list", "tools", "policy", "models", "import", "audit/list", "quotas/create"):
                await page.goto(address + path)
                await page.wait_for_load_state("networkidle")
                assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
            await page.click(".navbar-nav [aria-label='Open user menu'] >> visible=true")
            await page.click("button:has-text('Sign out') >> visible=true")
            await page.wait_for_selector("h1:has-text('Sign in')")
    assert complaints == []


def _tools(reply: Reply) -> list[str]:
    """What was looked up; a call that was refused was not."""
    return [result.call.name for result in reply.results if result.ok]
