"""How soon a model is free again: `python -m bench.stopping [rounds]`.

A question hangs in a stand-in for Ollama at one replica, on SQLite. It is stopped by its asker at another replica, or
by an administrator's switch; with what the product waits by default between two looks. Shares of what is promised: two
seconds until the model is free, three until the switch's notice is there.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import httpx

from bot.jobs.intake import Intake
from bot.jobs.worker import Worker
from bot.records import administration
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.serving import replica
from bot.settings import load_settings
from tests.fakes.chat_server import ChatServer
from tests.fakes.chat_surface import ChatServerSurface
from tests.fakes.ollama_server import FakeOllama, Hang, Say
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.records.database import Database

FREE, TOLD = 2.0, 3.0
"""Seconds promised until the model is free, and until the notice of a switch is there."""


@asynccontextmanager
async def hanging(home: Path) -> AsyncIterator[tuple[Database, ChatServer, FakeOllama]]:
    """A replica at work at a question that its model never answers."""
    chat = ChatServer()
    async with FakeOllama() as ollama:
        ollama.then(Say("Apple "), Hang())
        values = {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_MODEL_BACKEND": "ollama",
            "TUPPENCE_MODEL": "qwen3:4b",
            "OLLAMA_HOST": ollama.address,
            "TUPPENCE_MARKET_DATA": "snapshot",
        }
        settings = load_settings(values, None)
        async with (
            chat.serving() as address,
            replica(settings, [ChatServerSurface(address)]) as app,
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client,
            await open_records(settings) as database,
        ):
            asked = {
                "channel": "C1",
                "user": "ada",
                "text": "tell me of Apple",
                "event_id": "e1",
                "ts": time.time() - 5,
            }
            (await client.post("/events", json=asked)).raise_for_status()
            await ollama.hanging.wait()
            yield database, chat, ollama


async def stopped(home: Path) -> float:
    """Seconds from a stop at another replica until the model is free."""
    async with hanging(home) as (database, _, ollama):
        elsewhere = Intake(database, Worker(database, {}, {}, "another process"))
        began = time.perf_counter()
        await elsewhere.stop("local", "C1", before=datetime.now(UTC), user="ada")
        await ollama.abandoned.wait()
        return time.perf_counter() - began


async def switched(home: Path) -> float:
    """Seconds from a switch until its notice is in the chat."""
    async with hanging(home) as (database, chat, _):
        began = time.perf_counter()
        async with database.write() as session:
            by = Actor("root", "local")
            await administration.pull_switch(session, by, "tenant", "", reason="bench", at=datetime.now(UTC))
        await until(lambda: any("stopped" in shown.text for shown in chat.messages))
        return time.perf_counter() - began


async def main(rounds: int) -> None:
    """Print median and worst of both, as shares of what is promised."""
    for title, measure, promised in (
        ("stop at another replica until the model is free", stopped, FREE),
        ("switch until its notice", switched, TOLD),
    ):
        took = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                took.append(await measure(Path(folder) / "home"))
        shares = f"median {median(took) / promised:.0%}, worst {max(took) / promised:.0%} of {promised:.0f} s"
        print(f"{title}: {shares} ({rounds} times)")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
