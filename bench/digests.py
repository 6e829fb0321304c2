"""Many digests in one slot: `python -m bench.digests 100 1000 10000`, each number in a process and database of its own.

Everybody has a watchlist of ten out of 500 symbols, and gets a digest of it. Measured are the scheduler's round, the
time until all are posted, what was asked of the source of prices, memory, and how long a question waits meanwhile.
Posting is to memory. The spread of ten minutes, by which the scheduler would slow all this down, is left out.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.encryption_keys import EncryptionKey
from bot.jobs import scheduler
from bot.jobs.digest_delivery import DigestHandler
from bot.jobs.questions import KIND, QuestionHandler
from bot.jobs.scheduler import Scheduler
from bot.jobs.showing import Plain
from bot.jobs.worker import Limits, Worker
from bot.llm.embedded import EmbeddedModel
from bot.llm.weights import BUILT_IN
from bot.records.access import ClientAccess
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.inbox import Event, database_now
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Digest
from bot.records.tables import User
from bot.records.users import Actor
from bot.turn.assistant import Assistant, Parts
from tools.catalogue import TOOLS
from tools.market_data.snapshot import COMPANIES, SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.database import Database
    from bot.records.inbox import Outgoing
    from tools.market_data.base import PriceHistory

SYMBOLS, WATCHED = 500, 10
SLOT = datetime(2022, 12, 20, 21, 30, tzinfo=UTC)
NOW = SLOT + timedelta(seconds=30)
REAL = tuple(COMPANIES)


class Wide(SnapshotMarketData):
    """The bundled history, in which 500 symbols share the prices of twenty companies."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def history(self, symbol: str, start: date | None, end: date | None) -> PriceHistory:
        """As it is, under another name."""
        self.asked[symbol] += 1
        known = REAL[int(symbol[1:]) % len(REAL)] if symbol[:1] == "Q" and symbol[1:].isdigit() else symbol
        return replace(await super().history(known, start, end), symbol=symbol)


class Memory(Plain):
    """A platform that takes everything at once."""

    def __init__(self) -> None:
        self.posted: Counter[str] = Counter()

    async def post(self, message: Outgoing, key: str) -> str:
        """Taken."""
        self.posted[str(message.target.get("user", ""))] += 1
        return key

    async def find(self, _message: Outgoing, _key: str) -> Sequence[str]:
        """Nothing is ever posted twice here."""
        return ()

    async def withdraw(self, _message: Outgoing, _message_id: str) -> None:
        """Nothing to do."""


async def fill(database: Database, count: int) -> None:
    """People with watchlists and digests."""
    rng = random.Random(7)
    for start in range(0, count, 500):
        numbers = range(start, min(start + 500, count))
        async with database.write() as session:
            session.add_all(User(tenant="T1", id=f"U{n}", display_name="") for n in numbers)
            await session.flush()
            session.add_all(map(_digest, numbers))
        for n in numbers:
            async with ClientAccess(database, Actor(f"U{n}", "T1")).writing() as book:
                await book.set_watchlist([f"Q{symbol:03}" for symbol in rng.sample(range(SYMBOLS), WATCHED)])


def _digest(number: int) -> Digest:
    return Digest(
        tenant="T1",
        id=f"{number:08}",
        user_id=f"U{number}",
        kind="watchlist",
        surface="slack",
        target={},
        sections=[],
        schedule="close+30m",
        time_zone="UTC",
        calendar="XNYS",
        holidays="skip",
        since=SLOT - timedelta(hours=1),
    )


async def ask_now_and_then(worker: Worker, every: float) -> None:
    """A question every two seconds, of somebody who waits for it."""
    number = 0
    while True:
        number += 1
        payload: dict[str, Any] = {"text": "/help", "target": {"user": "asker"}}
        at = datetime.now(UTC)
        await worker.accept(Event("T1", f"q{number}", "asker", "asker", "slack", KIND, payload, at))
        await asyncio.sleep(every)


async def left(database: Database) -> int:
    """Digests that are not sent yet."""
    unfinished = InboxEvent.state.in_(("waiting", "answered"))
    async with database.read() as session:
        return await session.scalar(sa.select(sa.func.count()).where(unfinished, InboxEvent.kind == "digest")) or 0


async def waits(database: Database) -> list[float]:
    """Milliseconds from each question to the end of its answer, shortest first."""
    async with database.read() as session:
        found = await session.execute(
            sa.select(InboxEvent.received_at, InboxEvent.finished_at).where(
                InboxEvent.kind == KIND, InboxEvent.finished_at.is_not(None)
            )
        )
        return sorted((finished - received).total_seconds() * 1000 for received, finished in found)


async def measure(count: int, folder: Path) -> str:
    """A line of the table."""
    ring = KeyRing([EncryptionKey("bench", b"b" * 32)])
    async with await open_database(f"sqlite+aiosqlite:///{folder / 'bench.db'}", ring) as database:
        await fill(database, count)
        market, place = Wide(), Memory()
        parts = Parts(database, EmbeddedModel(BUILT_IN), Toolbox(TOOLS), market, DirectoryResolver(), now=lambda: NOW)
        handlers = {"digest": DigestHandler(parts, {"slack": place}), KIND: QuestionHandler(database, Assistant(parts))}
        worker = Worker(database, handlers, {"slack": place}, "bench", Limits())
        scheduler.SPREAD = timedelta(0)

        async def clock(_: object) -> datetime:
            return NOW

        began = time.monotonic()
        assert await Scheduler(database, clock=clock).round() == count
        fired = time.monotonic()
        again = time.monotonic()
        assert await Scheduler(database, clock=clock).round() == 0
        idle = time.monotonic() - again
        before = resource.getrusage(resource.RUSAGE_SELF)
        running = asyncio.create_task(worker.run())
        asking = asyncio.create_task(ask_now_and_then(worker, 2))
        started = time.monotonic()
        while await left(database):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        sent = time.monotonic() - started
        asking.cancel()
        await worker.stop()
        await running
        asked = await waits(database)
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        own = Counter({user: n for user, n in place.posted.items() if user.startswith("U")})
        assert len(own) == count
        assert set(own.values()) == {1}
        async with database.read() as session:
            assert await database_now(session)
    distinct, requests = len(market.asked), sum(market.asked.values())
    return (
        f"| {count:,} | {fired - began:.1f} s | {idle * 1000:.0f} ms | {sent:.1f} s | {cpu / count * 1000:.1f} ms | "
        f"{count / sent:.0f} | {requests} of {distinct} | {used.ru_maxrss / 1024:.0f} MB | "
        f"{asked[len(asked) // 2]:.0f} / {asked[int(len(asked) * 0.95)]:.0f} ms ({len(asked)}) |"
    )


def main(counts: Sequence[int]) -> None:
    """The table, each line by a fresh process."""
    print(
        "| digests | put in the inbox | a round with nothing due | all sent | CPU each | each second | requests of "
        "distinct symbols | memory at most | a question meanwhile, median / 95th percentile |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for count in counts:
        done = subprocess.run(
            [sys.executable, "-m", "bench.digests", "--one", str(count)],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ,
        )
        print(done.stdout.strip(), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        with tempfile.TemporaryDirectory() as home:
            os.environ["TUPPENCE_HOME"] = home
            print(asyncio.run(measure(int(sys.argv[2]), Path(home))))
    else:
        main([int(each) for each in sys.argv[1:]] or [100, 1000, 10_000])
