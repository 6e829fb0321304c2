"""A slot that is due: who gets it, where, when it waits, when it is late, and when nothing is sent at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import administration as admin
from bot.records import audit, digests
from bot.records.schedule_tables import Digest
from bot.records.tables import Turn
from bot.records.users import Actor
from tests.fakes.digest_office import MONDAY, open_office
from tests.fakes.firm import CHIEF

if TYPE_CHECKING:
    from bot.records.database import Database
    from tests.fakes.digest_office import Office

CLOSE = datetime(2022, 12, 19, 21, 30, tzinfo=UTC)
"""Half an hour after New York's close."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def office(database: Database) -> Office:
    return await open_office(database)


async def due(office: Office, at: datetime = CLOSE + timedelta(seconds=10)) -> None:
    """It is that time, and a replica looks."""
    office.now = at
    await office.round()


async def test_a_digest_reaches_its_owner_once_and_is_on_record(office: Office) -> None:
    digest = await office.add()
    await due(office)
    await due(office)
    assert await office.deliver() == {f"{digest}:2022-12-19": "sent"}
    assert await office.deliver() == {f"{digest}:2022-12-19": "sent"}
    ((place, text),) = office.platform.said()
    assert place == "ada"
    assert text.startswith("**Market close, Monday 19 Dec 2022")
    async with office.database.read() as session:
        (turn,) = await session.scalars(sa.select(Turn))
        assert (turn.user_id, turn.status) == ("ada", "answered")
        (sending,) = await digests.history(session, "local", digest)
    assert (sending.slot, sending.outcome) == (CLOSE, "sent")


async def test_what_is_personal_goes_to_its_owner_alone_whatever_the_row_says(office: Office) -> None:
    mine = await office.add("my_portfolio", schedule="close+30m")
    await office.act(
        lambda session: session.execute(sa.update(Digest).where(Digest.id == mine).values(target={"channel": "C1"}))
    )
    await due(office)
    assert await office.deliver() == {f"{mine}:2022-12-19": "sent"}
    ((place, text),) = office.platform.said()
    assert place == "ada"
    assert "Apple" in text or "AAPL" in text or "Microsoft" in text


async def test_a_digest_for_a_channel_holds_nothing_of_its_owner(office: Office) -> None:
    team = await office.add("weekly_review", "sue", channel="C1", schedule="close+30m")
    await due(office)
    assert await office.deliver() == {f"{team}:2022-12-19": "sent"}
    ((place, _),) = office.platform.said()
    assert place == "C1"


@pytest.mark.parametrize(
    ("change", "outcome", "failure"),
    [
        ("deleted", "not sent: it was deleted", None),
        ("paused", "not sent: it is paused", None),
        ("tenant stopped", "not sent: it was stopped by an admin", None),
        ("user stopped", "not sent: it was stopped by an admin", None),
        ("owner inactive", "its owner has left", "its owner has left"),
        ("owner left the platform", "its owner has left", "its owner has left"),
        ("owner a guest", "not sent: ", None),
        ("channel disallowed", "not sent: I don't post in that channel", None),
        ("role lost", "not sent: Only people with a role", None),
        ("channel shared", "not sent: people of another organisation", None),
    ],
)
async def test_what_changed_after_it_was_due_is_heeded(
    office: Office, change: str, outcome: str, failure: str | None
) -> None:
    is_channel = change in ("channel disallowed", "role lost", "channel shared")
    owner = "sue" if is_channel else "ada"
    digest = await office.add(owner=owner, channel="C1" if is_channel else "")
    await due(office)
    await _happens(office, change, digest, owner)
    ended = await office.deliver()
    assert office.platform.said() == []
    assert ended[f"{digest}:2022-12-19"].startswith(outcome)
    if change != "deleted":
        assert (await office.row(digest)).failure == failure
    if failure:
        async with office.database.read() as session:
            log = [each.subject for each in await audit.entries(session, "local") if each.action == "digest.switch_off"]
        assert log == [digest]


async def _happens(office: Office, change: str, digest: str, owner: str) -> None:
    at, by = office.now, Actor(owner)
    if change == "deleted":
        await office.act(lambda s: digests.delete(s, by, digest, at=at))
    elif change == "paused":
        await office.act(lambda s: digests.pause(s, by, digest, at=at))
    elif change == "tenant stopped":
        await office.act(lambda s: admin.pull_switch(s, CHIEF, "tenant", "", reason="test", at=at))
    elif change == "user stopped":
        await office.act(lambda s: admin.pull_switch(s, CHIEF, "user", owner, reason="test", at=at))
    elif change == "owner inactive":
        await office.act(lambda s: admin.save_user(s, CHIEF, owner, display_name="", active=False, at=at))
    elif change == "owner left the platform":
        office.platform.gone.add(owner)
    elif change == "channel shared":
        office.platform.external.add("C1")
    elif change == "owner a guest":
        office.platform.guests.add(owner)
    elif change == "channel disallowed":
        await office.act(
            lambda s: admin.save_channel(
                s, CHIEF, "C1", name="desk", kind="public", allowed=False, external=False, at=at
            )
        )
    else:
        await office.act(lambda s: admin.revoke_role(s, CHIEF, owner, "supervisor", at=at))


async def test_a_place_that_refuses_is_written_to_no_more_and_admins_are_told_once(office: Office) -> None:
    team = await office.add(owner="sue", channel="C1")
    office.platform.closed.add("C1")
    await due(office)
    assert await office.deliver() == {f"{team}:2022-12-19": "that channel is archived"}
    assert (await office.row(team)).failure == "that channel is archived"
    await due(office, CLOSE + timedelta(days=1))
    assert len(await office.deliver()) == 1
    async with office.database.read() as session:
        log = [each for each in await audit.entries(session, "local") if each.action == "digest.switch_off"]
    assert [(each.actor, each.details["reason"]) for each in log] == [("tuppence", "that channel is archived")]
    office.platform.closed.clear()
    await office.act(lambda session: digests.resume(session, Actor("sue"), team, at=office.now))
    await due(office, CLOSE + timedelta(days=2))
    assert (await office.deliver())[f"{team}:2022-12-21"] == "sent"


async def test_one_that_is_late_says_so_and_what_was_missed_before(office: Office) -> None:
    await office.add()
    await due(office, CLOSE + timedelta(days=2) + HOUR)  # nobody was there for two days
    await office.deliver()
    ((_, text),) = office.platform.said()
    late, missed, *rest = text.split("\n\n")
    assert late == "*This is late: it was due at 21:30 on 21 Dec 2022 (UTC).*"
    assert missed == "*The 2 before could not be sent and were left out.*"
    assert rest[0].startswith("**Market close, Wednesday 21 Dec 2022")


async def test_one_that_is_too_late_is_a_notice_and_the_next_comes_as_usual(office: Office) -> None:
    digest = await office.add(time_zone="Europe/Berlin")
    await due(office, CLOSE + timedelta(days=1) + 3 * HOUR)
    assert await office.deliver() == {f"{digest}:2022-12-20": "left out: too late"}
    ((place, text),) = office.platform.said()
    assert place == "ada"
    assert text == (
        "Your digest that was due at 22:30 on 20 Dec 2022 (Europe/Berlin) could not be sent in time, nor could the "
        "one before, so they were left out. The next one comes as usual."
    )
    await due(office, CLOSE + timedelta(days=2))
    assert (await office.deliver())[f"{digest}:2022-12-21"] == "sent"


async def test_one_that_waited_long_in_the_inbox_is_late_too(office: Office) -> None:
    await office.add()
    await due(office)
    office.now += 30 * MINUTE
    await office.deliver()
    assert office.platform.said()[0][1].startswith("*This is late: it was due at 21:30")


async def test_a_digest_waits_for_prices_that_are_not_in_and_is_then_sent_as_it_is(office: Office) -> None:
    at = datetime(2022, 12, 29, 21, 30, 10, tzinfo=UTC)  # the bundled history ends the day before
    digest = await office.add(schedule="close+30m")
    office.now = datetime(2022, 12, 29, 12, tzinfo=UTC)
    await office.act(lambda session: session.execute(sa.update(Digest).values(since=office.now)))
    await due(office, at)
    for _ in range(6):
        assert await office.deliver() == {f"{digest}:2022-12-29": "waiting"}
        assert office.platform.said() == []
        office.now += 5 * MINUTE
        await office.hurry()
    assert await office.deliver() == {f"{digest}:2022-12-29": "sent late"}
    assert len(office.platform.said()) == 1


async def test_a_source_that_ended_long_ago_is_not_waited_for(office: Office) -> None:
    digest = await office.add()
    office.now = datetime(2023, 6, 1, 12, tzinfo=UTC)
    await office.act(lambda session: session.execute(sa.update(Digest).values(since=office.now)))
    await due(office, datetime(2023, 6, 1, 20, 30, 10, tzinfo=UTC))
    assert await office.deliver() == {f"{digest}:2023-06-01": "sent"}


async def test_quiet_hours_that_began_while_it_waited_hold_it_back(office: Office) -> None:
    digest = await office.add(quiet_hours={"from": "21:40", "to": "22:30"})
    await due(office)
    office.now += 15 * MINUTE
    assert await office.deliver() == {f"{digest}:2022-12-19": "waiting"}
    office.now = CLOSE + HOUR
    await office.hurry()
    assert await office.deliver() == {f"{digest}:2022-12-19": "sent late"}


@pytest.mark.parametrize(("holidays", "said"), [("skip", None), ("say", "closed"), ("send", "**")])
async def test_a_holiday_is_skipped_said_or_sent_as_wished(office: Office, holidays: str, said: str | None) -> None:
    await office.add(schedule="0 22 * * *", holidays=holidays)
    office.now = datetime(2022, 12, 26, 12, tzinfo=UTC)  # the Monday off after Christmas
    await office.act(lambda session: session.execute(sa.update(Digest).values(last_slot="2022-12-25")))
    await due(office, datetime(2022, 12, 26, 22, 0, 10, tzinfo=UTC))
    await office.deliver()
    texts = [text for _, text in office.platform.said()]
    assert (said is None) == (texts == [])
    assert said is None or said in texts[0]


async def test_a_digest_that_is_run_now_comes_besides_its_slot(office: Office) -> None:
    digest = await office.add()
    await due(office)
    await office.act(lambda session: digests.run_now(session, Actor("ada"), digest, at=office.now))
    await office.act(lambda session: digests.run_now(session, Actor("ada"), digest, at=office.now))  # pressed twice
    assert await office.deliver() == {f"{digest}:2022-12-19": "sent", f"{digest}:2022-12-19T21:30": "sent"}
    assert len(office.platform.said()) == 2


async def test_a_digest_that_is_run_now_waits_for_no_slot_that_waits(office: Office) -> None:
    digest = await office.add(quiet_hours={"from": "21:40", "to": "22:30"})
    await due(office)
    office.now += 15 * MINUTE
    assert await office.deliver() == {f"{digest}:2022-12-19": "waiting"}
    await office.act(lambda session: digests.run_now(session, Actor("ada"), digest, at=office.now))
    assert await office.deliver() == {f"{digest}:2022-12-19": "waiting", f"{digest}:2022-12-19T21:45": "sent"}
    assert len(office.platform.said()) == 1
    async with office.database.read() as session:
        known = await digests.history(session, "local", digest)
    assert [sending.outcome for sending in known] == ["sent", ""]


async def test_an_hour_that_clocks_left_out_is_explained(office: Office) -> None:
    await office.add(schedule="30 2 * * *", time_zone="Europe/Berlin", holidays="send")
    office.now = datetime(2022, 3, 27, 1, 30, 10, tzinfo=UTC)
    await office.act(
        lambda session: session.execute(sa.update(Digest).values(since=datetime(2022, 3, 26, 12, tzinfo=UTC)))
    )
    await office.round()
    await office.deliver()
    assert office.platform.said()[0][1].startswith(
        "*Clocks went forward, so this comes an hour later by the clock, at 03:30 on 27 Mar 2022 (Europe/Berlin).*"
    )


async def test_a_surface_that_is_switched_off_costs_no_digest_its_life(office: Office) -> None:
    digest = await office.add()
    await office.act(lambda session: session.execute(sa.update(Digest).values(surface="teams")))
    await due(office)
    assert await office.deliver() == {f"{digest}:2022-12-19": "not sent: teams is not switched on here"}
    assert (await office.row(digest)).failure is None


async def test_all_digests_of_a_slot_ask_for_each_symbol_once(office: Office) -> None:
    asked: list[str] = []

    class Counting:
        def __getattr__(self, name: str):
            return getattr(market, name)

        async def history(self, symbol: str, start: date | None, end: date | None):
            asked.append(symbol)
            return await market.history(symbol, start, end)

    market = office.market
    office.market = Counting()
    for owner in ("ada", "ben", "sue"):
        for kind in ("market_close", "weekly_review"):
            await office.add(kind, owner, schedule="close+30m")
    await due(office, CLOSE + MINUTE)
    assert set((await office.deliver()).values()) == {"sent"}
    assert len(office.platform.said()) == 6
    assert len(asked) == len(set(asked))
    assert MONDAY < CLOSE
