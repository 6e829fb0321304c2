"""The scheduler by a turned clock: no slot missing, none twice, whoever looks, dies, sleeps or turns the clock back."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DatabaseLocked
from bot.jobs.scheduler import EVERY, Scheduler, due_now, key_of, latest, moment
from bot.records import audit, digests, policies, users
from bot.records.database import open_database
from bot.records.digest_terms import DigestTerms, timing_of, vet
from bot.records.digests import Row
from bot.records.inbox_tables import InboxEvent
from bot.records.policies import Terms
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from tests.tools.market.test_slots import ZONES, years
from tools.market.slots import Slot, slots

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

ADA = Actor("ada")
START = datetime(2024, 1, 2, 12, tzinfo=UTC)
YEARS = timedelta(days=1095)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NONE = {"local": Terms()}


@dataclass
class Inbox:
    """What `digests.fire` does, in memory: the slots kept, and the rows as they are on record."""

    rows: dict[str, Row]
    kept: dict[tuple[str, date], int] = field(default_factory=dict)
    refused: int = 0

    def fire(self, row: Row, slot: Slot, missed: int) -> None:
        if self.rows[row.id] != row or (row.id, slot.day) in self.kept:
            self.refused += 1
            return
        self.kept[row.id, slot.day] = missed
        self.rows[row.id] = replace(row, last_slot=slot.day.isoformat())


def row(name: str, schedule: str, zone: str = "UTC", calendar: str = "XNYS", holidays: str = "send", **other) -> Row:
    return Row("local", name, schedule, zone, calendar, holidays, None, None, other.pop("since", START), **other)


class Passed:
    """The slots of rows over all the years, worked out once; `tests/tools/market/test_slots.py` shows that it is the same."""

    def __init__(self, rows: list[Row]) -> None:
        until, trading = START + YEARS + 9 * DAY, years("XNYS")
        self.all = {key: list(slots(timing_of(*key), trading, START, until)) for key in set(map(key_of, rows))}

    def at(self, now: datetime, back: timedelta = 31 * DAY) -> dict[tuple[str, str, str, str], list[Slot]]:
        return {
            key: found[bisect_right(found, now - back, key=_at) : bisect_right(found, now, key=_at)]
            for key, found in self.all.items()
        }


def _at(slot: Slot) -> datetime:
    return slot.at


@pytest.mark.parametrize("outages", [0, 40])
@pytest.mark.parametrize("holidays", ["skip", "send"])
def test_three_years_in_twelve_zones_with_three_replicas_that_die_miss_and_double_nothing(
    holidays: str, outages: int
) -> None:
    rng = random.Random(11)
    times = ("30 2 * * *", "30 1 * * *", "30 0 * * *", "0 8 * * mon-fri")
    wanted = [row(zone, rng.choice(times), zone, holidays=holidays) for zone in ZONES]
    wanted += [row("after the close", "close+30m"), row("at the end", "0 17 last-business-day * *")]
    inbox, now = Inbox({each.id: each for each in wanted}), START
    asleep = {rng.randrange(1095) for _ in range(outages)}
    frozen: dict[int, list[Row]] = {}
    passed = Passed(wanted)
    while now < START + YEARS:
        now += timedelta(minutes=rng.choice((20, 300, 700)))
        if (now - START).days in asleep:
            now += 3 * DAY
        found = passed.at(now)
        for replica in [*rng.sample(range(2), rng.randint(0, 2)), 2]:  # the first two die and come back
            seen = frozen.pop(replica, None) or list(inbox.rows.values())
            if replica < 2 and rng.random() < 0.3:
                frozen[replica] = list(inbox.rows.values())  # it has read, and sleeps before it writes
                continue
            for due in due_now(seen, found, NONE, now):
                inbox.fire(due.row, due.slot, due.missed)
    for each in wanted:
        expected = [slot.day for slot in passed.at(now, now - START)[key_of(each)]]
        sent = [day for name, day in inbox.kept if name == each.id]
        left_out = sum(missed for (name, _), missed in inbox.kept.items() if name == each.id)
        assert sorted(sent) == sent
        assert set(sent) <= set(expected)
        assert len(sent) + left_out == len(expected), each.id
        assert sent[-1] == expected[-1]
        assert (left_out > 0) == (outages > 0) or each.id == "at the end"
    assert inbox.refused > 0


# --- on a database ---


@dataclass
class Time:
    """The database's clock, turned by hand."""

    now: datetime = START

    async def __call__(self, _: AsyncSession) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


async def schedule(database: Database, clock: Time, text: str = "0 8 * * *", zone: str = "UTC", **terms) -> str:
    wanted = DigestTerms("market_close", "slack", schedule=text, time_zone=zone, **{"holidays": "send", **terms})
    vetted = await vet(wanted, clock.now)
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        return (await digests.add(session, ADA, "ada", vetted, at=clock.now)).id


async def kept(database: Database) -> list[tuple[str, str, int]]:
    """(event, slot, missed) of what is in the inbox, by slot."""
    async with database.read() as session:
        found = list(await session.scalars(sa.select(InboxEvent).order_by(InboxEvent.sent_at)))
    return [(each.id.rpartition(":")[2], each.payload["slot"], each.payload.get("missed", 0)) for each in found]


async def days(database: Database) -> list[str]:
    return [day for day, _, _ in await kept(database)]


async def test_three_replicas_that_look_at_once_keep_a_slot_once(database: Database, clock: Time) -> None:
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        await schedule(database, clock, zone=zone)
    replicas = [Scheduler(database, clock=clock) for _ in range(3)]
    for _ in range(4):
        clock.now += 12 * HOUR
        await asyncio.gather(*(replica.round() for replica in replicas))
    assert [(day, missed) for day, _, missed in await kept(database)] == [
        ("2024-01-02", 0),  # eight o'clock in New York
        *[("2024-01-03", 0)] * 3,
        *[("2024-01-04", 0)] * 2,
    ]


@given(
    st.lists(st.sampled_from("look look_all sleep restart back pause resume zone time".split()), max_size=14),
    st.randoms(),
)
@settings(max_examples=12)
def test_whatever_happens_no_date_is_kept_twice_and_none_is_lost(
    sqlite_template: Path, steps: list[str], rng: random.Random
) -> None:
    asyncio.run(_live(sqlite_template, steps, rng))


async def _live(template: Path, steps: list[str], rng: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/t.db")
        async with await open_database(f"sqlite+aiosqlite:///{folder}/t.db") as database:
            clock = Time()
            digest = await schedule(database, clock, "30 2 * * *", "Europe/Berlin")
            replicas = [Scheduler(database, clock=clock) for _ in range(3)]
            for step in steps:
                clock.now += rng.choice((1, 5, 11)) * HOUR
                await _step(step, database, clock, digest, replicas, rng)
            clock.now = max(clock.now, START) + DAY
            await replicas[0].round()
            events = await kept(database)
            async with database.read() as session:
                row = await session.get_one(Digest, ("local", digest))
                assert audit.first_break(await audit.entries(session, "local")) is None
            assert len({day for day, _, _ in events}) == len(events)
            if not {"pause", "back", "zone", "time"} & set(steps):
                expected = list(
                    slots(timing_of("30 2 * * *", "Europe/Berlin", "XNYS", "send"), years("XNYS"), START, clock.now)
                )
                assert len(events) + sum(missed for _, _, missed in events) == len(expected)
            assert row.paused or events[-1][0] >= (clock.now - 2 * DAY).date().isoformat()


async def _step(
    step: str, database: Database, clock: Time, digest: str, replicas: list[Scheduler], rng: random.Random
) -> None:
    if step == "look":
        await rng.choice(replicas).round()
    elif step == "look_all":
        await asyncio.gather(*(replica.round() for replica in replicas))
    elif step == "sleep":
        clock.now += 3 * DAY
    elif step == "restart":
        replicas[0] = Scheduler(database, clock=clock)
    elif step == "back":
        clock.now -= 2 * HOUR
    else:
        async with database.write() as session:
            if step == "pause":
                await digests.pause(session, ADA, digest, at=clock.now)
            elif step == "resume":
                await digests.resume(session, ADA, digest, at=clock.now)
            else:
                stored = await digests.digest_of(session, ADA, digest)
                change = {"time_zone": "Asia/Tokyo"} if step == "zone" else {"schedule": "0 9 * * *"}
                terms = DigestTerms(
                    "market_close",
                    "slack",
                    **{"schedule": stored.schedule, "time_zone": stored.time_zone, "holidays": "send", **change},
                )
                await digests.change(session, ADA, digest, terms, at=clock.now)


async def test_what_was_missed_for_three_days_comes_once(database: Database, clock: Time) -> None:
    await schedule(database, clock)
    clock.now = datetime(2024, 1, 3, 8, 0, 10, tzinfo=UTC)
    scheduler = Scheduler(database, clock=clock)
    assert await scheduler.round() == 1
    clock.now += 3 * DAY + HOUR
    assert await Scheduler(database, clock=clock).round() == 1
    assert await scheduler.round() == 0
    assert [(day, missed) for day, _, missed in await kept(database)] == [("2024-01-03", 0), ("2024-01-06", 2)]


async def test_a_change_of_zone_or_time_near_the_slot_is_still_one_a_date(database: Database, clock: Time) -> None:
    digest = await schedule(database, clock, "0 8 * * *", "Europe/Berlin")
    scheduler = Scheduler(database, clock=clock)

    async def move(**change: str) -> None:
        async with database.write() as session:
            stored = await digests.digest_of(session, ADA, digest)
            terms = DigestTerms(
                "market_close", "slack", schedule=stored.schedule, time_zone=stored.time_zone, holidays="send"
            )
            await digests.change(session, ADA, digest, replace(terms, **change), at=clock.now)

    clock.now = datetime(2024, 1, 3, 7, 0, 30, tzinfo=UTC)
    assert await scheduler.round() == 1
    await move(time_zone="America/New_York")  # where it is not yet eight o'clock of the same date
    clock.now = datetime(2024, 1, 3, 13, 0, 30, tzinfo=UTC)
    assert await scheduler.round() == 0
    clock.now = datetime(2024, 1, 4, 6, 30, tzinfo=UTC)
    await move(time_zone="Europe/Moscow")  # where it has been eight for an hour and a half, and nothing came yet
    assert await scheduler.round() == 1
    clock.now = datetime(2024, 1, 5, 12, tzinfo=UTC)
    assert await scheduler.round() == 1
    await move(schedule="0 17 * * *")
    clock.now = datetime(2024, 1, 6, 12, tzinfo=UTC)
    await move(schedule="0 6 * * *")  # hours ago: it was not due then
    assert await scheduler.round() == 0
    assert await days(database) == ["2024-01-03", "2024-01-04", "2024-01-05"]


async def test_a_row_that_is_edited_takes_effect_at_the_next_round(database: Database, clock: Time) -> None:
    assert timedelta(seconds=60) >= EVERY
    scheduler = Scheduler(database, clock=clock)
    assert await scheduler.round() == 0
    digest = await schedule(database, clock, "1 12 * * *")
    clock.now += timedelta(minutes=1)
    assert await scheduler.round() == 1
    async with database.write() as session:
        await digests.pause(session, ADA, digest, at=clock.now)
    clock.now += 3 * DAY
    assert await scheduler.round() == 0
    async with database.write() as session:
        await digests.resume(session, ADA, digest, at=clock.now)
    assert await scheduler.round() == 0  # what would have been due while it was paused is not missed
    clock.now += DAY
    assert await scheduler.round() == 1
    async with database.write() as session:
        await digests.delete(session, ADA, digest, at=clock.now)
    clock.now += DAY
    assert await scheduler.round() == 0


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, 9, tzinfo=UTC)])
@pytest.mark.parametrize("text", ["0 8 * * *", "close+30m"])
async def test_a_clock_of_another_century_leaves_no_trace_once_it_is_right(
    database: Database, clock: Time, wrong: datetime, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    await schedule(database, clock, text)
    scheduler = Scheduler(database, clock=clock, monotonic=lambda: 0.0)
    await scheduler.round()
    clock.now = wrong
    await scheduler.round()
    assert "the clock jumped" in caplog.text
    clock.now = (
        datetime(2024, 1, 3, 21, 30, 30, tzinfo=UTC)
        if text == "close+30m"
        else datetime(2024, 1, 3, 8, 0, 30, tzinfo=UTC)
    )
    assert await scheduler.round() == 1
    assert (await days(database))[0] == "2024-01-03"
    async with database.read() as session:
        (row,) = await digests.digests_of(session, ADA)
    assert (row.last_slot, row.failure) == ("2024-01-03", None)


async def test_a_clock_that_goes_back_two_hours_sends_nothing_again(database: Database, clock: Time) -> None:
    await schedule(database, clock)
    clock.now = datetime(2024, 1, 3, 9, tzinfo=UTC)
    scheduler = Scheduler(database, clock=clock)
    assert await scheduler.round() == 1
    clock.now -= 2 * HOUR
    assert await scheduler.round() == 0
    clock.now += 2 * HOUR
    assert await scheduler.round() == 0


async def test_quiet_hours_hold_a_digest_back_until_they_end(database: Database, clock: Time) -> None:
    own = await schedule(database, clock, quiet_hours={"from": "22:00", "to": "09:00"})
    everyone = await schedule(database, clock)
    never = await schedule(database, clock, quiet_hours={})
    async with database.write() as session:
        quiet = {"quiet_hours": {"from": "07:00", "to": "10:00"}, "time_zone": "Europe/Berlin"}
        await policies.set_policy(session, Actor("root"), quiet, at=clock.now)
    scheduler, sent = Scheduler(database, clock=clock), {}
    clock.now = datetime(2024, 1, 3, 7, 50, tzinfo=UTC)
    for _ in range(10):
        clock.now += timedelta(minutes=10, seconds=1)
        before = set(await _conversations(database))
        await scheduler.round()
        sent |= dict.fromkeys(set(await _conversations(database)) - before, f"{clock.now:%H:%M}")
    assert sent == {f"digest:{never}": "08:00", f"digest:{own}": "09:00", f"digest:{everyone}": "09:00"}


async def _conversations(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(sa.select(InboxEvent.conversation)))


async def test_a_schedule_that_can_not_be_read_any_more_is_switched_off_with_one_row_of_the_log(
    database: Database, clock: Time
) -> None:
    digest = await schedule(database, clock)
    other = await schedule(database, clock)
    async with database.write() as session:
        await session.execute(sa.update(Digest).where(Digest.id == digest).values(time_zone="Europe/Atlantis"))
    clock.now += DAY
    assert await Scheduler(database, clock=clock).round() == 1
    assert await Scheduler(database, clock=clock).round() == 0
    async with database.read() as session:
        row = await session.get_one(Digest, ("local", digest))
        log = [each for each in await audit.entries(session, "local") if each.action == "digest.switch_off"]
        assert (await session.get_one(Digest, ("local", other))).failure is None
    assert row.failure is not None
    assert "“Europe/Atlantis” is no time zone" in row.failure
    assert [(each.actor, each.subject) for each in log] == [("tuppence", digest)]


def test_many_that_are_due_together_are_spread_and_a_few_are_not() -> None:
    slot = Slot(date(2026, 1, 5), datetime(2026, 1, 5, 8, tzinfo=UTC))
    few = [moment(row(f"d{n}", "0 8 * * *"), slot, 5, Terms()) for n in range(5)]
    assert max(few) - slot.at < timedelta(seconds=1)
    many = [moment(row(f"d{n}", "0 8 * * *"), slot, 10_000, Terms()) for n in range(10_000)]
    assert slot.at <= min(many)
    assert timedelta(minutes=9.5) < max(many) - slot.at <= timedelta(minutes=10)
    per_minute = [
        sum(slot.at + n * timedelta(minutes=1) <= at < slot.at + (n + 1) * timedelta(minutes=1) for at in many)
        for n in range(10)
    ]
    assert min(per_minute) > 850
    assert [moment(row("d1", "0 8 * * *"), slot, 10_000, Terms()) for _ in range(2)].count(many[1]) == 2


def test_an_exchange_without_a_calendar_costs_no_digest() -> None:
    found = latest(timing_of("0 8 * * *", "UTC", "NOWHERE", "skip"), datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert found[-1].day == date(2026, 1, 5)


async def test_rounds_never_overlap_and_one_that_fails_does_not_end_them(database: Database) -> None:
    at_work, most, rounds, third = 0, 0, 0, asyncio.Event()

    class Slow(Scheduler):
        async def round(self) -> int:
            nonlocal at_work, most, rounds
            at_work, rounds = at_work + 1, rounds + 1
            most = max(most, at_work)
            try:
                await asyncio.sleep(0.02)  # longer than the time between two rounds
                if rounds == 1:
                    raise ZeroDivisionError
                if rounds == 2:
                    raise DatabaseLocked("here")
                third.set()
                return 0
            finally:
                at_work -= 1

    running = asyncio.create_task(Slow(database).run(every=timedelta(milliseconds=1)))
    async with asyncio.timeout(20):
        await third.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert most == 1
