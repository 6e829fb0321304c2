"""Offers in the database: one taker, whoever else presses at the same time; gone a day after they could be pressed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import offers, permissions, users
from bot.records.offers import Offer, Offers
from bot.records.platform_tables import OfferRecord
from bot.records.tables import Conversation
from bot.records.users import Actor
from bot.turn.proposals import Refusal, offer, take

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA, EVE = Actor("ada", "acme"), Actor("eve", "acme")


async def offered(database: Database, **more: str) -> str:
    async with database.write() as session:
        for actor in (ADA, EVE, Actor("ada", "other")):
            await users.ensure_user(session, actor)
        return await offer(Offers(session, "acme", NOW), ADA, "watchlist", "/watch add AAPL", now=NOW, **more)  # type: ignore[arg-type]


async def taken(database: Database, actor: Actor, nonce: str, now: datetime = NOW) -> Offer | Refusal:
    return await database.run(lambda session: take(Offers(session, actor.tenant, now), actor, nonce, now=now))


async def test_an_offer_is_kept_whole_and_taken_once(database: Database) -> None:
    nonce = await offered(database, conversation="C/1")
    found = await taken(database, ADA, nonce)
    assert isinstance(found, Offer)
    assert (found.command, found.kind, found.user, found.conversation) == ("/watch add AAPL", "watchlist", "ada", "C/1")
    assert found.expires_at == NOW + timedelta(minutes=10)
    assert await taken(database, ADA, nonce) is Refusal.USED


async def test_many_at_once_one_takes_it(database: Database) -> None:
    nonce = await offered(database)
    found = await asyncio.gather(*(taken(database, ADA, nonce) for _ in range(8)))
    assert sum(isinstance(each, Offer) for each in found) == 1
    assert found.count(Refusal.USED) == 7


async def test_other_people_and_other_tenants_take_nothing(database: Database) -> None:
    nonce = await offered(database)
    assert await taken(database, EVE, nonce) is Refusal.NOT_YOURS
    assert await taken(database, Actor("ada", "other"), nonce) is Refusal.UNKNOWN
    assert isinstance(await taken(database, ADA, nonce), Offer)


async def test_what_a_unit_took_is_free_again_when_the_unit_fails(database: Database) -> None:
    nonce = await offered(database)

    async def killed(session: AsyncSession) -> None:
        assert isinstance(await take(Offers(session, "acme", NOW), ADA, nonce, now=NOW), Offer)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await database.run(killed)
    assert isinstance(await taken(database, ADA, nonce), Offer)


async def test_who_asks_about_somebody_else_by_now_changes_nothing(database: Database) -> None:
    nonce = await offered(database, conversation="C/1", client="eve")
    assert await taken(database, ADA, nonce) is Refusal.MOVED_ON
    async with database.write() as session:
        session.add(Conversation(tenant="acme", id="C/1", surface="slack"))
        await session.flush()
        await permissions.choose_client(session, ADA, "C/1", "eve", at=NOW)
    assert isinstance(await taken(database, ADA, nonce), Offer)


async def test_what_it_held_can_be_cleared_and_is_encrypted_before(database: Database) -> None:
    nonce = await offered(database)
    async with database.read() as session:
        raw = await session.scalar(sa.select(sa.cast(sa.literal_column("command"), sa.Text)).select_from(OfferRecord))
    assert "AAPL" not in str(raw)
    found = await taken(database, ADA, nonce)
    assert isinstance(found, Offer)
    await database.run(lambda session: Offers(session, "acme", NOW).clear(found.key))
    async with database.read() as session:
        assert (await session.scalars(sa.select(OfferRecord.command))).all() == [""]


async def test_a_day_after_its_end_it_is_gone(database: Database) -> None:
    nonce = await offered(database)
    late = NOW + timedelta(minutes=10) + offers.KEPT_FOR
    await database.run(lambda session: offers.drop_expired(session, late))
    assert await taken(database, ADA, nonce, late) is Refusal.EXPIRED
    await database.run(lambda session: offers.drop_expired(session, late + timedelta(seconds=1)))
    assert await taken(database, ADA, nonce, late) is Refusal.UNKNOWN
