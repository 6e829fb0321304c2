"""What was asked while nobody listened (A16, E3): read from the history, once, slowly, and answered late."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import DatabaseError
from bot.jobs.intake import Intake
from bot.jobs.worker import Worker
from bot.records.inbox_tables import InboxEvent
from bot.surfaces.slack.catching_up import AGAIN, EVERY, SETTLING, CatchUp
from bot.surfaces.slack.receiving import Receiver
from bot.surfaces.slack.workspaces import Workspaces
from tests.fakes.recording_intake import RecordingIntake, nobody_lost
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, mention, message
from tests.fakes.slack_served import served_settings, serving
from tests.fakes.slack_server import Fault, deliver
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings
    from tests.fakes.slack_server import SlackServer

OUTAGE = timedelta(minutes=15)


class Naps:
    """A sleep that takes no time, and is counted; `longest` ends a run that only waits."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, where a test does not say otherwise."""
    url: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return url


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def catch_up(slack_settings: Settings, database: Database, naps: Naps) -> AsyncIterator[CatchUp]:
    workspaces = Workspaces(slack_settings)
    yield CatchUp(workspaces, database, lambda: datetime.now(UTC), naps)
    await workspaces.aclose()


@pytest.fixture
def receiver(database: Database) -> Receiver:
    return Receiver(Intake(database, Worker(database, {}, {}, "w1")), nobody_lost)


def ago(**spans: float) -> str:
    return f"{time.time() - timedelta(**spans).total_seconds():.6f}"


def said(text: str, ts: str, channel: str = DM, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": USER, "text": text, "ts": ts, "channel": channel, **more}


async def states(database: Database) -> dict[str, str]:
    async with database.read() as session:
        rows = await session.execute(sa.select(InboxEvent.place, InboxEvent.state).order_by(InboxEvent.sent_at))
        return {row.place: row.state for row in rows}


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
async def test_what_was_said_since_the_last_event_is_taken_in_once(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    known, missed, newer = ago(hours=1), ago(minutes=12), ago(minutes=1)
    await receiver.event(message("price of Apple", ts=known))
    slack.said += [said("before we were there", ago(hours=2)), said("price of Apple", known)]
    slack.said += [said("price of Tesla", missed), said("price of Pfizer", newer)]
    slack.post({"channel": DM, "text": "what we said ourselves"})
    for _ in range(2):
        await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert list(await states(database)) == [f"{DM}/{ts}" for ts in (known, missed, newer)]


async def test_mentions_and_engaged_threads_of_channels_are_taken_in_and_nothing_else_there(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    thread = ago(hours=1)
    await receiver.event(mention(f"<@{BOT}> price of Apple", ts=thread))
    reply, other, called = ago(minutes=5), ago(minutes=4), ago(minutes=3)
    slack.said += [
        said(f"<@{BOT}> price of Apple", thread, CHANNEL),
        said("and Tesla?", reply, CHANNEL, thread_ts=thread),
        said("lunch?", other, CHANNEL),
        said(f"<@{BOT}> price of Pfizer", called, CHANNEL),
        said("joined", ago(minutes=2), CHANNEL, subtype="channel_join"),
        said("beep", ago(minutes=2), CHANNEL, bot_id="B2"),
    ]
    await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert list(await states(database)) == [f"{CHANNEL}/{ts}" for ts in (thread, reply, called)]


async def test_after_an_outage_all_since_its_begin_is_asked_whatever_came_meanwhile(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    known, missed, again = ago(hours=1), ago(minutes=12), ago(seconds=5)
    await receiver.event(message("price of Apple", ts=known))
    await receiver.event(message("price of Pfizer", ts=again))  # the first that came when the connection stood again
    slack.said += [said("price of Tesla", missed), said("price of Pfizer", again)]
    await catch_up.round(receiver, datetime.now(UTC) - OUTAGE, before=datetime.now(UTC))
    assert list(await states(database)) == [f"{DM}/{ts}" for ts in (known, missed, again)]


async def test_nothing_older_than_a_day_is_asked_for(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    await receiver.event(message("price of Apple", ts=ago(days=3)))
    slack.said.append(said("price of Tesla", ago(days=2)))
    await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert len(await states(database)) == 1
    asked = [body for method, body in slack.calls if method == "conversations.history"]
    assert all(time.time() - float(body["oldest"]) < 86_500 for body in asked)


async def test_what_is_said_beside_a_command_in_a_channel_is_nobody_elses_question(
    slack: SlackServer, catch_up: CatchUp, receiver: Receiver
) -> None:
    form = {"command": "/fin", "text": "help", "team_id": TEAM, "user_id": USER, "channel_id": CHANNEL}
    await receiver.command({**form, "trigger_id": "1.2"})
    await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert "conversations.history" not in [method for method, _ in slack.calls]


async def test_the_history_is_asked_slowly_and_once_a_minute_where_slack_wants_that(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver, naps: Naps
) -> None:
    for number in range(3):
        await receiver.event(message("price of Apple", ts=ago(days=1.5), channel=f"D{number}"))
    limited = Fault(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "45"})
    slack.faults["conversations.history"].append(limited)
    slack.said.append(said("price of Tesla", ago(minutes=1), "D2"))
    await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert naps.taken == [EVERY, 45.0, AGAIN, AGAIN]
    assert len(await states(database)) == 4


async def test_a_channel_that_can_not_be_read_keeps_no_other_from_being_read(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    for number in range(2):
        await receiver.event(message("price of Apple", ts=ago(days=1.5 + number), channel=f"D{number}"))
    slack.faults["conversations.history"].append(Fault(200, {"ok": False, "error": "channel_not_found"}))
    slack.said.append(said("price of Tesla", ago(minutes=1), "D1"))
    await catch_up.round(receiver, None, before=datetime.now(UTC))
    assert len(await states(database)) == 3
    slack.missing.add("conversations.history")  # an old stand-in: there is nothing to be had
    await catch_up.round(receiver, None, before=datetime.now(UTC))


async def test_a_round_follows_the_start_and_each_outage_and_is_tried_again(
    slack: SlackServer, catch_up: CatchUp, receiver: Receiver, naps: Naps
) -> None:
    await receiver.event(message("price of Apple", ts=ago(hours=1)))
    slack.faults["conversations.history"].append(Fault(503, "", content_type="text/html"))
    running = asyncio.create_task(catch_up.run(receiver))
    await until(lambda: [method for method, _ in slack.calls].count("conversations.replies") == 1)
    assert naps.taken[:3] == [SETTLING, EVERY, AGAIN]
    catch_up.missed_since(datetime.now(UTC))
    catch_up.missed_since(datetime.now(UTC) - OUTAGE)  # both are one round
    await until(lambda: [method for method, _ in slack.calls].count("conversations.replies") == 2)
    oldest = [float(body["oldest"]) for method, body in slack.calls if method == "conversations.history"]
    assert abs(time.time() - OUTAGE.total_seconds() - oldest[-1]) < 60
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_e3_what_the_database_could_not_take_is_looked_up_later() -> None:
    intake, missed = RecordingIntake(), list[datetime]()
    receiver = Receiver(intake, nobody_lost, on_missed=missed.append)  # type: ignore[arg-type]
    await receiver.event(message("price of Apple"))
    assert missed == []
    intake.fail = 1
    with pytest.raises(DatabaseError):
        await receiver.event(message("price of Apple"))
    assert len(missed) == 1


async def test_a16_an_old_question_is_answered_with_an_apology_for_being_late(
    slack: SlackServer, sqlite_url: str, tmp_path: Path, naps: Naps
) -> None:
    settings = served_settings(slack, sqlite_url, tmp_path / "home")
    known, missed = ago(hours=1), ago(minutes=12)
    async with serving(settings, slack) as served:
        await deliver(served.client, message("/help", ts=known, event_id="Ev1"))
        await served.settled()
        slack.said.append(said("price of Apple", missed))
        workspaces = Workspaces(settings)
        back = CatchUp(workspaces, served.database, lambda: datetime.now(UTC), naps)
        receiver = Receiver(Intake(served.database, Worker(served.database, {}, {}, "w2")), nobody_lost)
        await back.round(receiver, datetime.now(UTC) - OUTAGE, before=datetime.now(UTC))
        await served.settled()
        await workspaces.aclose()
    late = served.answers()[-1]
    assert late.text.startswith("Sorry, this is late")
    assert "Apple closed" in late.text
    assert late.body["thread_ts"] == missed


async def test_the_post_that_a_thread_is_under_is_no_question_unless_it_was_one(
    slack: SlackServer, database: Database, catch_up: CatchUp, receiver: Receiver
) -> None:
    """Slack tells the head of a thread with its replies, whenever it was said, and with the thread's own name."""
    head, asked, later = ago(hours=3), ago(hours=1), ago(minutes=4)
    await receiver.event(mention(f"<@{BOT}> price of Apple", ts=asked, thread_ts=head))
    heads = [
        said("what do we think of Tesla?", head, CHANNEL, thread_ts=head, reply_count=1),
        said("and lunch?", later, CHANNEL, thread_ts=later, reply_count=1),
    ]
    await receiver.event(mention(f"<@{BOT}> price of Pfizer", ts=ago(minutes=3), thread_ts=later))
    slack.said += heads
    slack.faults["conversations.replies"] += [Fault(200, {"ok": True, "messages": heads})] * 4
    for since in (None, datetime.now(UTC) - OUTAGE):
        await catch_up.round(receiver, since, before=datetime.now(UTC))
    assert not {f"{CHANNEL}/{head}", f"{CHANNEL}/{later}"} & set(await states(database))
