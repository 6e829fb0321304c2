"""How soon a home is there: `python -m bench.home [people]`, on the bundled history, with what a surface draws of it.

Each person has the sample portfolio and watches three companies. "new" is their first opening, "known" the next one:
the time until there is something to see, and until prices of now are in it. What the platform takes is not in it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bot.encryption_keys import EncryptionKey
from bot.records.access import ClientAccess
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.sample import admit
from bot.records.users import Actor
from bot.surfaces.localising import Reader
from bot.surfaces.slack.home import home_view
from bot.turn.assistant import Parts
from bot.turn.destination import Place
from bot.turn.home import Home, Homes
from tools.catalogue import TOOLS
from tools.market_data.snapshot import SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Toolbox

READER = Reader("en_US", "UTC")
DIRECT = Place("slack", "T1", kind="direct")


async def opened(homes: Homes, actor: Actor) -> tuple[float, float]:
    """Milliseconds until the first and until the last picture."""
    began, seen = time.perf_counter(), list[float]()

    async def show(home: Home) -> None:
        home_view(home, READER)
        seen.append((time.perf_counter() - began) * 1000)

    await homes.open(actor, DIRECT, show)
    return seen[0], (time.perf_counter() - began) * 1000


def told(name: str, found: list[tuple[float, float]]) -> None:
    """Median and 95th percentile of both."""
    for what, place in (("something to see", 0), ("prices of now", 1)):
        times = sorted(each[place] for each in found)
        print(
            f"{name:6} {what:17} median {times[len(times) // 2]:5.0f} ms, p95 {times[int(len(times) * 0.95)]:5.0f} ms"
        )


async def main(count: int) -> None:
    """One person after the other, each twice."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        async with await open_database(url, KeyRing([EncryptionKey("bench", b"b" * 32)])) as database:
            people = [Actor(f"U{number}", "T1") for number in range(count)]
            for actor in people:
                async with database.write() as session:
                    await admit(session, actor)
                async with ClientAccess(database, actor).writing() as book:
                    await book.set_watchlist(["KO", "PFE", "MSFT"])
            model = None  # no home asks one
            parts = Parts(database, model, Toolbox(TOOLS), SnapshotMarketData(), DirectoryResolver())  # type: ignore[arg-type]
            homes = Homes(parts)
            first, _ = await opened(homes, people[0])
            print(f"the very first of a fresh process: {first:.0f} ms")
            told("new", [await opened(homes, actor) for actor in people[1:]])
            told("known", [await opened(homes, actor) for actor in people[1:]])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
