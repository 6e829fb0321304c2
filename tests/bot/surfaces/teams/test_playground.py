"""Microsoft's own Agents Playground, a real client, against a real `tuppence serve`: what a person sees and presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records.admin_tables import Feedback
from bot.records.opening import open_records
from bot.settings import load_settings
from tests.bot.surfaces.teams.playground import needed, playing, say, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

pytestmark = needed


@pytest.fixture
def heard() -> list[str]:
    """What the Playground's page is told, in its order: a line of progress may be gone before anybody can look at it."""
    return []


@pytest.fixture
async def page(tmp_path: Path, heard: list[str]) -> AsyncIterator[Page]:
    """The Playground, talking to a server in local play."""
    async with serving(tmp_path) as address, playing(tmp_path, address, heard) as page:
        yield page


async def test_a_person_asks_sees_the_stream_the_card_and_the_chart_confirms_and_says_that_it_helped(
    page: Page, tmp_path: Path, heard: list[str]
) -> None:
    await page.get_by_text("I am Tuppence").first.wait_for()  # the welcome card
    await say(page, "add Apple to my watchlist")
    await page.get_by_role("button", name="Not now").wait_for()
    await page.get_by_role("button", name="Add to watchlist").last.click()
    await page.get_by_text("Added to your watchlist: AAPL").first.wait_for()
    await say(page, "price of Coca-Cola")
    await page.get_by_text("Previous close", exact=True).last.wait_for()  # the card below the words
    await page.get_by_role("button", name="5-year chart").last.click()
    await page.get_by_text("You asked: how did KO do over the last 5 years?").first.wait_for()
    heard.clear()
    await say(page, "how did Apple do in 2022 compared with Microsoft?")
    await page.get_by_text("Apple held up better").first.wait_for()
    told = "".join(heard)
    # it is read at once, or told to be next where the machine is slow and the answer before has not ended yet
    assert 0 <= told.find('"streamType":"informative"') < told.index("Apple held up better")
    await page.get_by_text("AI generated").first.wait_for()
    await page.get_by_text("Maximum drawdown").first.wait_for()
    assert await page.locator("svg").count() > 5  # the chart among them
    await page.locator('[aria-label*="ike"]').last.click()
    await page.get_by_role("dialog").locator("textarea, input").first.fill("right to the cent")
    await page.get_by_role("button", name="Submit").last.click()
    await page.get_by_text("Thank you!").first.wait_for()
    await page.get_by_role("button", name="Close").last.click()
    await page.screenshot(path=tmp_path / "playground.png")
    settings = load_settings({"TUPPENCE_HOME": str(tmp_path / "home")}, None)
    async with await open_records(settings) as database, database.read() as session:
        assert [row.reason for row in await session.scalars(sa.select(Feedback))] == ["right to the cent"]
