"""What is sent unasked: to the conversation that is known, to one that is begun, and not where the app is gone (B9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.posting import PostRefused
from bot.records import conversations
from bot.records.audit import entries
from bot.records.inbox import Event
from bot.records.opening import open_records
from tests.bot.surfaces.teams.served import Client, serving
from tests.fakes.teams_payloads import CHANNEL, PERSONAL, TENANT, USER, installed
from tests.fakes.teams_server import Fault, TeamsServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from bot.settings import Settings

OTHER = "abababab-3434-4565-8787-909090909090"


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
        assert (await send(client, unasked({"user": USER}))).startswith(f"{PERSONAL}/")
        assert await send(client, unasked({"user": OTHER}, user=OTHER))
        assert await send(client, unasked({"user": OTHER}, user=OTHER))
    assert [shown.conversation for shown in teams.messages[1:]] == [PERSONAL, f"a:with-{OTHER}", f"a:with-{OTHER}"]
    assert teams.kinds().count("open") == 1
    assert teams.messages[1].history == ["Your digest."]  # the words at once: people are notified of them


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
