"""Digests on Teams from end to end: scheduled by a typed command, sent directly or to a channel, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.jobs.scheduler import Scheduler
from bot.records import administration, digests
from bot.records.digest_terms import DigestTerms, vet
from bot.records.opening import open_records
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.surfaces.sending_buttons import DIRECTLY
from bot.surfaces.teams.buttons import MOST_ACTIONS
from bot.surfaces.teams.explaining import UNREACHED
from bot.surfaces.teams.presses import TAKEN
from tests.bot.surfaces.teams.served import actions, allow, letters, serving, settled
from tests.fakes.teams_payloads import CHANNEL, PERSONAL, TENANT, elsewhere
from tests.fakes.teams_server import Fault

if TYPE_CHECKING:
    from bot.settings import Settings
    from tests.bot.surfaces.teams.served import Client
    from tests.fakes.teams_server import Shown, TeamsServer

GRACE: dict[str, Any] = {"id": "29:1grace", "name": "Grace", "aadObjectId": "abababab-3434-4565-8787-909090909090"}
BY_GRACE: dict[str, Any] = {"from": GRACE}


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
    assert [each["title"] for each in actions(shown)][-3:] == ["Show how", "Pause", "Send it again now"]
    assert len(actions(shown)) <= MOST_ACTIONS


async def digests_of(settings: Settings) -> list[Digest]:
    async with await open_records(settings) as database, database.read() as session:
        return list(await session.scalars(sa.select(Digest)))


async def test_its_buttons_pause_it_and_send_it_again_for_its_owner_alone(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        await client.ask("/digest add market_close")
        await is_due(settings)
        sent = teams.messages[-1]
        known = len(teams.messages)
        assert (await client.press(sent, "Send it again now"))["value"] == TAKEN
        await settled(settings)
        told = [f"{each.text} {letters(each.card)}" for each in teams.messages[known:]]
        assert any("It is being made" in text for text in told)
        assert sum("Market close" in text for text in told) == 1
        teams.members["grace"] = {**GRACE, "tenantId": TENANT, "userRole": "user"}
        other = {"conversation": {"id": "a:2", "conversationType": "personal", "tenantId": TENANT}, "from": GRACE}
        await client.press(sent, "Pause", **other)
        await settled(settings)
        assert "You have no digest" in letters([each.body for each in teams.in_("a:2")])
        assert [row.paused for row in await digests_of(settings)] == [False]
        for expected in ("Paused until you say", "it is paused already"):
            await client.press(sent, "Pause")
            await settled(settings)
            assert expected in letters([each.body for each in teams.messages[-2:]])
        assert [row.paused for row in await digests_of(settings)] == [True]


async def for_the_channel(client: Client, settings: Settings) -> Shown:
    """An adviser has one there, and it was sent."""
    await client.ask("hello")
    await allow(settings, CHANNEL)
    at = datetime.now(UTC)
    terms = await vet(DigestTerms("weekly_review", "teams", channel=CHANNEL), at)
    async with await open_records(settings) as database, database.write() as session:
        owner = await session.scalar(sa.text("SELECT id FROM users WHERE tenant = :t"), {"t": TENANT})
        await administration.grant_role(session, Actor("root", TENANT), owner, "adviser", at=at)
        await digests.add(session, Actor(owner, TENANT), owner, terms, at=at)
    known = len(client.teams.messages)
    assert await is_due(settings) == 1
    (shown,) = client.teams.messages[known:]
    return shown


async def test_a_digest_of_a_channel_is_posted_there(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        shown = await for_the_channel(client, settings)
    assert shown.conversation == CHANNEL
    assert "Week in review" in f"{shown.text} {letters(shown.card)}"


async def test_a_press_under_the_digest_of_a_channel_is_answered_to_who_pressed_alone(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        shown = await for_the_channel(client, settings)
        there = elsewhere({})
        teams.members["grace"] = {**GRACE, "tenantId": TENANT, "userRole": "user"}
        assert (await client.press(shown, "Pause", **there, **BY_GRACE))["value"] == DIRECTLY
        await settled(settings)
        assert "You have no digest" in letters([each.body for each in teams.in_(f"a:with-{GRACE['aadObjectId']}")])
        assert [row.paused for row in await digests_of(settings)] == [False]
        assert (await client.press(shown, "Pause", **there))["value"] == DIRECTLY
        await settled(settings)
        assert teams.messages[-1].conversation == PERSONAL
        assert "Paused until you say" in letters([each.body for each in teams.messages[-2:]])
        assert [row.paused for row in await digests_of(settings)] == [True]
        assert teams.in_(CHANNEL) == [shown]  # nothing of it is said there
        teams.faults["open"].append(Fault(403, {"error": {"code": "BotNotInConversationRoster"}}))
        newcomer = {"id": "29:1new", "name": "Alan", "aadObjectId": "efefefef-3434-4565-8787-909090909090"}
        assert (await client.press(shown, "Pause", **there, **{"from": newcomer}))["value"] == UNREACHED
