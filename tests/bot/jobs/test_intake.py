"""What a platform may do to the inbox, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.intake import Intake, Pressed
from bot.jobs.worker import Worker
from bot.records import inbox, users
from bot.records.inbox import Event
from bot.records.inbox_tables import InboxEvent
from bot.records.offers import Offer, Offers
from bot.records.users import Actor
from bot.turn.proposals import Refusal, offer

if TYPE_CHECKING:
    from bot.records.database import Database


def event(name: str, place: str, tenant: str = "t1") -> Event:
    return Event(tenant, name, "c1", "ada", "fake", "question", {"text": name}, datetime.now(UTC), place)


async def states(database: Database) -> dict[str, str]:
    async with database.read() as session:
        found = await session.execute(sa.select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in found}


async def test_a_place_is_asked_once_and_may_be_taken_back(database: Database) -> None:
    intake = Intake(database, Worker(database, {}, {}, "w1"))
    assert await intake(event("e1", "C/1"))
    assert not await intake(event("e2", "C/1"))
    assert await intake.takes_part("t1", "c1")
    assert not await intake.takes_part("t2", "c1")
    assert not await intake.cancel("t2", "C/1")
    assert await intake.cancel("t1", "C/1")
    assert not await intake.cancel("t1", "C/1")
    assert await states(database) == {"e1": "cancelled"}


async def test_an_edit_takes_the_place_of_what_waits_and_counts_once(database: Database) -> None:
    intake = Intake(database, Worker(database, {}, {}, "w1"))
    assert not await intake.instead("C/1", event("e0", "C/1/edit"))  # the post itself never came
    await intake(event("e1", "C/1"))
    assert await intake.instead("C/1", event("e2", "C/1/edit"))
    assert not await intake.instead("C/1", event("e3", "C/1/edit"))
    assert await states(database) == {"e1": "cancelled", "e2": "waiting"}


PRESS = Pressed("t1", "fake", "ada", "press-1")


async def offered(database: Database) -> str:
    async with database.write() as session:
        now = await inbox.database_now(session)
        await users.ensure_user(session, Actor("ada", "t1"))
        return await offer(Offers(session, "t1", now), Actor("ada", "t1"), "watchlist", "/watch add AAPL", now=now)


async def test_what_is_decided_and_what_it_leads_to_are_kept_together(database: Database) -> None:
    intake, nonce = Intake(database, Worker(database, {}, {}, "w1")), await offered(database)

    def killed(_: object, __: object) -> Event:
        raise RuntimeError("killed in between")

    with pytest.raises(RuntimeError):
        await intake.decide(PRESS, nonce, killed)
    assert await states(database) == {}
    taken = await intake.decide(PRESS, nonce, lambda offer, actor: event("press-1", f"{offer.command} {actor.user}"))
    assert isinstance(taken, Offer)
    assert await states(database) == {"press-1": "waiting"}


def _event_of(name: str, _: Offer, __: Actor) -> Event:
    return event(name, name)


async def test_a_press_that_comes_again_is_known_and_another_one_is_refused(database: Database) -> None:
    intake, nonce = Intake(database, Worker(database, {}, {}, "w1")), await offered(database)
    presses = [PRESS] * 4 + [Pressed("t1", "fake", "ada", "press-2")]
    found = await asyncio.gather(*(intake.decide(each, nonce, partial(_event_of, each.id)) for each in presses))
    assert sum(isinstance(each, Offer) for each in found) == 1
    if isinstance(found[-1], Offer):
        assert found[:4] == [Refusal.USED] * 4
    else:
        assert (found.count(None), found[-1]) == (3, Refusal.USED)
    assert len(await states(database)) == 1
