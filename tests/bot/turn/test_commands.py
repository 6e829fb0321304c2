"""Typed commands: what they change, what they refuse, and that their words are safe to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bot.records import administration, permissions, portfolios, turns, users
from bot.records.database import open_database
from bot.records.users import Actor
from bot.turn.commands import COMMANDS, MAX_WATCHED, CommandContext, run_command
from tests.fakes.market_data import FakeSymbols
from tools.context import Portfolio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ADA, BEN = Actor("ada"), Actor("ben")
NAMES = {"AAPL": "Apple Inc.", "MSFT": "Microsoft Corporation", "^GSPC": "S&P 500"}
NAMES |= {f"S{number}": f"Share {number}" for number in range(MAX_WATCHED)}


@pytest.fixture
async def context(sqlite_url: str) -> AsyncIterator[CommandContext]:
    async with await open_database(sqlite_url) as database:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
            await users.ensure_user(session, BEN)
        yield CommandContext(database, FakeSymbols(NAMES), ADA)


async def watched(context: CommandContext, actor: Actor = ADA) -> tuple[str, ...]:
    async with context.database.read() as session:
        return await portfolios.watchlist_of(session, actor)


async def test_help_names_every_command(context: CommandContext) -> None:
    text = await run_command(context, "/help")
    assert all(f"`/{name}`" in text for name in COMMANDS)


async def test_adding_and_removing_keeps_the_order_and_says_what_changed(context: CommandContext) -> None:
    assert await run_command(context, "/watch add msft, aapl") == "Added to your watchlist: MSFT, AAPL. It now holds 2."
    assert await watched(context) == ("MSFT", "AAPL")
    assert await run_command(context, "/watch") == "On your watchlist: MSFT, AAPL."
    assert "Removed from your watchlist: MSFT. It now holds 1." in await run_command(context, "/WATCH remove MSFT")
    assert await watched(context) == ("AAPL",)
    assert await watched(context, BEN) == ()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/watch add AAPL", "Nothing was changed: AAPL is already on your watchlist."),
        ("/watch remove MSFT", "Nothing was changed: MSFT was not on your watchlist."),
        ("/watch add AAPL nonsense", "Nothing was changed. I don't know a listed company"),
        ("/watch remove Microsoft Corporation", "Nothing was changed: MSFT was not on your watchlist."),
        ("/watch add", "Say `/watch list`"),
        ("/watch clear", "Say `/watch list`"),
        ("/watch list everything", "Say `/watch list`"),
        ("/wach add AAPL", "There is no command `/wach`. Did you mean `/watch add AAPL`?"),
        ("/price AAPL", "Did you mean `/quote AAPL`?"),
        ("/frobnicate AAPL", "Type `/help` for the list."),
        ("/", "There is no command `/`"),
    ],
)
async def test_what_changes_nothing_says_so(context: CommandContext, command: str, said: str) -> None:
    await run_command(context, "/watch add AAPL")
    assert said in await run_command(context, command)
    assert await watched(context) == ("AAPL",)


async def test_a_watchlist_is_bounded(context: CommandContext) -> None:
    await run_command(context, f"/watch add {' '.join(f'S{number}' for number in range(MAX_WATCHED))}")
    assert "at most 50" in await run_command(context, "/watch add AAPL")
    assert len(await watched(context)) == MAX_WATCHED


async def test_an_empty_watchlist_says_how_to_fill_it(context: CommandContext) -> None:
    assert await run_command(context, "/watch list") == "Your watchlist is empty; add with `/watch add AAPL`."


@pytest.mark.parametrize("typed", ["/[x](http://evil.example)", "/<!channel>", "/@everyone", "/**bold**", "/`x`"])
async def test_a_command_is_echoed_harmlessly(context: CommandContext, typed: str) -> None:
    said = await run_command(context, typed)
    assert typed not in said
    assert "@everyone" not in said
    assert "http://" not in said


async def test_an_index_is_shown_as_it_is_written(context: CommandContext) -> None:
    assert "^GSPC" in await run_command(context, "/watch add ^GSPC")


async def with_portfolio(context: CommandContext, *names: str) -> None:
    async with context.database.write() as session:
        for name in names:
            await portfolios.add_portfolio(session, ADA, Portfolio(name, "USD", (), {}, {}))


async def test_targets_are_set_listed_and_removed(context: CommandContext) -> None:
    await with_portfolio(context, "Main")
    assert "no target weights; set one" in await run_command(context, "/target")
    assert await run_command(context, "/target aapl 25%") == "Your target weights: AAPL 25%; 75% for everything else."
    assert "AAPL 12.5%, MSFT 87.5%." in (
        await run_command(context, "/target AAPL 12.5") and await run_command(context, "/target MSFT 87.5%")
    )
    async with context.database.read() as session:
        portfolio = await portfolios.portfolio_of(session, ADA)
    assert portfolio.targets == {"AAPL": Decimal("0.125"), "MSFT": Decimal("0.875")}
    assert await run_command(context, "/target remove MSFT") == (
        "Your target weights: AAPL 12.5%; 87.5% for everything else."
    )
    assert await run_command(context, "/target remove AAPL") == "You have no target weights now."


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/target AAPL", "Say `/target list`"),
        ("/target AAPL lots", "Say `/target list`"),
        ("/target AAPL 0%", "Say `/target list`"),
        ("/target AAPL 100.5%", "Say `/target list`"),
        ("/target AAPL NaN", "Say `/target list`"),
        ("/target AAPL 60% now", "Say `/target list`"),
        ("/target nonsense 5%", "Nothing was changed. I don't know a listed company"),
        ("/target remove AAPL", "Nothing was changed: AAPL has no target."),
        ("/target MSFT 60%", "Nothing was changed: MSFT has that target already."),
        ("/target AAPL 41%", "Nothing was changed: the targets would add up to 101%"),
    ],
)
async def test_a_target_that_cannot_be_changes_nothing(context: CommandContext, command: str, said: str) -> None:
    await with_portfolio(context, "Main")
    await run_command(context, "/target MSFT 60%")
    assert said in await run_command(context, command)
    assert await run_command(context, "/target list") == "Your target weights: MSFT 60%; 40% for everything else."


@pytest.mark.parametrize("names", [(), ("Main", "Other")])
async def test_targets_need_one_portfolio(context: CommandContext, names: tuple[str, ...]) -> None:
    await with_portfolio(context, *names)
    assert "you have none or several" in await run_command(context, "/target AAPL 25%")


async def test_nobody_sets_the_targets_of_another(context: CommandContext) -> None:
    await with_portfolio(context, "Main")
    other = CommandContext(context.database, context.symbols, BEN)
    assert "you have none or several" in await run_command(other, "/target AAPL 25%")


async def test_clients_of_one_name_are_told_apart_by_their_ids(context: CommandContext) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with context.database.write() as session:
        await administration.grant_role(session, ADA, "ada", "adviser", at=at)
        for name in ("c1", "c2"):
            await administration.save_user(session, ADA, name, display_name="Eve", active=True, at=at)
            await administration.assign_client(session, ADA, "ada", name, at=at)
        await turns.start_turn(session, ADA, "talk", "?", now=at, budget=timedelta(minutes=5))
    context = replace(context, conversation="talk")
    said = await run_command(context, "/client eve")
    assert said == "Nothing was changed: several clients have that name. Say `/client c1` or `/client c2`."
    assert "You ask about Eve" in await run_command(context, "/client c2")
    async with context.database.read() as session:
        chosen = await permissions.chosen_client(session, ADA, "talk")
    assert chosen is not None
    assert chosen.id == "c2"
