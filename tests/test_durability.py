"""Nothing lost, nothing doubled: real servers on one database, killed at every stage, frozen, and started again."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa

from bot.records import audit
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.tables import Turn
from bot.settings import load_settings
from tests.fakes.chat_server import ChatServer
from tests.fakes.replica import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fakes.chat_server import Posted

ROOT = Path(__file__).parents[1]
START = int(time.time())
"""Seconds since 1970 of the first question: of now, as a question of yesterday would have expired."""
PATIENCE = 420
STORM = int(os.environ.get("STORM_EVENTS", "240"))
"""Events of the largest storm; `.ci/run` asks for 1,000."""
STORED = timedelta(seconds=1)
"""From the time that an event is stamped with until its unit is committed, and it can be seen; ample on a busy machine."""
FROZEN = timedelta(seconds=4)
"""For how long a replica is frozen: twice its lease."""
QUESTIONS = ("/watch list", "/watch list", "/help", "price of Apple", "How did Apple do in 2022?", "hello")


@pytest.fixture
def shared(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings that all replicas have in common: the database, on each kind in turn, and its keys."""
    share(database_url, monkeypatch)
    return database_url


def share(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUPPENCE_DATABASE_URL", url)
    monkeypatch.setenv("TUPPENCE_ENCRYPTION_KEYS", f"k1:{base64.b64encode(bytes(range(32))).decode()}")


class Replica:
    """One server process; started again whenever it dies, with the next sentence."""

    module = "tests.fakes.replica"

    def __init__(self, number: int, chat: str, home: Path, sentences: Iterator[str]) -> None:
        self.number, self.sentences = number, sentences
        self.environment = os.environ | {
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            "CHAT_SERVER": chat,
            "PORT": "0",
        }
        self.address: str | None = None
        self.deaths: list[str] = []
        self.frozen_at: list[datetime] = []
        self.process: asyncio.subprocess.Process | None = None
        self._log = (home / f"replica-{number}.log").open("wb")

    async def live(self) -> None:
        """Run, and run again after each death, until cancelled; the last life is stopped with SIGTERM."""
        try:
            while True:
                sentence = next(self.sentences, "")
                self.process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", self.module),
                    cwd=ROOT,
                    env=self.environment | {"DIE_AT": sentence},
                    stdout=asyncio.subprocess.PIPE,
                    stderr=self._log,
                )
                assert self.process.stdout
                self.address = (await self.process.stdout.readline()).decode().strip() or None
                await self.process.wait()
                self.address = None
                assert self.process.returncode == -signal.SIGKILL, f"it ended by itself: {self.process.returncode}"
                self.deaths.append(sentence.partition(":")[0])
        finally:
            await self.stop()
            self._log.close()

    async def stop(self) -> int:
        """End it as a supervisor would; the exit status."""
        assert self.process
        if self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
        return self.process.returncode or 0


async def deliver(replicas: list[Replica], body: dict[str, Any], times: int, rng: random.Random) -> None:
    """Bring one event, several times, to any replica, each again until somebody took it."""
    async with httpx.AsyncClient(timeout=20) as client:
        for _ in range(times):
            while True:
                address = rng.choice(replicas).address
                if address:
                    with suppress(httpx.HTTPError):
                        if (await client.post(f"{address}/events", json=body)).is_success:
                            break
                await asyncio.sleep(0.05)
            await asyncio.sleep(rng.random() * 0.2)


async def unfinished() -> int:
    async with await open_records(load_settings()) as database, database.read() as session:
        return (
            await session.scalar(sa.select(sa.func.count()).where(InboxEvent.state.in_(("waiting", "answered")))) or 0
        )


def events(count: int, conversations: int, rng: random.Random) -> list[dict[str, Any]]:
    """Questions of several people in several conversations, in a shuffled order of arrival."""
    made = [
        {
            "event_id": f"Ev{number:05}",
            "channel": f"D{number % conversations:03}",
            "user": f"U{number % conversations:03}",
            "ts": START + number / 1000,
            "text": QUESTIONS[number % len(QUESTIONS)],
        }
        for number in range(count)
    ]
    rng.shuffle(made)
    return made


async def storm(
    home: Path, *, replicas: int, count: int, sentences: list[str], freeze: bool
) -> tuple[list[Posted], list[Replica], ChatServer]:
    """Deliver everything while replicas die and freeze, and wait until all is done."""
    rng, chat = random.Random(7), ChatServer()
    pending = iter(sentences)
    async with chat.serving() as address:
        running = [Replica(number, address, home, pending) for number in range(replicas)]
        lives = [asyncio.create_task(replica.live()) for replica in running]
        gate = asyncio.Semaphore(24)

        async def bring(body: dict[str, Any]) -> None:
            async with gate:
                await deliver(running, body, rng.choice((1, 1, 2, 4)), rng)

        async def freeze_one() -> None:
            for _ in range(3):
                await asyncio.sleep(4)
                process = running[-1].process
                if process and process.returncode is None:
                    with suppress(ProcessLookupError):
                        running[-1].frozen_at.append(datetime.now(UTC))
                        process.send_signal(signal.SIGSTOP)
                        await asyncio.sleep(FROZEN.total_seconds())
                        process.send_signal(signal.SIGCONT)

        try:
            freezing = asyncio.create_task(freeze_one()) if freeze else None
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(bring(body) for body in events(count, max(count // 12, 4), rng)))
                if freezing:
                    await freezing
                while await unfinished():  # noqa: ASYNC110 (other processes work on it)
                    await asyncio.sleep(0.3)
            await asyncio.sleep(2.5)  # whoever was frozen wakes, and must not post what others have posted
        finally:
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)
    return chat.messages, running, chat


async def check(messages: list[Posted], count: int, frozen_at: Sequence[datetime] = ()) -> None:
    """0 lost, 0 doubled, each conversation in its order, and the database sound.

    While a replica is frozen in the middle of a unit, what it stores, or what others store in the conversation that it has
    locked, can be seen only when it goes on, seconds after its stamp.
    """
    per_event = Counter(message.key.partition("/")[0] for message in messages)
    assert sorted(per_event) == [f"Ev{number:05}" for number in range(count)]
    assert {event: n for event, n in per_event.items() if n != 1} == {}
    async with await open_records(load_settings()) as database:
        await database.check_integrity()
        async with database.read() as session:
            rows = (await session.scalars(sa.select(InboxEvent))).all()
            turns = {turn.id: turn for turn in await session.scalars(sa.select(Turn))}
            log = await audit.entries(session, "local")
        assert {row.state for row in rows} == {"done"}
        assert audit.first_break(log) is None
        assert {turn.status for turn in turns.values()} <= {"answered", "declined", "clarify"}
        assert len(turns) == count
        posted_at = {message.key.partition("/")[0]: place for place, message in enumerate(messages)}
        for one, other in itertools.permutations(rows, 2):
            if one.conversation == other.conversation and one.sent_at < other.sent_at:
                in_order = posted_at[one.id] < posted_at[other.id]
                assert other.claimed_at
                was_frozen = any(at - STORED <= one.received_at <= at + FROZEN for at in frozen_at)
                was_there = one.received_at < other.claimed_at - STORED and not was_frozen
                assert in_order or not was_there, f"{other.id} overtook {one.id}"


async def test_three_replicas_killed_at_every_stage_lose_and_double_nothing(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(postgres_url, monkeypatch)
    sentences = [f"{stage}:{passed}" for stage, passed in zip(STAGES, itertools.cycle((3, 5, 8)), strict=False)]
    messages, replicas, _ = await storm(tmp_path, replicas=3, count=STORM, sentences=sentences, freeze=True)
    await check(messages, STORM, replicas[-1].frozen_at)
    assert {death for replica in replicas for death in replica.deaths} >= set(STAGES)


async def test_one_process_on_sqlite_killed_at_every_stage_loses_and_doubles_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(sqlite_url, monkeypatch)
    sentences = [f"{stage}:3" for stage in STAGES]
    messages, replicas, _ = await storm(tmp_path, replicas=1, count=60, sentences=sentences, freeze=False)
    await check(messages, 60)
    assert {death for replica in replicas for death in replica.deaths} >= set(STAGES)


@pytest.mark.usefixtures("shared")
async def test_sigterm_finishes_what_is_in_work_and_hands_back_the_rest(tmp_path: Path) -> None:
    chat = ChatServer()
    async with chat.serving() as address:
        replica = Replica(0, address, tmp_path, iter(()))
        life = asyncio.create_task(replica.live())
        bodies = events(30, 10, random.Random(3))
        async with asyncio.timeout(60):
            await asyncio.gather(*(deliver([replica], body, 1, random.Random(1)) for body in bodies))
            status = await replica.stop()
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        assert status == 0
        left = await unfinished()
        answered = {message.key for message in chat.messages}
        assert len(answered) == len(chat.messages) == 30 - left
        again = Replica(1, address, tmp_path, iter(()))
        life = asyncio.create_task(again.live())
        async with asyncio.timeout(60):
            while await unfinished():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
    await check(chat.messages, 30)
