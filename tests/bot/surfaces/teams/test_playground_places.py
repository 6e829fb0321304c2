"""Group chat and channel in Microsoft's Agents Playground: who is answered, where, and what stays between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records.opening import open_records
from bot.records.platform_tables import ConversationReference
from bot.settings import load_settings
from tests.bot.surfaces.teams.playground import (
    GENERAL,
    GROUP,
    PERSONAL,
    TEAM,
    TENANT,
    begin,
    enter,
    environment,
    mention,
    needed,
    playing,
    read,
    say,
    serving,
    tuppence,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

pytestmark = needed
ALONE = "so I sent the answer to you alone"


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The Playground, with Apple on the person's watchlist."""
    async with serving(tmp_path) as address, playing(tmp_path, address) as page:
        await say(page, "fin watch add Apple")
        await page.get_by_text("AAPL").first.wait_for()
        yield page


async def allow(folder: Path, place: str, kind: str) -> None:
    """An admin lets the assistant answer there."""
    await tuppence(folder, "admin", "channel", "save", place, "--kind", kind, "--allow", "--tenant", TENANT)


async def group_of(folder: Path) -> str:
    """The id of the group chat: a new one whenever the Playground starts."""
    settings = load_settings(environment(folder / "home"), None)
    async with await open_records(settings) as database, database.read() as session:
        found = sa.select(ConversationReference.conversation_id).where(ConversationReference.kind == "group")
        return (await session.scalars(found)).one()


async def test_a_group_chat_is_answered_once_it_is_allowed_and_what_is_personal_goes_to_the_asker_alone(
    page: Page, tmp_path: Path
) -> None:
    await enter(page, GROUP)
    await mention(page, "price of Coca-Cola")
    await page.get_by_text("I don't answer in this place yet").first.wait_for()
    await allow(tmp_path, await group_of(tmp_path), "group")
    await mention(page, "price of Coca-Cola")
    await page.get_by_text("Coca-Cola closed at $62.61").first.wait_for()
    await page.get_by_text("Previous close", exact=True).first.wait_for()  # the facts are a card below the words
    assert "Reading your question" not in await read(page)
    await page.screenshot(path=tmp_path / "group.png")
    await mention(page, "fin watch list")
    await page.get_by_text(ALONE).first.wait_for()
    assert "AAPL" not in await read(page)
    await enter(page, PERSONAL)
    await page.get_by_text("On your watchlist: AAPL").first.wait_for()


async def test_a_thread_of_a_channel_holds_words_table_and_chart_and_goes_on(page: Page, tmp_path: Path) -> None:
    await allow(tmp_path, TEAM, "public")
    await enter(page, GENERAL)
    await begin(page, "how did Johnson & Johnson do in 2022 compared with Microsoft?")
    thread = page.get_by_role("group").filter(has_text="Johnson & Johnson do in 2022")
    await thread.get_by_text("came out ahead").wait_for()
    await thread.get_by_text("Maximum drawdown").first.wait_for()
    await thread.locator("path").nth(8).wait_for()  # the lines of the chart among them
    await page.screenshot(path=tmp_path / "channel.png")
    await begin(page, "price of Coca-Cola")
    await page.get_by_text("Coca-Cola closed at $62.61").wait_for()
    await mention(page, "and Microsoft?", box=1)
    thread = page.get_by_role("group").filter(has_text="Coca-Cola closed at $62.61")
    await thread.get_by_text("Microsoft closed at").wait_for()
    await begin(page, "fin watch list")
    await page.get_by_text(ALONE).first.wait_for()
    post = page.get_by_role("group").filter(has_text=ALONE)
    assert "AAPL" not in await post.inner_text()
    await enter(page, PERSONAL)
    await page.get_by_text("On your watchlist: AAPL").first.wait_for()
