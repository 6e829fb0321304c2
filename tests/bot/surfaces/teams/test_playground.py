"""Microsoft's own Agents Playground, a real client, against a real `tuppence serve`: what a person sees and presses."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa

from bot.records.admin_tables import Feedback
from bot.records.opening import open_records
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

PLAYGROUND = shutil.which("agentsplayground")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[4]
pytestmark = [
    pytest.mark.skipif(PLAYGROUND is None, reason="npm install --global @microsoft/m365agentsplayground"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)"),
]
PATIENCE = 30_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def running(*command: str, environment: dict[str, str], folder: Path, url: str) -> AsyncIterator[None]:
    """A process that answers at `url`, ended at the end."""
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(PATIENCE / 1000), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    await client.get(url)
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.2)
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The Playground in a browser, talking to a server in local play."""
    from playwright.async_api import async_playwright

    port, other, home = free_port(), free_port(), tmp_path / "home"
    environment = os.environ | {
        "TUPPENCE_HOME": str(home),
        "TUPPENCE_MODEL_BACKEND": "embedded",
        "TUPPENCE_MARKET_DATA": "snapshot",
        "TEAMS_ALLOW_UNAUTHENTICATED": "true",
        "PYTHONPATH": str(ROOT),
    }
    address = f"http://127.0.0.1:{port}"
    serve = (sys.executable, "-m", "bot", "serve", "--port", str(port))
    play = (str(PLAYGROUND), "start", "-e", f"{address}/api/messages", "-c", "msteams", "-p", str(other), "--dt")
    async with (
        running(*serve, environment=environment, folder=tmp_path, url=f"{address}/healthz"),
        running(*play, environment=environment, folder=tmp_path, url=f"http://127.0.0.1:{other}/"),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(PATIENCE)
        await page.goto(f"http://127.0.0.1:{other}/")
        await page.get_by_text("Personal Chat", exact=True).first.wait_for()
        yield page
        await browser.close()


async def say(page: Page, text: str) -> None:
    box = page.locator('[contenteditable="true"]').first
    await box.click()
    await box.type(text)
    await page.keyboard.press("Enter")


async def test_a_person_asks_sees_the_stream_the_card_and_the_chart_confirms_and_says_that_it_helped(
    page: Page, tmp_path: Path
) -> None:
    await page.get_by_text("I am Tuppence").first.wait_for()  # the welcome card
    await say(page, "add Apple to my watchlist")
    await page.get_by_role("button", name="Not now").wait_for()
    await page.get_by_role("button", name="Add to watchlist").last.click()
    await page.get_by_text("Added to your watchlist: AAPL").first.wait_for()
    await say(page, "price of Coca-Cola")
    await page.get_by_role("button", name="5-year chart").last.click()
    await page.get_by_text("You asked: how did KO do over the last 5 years?").first.wait_for()
    await say(page, "how did Apple do in 2022 compared with Microsoft?")
    await page.get_by_text("Reading your question…").first.wait_for()
    await page.get_by_text("Coca-Cola came out ahead").first.wait_for()
    await page.get_by_text("AI generated").first.wait_for()
    await page.get_by_text("Maximum drawdown").first.wait_for()
    assert await page.locator("svg").count() > 5  # the chart among them
    await page.locator('[aria-label*="ike"]').last.click()
    await page.get_by_role("dialog").locator("textarea, input").first.fill("right to the cent")
    await page.get_by_role("button", name="Submit").last.click()
    await page.get_by_text("Thank you!").first.wait_for()
    await page.get_by_role("button", name="Close").last.click()
    await page.get_by_text("Group Chat", exact=True).first.click()
    await page.get_by_text("Mention me with a question").first.wait_for()
    await page.screenshot(path=tmp_path / "playground.png")
    settings = load_settings({"TUPPENCE_HOME": str(tmp_path / "home")}, None)
    async with await open_records(settings) as database, database.read() as session:
        assert [row.reason for row in await session.scalars(sa.select(Feedback))] == ["right to the cent"]
