"""People with alerts on a market that a test moves, and what the passes over them put in the inbox."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.jobs.alerts import AlertPass
from bot.records import alerts, users
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Alert
from bot.records.users import Actor
from bot.turn.assistant import Parts
from tests.fakes.market_data import FakeMarketData, FakeSymbols
from tests.fakes.scripted_model import ScriptedModel
from tools.alerts.rules import Watch
from tools.alerts.telling import Level
from tools.catalogue import TOOLS
from tools.market_data.base import Quote
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.alerts import Kept
    from bot.records.database import Database

START = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
"""A Monday on which New York trades."""
SURFACE = "fake"
NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "BTC-USD": "Bitcoin"}
COIN = "BTC-USD"
"""It trades round the clock."""


@dataclass
class AlertBench:
    """`now` is turned by the test; `parts` are those of a running server on this market."""

    database: Database
    now: datetime = START
    market: FakeMarketData = field(default_factory=FakeMarketData)
    tenant: str = "t1"

    @property
    def parts(self) -> Parts:
        model = ScriptedModel(is_native=True)
        return Parts(self.database, model, Toolbox(TOOLS), self.market, FakeSymbols(NAMES), now=lambda: self.now)

    def evaluator(self, **more: Any) -> AlertPass:
        return AlertPass(self.parts, [SURFACE], **more)

    def actor(self, user: str = "ada") -> Actor:
        return Actor(user, self.tenant)

    async def add(self, level: Level, user: str = "ada", last: str = "100", **state: Any) -> Kept:
        """An alert that was set just now."""
        watch = Watch(level.condition, level.threshold)
        if level.condition not in ("earnings", "drawdown_percent"):
            watch = replace(watch, last_value=Decimal(last), last_as_of=self.now)
        async with self.database.write() as session:
            await users.ensure_user(session, self.actor(user))
            kept = await alerts.add(
                session, self.actor(user), level, replace(watch, **state), surface=SURFACE, target={}, at=self.now
            )
        assert kept is not None
        return kept

    def trade(self, price: str, symbol: str = COIN, after: timedelta = timedelta(0), previous: str = "100") -> None:
        """The market's price as of `after` later, which is now."""
        self.now += after
        quote = Quote(symbol, Decimal(price), "USD", self.now, Decimal(previous))
        self.market.quote_of = {**self.market.quote_of, symbol: quote}

    async def events(self) -> list[InboxEvent]:
        async with self.database.read() as session:
            found = await session.scalars(
                sa.select(InboxEvent)
                .where(InboxEvent.tenant == self.tenant, InboxEvent.kind == "alert")
                .order_by(InboxEvent.sent_at, InboxEvent.id)
            )
            return list(found)

    async def rows(self) -> Sequence[Alert]:
        async with self.database.read() as session:
            query = sa.select(Alert).where(Alert.tenant == self.tenant).order_by(Alert.created_at, Alert.id)
            return (await session.scalars(query)).all()


def above(level: str, symbol: str = COIN) -> Level:
    """Told when a price is at `level` or above."""
    return Level("above", symbol, Decimal(level), "USD")
