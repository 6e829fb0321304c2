"""Whole conversations on Slack: a post comes in, one answer goes out; the server, the model and the data are real."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa

from bot.jobs.worker import Limits
from bot.records import administration
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.serving import replica
from bot.settings import load_settings
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, changed, deleted, mention, message
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, Fault, Shown, SlackServer, deliver
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings

LIMITS = Limits(poll=timedelta(milliseconds=20), longest_wait=timedelta(seconds=0.2), stopping=timedelta(seconds=5))


def ts(number: int) -> str:
    """A post of now."""
    return f"{int(time.time())}.{number:06}"


@pytest.fixture
def settings(slack: SlackServer, database_url: str, tmp_path: Path) -> Settings:
    return load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A server as `tuppence serve` runs it; Slack delivers over HTTP and by Socket Mode."""
    async with replica(settings, [SlackSurface(settings, after=0)], LIMITS) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            yield client


async def rows(settings: Settings) -> dict[str, str]:
    async with await open_records(settings) as database, database.read() as session:
        found = await session.execute(sa.select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in found}


async def settled(settings: Settings) -> dict[str, str]:
    async with asyncio.timeout(90):
        while {"waiting", "answered"} & set((found := await rows(settings)).values()) or not found:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found


def answers(slack: SlackServer) -> list[Shown]:
    return [shown for shown in slack.messages if shown.key]


async def allow(settings: Settings, channel: str) -> None:
    """An admin lets the assistant answer in a channel."""
    async with await open_records(settings) as database, database.write() as session:
        by = Actor("root", TEAM)
        await administration.save_channel(
            session, by, channel, name="#markets", kind="public", allowed=True, external=False, at=datetime.now(UTC)
        )


async def test_a1_a3_a11_one_question_four_deliveries_lost_responses_one_answer(
    settings: Settings, slack: SlackServer
) -> None:
    slack.faults["chat.postMessage"].append(Fault(drop=True, after=True))
    slack.faults["chat.update"].append(Fault(drop=True, after=True))
    body = message("price of Apple", ts=ts(1), event_id="Ev1")
    async with serving(settings) as client:
        for number in range(4):
            headers = {"x-slack-retry-num": str(number)} if number else {}
            assert (await deliver(client, body, **headers)).status_code == 200
        assert await settled(settings) == {"Ev1": "done"}
        assert (await deliver(client, body)).status_code == 200  # five minutes later
        assert await settled(settings) == {"Ev1": "done"}
    (shown,) = slack.messages
    assert (shown.channel, shown.body["thread_ts"], shown.key) == (DM, body["event"]["ts"], "Ev1/0")
    assert "Apple closed at $125.67" in shown.text
    assert shown.history[0] == "Reading your question…"


async def test_a4_a_mention_is_answered_once_and_its_thread_goes_on_without_one(
    settings: Settings, slack: SlackServer
) -> None:
    first = ts(1)
    async with serving(settings) as client:
        await allow(settings, CHANNEL)
        text = f"<@{BOT}> price of Apple"
        await deliver(client, mention(text, ts=first, event_id="Ev1"))
        await deliver(client, message(text, channel=CHANNEL, channel_type="channel", ts=first, event_id="Ev2"))
        await settled(settings)
        follow = {"channel": CHANNEL, "channel_type": "channel", "thread_ts": first}
        await deliver(client, message("and Microsoft?", ts=ts(2), event_id="Ev3", **follow))
        await deliver(client, message("not for us", ts=ts(3), event_id="Ev4", channel=CHANNEL, channel_type="channel"))
        assert await settled(settings) == {"Ev1": "done", "Ev3": "done"}
    one, two = answers(slack)
    assert len(slack.messages) == 2
    assert "Apple closed" in one.text
    assert "Microsoft closed" in two.text
    assert {one.body["thread_ts"], two.body["thread_ts"]} == {first}


async def test_a_channel_that_nobody_allowed_is_told_so(settings: Settings, slack: SlackServer) -> None:
    async with serving(settings) as client:
        await deliver(client, mention(f"<@{BOT}> price of Apple", ts=ts(1), event_id="Ev1"))
        await settled(settings)
    (shown,) = slack.messages
    assert "ask your administrator to allow it" in shown.text


async def test_what_is_personal_leaves_a_channel_for_the_direct_messages(
    settings: Settings, slack: SlackServer
) -> None:
    async with serving(settings) as client:
        await allow(settings, CHANNEL)
        await deliver(client, mention(f"<@{BOT}> /watch add AAPL", ts=ts(1), event_id="Ev1"))
        await settled(settings)
    there = [shown for shown in slack.messages if shown.channel == CHANNEL]
    here = [shown for shown in slack.messages if shown.channel != CHANNEL]
    assert [shown.channel for shown in here] == [f"D{USER}"]
    assert "AAPL" in here[0].text
    assert len(there) == 1
    assert "AAPL" not in str(there[0].body)


async def test_events_come_by_socket_mode_as_well(settings: Settings, slack: SlackServer) -> None:
    async with serving(settings) as client:
        await until(lambda: len(slack.sockets) == 2)
        name = await slack.envelope(message("/help", ts=ts(1), event_id="Ev1"))
        assert await slack.is_acknowledged(name)
        assert await settled(settings) == {"Ev1": "done"}
        ready = (await client.get("/readyz")).json()
        assert ready["checks"]["slack"] == "ok"
        slack.revoked = "token_revoked"
        await deliver(client, message("/help", ts=ts(2), event_id="Ev2"))
        async with asyncio.timeout(30):
            while (answer := await client.get("/readyz")).status_code == 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert "install the app again" in answer.json()["checks"]["slack"]
    assert len(answers(slack)) == 1


async def test_a5_an_edit_is_answered_once_more_and_a_deletion_ends_the_question(
    settings: Settings, slack: SlackServer
) -> None:
    first = ts(1)

    def edited(text: str, at: str) -> dict[str, Any]:
        return changed(text, "price of Apple", ts=first, at=at)

    async with serving(settings) as client:
        await deliver(client, edited("price of Tesla", ts(2)))  # before the post itself: there is nothing to redo
        assert await rows(settings) == {}
        await deliver(client, message("price of Apple", ts=first, event_id="Ev1"))
        await settled(settings)
        await deliver(client, edited("price of Microsoft", ts(2)))
        await settled(settings)
        await deliver(client, edited("price of Amazon", ts(3)))
        await settled(settings)
    one, two = answers(slack)
    assert "Apple closed" in one.text
    assert "Microsoft closed" in two.text
    assert "as you edited it" in two.text  # I12: which answer is to which wording
    assert "as you edited it" not in one.text


async def test_a5_a_question_deleted_while_it_is_worked_on_ends_at_once_and_leaves_nothing(
    settings: Settings, slack: SlackServer
) -> None:
    first, held = ts(1), asyncio.Event()
    slack.held["users.info"] = held
    async with serving(settings) as client:
        await deliver(client, message("price of Apple", ts=first, event_id="Ev1"))
        await until(lambda: slack.messages)
        await deliver(client, deleted(first))
        await until(lambda: not slack.messages)
        assert await rows(settings) == {"Ev1": "cancelled"}
        held.set()
        await deliver(client, message("/help", ts=ts(2), thread_ts=first, event_id="Ev2"))
        assert await settled(settings) == {"Ev1": "cancelled", "Ev2": "done"}
    assert len(slack.messages) == 1
