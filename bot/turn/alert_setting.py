"""From a typed alert to one that can be kept: whose price it is, in which currency, and whether it is there already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.alert_words import DOLLARS, PENCE
from tools.alerts.readings import can_be, last_settled
from tools.alerts.rules import PRICE_LEVELS, Watch, is_reached, moment_of
from tools.alerts.telling import Level, price_level
from tools.caveats import price_caveats, quote_remarks
from tools.errors import ArgumentError, NoData
from tools.formatting import show, show_day
from tools.latest_price import latest_price, why_no_price
from tools.market_data.base import Quote
from tools.portfolio.drawdown import fall_from_peak
from tools.usable_closes import IMPOSSIBLE_FACTOR

if TYPE_CHECKING:
    from bot.turn.alert_words import Typed
    from tools.context import ToolContext

_DOLLARS = frozenset("USD AUD CAD HKD NZD SGD TWD".split())

Prepared = tuple[Level, Watch, list[str]]
"""The alert, its first state, and sentences on how things stand now."""


async def prepare(tools: ToolContext, typed: Typed) -> Prepared:
    """What can be kept of it. Raises `ToolError` with the fix for what can't be set."""
    if typed.condition == "drawdown_percent":
        return await _on_portfolio(tools, typed)
    symbol = tools.symbols.resolve(typed.name).symbol
    if typed.condition == "earnings":
        return await _on_earnings(tools, symbol)
    quote = (await tools.market.quotes([symbol])).get(symbol)
    name = tools.symbols.name(symbol)
    if not isinstance(quote, Quote):
        raise NoData(why_no_price(name, quote))
    if not can_be(tools, quote):
        raise NoData(why_no_price(name, None))
    level = _level_of(tools, typed, quote)
    watch = Watch(typed.condition, level.threshold, last_value=quote.price, last_as_of=moment_of(quote.as_of))
    price = show(latest_price(tools, quote))
    told = [f"The latest price is {price}, of {show_day(quote.as_of)} ({tools.market.name})."]
    if (
        typed.condition in PRICE_LEVELS
        and level.threshold
        and is_reached(typed.condition, level.threshold, quote.price)
    ):
        watch = replace(watch, armed=False)
        told.append("It is there already, so you are told once it has gone back and reached it again.")
    return level, watch, [*told, *await price_caveats(tools, [quote_remarks(name, quote)])]


def _level_of(tools: ToolContext, typed: Typed, quote: Quote) -> Level:
    """The level in the currency of the quote. Raises `ArgumentError` with the fix."""
    level = Level(typed.condition, quote.symbol, typed.threshold, quote.currency)
    if typed.condition not in PRICE_LEVELS or typed.threshold is None:
        return level
    name, said = tools.symbols.name(quote.symbol), typed.currency
    if said == PENCE and quote.currency == "GBP":
        level = replace(level, threshold=typed.threshold / 100)
    elif said and quote.currency is None:
        raise ArgumentError(f"{name} has no currency; write the level alone.")
    elif said not in ("", quote.currency) and not (said == DOLLARS and quote.currency in _DOLLARS):
        spoken = {PENCE: "pence", DOLLARS: "dollars"}.get(said, said)
        raise ArgumentError(f"{name} trades in {quote.currency}, not in {spoken}; write the price in {quote.currency}.")
    threshold = level.threshold or typed.threshold
    factor = max(threshold, quote.price) / min(threshold, quote.price)
    if factor >= IMPOSSIBLE_FACTOR:
        in_pence = quote.currency == "GBP" and said != PENCE
        fix = f"prices are in pounds here, so for pence write {typed.threshold:f}p" if in_pence else "check the number"
        raise ArgumentError(
            f"{show(price_level(level))} is {factor:.0f} times away from the latest price of {name}, "
            f"{show(latest_price(tools, quote))}; {fix}."
        )
    return level


async def _on_earnings(tools: ToolContext, symbol: str) -> Prepared:
    day = (await tools.market.events(symbol)).next_earnings
    is_known = day is not None and day >= tools.now().date()
    told = f"The next date known is {show_day(day)}" if is_known and day else "The next date is not known yet"
    return Level("earnings", symbol), Watch("earnings"), [f"{told} ({tools.market.name})."]


async def _on_portfolio(tools: ToolContext, typed: Typed) -> Prepared:
    fall = await fall_from_peak(tools, last_settled(tools.now()))
    level = Level("drawdown_percent", None, typed.threshold)
    is_there = typed.threshold is not None and is_reached("drawdown_percent", typed.threshold, fall.percent)
    watch = Watch("drawdown_percent", typed.threshold, not is_there, fall.percent, moment_of(fall.as_of))
    day, source = show_day(fall.as_of), tools.market.name
    told = [f"At the close of {day} it was {fall.percent:.1f}% below its peak of the last year ({source})."]
    if is_there:
        told.append("It is there already, so you are told once it has recovered and fallen so far again.")
    return level, watch, [*told, *fall.notes]
