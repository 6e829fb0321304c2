"""`python -m tests.pictures [FOLDER]`: draws every scene anew, each as slack-NAME.png in docs/images or in FOLDER."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

from tests.fakes.slack_served import served_settings, serving
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_streams import STREAMING
from tests.pictures.block_page import page
from tests.pictures.scenes import SCENES, Scene

IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 96
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


async def draw(folder: Path, names: list[str]) -> None:
    """The scenes of those names as pictures in a folder."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names:
            tab = await browser.new_page(viewport={"width": 720, "height": 200})
            await tab.set_content(page("".join(await _held(name))))
            path = folder / f"slack-{name}.png"
            await tab.locator("main").screenshot(path=path)
            await tab.close()
            with Image.open(path) as picture:
                picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
            sys.stdout.write(f"{path}\n")
        await browser.close()


async def _held(name: str) -> list[str]:
    """One conversation with a server of its own."""
    slack = SlackServer()
    slack.missing -= STREAMING
    with tempfile.TemporaryDirectory() as home:
        async with slack.serving():
            settings = served_settings(slack, f"sqlite+aiosqlite:///{home}/tuppence.db", Path(home))
            async with serving(settings, slack, after=0.0) as served:
                scene = Scene(served)
                await SCENES[name](scene)
    return scene.drawn


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else IMAGES
    asyncio.run(draw(target, sys.argv[2:] or list(SCENES)))
