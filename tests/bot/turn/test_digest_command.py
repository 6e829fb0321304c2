"""`/digest`: one's own digests by typed words, and what is refused says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.records import administration as admin
from bot.records import digests, preferences, users
from bot.records.database import open_database
from bot.records.users import Actor
from bot.turn.commands import CommandContext, is_personal, run_command
from tests.fakes.market_data import FakeMarketData, FakeSymbols
from tools.market_data.snapshot import SnapshotMarketData

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ADA, BEN, SUE, ROOT = Actor("ada"), Actor("ben"), Actor("sue"), Actor("root")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def context(sqlite_url: str) -> AsyncIterator[CommandContext]:
    async with await open_database(sqlite_url) as database:
        async with database.write() as session:
            for person in (ADA, BEN, SUE):
                await users.ensure_user(session, person)
            await preferences.choose(session, ADA, {"time_zone": "Europe/Berlin"}, at=NOW)
            await admin.grant_role(session, ROOT, "sue", "supervisor", at=NOW)
            await admin.save_channel(session, ROOT, "C1", name="", kind="public", allowed=True, external=False, at=NOW)
        symbols = FakeSymbols({"AAPL": "Apple Inc.", "MSFT": "Microsoft Corporation"})
        yield CommandContext(database, symbols, ADA, now=lambda: NOW, surface="slack")


async def test_a_digest_is_added_listed_changed_paused_run_and_deleted(context: CommandContext) -> None:
    said = await run_command(context, "/digest add my-portfolio 08:00 mon-fri quiet=22:00-07:00")
    assert said.startswith("Scheduled in our direct messages: My portfolio: 08:00, Mon to Fri (Europe/Berlin)")
    assert "Next: 08:00 on 23 Nov 2026." in said
    assert said.endswith("It is about you, so nobody else sees it.")
    assert "1. My portfolio: 08:00, Mon to Fri" in await run_command(context, "/digest")
    assert "09:30, Tue" in await run_command(context, "/digest change 1 9:30 tue zone=UTC")
    assert "nothing" in (await run_command(context, "/digest change 1 9:30 tue")).lower()
    assert "Paused" in await run_command(context, "/digest pause 1")
    assert "Paused." in await run_command(context, "/digest list")
    assert "Next: 09:30 on 24 Nov 2026" in await run_command(context, "/digest resume 1")
    assert await run_command(context, "/digest history 1") == "It was not due yet."
    assert "It is being made" in await run_command(context, "/digest run 1")
    assert "- 12:00 on 20 Nov 2026: waiting" in await run_command(context, "/digest history 1")
    assert "Deleted" in await run_command(context, "/digest delete 1")
    assert "You have no digests" in await run_command(context, "/digest list")
    assert is_personal("/digest list")


@pytest.mark.parametrize(
    ("person", "app", "zone"),
    [(ADA, "Asia/Tokyo", "Europe/Berlin"), (BEN, "Asia/Tokyo", "Asia/Tokyo"), (BEN, "", "UTC")],
)
async def test_it_comes_in_the_zone_that_was_chosen_or_else_that_of_the_app(
    context: CommandContext, person: Actor, app: str, zone: str
) -> None:
    said = await run_command(replace(context, actor=person, time_zone=app), "/digest add my_portfolio 08:00")
    assert f"({zone})" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("add", "Say `/digest add market_close`"),
        ("add horoscope", "is no kind of digest"),
        ("add market_close 0 8 * * 1-5", "write their names"),
        ("add market_close zone=Mars", "is no time zone"),
        ("add market_close colour=red", "is nothing to set"),
        ("add market_close symbols=nonsense", "Nothing was changed"),
        ("add market_close quiet=always", "no quiet hours"),
        ("add market_close channel=here", "This is no channel"),
        ("add market_close channel=C1", "Only people with a role"),
        ("add my_portfolio channel=C1", "for its owner alone"),
        ("pause", "Say which one"),
        ("pause 7", "You have no digest “7”"),
        ("dance", "Say `/digest add market_close`"),
    ],
)
async def test_what_is_not_clear_or_not_allowed_changes_nothing(context: CommandContext, words: str, said: str) -> None:
    assert said in await run_command(context, f"/digest {words}")
    async with context.database.read() as session:
        assert await digests.digests_of(session, ADA) == []


async def test_with_a_role_a_digest_can_be_for_the_channel_one_is_in(context: CommandContext) -> None:
    sue = replace(context, actor=SUE, channel="C1")
    said = await run_command(sue, "/digest add team_channel channel=here symbols=AAPL,MSFT")
    assert said.startswith("Scheduled in that channel: Team channel")
    assert "about AAPL, MSFT" in said
    async with context.database.read() as session:
        (row,) = await digests.digests_of(session, SUE)
    assert (row.target, row.symbols) == ({"channel": "C1"}, ["AAPL", "MSFT"])


async def test_nobody_points_at_anothers(context: CommandContext) -> None:
    await run_command(context, "/digest add market_close")
    async with context.database.read() as session:
        (row,) = await digests.digests_of(session, ADA)
    ben = replace(context, actor=BEN)
    for act in ("pause", "resume", "run", "history", "delete", "change"):
        for pointer in ("1", row.id):
            assert "You have no digest" in await run_command(ben, f"/digest {act} {pointer}")


async def test_the_rules_of_its_signals_can_be_read(context: CommandContext) -> None:
    said = await run_command(context, "/digest signals")
    assert "52-week high" in said
    assert "364 days" in said


async def test_the_terminal_says_where_digests_go(context: CommandContext) -> None:
    said = await run_command(replace(context, surface="terminal"), "/digest add market_close")
    assert "a digest is sent to Slack or Teams" in said


async def test_a_digest_of_data_that_never_changes_says_so_with_the_fix(context: CommandContext) -> None:
    bundled = replace(context, market=SnapshotMarketData())
    said = await run_command(bundled, "/digest add market_close")
    assert "The bundled history never changes, so each one tells of the same prices; set TUPPENCE" in said
    live = replace(context, market=FakeMarketData())
    assert "never changes" not in await run_command(live, "/digest add market_close 08:00 mon-fri")
