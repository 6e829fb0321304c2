"""What one pass over 10,000 alerts on 500 symbols costs: `python -m bench.alerts [alerts] [symbols]`.

The market answers at once, from memory, so that only our own work is measured: first with nothing new, then with a new
price of each symbol that no alert waits for, then with one alert in a hundred going off.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.encryption_keys import EncryptionKey
from bot.jobs.alerts import AlertPass
from bot.records import alerts, users
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.schedule_tables import Alert
from bot.records.users import Actor
from bot.turn.assistant import Parts
from tools.market_data.base import Quote
from tools.toolbox import Toolbox

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


class Market:
    """Quotes from memory; `batches` counts how often it was asked, `asked` for how many symbols."""

    name = "bench"

    def __init__(self, symbols: list[str]) -> None:
        self.price, self.as_of = dict.fromkeys(symbols, Decimal(100)), NOW
        self.asked = self.batches = 0

    async def quotes(self, symbols: Any) -> Any:
        """The quotes, at once."""
        self.asked += len(symbols)
        self.batches += 1
        return {symbol: Quote(symbol, self.price[symbol], "USD", self.as_of, Decimal(100)) for symbol in symbols}


class Names:
    """Every symbol trades in New York."""

    def name(self, symbol: str) -> str:
        """As it is written."""
        return symbol


async def main(many: int, different: int) -> None:
    """Set `many` alerts on `different` symbols, and time three passes."""
    symbols = [f"S{number}" for number in range(different)]
    market, clock = Market(symbols), [NOW]
    with tempfile.TemporaryDirectory() as folder:
        ring = KeyRing([EncryptionKey("bench", b"b" * 32)])
        async with await open_database(f"sqlite+aiosqlite:///{Path(folder) / 'x.db'}", ring) as database:
            owners = [f"user{number}" for number in range(-(-many // alerts.MOST))]
            async with database.write() as session:
                for owner in owners:
                    await users.ensure_user(session, Actor(owner))
                session.add_all(
                    Alert(
                        tenant="local", id=uuid.uuid4().hex, user_id=owners[number // alerts.MOST], surface="slack",
                        target={}, symbol=symbols[number % different], condition="above",
                        threshold=Decimal(101 if number % 100 == 0 else 110), currency="USD", paused=False, armed=True,
                        last_value=Decimal(100), last_as_of=NOW, created_at=NOW,
                    )
                    for number in range(many)
                )  # fmt: skip
            parts = Parts(database, None, Toolbox([]), market, Names(), now=lambda: clock[0])  # type: ignore[arg-type]
            evaluator = AlertPass(parts, ["slack"])
            for title, price in (("nothing new", 100), ("new prices", Decimal("100.5")), ("1 % go off", 102)):
                clock[0] += timedelta(minutes=5)
                if title != "nothing new":
                    market.price, market.as_of = dict.fromkeys(symbols, Decimal(price)), clock[0]
                market.asked = market.batches = 0
                began, cpu = time.perf_counter(), time.process_time()
                counts = await evaluator.run()
                wall, busy = time.perf_counter() - began, time.process_time() - cpu
                print(f"{title}: {wall:.2f} s, {busy:.2f} s of CPU, {market.asked} symbols asked, {dict(counts)}")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    asyncio.run(main(int((sys.argv[1:] or [10_000])[0]), int((sys.argv[2:] or [500])[0])))
