"""How one symbol moved over the time of a digest, and the signs of a trend at its last close."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.caveats import remarks_in
from tools.errors import NoData
from tools.formatting import show_day
from tools.market.signals import find_signals
from tools.market_data.as_of import last_known_day
from tools.market_data.base import ADJUSTED
from tools.subject import Subject, make_subject
from tools.usable_closes import IMPOSSIBLE_FACTOR, usable_places
from tools.values import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import ToolContext
    from tools.market.signals import Signal
    from tools.values import AsOf

READ_BACK = timedelta(days=420)
"""A year of closes with the sessions that the averages and the year's high need before it."""
MOVE = {False: "day change", True: "price change"}
"""The attribute of the move told, by whether it is a week's."""


@dataclass(frozen=True, slots=True)
class Move:
    """A symbol at its last usable close, `prices` and `dates` oldest first and at least two.

    `change` is the move told, since the close of `base`; `week` since the last close of the week before, `year` since
    that of the year before: fractions, None where unknown. `caveats` are remarks on the prices; `split` is how many
    shares one became since `base`.
    """

    subject: Subject
    dates: tuple[date, ...]
    prices: tuple[float, ...]
    base: date
    change: float | None
    week: float | None
    year: float | None
    signals: tuple[Signal, ...]
    caveats: tuple[str, ...]
    attribute: str
    split: Decimal | None = None

    @property
    def symbol(self) -> str:
        """The symbol."""
        return self.subject.symbol

    @property
    def last(self) -> date:
        """The day of the last price."""
        return self.dates[-1]

    def price(self, note: str = "") -> Figure:
        """The last price, with what to say of its age."""
        figure = self.subject.price("price", self.prices[-1])
        return Figure(
            figure.subject, "price", figure.value, figure.unit, figure.source, figure.currency, figure.decimals, note
        )

    def told(self, decimals: int = 1) -> Figure:
        """The move told."""
        return self.subject.percent(self.attribute, self.change, decimals)

    def figures(self, decimals: int = 1, note: str = "") -> tuple[Figure, ...]:
        """A row of a table: price, move, and the longer moves."""
        longer = [("week change", self.week)] if self.attribute == "day change" else []
        rest = [self.subject.percent(name, value, 1) for name, value in (*longer, ("change this year", self.year))]
        return (self.price(note), self.told(decimals), *rest)


async def follow(
    context: ToolContext,
    symbol: str,
    *,
    weekly: bool = False,
    start: date | None = None,
    running: datetime | None = None,
    name: str = "",
) -> Move:
    """The move of one symbol to its last usable close.

    `start` asks for closes from further back. `running` is the time of the prices of sessions that are under way.
    Raises `MarketDataError`, `NoData` also where fewer than two usable closes are left.
    """
    # Loading a calendar takes a tenth of a second, the first one more: everything else goes on meanwhile.
    await asyncio.to_thread(last_known_day, symbol, context.now())
    today = await context.market.today()
    history = await context.market.history(symbol, start or today - READ_BACK, None)
    kept = usable_places(context, history)
    name = name or context.symbols.name(symbol)
    if len(kept) < 2:
        raise NoData(f"There are not enough prices of {name} to say how it moved; check the symbol.")
    raw = history.closes if history.closes is not None else history.adjusted
    dates, prices = tuple(history.dates[i] for i in kept), tuple(raw[i] for i in kept)
    as_of: AsOf = dates[-1]
    if running is not None and dates[-1] > last_known_day(symbol, context.now()):
        as_of = running
    subject = make_subject(context, symbol, history.currency, as_of)
    if subject.name != name:
        subject = Subject(symbol, name, subject.unit, subject.currency, subject.source)
    caveats = [*remarks_in(history.note)]
    if history.closes is None:
        caveats.append(ADJUSTED)
    if len(kept) < len(history.dates):
        caveats.append("closes that were missing or impossible are left out")
    volumes = None if history.volumes is None else [history.volumes[i] for i in kept]
    monday = dates[-1] - timedelta(days=dates[-1].weekday())
    week = _since(dates, prices, monday)
    day = _since(dates, prices, dates[-1])
    if day is not None and not 1 / IMPOSSIBLE_FACTOR < 1 + day < IMPOSSIBLE_FACTOR:
        caveats.append(f"its price jumps on {show_day(dates[-1])} as prices hardly can, so its move is left out")
        day = week = None
    base = _last_before(dates, monday if weekly else dates[-1]) or dates[0]
    return Move(
        subject,
        dates,
        prices,
        base=base,
        change=week if weekly else day,
        week=week,
        year=_since(dates, prices, date(dates[-1].year, 1, 1)),
        # A running session's volume and move are not those of a day yet.
        signals=() if isinstance(as_of, datetime) else find_signals(dates, prices, volumes),
        caveats=tuple(caveats),
        attribute=MOVE[weekly],
        split=next((ratio for day, ratio in history.splits if base < day <= dates[-1] and ratio > 0), None),
    )


def _last_before(dates: Sequence[date], day: date) -> date | None:
    return next((each for each in reversed(dates) if each < day), None)


def _since(dates: Sequence[date], prices: Sequence[float], day: date) -> float | None:
    """The change since the last close before `day`, as a fraction."""
    base = next((price for each, price in zip(reversed(dates), reversed(prices), strict=True) if each < day), None)
    return None if base is None else prices[-1] / base - 1
