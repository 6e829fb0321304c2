"""What comes unasked in Microsoft's Agents Playground: an alert and digests, on a clock that the test turns."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.app import assemble
from bot.jobs.scheduler import Scheduler
from bot.records import administration
from bot.records.users import Actor
from bot.serving import Replica
from bot.settings import load_settings
from bot.surfaces.teams.surface import TeamsSurface
from tests.bot.surfaces.teams.playground import (
    GENERAL,
    PERSONAL,
    TEAM,
    TENANT,
    USER,
    begin,
    enter,
    environment,
    needed,
    playing,
    read,
    say,
)
from tests.bot.surfaces.teams.served import LIMITS
from tools.market_data.base import Quote
from tools.market_data.snapshot import SnapshotMarketData

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from tools.errors import MarketDataError

pytestmark = needed
COIN = "BTC-USD"
"""It trades round the clock, so that the test may run at any hour."""


@dataclass
class Bench:
    """A market and a clock that the test turns, never ahead of that by which the Playground dates what is said."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=3))
    price: Decimal = Decimal(100)
    replica: Replica | None = None

    def now(self) -> datetime:
        return self.at

    async def clock(self, _: AsyncSession) -> datetime:
        return self.at

    @property
    def running(self) -> Replica:
        assert self.replica
        return self.replica

    async def allow_the_channel(self) -> None:
        """An admin allows it, and lets the Playground's person schedule something for it."""
        by = Actor("root", TENANT)
        async with self.running.parts.database.write() as session:
            await administration.save_channel(
                session, by, TEAM, name="General", kind="public", allowed=True, external=False, at=self.at
            )
            await administration.grant_role(session, by, USER, "adviser", at=self.at)

    async def wait_until_nine(self) -> None:
        """It is the next 09:01 in UTC, and a replica looks for what is due."""
        nine = self.at.replace(hour=9, minute=1)
        self.at = nine if nine > self.at else nine + timedelta(days=1)
        await self.running.scheduler.round()


class Market(SnapshotMarketData):
    """The bundled history, and a coin that trades now."""

    name = "test market"

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        bench, found = self._bench, await super().quotes(symbols)
        coin = Quote(COIN, bench.price, "USD", bench.at, Decimal(100))
        return {symbol: coin if symbol == COIN else quote for symbol, quote in found.items()}


@asynccontextmanager
async def served(bench: Bench, home: Path) -> AsyncIterator[str]:
    """The address of a server on this market and this clock, with every part that `tuppence serve` has."""
    settings = load_settings(environment(home), None)
    async with assemble(settings, Actor("local")) as (real, _):
        parts = replace(real, market=Market(bench), now=bench.now)
        running = bench.replica = Replica(settings, parts, [TeamsSurface(settings)], LIMITS)
        running.scheduler = Scheduler(parts.database, running.worker.wake, bench.clock)
        app = Starlette(routes=running.routes(), lifespan=running.running)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                await serving


@pytest.fixture
async def bench() -> Bench:
    return Bench()


async def test_an_alert_and_a_digest_come_to_the_personal_chat_and_a_channels_digest_is_a_post_there(
    tmp_path: Path, bench: Bench
) -> None:
    async with served(bench, tmp_path / "home") as address, playing(tmp_path, address) as page:
        await say(page, "fin alert bitcoin above 150")
        await page.get_by_text("Alert 1 is set").first.wait_for()
        await say(page, "fin digest add market_close 09:00 zone=UTC holidays=send")
        await page.get_by_text("Scheduled in our direct messages").first.wait_for()
        await enter(page, GENERAL)
        await bench.allow_the_channel()
        await begin(page, "fin digest add team_channel 09:00 zone=UTC holidays=send symbols=AAPL,MSFT channel=here")
        await page.get_by_text("so I sent the answer to you alone").first.wait_for()

        bench.at += timedelta(minutes=5)
        bench.price = Decimal("151.5")
        await bench.running.alert_clock.tick()
        await enter(page, PERSONAL)
        await page.get_by_text("Scheduled in that channel").first.wait_for()
        await page.get_by_text("Bitcoin was at $151.50").first.wait_for()
        await page.get_by_role("button", name="Snooze").last.click()
        await page.get_by_text("Silent until").first.wait_for()
        await page.screenshot(path=tmp_path / "alert.png")

        await bench.wait_until_nine()
        await page.get_by_role("button", name="Send it again now").wait_for()
        await page.screenshot(path=tmp_path / "personal.png")
        assert "Team digest" not in await read(page)
        await enter(page, GENERAL)
        await page.get_by_role("button", name="Send it again now").wait_for()
        await page.screenshot(path=tmp_path / "channel.png")
        seen = await read(page)
        assert "Team digest" in seen
        assert "Bitcoin" not in seen
