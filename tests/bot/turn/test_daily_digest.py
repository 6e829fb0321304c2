"""The digest that a form of settings knows: made, moved, and stopped by a time of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DigestRefused
from bot.records import digests, users
from bot.records.database import open_database
from bot.records.digest_terms import DigestTerms, vet
from bot.records.users import Actor
from bot.turn.daily_digest import Daily, daily_of, set_daily
from tests.fakes.firm import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.records.database import Database

ADA = Actor("ada", "T1")


@pytest.fixture
async def kept(sqlite_url: str) -> AsyncIterator[Database]:
    async with await open_database(sqlite_url) as database:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
        yield database


async def rows(database: Database) -> list[Any]:
    async with database.read() as session:
        return list(await digests.digests_of(session, ADA))


async def put(database: Database, time: str, zone: str = "Europe/Berlin") -> bool:
    return await set_daily(database, ADA, "slack", time, zone, at=NOW)


async def test_a_time_makes_one_another_moves_it_and_none_stops_it(kept: Database) -> None:
    assert await put(kept, "") is False
    assert await put(kept, "08:05") is True
    (row,) = await rows(kept)
    assert (row.kind, row.surface, row.schedule, row.time_zone) == (
        "my_portfolio",
        "slack",
        "5 8 * * mon-fri",
        "Europe/Berlin",
    )
    assert daily_of([row]) == Daily(row.id, "08:05")
    assert await put(kept, "08:05") is False
    assert await put(kept, "18:30", "America/New_York") is True
    (row,) = await rows(kept)
    assert (row.schedule, row.time_zone) == ("30 18 * * mon-fri", "America/New_York")
    assert await put(kept, "") is True
    (row,) = await rows(kept)
    assert (row.paused, daily_of([row])) == (True, Daily(row.id))
    assert await put(kept, "") is False
    assert await put(kept, "07:00") is True
    (row,) = await rows(kept)
    assert (row.paused, daily_of([row]).time) == (False, "07:00")


async def test_other_days_stay_and_a_time_from_the_close_stays_until_one_is_chosen(kept: Database) -> None:
    terms = await vet(DigestTerms("my_portfolio", "slack", schedule="0 9 * * sat", holidays="send"), NOW)
    await kept.run(lambda session: digests.add(session, ADA, "ada", terms, at=NOW))
    await put(kept, "10:00")
    (row,) = await rows(kept)
    assert (row.schedule, row.holidays) == ("0 10 * * sat", "send")
    terms = await vet(DigestTerms("my_portfolio", "slack", schedule="close+45m"), NOW)
    await kept.run(lambda session: digests.change(session, ADA, row.id, terms, at=NOW))
    (row,) = await rows(kept)
    assert daily_of([row]) == Daily(row.id, "", "45 min after the close")
    assert await put(kept, "") is False
    (row,) = await rows(kept)
    assert (row.paused, row.schedule) == (False, "close+45m")


async def test_one_that_is_sent_counts_more_than_one_that_is_paused(kept: Database) -> None:
    for hour in (8, 9):
        terms = await vet(DigestTerms("my_portfolio", "slack", schedule=f"0 {hour} * * mon-fri", holidays="send"), NOW)
        at = NOW + timedelta(hours=hour)
        await kept.run(lambda session, terms=terms, at=at: digests.add(session, ADA, "ada", terms, at=at))
    first, second = await rows(kept)
    await kept.run(lambda session: digests.pause(session, ADA, first.id, at=NOW))
    assert daily_of(await rows(kept)) == Daily(second.id, "09:00")
    assert daily_of([]) == Daily()


async def test_nobody_unknown_gets_one(kept: Database) -> None:
    with pytest.raises(DigestRefused):
        await set_daily(kept, Actor("nobody", "T1"), "slack", "08:00", "UTC", at=NOW)


async def test_one_with_a_zone_of_its_own_stays_until_its_time_is_changed(kept: Database) -> None:
    await put(kept, "08:00", "Asia/Tokyo")
    at: Any = {"at": NOW, "was_zone": "Europe/Berlin"}
    assert await set_daily(kept, ADA, "slack", "08:00", "Europe/Berlin", **at) is False
    assert await set_daily(kept, ADA, "slack", "08:00", "America/New_York", **at) is False
    (row,) = await rows(kept)
    assert (row.schedule, row.time_zone) == ("0 8 * * mon-fri", "Asia/Tokyo")
    assert await set_daily(kept, ADA, "slack", "09:00", "Europe/Berlin", **at) is True
    (row,) = await rows(kept)
    assert (row.schedule, row.time_zone) == ("0 9 * * mon-fri", "Europe/Berlin")


async def test_one_in_the_persons_zone_goes_with_it(kept: Database) -> None:
    await put(kept, "08:00", "Europe/Berlin")
    at: Any = {"at": NOW, "was_zone": "Europe/Berlin"}
    assert await set_daily(kept, ADA, "slack", "08:00", "America/New_York", **at) is True
    (row,) = await rows(kept)
    assert (row.schedule, row.time_zone) == ("0 8 * * mon-fri", "America/New_York")
