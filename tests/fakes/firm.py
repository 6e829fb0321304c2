"""A firm at work: people of every role with holdings of their own, an assistant over the bundled history, and a model
that says what it is told to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import administration as admin
from bot.records import portfolios, users
from bot.records.tables import ToolCallRecord, Turn
from bot.records.users import Actor
from bot.turn.assistant import Assistant, Parts, Question
from bot.turn.destination import TERMINAL, Place
from tests.fakes.scripted_model import ScriptedModel
from tools.catalogue import TOOLS
from tools.context import Portfolio, Transaction
from tools.market_data.snapshot import SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Reply
    from bot.records.database import Database
    from tools.toolbox import ToolFunction

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
CHIEF = Actor("chief")
ROLES = ("member", "adviser", "supervisor", "compliance", "admin")
CLIENT, STRANGER = "ada", "ben"
HELD = {**dict.fromkeys(ROLES, "AAPL"), CLIENT: "MSFT", STRANGER: "XOM"}
"""User → the one share each holds and watches; the users are called as their roles, and empty-handed ones "new …"."""
MARKET, SYMBOLS = SnapshotMarketData(), DirectoryResolver()


@dataclass
class Firm:
    """An assistant at work, and what was asked of its model."""

    parts: Parts
    model: ScriptedModel

    async def ask(
        self, text: str, *answers: Sequence[Any], by: str = "member", place: Place = TERMINAL, conversation: str = ""
    ) -> Reply:
        """One question of a user, each with one conversation for every place if not said otherwise."""
        self.model.answers += answers
        conversation = conversation or f"{by} {place.channel or 'alone'}"
        question = Question(text, Actor(by), conversation, place.surface, place)
        return await Assistant(self.parts).ask(question)

    def with_parts(self, **changes: Any) -> Firm:
        """The same with other parts."""
        return Firm(replace(self.parts, **changes), self.model)

    def with_tools(self, *tools: ToolFunction) -> Firm:
        """The same with more tools."""
        return self.with_parts(toolbox=Toolbox([*tools, *TOOLS]))

    async def act(self, change: Any) -> None:
        """One change of an admin."""
        async with self.parts.database.write() as session:
            await change(session)

    async def turns(self) -> list[Turn]:
        """All of them, the first first."""
        async with self.parts.database.read() as session:
            return list(await session.scalars(sa.select(Turn).order_by(Turn.conversation_id, Turn.position)))

    async def calls(self) -> list[ToolCallRecord]:
        """All that was looked up."""
        async with self.parts.database.read() as session:
            return list(await session.scalars(sa.select(ToolCallRecord)))


def book_of(user: str) -> Portfolio:
    """One share bought in 2018, a target and some cash."""
    symbol = HELD[user]
    bought = Transaction(symbol, Decimal(10), Decimal(50), "USD", date(2018, 3, 5))
    return Portfolio(f"{user}'s", "USD", (bought,), {"USD": Decimal(100)}, {symbol: Decimal("0.5")})


async def open_firm(database: Database, *, is_native: bool = True) -> Firm:
    """The adviser looks after the client and is in the supervisor's team; nobody looks after the stranger."""
    async with database.write() as session:
        for user, symbol in HELD.items():
            await users.ensure_user(session, Actor(user), {CLIENT: "Ada Byron", STRANGER: "Ben Low"}.get(user, ""))
            await portfolios.add_portfolio(session, Actor(user), book_of(user))
            await portfolios.set_watchlist(session, Actor(user), [symbol])
        for role in ROLES:
            await users.ensure_user(session, Actor(f"new {role}"))
            if role != "member":
                await admin.grant_role(session, CHIEF, role, role, at=NOW)
                await admin.grant_role(session, CHIEF, f"new {role}", role, at=NOW)
        await admin.assign_client(session, CHIEF, "adviser", CLIENT, at=NOW)
        await admin.join_team(session, CHIEF, "supervisor", "adviser", at=NOW)
    model = ScriptedModel(is_native=is_native)
    return Firm(Parts(database, model, Toolbox(TOOLS), MARKET, SYMBOLS, now=lambda: NOW), model)
