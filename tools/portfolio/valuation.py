"""What a portfolio is worth: each holding at its latest price, in the portfolio's currency; gaps stay gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.caveats import Remarks, quote_remarks, remarks_in
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show_day
from tools.freshness import as_of_day
from tools.latest_price import why_no_price
from tools.market_data.base import Quote
from tools.portfolio.exchange import Exchange
from tools.portfolio.positions import Position, positions, trades
from tools.portfolio.reading import read_histories

if TYPE_CHECKING:
    from datetime import date

    from tools.context import Portfolio, ToolContext
    from tools.market_data.base import PriceHistory
    from tools.portfolio.positions import Trade

# A price paid this many times the source's close of that day, where splits are not known, hints at a split since.
_SPLIT_HINT = Decimal("1.9")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Holding:
    """One position at its latest price. `value` and `cost` are in the portfolio's currency; None is unknown."""

    symbol: str
    name: str
    quantity: Decimal
    quote: Quote | None
    value: Decimal | None
    cost: Decimal | None

    @property
    def gain(self) -> Decimal | None:
        """Value less cost, exchange-rate changes included; None when either is unknown."""
        return None if self.value is None or self.cost is None else self.value - self.cost


@dataclass(frozen=True, slots=True)
class Cash:
    """Cash in one currency; `value` is in the portfolio's currency, None when there is no rate."""

    currency: str
    amount: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Valuation:
    """A whole portfolio, valued. `notes` say what is missing or substituted, `remarks` are those on the prices."""

    base: str
    holdings: tuple[Holding, ...]
    cash: tuple[Cash, ...]
    oldest: date
    notes: tuple[str, ...]
    remarks: tuple[Remarks, ...]

    @property
    def total(self) -> Decimal:
        """The value of everything that has one."""
        values = [*(holding.value for holding in self.holdings), *(cash.value for cash in self.cash)]
        return sum((value for value in values if value is not None), Decimal(0))

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of what has no value; when there are any, `total` is partial."""
        stocks = [holding.name for holding in self.holdings if holding.value is None]
        return (*stocks, *(f"{cash.currency} cash" for cash in self.cash if cash.value is None))

    def weight(self, value: Decimal | None) -> Decimal | None:
        """The part of `total` that `value` is, as a fraction; None when unknown or nothing has a value."""
        return None if value is None or self.total <= 0 else value / self.total

    def without(self) -> str:
        """What to say after a partial total: " without A and B"; nothing when it is whole."""
        if not self.missing:
            return ""
        named = join_words(self.missing) if len(self.missing) <= _MOST_NAMED else "the holdings that have no price"
        return f" without {named}"


async def value_portfolio(context: ToolContext, portfolio: Portfolio) -> Valuation:
    """Every holding at its latest price, split since purchase or not, and cash at today's rates.

    A holding without a price, or without a rate for its currency, has the value None and a note. Raises
    `MarketDataError` when nothing at all has a value.
    """
    exchange = Exchange(context.market, portfolio.base_currency)
    symbols = list(dict.fromkeys(item.symbol for item in portfolio.transactions))
    first = min((item.traded_on for item in portfolio.transactions), default=None)
    histories, failed = await read_histories(context, symbols, first) if symbols else ({}, {})
    done = trades(portfolio.transactions, histories)
    held = positions(done)
    quotes = await context.market.quotes([position.symbol for position in held]) if held else {}
    today = await context.market.today()
    notes: list[str] = []
    holdings = [await _holding(context, position, quotes.get(position.symbol), exchange, notes) for position in held]
    cash = [await _cash(currency, amount, exchange, today, notes) for currency, amount in portfolio.cash.items()]
    days = [as_of_day(holding.quote.as_of) for holding in holdings if holding.quote is not None]
    valued = Valuation(portfolio.base_currency, tuple(holdings), tuple(cash), min(days, default=today), (), ())
    if len(valued.missing) == len(holdings) + len(cash) and valued.missing:
        raise NoData(notes[0])
    notes += _traded_later(done, valued)
    notes += _split_doubts(done, histories, valued)
    if any(holding.symbol in failed and holding.value is not None for holding in holdings):
        notes.append("Splits since purchase could not be checked for every holding.")
    notes += exchange.notes()
    return replace(valued, notes=tuple(dict.fromkeys(notes)), remarks=_remarks(holdings, histories))


def _remarks(holdings: list[Holding], histories: dict[str, PriceHistory]) -> tuple[Remarks, ...]:
    """What the source says of each price, and of the history that its quantity and cost were brought up to date by."""
    said: list[Remarks] = []
    for holding in holdings:
        if holding.quote is not None:
            said.append(quote_remarks(holding.name, holding.quote))
        if holding.symbol in histories:
            remarks = remarks_in(histories[holding.symbol].note)
            said.append(Remarks(holding.name, remarks))
    return tuple(said)


async def _holding(
    context: ToolContext,
    position: Position,
    quote: Quote | MarketDataError | None,
    exchange: Exchange,
    notes: list[str],
) -> Holding:
    """The position with its value and cost; what is missing is said in `notes`."""
    name = context.symbols.name(position.symbol)
    if position.quantity < 0:
        notes.append(f"{name} shows more sold than bought, so it is left out; import the missing purchases.")
        return Holding(position.symbol, name, position.quantity, None, None, None)
    cost = await _cost(position, exchange, name, notes)
    if not isinstance(quote, Quote):
        notes.append(why_no_price(name, quote))
        return Holding(position.symbol, name, position.quantity, None, None, cost)
    if quote.currency is None:
        notes.append(f"{name} has a level but no currency, so it has no market value.")
        return Holding(position.symbol, name, position.quantity, quote, None, cost)
    try:
        rate = await exchange.rate(quote.currency, as_of_day(quote.as_of))
    except MarketDataError as error:
        notes.append(f"{name} can't be converted to {exchange.base}: {error}")
        return Holding(position.symbol, name, position.quantity, quote, None, cost)
    return Holding(position.symbol, name, position.quantity, quote, position.quantity * quote.price * rate, cost)


async def _cost(position: Position, exchange: Exchange, name: str, notes: list[str]) -> Decimal | None:
    """What the shares cost, each purchase at its own day's exchange rate."""
    if position.costs is None:
        notes.append(f"{name} has a purchase without a price, so its cost and gain are unknown.")
        return None
    total = Decimal(0)
    try:
        for cost in position.costs:
            for day, paid in cost.paid:
                total += paid * await exchange.rate(cost.currency, day)
    except MarketDataError as error:
        notes.append(f"The cost of {name} can't be converted to {exchange.base}: {error}")
        return None
    return total


async def _cash(currency: str, amount: Decimal, exchange: Exchange, today: date, notes: list[str]) -> Cash:
    try:
        return Cash(currency, amount, amount * await exchange.rate(currency, today))
    except MarketDataError as error:
        notes.append(f"{currency} cash can't be converted to {exchange.base}: {error}")
        return Cash(currency, amount, None)


def _traded_later(done: tuple[Trade, ...], valued: Valuation) -> list[str]:
    """Says when a price is older than the purchase it values."""
    last = {trade.symbol: trade.traded_on for trade in done}
    late = [
        holding.name
        for holding in valued.holdings
        if holding.quote is not None and last[holding.symbol] > as_of_day(holding.quote.as_of)
    ]
    if not late:
        return []
    return [
        f"{join_words(late)} traded after the latest price, of {show_day(valued.oldest)}: its value is out of date."
    ]


def _split_doubts(done: tuple[Trade, ...], histories: dict[str, PriceHistory], valued: Valuation) -> list[str]:
    """Where a source knows only adjusted closes, names holdings whose price paid hints at a split since."""
    doubtful: list[str] = []
    names = {holding.symbol: holding.name for holding in valued.holdings}
    for trade in done:
        history = histories.get(trade.symbol)
        if history is None or history.closes is not None or not trade.amount or trade.symbol not in names:
            continue
        close = next(
            (v for day, v in zip(history.dates, history.adjusted, strict=True) if day >= trade.traded_on), None
        )
        if close and trade.amount / trade.quantity > _SPLIT_HINT * Decimal(str(close)):
            doubtful.append(names[trade.symbol])
    if not doubtful:
        return []
    return [f"{join_words(sorted(set(doubtful)))} may have split since purchase; check the quantity you imported."]
