"""The asker's watchlist with prices."""

from __future__ import annotations

from tools.caveats import price_caveats, quote_remarks
from tools.context import ToolContext
from tools.errors import MarketDataError
from tools.formatting import show
from tools.latest_price import latest_price, why_no_price
from tools.market_data.base import Quote
from tools.values import Figure, Findings


async def get_watchlist(context: ToolContext) -> Findings:
    """Show the person's watchlist with prices and the day's change.

    Use this when someone asks for their watchlist or how it is doing; for what they own use get_portfolio, to change
    the list use propose_watchlist_change.

    Returns:
        For each symbol, in the list's order: price in its own currency, and day change in percent against the close
        before. `as_of` is the time of the price.

    Raises:
        MarketDataError: no symbol on the list has a price.

    Source: the market-data source's quotes; change = price / previous close - 1.
    """
    symbols = await context.portfolio.watchlist()
    if not symbols:
        return Findings(
            title="Your watchlist",
            sentences=("Your watchlist is empty.",),
            notes=("Add to it with a command such as /watch add AAPL.",),
        )
    quotes = await context.market.quotes(symbols)
    names = {symbol: context.symbols.name(symbol) for symbol in symbols}
    figures: list[Figure] = []
    moves: list[Figure] = []
    notes: list[str] = []
    for symbol in symbols:
        quote = quotes.get(symbol)
        if not isinstance(quote, Quote):
            notes.append(why_no_price(names[symbol], quote))
            continue
        price, move = _row(context, quote)
        figures += [price, move]
        moves += [move] if move.value is not None else []
    if not figures:
        raise next(quote for quote in quotes.values() if isinstance(quote, MarketDataError))
    remarks = [quote_remarks(names[symbol], quote) for symbol, quote in quotes.items() if isinstance(quote, Quote)]
    return Findings(
        title="Your watchlist",
        figures=tuple(figures),
        sentences=tuple(_sentences(moves, names)),
        notes=(*notes, *await price_caveats(context, remarks)),
        names=names,
        layout="table",
    )


def _row(context: ToolContext, quote: Quote) -> tuple[Figure, Figure]:
    change = (quote.price / quote.previous_close - 1) * 100 if quote.previous_close else None
    price = latest_price(context, quote)
    return price, Figure(quote.symbol, "day change", change, "percent", price.source)


def _sentences(moves: list[Figure], names: dict[str, str]) -> list[str]:
    """The strongest and the weakest of the day."""
    if not moves:
        return []
    ordered = sorted(moves, key=lambda move: move.value, reverse=True)  # type: ignore[arg-type,return-value]
    best, worst = ordered[0], ordered[-1]
    if best is worst:
        return [f"{names[best.subject]} {_moved(best)} on the day."]
    return [
        f"On your watchlist {names[best.subject]} did best on the day: it {_moved(best)}.",
        f"{names[worst.subject]} did worst: it {_moved(worst)}.",
    ]


def _moved(move: Figure) -> str:
    shown = show(move, absolute=True)
    if not any(digit in shown for digit in "123456789"):
        return f"was unchanged ({shown})"
    return f"{'rose' if move.value > 0 else 'fell'} {shown}"  # type: ignore[operator]
