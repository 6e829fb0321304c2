"""What is sent unasked: to the conversation that is known, to one that is begun, and not where the app is gone (B9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.jobs.posting import PostRefused
from bot.jobs.scheduler import Scheduler
from bot.records import conversations, staffing
from bot.records.audit import entries
from bot.records.inbox import Event
from bot.records.opening import open_records
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from tests.bot.surfaces.teams.served import Client, serving, settled
from tests.fakes.teams_payloads import ACCOUNT, CHANNEL, PERSONAL, TENANT, USER, installed
from tests.fakes.teams_server import Fault, TeamsServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from bot.settings import Settings

OTHER = "abababab-3434-4565-8787-909090909090"
GRACE = {"id": "29:1grace", "aadObjectId": OTHER, "name": "Grace", "tenantId": TENANT, "userRole": "user"}
WITH_GRACE = {
    "from": GRACE,
    "conversation": {"id": "a:1personal-grace", "conversationType": "personal", "tenantId": TENANT},
}


def unasked(target: dict[str, Any], kind: str = "direct", user: str = USER) -> Event:
    """As a digest or an alert hands it over."""
    place = {"channel": target.get("channel", ""), "kind": kind, "external": False, "stranger": False}
    payload = {"target": target, "place": place}
    return Event(TENANT, "digest:1", "digest:1", user, "teams", "digest", payload, datetime.now(UTC))


async def send(client: Client, event: Event, *, directly: bool = True, text: str = "Your digest.") -> str:
    posted = ""
    for message in client.surface.present(event, text, None, directly=directly):
        posted = await client.surface.post(message, "k")
    return posted


async def test_it_goes_to_the_chat_that_is_known_and_else_to_one_that_is_begun_once(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        await client.ask("price of Apple")
        known = len(teams.messages)
        assert (await send(client, unasked({"user": USER}))).startswith(f"{PERSONAL}/")
        assert await send(client, unasked({"user": OTHER}, user=OTHER))
        assert await send(client, unasked({"user": OTHER}, user=OTHER))
    sent = teams.messages[known:]
    assert [shown.conversation for shown in sent] == [PERSONAL, f"a:with-{OTHER}", f"a:with-{OTHER}"]
    assert teams.kinds().count("open") == 1
    assert sent[0].history == ["Your digest."]  # the words at once: people are notified of them


async def test_a_channel_gets_it_at_the_address_that_was_seen_last(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        where = {"conversationType": "channel", "tenantId": TENANT, "id": CHANNEL}
        await client.deliver(installed(teams.service_url, conversation=where))
        await until(lambda: bool(teams.messages))
        old = "http://127.0.0.1:9/teams"  # the address has changed since the digest was set up
        target = {"channel": CHANNEL, "conversation": CHANNEL, "service_url": old}
        await send(client, unasked(target, "public"), directly=False)
    assert teams.messages[-1].conversation == CHANNEL


@pytest.mark.parametrize("status", [403, 404])
async def test_b9_where_the_app_is_gone_nothing_is_sent_any_more_and_the_log_says_so_once(
    settings: Settings, teams: TeamsServer, status: int
) -> None:
    async with serving(settings, teams) as client:
        await client.ask("price of Apple")
        teams.faults["create"].append(Fault(status, {"error": {"code": "x"}}))
        with pytest.raises(PostRefused, match="gone") as refused:
            await send(client, unasked({"user": USER}))
        assert refused.value.is_place
        target = {"conversation": PERSONAL, "service_url": teams.service_url, "user": USER, "kind": "direct"}
        calls = len(teams.calls)
        for _ in range(3):
            with pytest.raises(PostRefused, match="gone"):
                await send(client, unasked(target), directly=False)
        assert len(teams.calls) == calls
        async with await open_records(settings) as database, database.read() as session:
            known = await conversations.find(session, TENANT, "teams", PERSONAL)
            assert known is not None
            assert str(status) in known.failure
            told = [entry for entry in await entries(session, TENANT) if entry.action == "teams.unreachable"]
            assert len(told) == 1


async def _grace_is_admin(client: Client) -> None:
    client.teams.members["grace"] = GRACE
    await client.ask("price of Apple", **WITH_GRACE)
    async with await open_records(client.settings) as database, database.write() as session:
        await staffing.grant_role(session, Actor("root", TENANT), OTHER, "admin", at=datetime.now(UTC))


async def _is_due(settings: Settings, digest: str) -> None:
    """One digest is due this minute, and what comes of it is done."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    async with await open_records(settings) as database:
        async with database.write() as session:
            daily = {"schedule": f"{now.minute} {now.hour} * * *", "time_zone": "UTC", "holidays": "send"}
            due = sa.update(Digest).where(Digest.id == digest).values(since=now - timedelta(days=1), **daily)
            await session.execute(due)
        assert await Scheduler(database).round() == 1
    await settled(settings)


async def _digests(settings: Settings) -> dict[str, str | None]:
    async with await open_records(settings) as database, database.read() as session:
        return {row.id: row.failure for row in await session.scalars(sa.select(Digest))}


@pytest.mark.parametrize(
    ("gone", "why"), [(True, "that conversation is gone"), (False, "not in the organisation any more")]
)
async def test_b9_a_personal_place_that_is_gone_is_given_up_and_an_admin_told_once(
    on_each_database: Settings, teams: TeamsServer, gone: bool, why: str
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        await _grace_is_admin(client)
        await client.ask("what do I hold?")  # who has nothing yet is given the sample
        await client.ask("/digest add my_portfolio zone=Europe/Berlin")
        await client.ask("/digest add watchlist zone=Europe/Berlin")
        first, second = await _digests(settings)
        if gone:
            teams.gone.add(PERSONAL)
        else:
            del teams.members[USER]
        calls, known = len(teams.calls), len(teams.messages)
        await _is_due(settings, first)
        asked = [(kind, where) for kind, where, _ in teams.calls[calls:] if where == PERSONAL or kind == "open"]
        assert len(asked) <= 2, asked  # who it is for is asked, and then it is known
        (note,) = teams.messages[known:]
        assert note.conversation == "a:1personal-grace"
        assert "the digest of Ada Lovelace can't be delivered any more" in note.text
        assert why in note.text
        assert "portfolio" not in note.text
        calls = len(teams.calls)
        await _is_due(settings, second)
        assert [kind for kind, *_ in teams.calls[calls:]] == []
        assert len(teams.messages) == known + 1
        assert all(why in str(failure) for failure in (await _digests(settings)).values())
        async with await open_records(settings) as database, database.read() as session:
            kept = await conversations.find(session, TENANT, "teams", PERSONAL)
            assert kept is not None
            assert why in kept.failure
            told = [entry.action for entry in await entries(session, TENANT) if entry.subject == PERSONAL]
            assert told == ["teams.unreachable"]
        teams.gone.clear()
        teams.members[USER] = {**GRACE, "id": ACCOUNT, "aadObjectId": USER, "name": "Ada"}
        assert "Apple" in (await client.ask("price of Apple")).text  # heard of again, it is taken up
        assert await send(client, unasked({"user": USER}))


async def test_b9_a_person_with_whom_no_chat_can_be_begun_is_not_asked_for_again_and_again(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        teams.faults["open"].append(Fault(403, {"error": {"code": "BotNotInConversationRoster"}}))
        with pytest.raises(PostRefused, match="no conversation can be begun") as refused:
            await send(client, unasked({"user": OTHER}, user=OTHER))
        assert refused.value.is_place
