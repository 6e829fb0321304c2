"""What all sections of one digest see: the day, the prices up to it, and whose data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.jobs.digests.market_day import MarketDay, market_day
from bot.jobs.digests.moves import Move, follow
from tools.context import Portfolio, ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import show_day
from tools.freshness import is_late
from tools.market_data.as_of import AsOfMarketData, expected_day
from tools.market_data.snapshot import COMPANIES

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Sequence

    from bot.jobs.digests.plan import DigestParts, DigestPlan
    from bot.jobs.digests.run_data import RunData
    from tools.context import PortfolioReader

LIVE = timedelta(hours=6)
"""A digest so soon after its moment may show what only the present knows: running prices, news, dates to come."""
INDEX_OF_CALENDAR = {"XLON": "^FTSE", "XETR": "^GDAXI", "XFRA": "^GDAXI", "XTKS": "^N225"}
"""The index that stands for a market, where the source's summary has it; else its first."""
RECORD_START = date(1990, 1, 1)
"""How far back the index is read, to say since when it has not moved so far."""
FOLLOWED = tuple(COMPANIES)
"""The companies whose moves a digest about markets tells, where no others are named."""


class Nobody:
    """A `PortfolioReader` of a digest that is about no one."""

    async def portfolio(self) -> Portfolio:
        """Nothing."""
        return Portfolio("", "USD", (), {}, {})

    async def watchlist(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class Scene:
    """One digest's view. `index` is the move of the market concerned, or why it is unknown.

    `is_live` says whether the digest is of the present, `has_ended` whether the source stopped some time before it.
    `own` holds what was made for this digest alone.
    """

    plan: DigestPlan
    data: RunData
    context: ToolContext
    access: PortfolioReader | None
    day: MarketDay
    names: dict[str, str]
    index_symbol: str
    index_name: str
    index: Move | MarketDataError
    is_live: bool
    has_ended: bool
    own: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What digests must have in common to share a section about markets."""
        plan = self.plan
        return (plan.kind, plan.at, plan.calendar, plan.symbols, plan.base_currency, plan.time_zone)

    @property
    def last(self) -> date:
        """The day of the newest prices."""
        return self.index.last if isinstance(self.index, Move) else (self.day.running or self.day.last or self.day.day)

    @property
    def expected(self) -> date | None:
        """The day that the newest price of the index should be of."""
        return expected_day(self.index_symbol, self.plan.at, running=self.is_live) or self.day.last

    @property
    def is_behind(self) -> bool:
        """Whether the prices of the last session are missing."""
        return isinstance(self.index, Move) and self.expected is not None and self.index.last < self.expected

    @property
    def is_running(self) -> bool:
        """Whether the newest prices are those of a session that goes on."""
        return isinstance(self.index, Move) and isinstance(self.index.subject.source.as_of, datetime)

    @property
    def is_closed(self) -> bool:
        """Whether the market has no session on the day, where the digest speaks of a day."""
        return not self.day.is_session and not self.plan.is_weekly

    @property
    def held_until(self) -> date:
        """The day until which purchases count as held: the digest's own, where its newest prices are older, too."""
        return max(self.last, self.plan.at.date())

    @property
    def when(self) -> str:
        """How sentences call the time of the moves: "on the day", or the day itself where that is not today's."""
        if self.plan.is_weekly:
            return "over the week"
        if self.last != self.day.day:
            return f"on {show_day(self.last)}"
        return "so far today" if self.is_running else "on the day"

    async def move(self, symbol: str) -> Move | MarketDataError:
        """The move of a symbol; its error where there is none."""
        if symbol == self.index_symbol:
            return self.index
        name = self.names.get(symbol, "")  # the source's own name first, so that everyone sees the same
        return await _move(self.plan, self.data, self.context, symbol, name, None, is_live=self.is_live)

    async def moves(self, symbols: Sequence[str]) -> dict[str, Move | MarketDataError]:
        """The moves of several symbols, in their order."""
        wanted = tuple(dict.fromkeys(symbols))
        return dict(zip(wanted, await asyncio.gather(*map(self.move, wanted)), strict=True))

    def lags(self, move: Move) -> bool:
        """Whether the newest price is older than it should be, by the symbol's own exchange."""
        expected = expected_day(move.symbol, self.plan.at, running=self.is_live)
        return expected is not None and move.last < min(expected, self.last)

    async def shared(self, name: str, make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What `make` returns, made once a run for all digests that see the same."""
        return await self.data.once((name, self.key), make)

    async def owned(self, name: str, make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What `make` returns, made once for this digest alone."""
        if name not in self.own:
            self.own[name] = asyncio.create_task(make())
        return await asyncio.shield(self.own[name])


async def make_scene(plan: DigestPlan, parts: DigestParts, access: PortfolioReader | None) -> Scene:
    """The scene of a digest. A calendar that is not known leaves the day a plain one."""
    data = parts.data
    today = await data.today()
    is_live = abs(parts.now() - plan.at) < LIVE and today <= plan.at.date()
    try:
        day = await data.once(("day", plan.calendar, plan.at), lambda: market_day(plan.calendar, plan.at))
    except NoData:
        local = plan.at.date()
        day = MarketDay(plan.calendar, local, is_session=True, is_half_day=False, holiday=None, opens=None, closes=None,
                        next_open=None, next_close=None, next_is_half_day=False, last=None, running=None)  # fmt: skip
    market = AsOfMarketData(data, plan.at, running=data.began if is_live else None)
    reader = access or Nobody()
    context = ToolContext(market, parts.symbols, reader, lambda: plan.at, plan.base_currency)
    summary = await data.overview()
    preferred = INDEX_OF_CALENDAR.get(plan.calendar, "")
    symbol = preferred if preferred in summary.symbols else next(iter(summary.symbols), "^GSPC")
    name = summary.names.get(symbol, parts.symbols.name(symbol))
    index = await _move(plan, data, context, symbol, name, RECORD_START, is_live=is_live)
    return Scene(
        plan, data, context, access, day, summary.names, symbol, name, index, is_live, is_late(today, plan.at.date())
    )


async def _move(
    plan: DigestPlan,
    data: RunData,
    context: ToolContext,
    symbol: str,
    name: str,
    start: date | None,
    *,
    is_live: bool,
) -> Move | MarketDataError:
    weekly = plan.is_weekly
    running = data.began.astimezone(ZoneInfo(plan.time_zone)) if is_live else None
    try:
        return await data.once(
            ("move", symbol, plan.at, weekly, running),
            lambda: follow(context, symbol, weekly=weekly, start=start, running=running, name=name),
        )
    except MarketDataError as error:
        return error
