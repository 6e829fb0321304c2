"""Digests on Slack from end to end: scheduled by a typed command, sent directly or to a channel, and paused by a button."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.jobs.scheduler import Scheduler
from bot.records import administration
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.surfaces.sending_buttons import DIRECTLY
from tests.fakes.slack_interactive import button_of, has_button, pressed
from tests.fakes.slack_payloads import TEAM, USER, command, message
from tests.fakes.slack_served import served_settings, serving, ts
from tests.fakes.slack_server import Fault, SlackServer, deliver_form
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_served import Served

DIRECT, CHANNEL = f"D{USER}", "C0MARKETS"


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


async def typed(served: Served, text: str, number: int = 0, channel: str = DIRECT) -> str:
    """What `/fin …` is answered."""
    form = command(text, channel=channel, trigger=f"{number}.{text}")
    before = len(served.answers())
    assert (await deliver_form(served.client, form)).status_code == 200
    await served.settled()
    (answer,) = served.answers()[before:]
    return answer.text


async def is_due(served: Served, count: int = 1) -> None:
    """All digests are due this minute; a replica looks, and they are sent."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    async with served.database.write() as session:
        daily = {
            "schedule": f"{now.minute} {now.hour} * * *",
            "time_zone": "UTC",
            "holidays": "send",
            "last_slot": None,
        }
        await session.execute(sa.update(Digest).values(since=now - timedelta(days=1), **daily))
    assert await Scheduler(served.database).round() == count
    await served.settled()


async def rows(served: Served) -> list[Digest]:
    async with served.database.read() as session:
        return list(await session.scalars(sa.select(Digest)))


@asynccontextmanager
async def counted(served: Served) -> AsyncIterator[list]:
    """The answers of the body."""
    before, found = len(served.answers()), []
    yield found
    found += served.answers()[before:]


async def test_a_digest_is_one_direct_message_and_its_buttons_pause_it_and_send_it_again(served: Served) -> None:
    assert "Scheduled in our direct messages" in await typed(served, "digest add market_close zone=Europe/Berlin")
    async with counted(served) as sent:
        await is_due(served)
    (told,) = sent
    assert told.channel == DIRECT
    assert "Market close" in told.text
    assert has_button(told, "show_how")
    (row,) = await rows(served)
    assert button_of(told, "digest_pause")["value"] == row.id
    assert not [call for call in served.slack.calls if call[0] == "conversations.history"]
    async with counted(served) as sent:
        await served.press(pressed(told, "digest_run"))
    said = [each.text for each in sent]
    assert any("It is being made" in text for text in said)
    assert any("Market close" in text for text in said)
    await served.press(pressed(told, "digest_pause"))
    assert served.answers()[-1].text.startswith("Paused until")
    assert (await rows(served))[0].paused
    assert set((await served.settled()).values()) == {"done"}


async def test_nobody_pauses_the_digest_of_another_by_its_button(served: Served) -> None:
    await typed(served, "digest add market_close")
    async with counted(served) as sent:
        await is_due(served)
    await served.press(pressed(sent[0], "digest_pause", user="UEVE"))
    assert "You have no digest" in served.answers()[-1].text
    assert not (await rows(served))[0].paused


async def for_the_channel(served: Served) -> None:
    """An adviser schedules one there."""
    await served.allow(CHANNEL)
    by, at = Actor("root", TEAM), datetime.now(UTC)
    async with served.database.write() as session:
        await administration.save_user(session, by, USER, display_name="", active=True, at=at)
        await administration.grant_role(session, by, USER, "adviser", at=at)
    assert "Scheduled in that channel" in await typed(served, "digest add weekly_review channel=here", channel=CHANNEL)


async def test_a_digest_of_a_channel_is_posted_there(served: Served) -> None:
    await for_the_channel(served)
    async with counted(served) as sent:
        await is_due(served)
    assert [each.channel for each in sent] == [CHANNEL]


async def test_a_press_under_the_digest_of_a_channel_is_answered_to_who_pressed_alone(served: Served) -> None:
    await for_the_channel(served)
    async with counted(served) as sent:
        await is_due(served)
    async with counted(served) as said:
        await served.press(pressed(sent[0], "digest_pause", user="UEVE"))
    assert [(each.channel, "You have no digest" in each.text) for each in said] == [("DUEVE", True)]
    assert not (await rows(served))[0].paused
    async with counted(served) as said:
        await served.press(pressed(sent[0], "digest_pause"))
    assert [(each.channel, each.text.startswith("Paused until")) for each in said] == [(DIRECT, True)]
    assert (await rows(served))[0].paused
    await until(lambda: len(served.slack.whispers) == 2)
    assert {(each.channel, each.text) for each in served.slack.whispers} == {(CHANNEL, DIRECTLY)}


async def test_a_digest_of_a_channel_that_is_archived_is_switched_off_and_sent_nowhere_else(served: Served) -> None:
    await for_the_channel(served)
    served.slack.faults["chat.postMessage"].append(Fault(body={"ok": False, "error": "is_archived"}))
    async with counted(served) as sent:
        await is_due(served)
    assert sent == []
    assert (await rows(served))[0].failure == "that channel is archived"


async def test_an_admin_is_told_once_of_a_channel_that_is_gone(served: Served) -> None:
    await for_the_channel(served)
    assert "Scheduled in that channel" in await typed(served, "digest add market_open channel=here", 1, CHANNEL)
    await served.say(message("price of Apple", user="UEVE", channel="DUEVE", ts=ts(1)))
    by, at = Actor("root", TEAM), datetime.now(UTC)
    async with served.database.write() as session:
        await administration.grant_role(session, by, "UEVE", "admin", at=at)
        await administration.save_user(session, by, "UROOT", display_name="never asked here", active=True, at=at)
        await administration.grant_role(session, by, "UROOT", "admin", at=at)
    served.slack.refuse[CHANNEL] = "is_archived"
    async with counted(served) as sent:
        await is_due(served, 2)
    assert [row.failure for row in await rows(served)] == ["that channel is archived"] * 2
    (told,) = sent
    assert told.channel == "DUEVE"
    assert "can't be delivered any more (that channel is archived)" in told.text
