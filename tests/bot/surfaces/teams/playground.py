"""Microsoft's own Agents Playground in a browser: a real client of Teams, and what a person does in it."""

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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from playwright.async_api import Locator, Page

PLAYGROUND = shutil.which("agentsplayground")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needed = [
    pytest.mark.skipif(PLAYGROUND is None, reason="npm install --global @microsoft/m365agentsplayground"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)"),
]
"""The marks of a test that needs both."""
PATIENCE = 120_000
"""Milliseconds until what should be seen is missed."""
PERSONAL, GROUP, GENERAL = "Personal Chat", "Group Chat", "General"
BOT = "Test Bot"
TENANT = "00000000-0000-0000-0000-0000000000001"
USER = "00000000-0000-0000-0000-0000000000020"
"""Who the Playground's user is, as a directory names people."""
TEAM = "team-id"
"""The General channel has the id of its team, as in Teams."""
_ROOT = Path(__file__).parents[4]


def environment(home: Path) -> dict[str, str]:
    """Settings of local play."""
    return {
        "TUPPENCE_HOME": str(home),
        "TUPPENCE_MODEL_BACKEND": "embedded",
        "TUPPENCE_MARKET_DATA": "snapshot",
        "TEAMS_ALLOW_UNAUTHENTICATED": "true",
    }


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """The address of a real `tuppence serve`, whose home is `folder / "home"`."""
    port = free_port()
    command = (sys.executable, "-m", "bot", "serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    async with running(command, folder, f"{address}/healthz"):
        yield address


@asynccontextmanager
async def playing(folder: Path, address: str, heard: list[str] | None = None) -> AsyncIterator[Page]:
    """The Playground in a browser, talking to the server at an address; `heard` takes down all that its page is told."""
    from playwright.async_api import async_playwright

    port = free_port()
    command = (str(PLAYGROUND), "start", "-e", f"{address}/api/messages", "-c", "msteams", "-p", str(port), "--dt")
    async with running(command, folder, f"http://127.0.0.1:{port}/"), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        if heard is not None:
            page.on("websocket", lambda opened: opened.on("framereceived", lambda frame: heard.append(str(frame))))
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.get_by_text("I am Tuppence").first.wait_for()  # the welcome card: both know each other
        await page.get_by_title("Toggle Log Panel").click()  # it repeats what is said, which is to be seen in its place
        try:
            yield page
        finally:
            # Shown where a test fails: what was there instead.
            sys.stdout.write(await page.locator("body").inner_text())
            await browser.close()


async def tuppence(folder: Path, *words: str) -> None:
    """A command on the server's machine, beside the server."""
    command = (sys.executable, "-m", "bot", *words)
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=_environment(folder), stdout=log, stderr=log
        )
    assert await process.wait() == 0, (folder / "log").read_text()


# --- what a person does ---


async def enter(page: Page, place: str) -> None:
    """Open a chat or a channel; return once the assistant has greeted there."""
    await page.get_by_text(place, exact=True).first.click()
    await page.get_by_text("I am Tuppence").first.wait_for()


async def read(page: Page) -> str:
    """What stands in the conversation that is open, the list of conversations aside."""
    listed = await page.get_by_role("region", name="Chat and Teams Channel").inner_text()
    return (await page.locator("body").inner_text()).replace(listed, "")


async def say(page: Page, text: str) -> None:
    """Say something in the chat that is open."""
    box = _boxes(page).first
    await box.click()
    await box.press_sequentially(text)
    await page.keyboard.press("Enter")


async def mention(page: Page, text: str, box: int = 0) -> None:
    """Call the assistant: its name is chosen from the list that opens at "@".

    In a channel the first box begins a thread, and each one after it is that of a thread, the newest first. What is typed
    while the list closes is lost on a slow machine, so it is looked for before the next key.
    """
    from playwright.async_api import expect

    where = _boxes(page).nth(box)
    await where.click()
    await where.press_sequentially("@")
    await page.get_by_role("menuitem", name=BOT).click()
    await expect(where).to_contain_text(BOT, timeout=PATIENCE)
    await expect(page.get_by_role("menuitem", name=BOT)).to_have_count(0, timeout=PATIENCE)
    await page.keyboard.type(f" {text}")
    await expect(where).to_contain_text(text, timeout=PATIENCE)
    await page.keyboard.press("Enter")


async def begin(page: Page, text: str) -> None:
    """Begin a thread in the channel that is open, and call the assistant in it."""
    await mention(page, text)
    await page.get_by_role("button", name="Post", exact=True).click()


def _boxes(page: Page) -> Locator:
    return page.locator('[contenteditable="true"]')


# --- processes ---


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | environment(folder / "home") | {"PYTHONPATH": str(_ROOT)}


@asynccontextmanager
async def running(command: Sequence[str], folder: Path, url: str) -> AsyncIterator[None]:
    """A process that answers at `url`, ended at the end."""
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=_environment(folder), stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(PATIENCE / 1000), httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert process.returncode is None, (folder / "log").read_text()
                try:
                    await client.get(url)
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.2)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
