"""What people are offered to ask fits them and the hour, and is never personal where nothing personal may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.records import administration, portfolios
from bot.records.database import open_database
from bot.records.users import Actor
from bot.turn.destination import Place
from bot.turn.suggestions import GENERAL, suggestions
from tests.fakes.firm import Firm, open_firm
from tests.fakes.portfolios import bought
from tools.context import Portfolio

DIRECT = Place("slack", "local", "D1", "direct")
OPEN, CLOSED = datetime(2026, 11, 20, 16, 0, tzinfo=UTC), datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


async def offered(firm: Firm, user: str = "member", place: Place = DIRECT, at: datetime = OPEN) -> list[str]:
    parts = replace(firm.parts, now=lambda: at)
    return [each.question for each in await suggestions(parts, Actor(user), place)]


async def test_the_largest_holding_what_is_watched_and_the_market(firm: Firm) -> None:
    lots = (
        bought("KO", "10", "50", "2020-01-02"),
        bought("XOM", "10", "90", "2020-01-02"),
        bought("JPM", "100", "90", "2020-01-02"),
        bought("JPM", "-100", "90", "2020-02-03"),  # sold
    )
    book = Portfolio("Other", "USD", lots, {}, {})
    await firm.act(lambda session: portfolios.add_portfolio(session, Actor("new member"), book))
    await firm.act(lambda session: portfolios.set_watchlist(session, Actor("new member"), ["XOM", "HD"]))
    assert await offered(firm, "new member") == [
        "How is my portfolio doing?",
        "How did ExxonMobil do this year?",
        "Price of Home Depot",
        "How is the market today?",
    ]
    assert (await offered(firm, "new member", at=CLOSED))[-1] == "How is the market?"


@pytest.mark.parametrize(
    ("user", "place"),
    [("nobody yet", DIRECT), ("new member", DIRECT), ("member", replace(DIRECT, asker="guest"))],
)
async def test_nothing_personal_where_there_is_none(firm: Firm, user: str, place: Place) -> None:
    found = await offered(firm, user, place)
    assert found == ["How is the market today?", *(each.question for each in GENERAL)]
    assert len(found) == 4


async def test_whom_an_admin_stopped_is_offered_nothing_personal(firm: Firm) -> None:
    assert "How is my portfolio doing?" in await offered(firm)
    by = Actor("chief")
    await firm.act(lambda session: administration.pull_switch(session, by, "user", "member", reason="x", at=OPEN))
    assert "How is my portfolio doing?" not in await offered(firm)
