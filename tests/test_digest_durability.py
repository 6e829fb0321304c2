"""Digests of one slot, sent by real servers that are killed at every stage of it: each arrives once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import audit, users
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.settings import load_settings
from tests.fakes.chat_server import ChatServer
from tests.test_durability import Replica, share

if TYPE_CHECKING:
    from pathlib import Path

DIGESTS = 30
PATIENCE = 240
STAGES = {
    1: ("fired:1", "posted:5"),
    3: ("fired:1", "digest finished:3", "before posted:3", "posted:3"),
}
"""By how many servers there are: where each dies in its turn, as often as there is one left to take up the work."""


class DigestReplica(Replica):
    """One server that can die while it makes digests."""

    module = "tests.fakes.digest_replica"


async def all_due() -> None:
    """Everybody has a digest that was due a minute ago."""
    slot = datetime.now(UTC) - timedelta(minutes=1)
    async with await open_records(load_settings()) as database, database.write() as session:
        for number in range(DIGESTS):
            await users.ensure_user(session, Actor(f"u{number}"))
            session.add(
                Digest(
                    tenant="local",
                    id=f"d{number:03}",
                    user_id=f"u{number}",
                    kind="market_close",
                    surface="fake",
                    target={},
                    sections=["headline", "indices"],
                    schedule=f"{slot.minute} {slot.hour} * * *",
                    time_zone="UTC",
                    calendar="XNYS",
                    holidays="send",
                    since=slot - timedelta(hours=1),
                )
            )


async def sent() -> list[InboxEvent]:
    async with await open_records(load_settings()) as database, database.read() as session:
        assert audit.first_break(await audit.entries(session, "local")) is None
        return list(await session.scalars(sa.select(InboxEvent).where(InboxEvent.kind == "digest")))


async def test_servers_killed_while_they_send_digests_send_each_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replicas = 1 if database_url.startswith("sqlite") else 3
    share(database_url, monkeypatch)
    await all_due()
    pending, chat = iter(STAGES[replicas]), ChatServer()
    async with chat.serving() as address:
        running = [DigestReplica(number, address, tmp_path, pending) for number in range(replicas)]
        lives = [asyncio.create_task(replica.live()) for replica in running]
        try:
            async with asyncio.timeout(PATIENCE):
                while len(events := await sent()) < DIGESTS or {each.state for each in events} != {"done"}:
                    assert not [life for life in lives if life.done()], "a server ended by itself"
                    await asyncio.sleep(0.5)
            await asyncio.sleep(2.5)  # nobody sends again what another has sent
        finally:
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)
    per_event = Counter(message.key.partition("/")[0] for message in chat.messages)
    assert set(per_event.values()) == {1}
    assert sorted({key.split(":")[1] for key in per_event}) == [f"d{number:03}" for number in range(DIGESTS)]
    assert len(await sent()) == DIGESTS
    deaths = [death for replica in running for death in replica.deaths]
    assert len(deaths) > len(STAGES[replicas]) - replicas, deaths  # the last sentences may find nothing left to do
