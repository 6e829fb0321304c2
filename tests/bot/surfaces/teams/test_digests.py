"""Digests on Teams from end to end: scheduled by a typed command, sent directly or to a channel, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.jobs.scheduler import Scheduler
from bot.records import administration, digests
from bot.records.digest_terms import DigestTerms, vet
from bot.records.opening import open_records
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from tests.bot.surfaces.teams.served import allow, letters, serving, settled
from tests.fakes.teams_payloads import CHANNEL, PERSONAL, TENANT

if TYPE_CHECKING:
    from bot.settings import Settings
    from tests.fakes.teams_server import TeamsServer


async def is_due(settings: Settings) -> int:
    """All digests are due this minute; a replica looks, and they are sent."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    async with await open_records(settings) as database:
        async with database.write() as session:
            daily = {"schedule": f"{now.minute} {now.hour} * * *", "time_zone": "UTC", "holidays": "send"}
            await session.execute(sa.update(Digest).values(since=now - timedelta(days=1), **daily))
        fired = await Scheduler(database).round()
    await settled(settings)
    return fired


async def test_a_digest_is_one_message_in_the_personal_conversation(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        said = await client.ask("/digest add market_close zone=Europe/Berlin")
        assert "Scheduled in our direct messages" in f"{said.text} {letters(said.card)}"
        known = len(teams.messages)
        assert await is_due(settings) == 1
        assert await is_due(settings) == 0
        (shown,) = teams.messages[known:]
    assert shown.conversation == PERSONAL
    assert "Market close" in f"{shown.text} {letters(shown.card)}"


async def test_a_digest_of_a_channel_is_posted_there(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        await client.ask("hello")
        await allow(settings, CHANNEL)
        at = datetime.now(UTC)
        terms = await vet(DigestTerms("weekly_review", "teams", channel=CHANNEL), at)
        async with await open_records(settings) as database, database.write() as session:
            owner = await session.scalar(sa.text("SELECT id FROM users WHERE tenant = :t"), {"t": TENANT})
            await administration.grant_role(session, Actor("root", TENANT), owner, "adviser", at=at)
            await digests.add(session, Actor(owner, TENANT), owner, terms, at=at)
        known = len(teams.messages)
        assert await is_due(settings) == 1
        (shown,) = teams.messages[known:]
    assert shown.conversation == CHANNEL
    assert "Week in review" in f"{shown.text} {letters(shown.card)}"
