"""One process serves Slack and Teams: what a person sees of the same conversation is the same on both.

Compared is what the blocks of Slack and the text and cards of Teams show: words, figures, charts and buttons.
"""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.scheduler import Scheduler
from bot.records.schedule_tables import Digest
from tests.bot.surfaces.teams.served import settled
from tests.fakes.both import Both, both, seen
from tests.fakes.market_data import FakeMarketData
from tests.fakes.seen import PICTURE
from tests.fakes.slack_payloads import CHANNEL
from tools.market_data.base import Quote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.seen import Drawn, Seen
    from tests.fakes.slack_server import Shown as SlackShown
    from tests.fakes.teams_server import Shown as TeamsShown

    Shown = tuple[list[SlackShown], list[TeamsShown]]

CONVERSATIONS = (
    ("price of Coca-Cola",),
    ("how did Apple do in 2022 compared with Microsoft?",),
    ("how has johnson & johnson done since 2015",),
    ("how much is 300 pounds in euros",),
    ("should I buy Tesla?",),
    ("what do I hold?",),
    ("/help",),
    ("/watch add Apple", "/watch list", "/watch remove Apple"),
    ("add Apple to my watchlist",),
    ("compare Apple, Microsoft and Coca-Cola over the last 5 years",),
    ("what does P/E mean?",),
    ("is the market open?",),
    ("technical indicators of Apple",),
    ("price of Tesla",),
    ("news on Apple",),
    ("if I save 500 a month at 5% for 20 years, what do I have?",),
    ("the weather in Paris",),
    ("price of Apple", "and Microsoft?"),
    ("/settings language de_DE", "price of Apple", "/settings language default"),
    ("???",),
)
ROOT = Path(__file__).parents[3]
COIN = "BTC-USD"
"""It trades round the clock, so that the test may run at any hour."""
CSV = b"symbol,quantity,price,currency,date\nAAPL,10,120.50,USD,2022-01-03\nMSFT,5,250,USD,2022-01-04\n"


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Both]:
    async with both(sqlite_url, tmp_path / "home") as served:
        yield served


def assert_same(what: str, slack: Seen, teams: Seen) -> None:
    assert slack.figures == teams.figures, what
    assert slack.words == teams.words, what
    assert sorted(slack.buttons) == sorted(teams.buttons), what
    assert len(slack.charts) == len(teams.charts), what
    for there, here in zip(slack.charts, teams.charts, strict=True):
        assert_same_chart(what, there, here)


def assert_same_chart(what: str, there: Drawn, here: Drawn) -> None:
    """Slack takes shorter titles. What Teams can't draw, as bars below zero, is a picture there whose words tell it."""
    if here.kind == PICTURE:
        values = [value for points in there.values.values() for value in points.values()]
        assert [value for value in values if f"{value:,.15g}" not in here.title] == [], what
    else:
        assert (there.kind, there.values) == (here.kind, here.values), what
    assert here.title.startswith(there.title.rstrip("…").rstrip()), what


async def test_twenty_conversations_show_the_same_on_both_platforms_from_one_process(served: Both) -> None:
    assert len(CONVERSATIONS) == 20
    charts = 0
    for conversation in CONVERSATIONS:
        served.begin()
        for question in conversation:
            slack, teams = seen(*await served.ask(question))
            assert slack.words, question
            assert_same(question, slack, teams)
            charts += len(slack.charts)
    assert charts > 2


async def test_a_proposal_that_is_pressed_shows_the_same(served: Both) -> None:
    there, here = await served.ask("add Apple to my watchlist")
    slack, teams = seen(there, here)
    assert_same("offered", slack, teams)
    assert "Add to watchlist" in slack.buttons
    more = await served.press(there, here, "Add to watchlist")
    assert_same("said besides", *seen(*more))
    slack, teams = seen(there, here)  # the same message, changed
    assert_same("decided", slack, teams)
    assert "Add to watchlist" not in slack.buttons
    served.begin()
    slack, teams = seen(*await served.ask("/watch list"))
    assert_same("listed", slack, teams)
    assert "AAPL" in slack.text


async def test_an_alert_that_goes_off_shows_the_same(sqlite_url: str, tmp_path: Path) -> None:
    market = FakeMarketData()
    async with both(sqlite_url, tmp_path / "home", market) as served:
        served.offset = timedelta(days=-3)  # it is turned forward, and never gets ahead of the time of posts

        async def is_at(price: str) -> None:
            served.offset += timedelta(minutes=5)
            market.quote_of = {COIN: Quote(COIN, Decimal(price), "USD", served.now(), Decimal(100))}

        await is_at("100")
        assert_same("set", *seen(*await served.ask("/alert bitcoin above 150")))
        await is_at("151.5")

        known = len(served.slack.messages), len(served.teams.messages)
        assert await served.replica.alert_clock.tick()
        await settled(served.settings)
        slack, teams = seen(*served.since(known))
        assert_same("gone off", slack, teams)
        assert "$151.50" in slack.figures
        assert {"Snooze for a day", "Delete alert"} <= set(slack.buttons)


async def test_a_digest_shows_the_same(served: Both) -> None:
    assert_same("scheduled", *seen(*await served.ask("/digest add market_close zone=Europe/Berlin")))
    known = len(served.slack.messages), len(served.teams.messages)
    now = datetime.now(UTC) - timedelta(minutes=1)
    daily = {"schedule": f"{now.minute} {now.hour} * * *", "time_zone": "UTC", "holidays": "send"}
    async with served.database.write() as session:
        await session.execute(sa.update(Digest).values(since=now - timedelta(days=1), **daily))
    assert await Scheduler(served.database).round() == 2
    await settled(served.settings)
    slack, teams = seen(*served.since(known))
    assert_same("sent", slack, teams)
    assert "Market close" in slack.text
    assert "Pause" in slack.buttons


async def test_a_file_that_is_dropped_shows_the_same(served: Both) -> None:
    there, here = await served.drop("holdings.csv", CSV)
    slack, teams = seen(there, here)
    assert_same("previewed", slack, teams)
    assert "120.50" in slack.figures
    assert "Import" in slack.buttons
    more = await served.press(there, here, "Import")
    assert_same("imported", *seen(*more))
    assert_same("decided", *seen(there, here))
    served.begin()
    assert_same("held", *seen(*await served.ask("what do I hold?")))


async def test_a_personal_question_in_a_shared_place_shows_the_same_there_and_directly(served: Both) -> None:
    await served.press(*await served.drop("holdings.csv", CSV), "Import")
    await served.allow()
    there, here = await served.mention("what do I hold?")
    shared, direct = _parted(there, here)
    slack, teams = seen(*shared)
    assert_same("said there", slack, teams)
    assert "direct message" in slack.text
    assert slack.figures == set()
    slack, teams = seen(*direct)
    assert_same("said directly", slack, teams)
    assert "10" in slack.figures
    assert_same("of markets, there", *seen(*await served.mention("price of Coca-Cola")))


def _parted(there: list[SlackShown], here: list[TeamsShown]) -> tuple[Shown, Shown]:
    """(what was said where others read along, what was said directly), of each platform."""
    open_there = [message for message in there if message.channel == CHANNEL]
    open_here = [message for message in here if message.conversation.startswith("19:")]
    directly_there = [message for message in there if message.channel.startswith("D")]
    directly_here = [message for message in here if message.conversation.startswith("a:")]
    assert (len(open_there) + len(directly_there), len(open_here) + len(directly_here)) == (len(there), len(here))
    return (open_there, open_here), (directly_there, directly_here)


_LINK = re.compile(r"\]\((\.\./tests/[^)\s]+)([^)]*)\)")


def test_every_link_to_a_test_in_the_docs_names_one_that_is_there() -> None:
    page = ROOT / "docs" / "parity.md"
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert len(links) > 80
    wrong = [(path, title) for path, title in links if title.strip().strip('"') not in _tests_in(page.parent / path)]
    assert wrong == []


def test_every_cell_of_the_table_in_the_docs_leads_to_a_test_or_says_that_there_is_no_such_thing() -> None:
    text = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.split("\n") if line.startswith("| ")][1:]
    assert len(rows) > 35
    assert {len(row) for row in rows} == {3}
    assert [row for row in rows if not all(_LINK.search(cell) or cell.startswith("no: ") for cell in row[1:])] == []


@cache
def _tests_in(path: Path) -> frozenset[str]:
    """The names of the tests of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )
