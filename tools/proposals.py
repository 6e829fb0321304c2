"""Changes the assistant may suggest and only a person can make: nothing here writes anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tools.arguments import Price, Symbol
from tools.caveats import Remarks, price_caveats, quote_remarks
from tools.context import ToolContext
from tools.errors import ArgumentError
from tools.formatting import join_words, show
from tools.latest_price import latest_price, why_no_price
from tools.market_data.base import Quote
from tools.values import Figure, Findings, Proposal, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import Listing


async def propose_watchlist_change(
    context: ToolContext, action: Literal["add", "remove"], symbols: list[Symbol]
) -> Findings:
    """Prepare adding symbols to the person's watchlist, or removing them; the person then confirms.

    Use this when someone wants to follow or stop following stocks; to show the list use get_watchlist, to be told
    when a price is reached use propose_price_alert.

    Args:
        action: add, or remove
        symbols: what to put on or take off the list, as typed

    Returns:
        The proposal with the command that makes the change, and current prices of what would be added. Nothing is
        changed.

    Source: the person's own watchlist.
    """
    watched = set(await context.portfolio.watchlist())
    wanted = [listing for listing in symbols if (listing.symbol in watched) == (action == "remove")]
    names = {listing.symbol: context.symbols.name(listing.symbol) for listing in symbols}
    idle = [names[listing.symbol] for listing in symbols if listing not in wanted]
    where = "already on" if action == "add" else "not on"
    notes = (f"{join_words(idle)} {'is' if len(idle) == 1 else 'are'} {where} your watchlist.",) if idle else ()
    if not wanted:
        return Findings("Nothing to change on your watchlist", notes=notes, names=names)
    figures, problems = await _prices(context, wanted) if action == "add" else ((), ())
    listed = " ".join(listing.symbol for listing in wanted)
    wanted_names = join_words([names[listing.symbol] for listing in wanted])
    change = f"{wanted_names} {'to' if action == 'add' else 'from'} your watchlist"
    command = f"/watch {action} {listed}"
    return Findings(
        title=f"{action.capitalize()} {change}",
        figures=figures,
        sentences=(f"To {action} {change}, confirm this or type {command}.",),
        notes=("Nothing has been changed yet.", *notes, *problems),
        names=names,
        proposal=Proposal("watchlist", command, {"action": action, "symbols": listed}),
    )


async def propose_price_alert(
    context: ToolContext, symbol: Symbol, condition: Literal["above", "below"], price: Price
) -> Findings:
    """Prepare an alert for when a price goes above or below a level; the person then confirms.

    Use this when someone asks to be told when a stock reaches a price; for the price now use get_quote.

    Args:
        symbol: the stock, fund or index, as typed
        condition: above, or below
        price: the level, in the currency it trades in

    Returns:
        The proposal with the command that sets the alert, the level, and the price now if it can be had. Nothing is
        changed.

    Raises:
        ArgumentError: the price is not above zero.

    Source: the level is the person's; the current price is the market-data source's.
    """
    if price <= 0:
        raise ArgumentError("An alert needs a price above zero; please say another.")
    name = context.symbols.name(symbol.symbol)
    quote = (await context.market.quotes([symbol.symbol])).get(symbol.symbol)
    exact = f"{price:f}"
    decimals = max(2, len(exact.partition(".")[2]))
    level = Figure(symbol.symbol, "alert price", price, "money", Source("your request"), None, decimals)
    figures: tuple[Figure, ...] = (level,)
    notes = ["Nothing has been set yet."]
    if isinstance(quote, Quote):
        now = latest_price(context, quote)
        level = replace(level, unit=now.unit, currency=now.currency)
        figures = (level, now)
        if (quote.price > price) == (condition == "above") and quote.price != price:
            notes.append(f"{name} is {condition} it already: the latest price is {show(now)}.")
        notes += await price_caveats(context, [quote_remarks(name, quote)])
    else:
        notes.append(why_no_price(name, quote))
    command = f"/alert {symbol.symbol} {condition} {exact}"
    sentence = f"To be told when {name} is {condition} {show(level)}, confirm this or type {command}."
    details = {"symbol": symbol.symbol, "condition": condition, "price": exact, "currency": level.currency or ""}
    return Findings(
        title=f"Alert for {name}",
        figures=figures,
        sentences=(sentence,),
        notes=tuple(notes),
        names={symbol.symbol: name},
        proposal=Proposal("price_alert", command, details),
    )


async def _prices(context: ToolContext, listings: Sequence[Listing]) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """(prices that could be had, what must be said of them and why others are missing)."""
    quotes = await context.market.quotes([listing.symbol for listing in listings])
    names = {listing.symbol: context.symbols.name(listing.symbol) for listing in listings}
    figures: list[Figure] = []
    problems: list[str] = []
    remarks: list[Remarks] = []
    for listing in listings:
        quote = quotes.get(listing.symbol)
        if isinstance(quote, Quote):
            figures.append(latest_price(context, quote))
            remarks.append(quote_remarks(names[listing.symbol], quote))
        else:
            problems.append(why_no_price(names[listing.symbol], quote))
    return tuple(figures), (*problems, *await price_caveats(context, remarks))
