"""Digests on record: what may be scheduled by whom, each change with its row in the log, and quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DigestRefused
from bot.jobs.digests.composing import SECTION_NAMES
from bot.jobs.digests.plan import KINDS
from bot.jobs.digests.plan import PERSONAL_KINDS as PLANNED_PERSONAL
from bot.records import administration as admin
from bot.records import audit, digests, users
from bot.records.digest_terms import PERSONAL_KINDS, SECTIONS, DigestTerms, next_of, terms_of, vet
from bot.records.quiet_hours import end_of_quiet, read_quiet_hours, shown_quiet_hours
from bot.records.schedule_tables import DIGEST_KINDS
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

ADA, BEN, SUE, ROOT = Actor("ada"), Actor("ben"), Actor("sue"), Actor("root")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
USUAL = DigestTerms("market_close", "slack")


@pytest.fixture
async def office(database: Database) -> Database:
    async with database.write() as session:
        for person in (ADA, BEN, SUE, Actor("ada", "elsewhere")):
            await users.ensure_user(session, person)
        await admin.grant_role(session, ROOT, "sue", "adviser", at=NOW)
        for name, allowed in (("C1", True), ("C2", False)):
            await admin.save_channel(
                session, ROOT, name, name="", kind="private", allowed=allowed, external=False, at=NOW
            )
    return database


async def scheduled(database: Database, by: Actor = ADA, **terms: Any) -> str:
    vetted = await vet(replace(USUAL, **terms), NOW)
    async with database.write() as session:
        return (await digests.add(session, by, by.user, vetted, at=NOW)).id


async def log(database: Database) -> list[tuple[str, str, str]]:
    async with database.read() as session:
        found = await audit.entries(session, "local")
    assert audit.first_break(found) is None
    return [(row.actor, row.action, row.subject) for row in found if row.action.startswith("digest")]


def test_kinds_and_sections_are_those_that_can_be_composed() -> None:
    assert set(SECTIONS) == set(SECTION_NAMES)
    assert DIGEST_KINDS == KINDS
    assert PERSONAL_KINDS == PLANNED_PERSONAL


async def test_what_is_left_out_is_the_kinds_usual() -> None:
    vetted = await vet(DigestTerms("weekly_review", "slack", calendar="london"), NOW)
    assert (vetted.schedule, vetted.holidays, vetted.calendar) == ("0 9 * * sat", "send", "XLON")
    assert await vet(vetted, NOW) == vetted
    for kind in KINDS:
        await vet(DigestTerms(kind, "slack", symbols=("AAPL",)), NOW)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"kind": "horoscope"}, "no kind of digest; choose one of market_open"),
        ({"surface": "terminal"}, "choose one of slack, teams"),
        ({"schedule": "0 8 * * 1-5"}, "write their names, as in mon-fri\\.$"),
        ({"time_zone": "Europe/Atlantis"}, "no time zone; write one like Europe/Berlin\\.$"),
        ({"time_zone": ""}, "no time zone"),
        ({"calendar": "the moon"}, "no exchange that is known here"),
        ({"holidays": "maybe"}, "choose one of skip, say, send"),
        ({"sections": ("weather",)}, "no section of a digest"),
        ({"kind": "my_portfolio", "channel": "C1"}, "for its owner alone; leave the channel out"),
        ({"kind": "team_channel"}, "add symbols"),
        ({"symbols": tuple(f"S{n}" for n in range(51))}, "at most 50 symbols"),
        ({"schedule": "0 8 * * sun", "holidays": "skip"}, "would never come.*choose other days"),
    ],
)
async def test_what_can_not_be_is_refused_with_the_fix(terms: dict[str, Any], reason: str) -> None:
    with pytest.raises(DigestRefused, match=reason):
        await vet(replace(USUAL, **terms), NOW)


async def test_each_change_is_on_record_once_and_said_twice_leaves_no_second(office: Database) -> None:
    digest = await scheduled(office)
    other = await vet(replace(USUAL, schedule="8:00 mon-fri", holidays="send"), NOW)
    acts = (
        ("pause", lambda s: digests.pause(s, ADA, digest, at=NOW)),
        ("resume", lambda s: digests.resume(s, ADA, digest, at=NOW)),
        ("change", lambda s: digests.change(s, ADA, digest, other, at=NOW)),
        ("switch_off", lambda s: digests.switch_off(s, "local", digest, "gone", at=NOW)),
    )
    for _, act in acts:
        for is_first in (True, False):
            async with office.write() as session:
                assert await act(session) == is_first
    async with office.write() as session:
        assert terms_of(await digests.digest_of(session, ADA, digest)) == other
        await digests.delete(session, ADA, digest, at=NOW)
    done = ["add", "pause", "resume", "change", "switch_off", "delete"]
    actors = ["ada"] * 4 + ["tuppence", "ada"]
    assert await log(office) == [(who, f"digest.{act}", digest) for who, act in zip(actors, done, strict=True)]


@pytest.mark.parametrize("by", [BEN, Actor("ada", "elsewhere")])
async def test_nobody_touches_anothers_digest_but_admins(office: Database, by: Actor) -> None:
    digest = await scheduled(office)
    for act in (digests.pause, digests.resume, digests.delete, digests.run_now):
        async with office.write() as session:
            with pytest.raises(DigestRefused, match="no digest"):
                await act(session, by, digest, at=NOW)
    async with office.write() as session:
        with pytest.raises(DigestRefused, match="no digest"):
            await digests.change(session, by, digest, USUAL, at=NOW)
        assert await digests.digests_of(session, by) == []
        assert await digests.pause(session, ROOT, digest, at=NOW, of_anyone=True)
    assert (await log(office))[-1] == ("root", "digest.pause", digest)


@pytest.mark.parametrize(
    ("by", "channel", "reason"),
    [
        (ADA, "C1", "Only people with a role"),
        (SUE, "C2", "ask your administrator to allow it"),
        (SUE, "C9", "ask your administrator to allow it"),
        (Actor("nobody"), "", "nobody who is active"),
        (SUE, "C1", ""),
        (ADA, "", ""),
    ],
)
async def test_who_may_schedule_where(office: Database, by: Actor, channel: str, reason: str) -> None:
    if not reason:
        assert await scheduled(office, by, channel=channel)
        return
    with pytest.raises(DigestRefused, match=reason):
        await scheduled(office, by, channel=channel)
    assert await log(office) == []


async def test_there_is_an_end_to_how_many_one_may_have(office: Database) -> None:
    for _ in range(digests.MOST_OF_ONE):
        await scheduled(office)
    with pytest.raises(DigestRefused, match="at most 20 digests; delete one first"):
        await scheduled(office)
    assert await scheduled(office, BEN)


async def test_the_next_time_is_told_and_of_one_that_is_paused_there_is_none(office: Database) -> None:
    digest = await scheduled(office)
    async with office.write() as session:
        row = await digests.digest_of(session, ADA, digest)
        upcoming = await next_of(row, NOW)
        assert upcoming is not None
        assert upcoming.at == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
        await digests.pause(session, ADA, digest, at=NOW)
        assert await next_of(row, NOW) is None


async def test_what_the_database_holds_of_a_digest_hides_its_symbols_and_place(office: Database) -> None:
    import sqlalchemy as sa

    await scheduled(office, SUE, kind="team_channel", symbols=("NVDA",), channel="C1")
    async with office.read() as session:
        kept = (await session.execute(sa.text("SELECT * FROM digests"))).mappings().one()
    assert "NVDA" not in str(kept["symbols"])
    assert "C1" not in str(kept["target"])


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-20T21:30", "2026-11-21T06:00"),  # 22:30 in Berlin
        ("2026-11-20T03:00", "2026-11-20T06:00"),
        ("2026-11-20T06:00", None),
        ("2026-11-20T12:00", None),
        ("2026-10-24T23:30", "2026-10-25T06:00"),  # the night in which clocks go back is an hour longer
    ],
)
def test_quiet_hours_go_round_midnight_and_end_by_the_clock(at: str, end: str | None) -> None:
    hours = {"from": "22:00", "to": "07:00"}
    moment = datetime.fromisoformat(f"{at}+00:00")
    found = end_of_quiet(moment, hours, "Europe/Berlin")
    assert found == (datetime.fromisoformat(f"{end}+00:00") if end else None)
    assert end_of_quiet(moment, {}, "Europe/Berlin") is None
    assert found is None or end_of_quiet(found - timedelta(seconds=1), hours, "Europe/Berlin") == found


@pytest.mark.parametrize("text", ["22:00-07:00", "none", "default"])
def test_quiet_hours_are_written_as_they_are_read(text: str) -> None:
    assert shown_quiet_hours(read_quiet_hours(text)) == text


@pytest.mark.parametrize("text", ["22-7", "25:00-07:00", "08:00-08:00", "always"])
def test_what_are_no_quiet_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write them like 22:00-07:00"):
        read_quiet_hours(text)
