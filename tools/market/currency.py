"""Money from one currency into another."""

from __future__ import annotations

from decimal import Decimal

from tools.arguments import Currency, Day, Number
from tools.caveats import FOR_LIVE_ONES
from tools.context import ToolContext
from tools.errors import ArgumentError, NoData
from tools.formatting import show, show_day
from tools.freshness import has_ended, is_late
from tools.market_data.base import ExchangeRate
from tools.subject import RATE_DECIMALS, exact
from tools.values import Figure, Findings, Source

_SIGNIFICANT = 5


async def convert_currency(
    context: ToolContext,
    *,
    amount: Number | None = None,
    from_currency: Currency,
    to_currency: Currency,
    date: Day | None = None,
) -> Findings:
    """Converts money from one currency into another, today or on a past date; without an amount, the rate for 1.

    Use this when the question is about exchange rates or what an amount of money is in another currency.

    Args:
        amount: how much money; leave out when not said (1)
        from_currency: the currency it is in
        to_currency: the currency wanted
        date: the day of the rate; leave out when not said (the latest)

    Returns:
        The converted amount and the rate (units of the second currency for one of the first); `as_of` is its day.

    Raises:
        ArgumentError: a date yet to come. NoData: no rate for a currency or date.

    Source:
        amount x rate; crosses go through the euro with rates of the same day.
    """
    amount = Decimal(1) if amount is None else amount
    today = context.now().date()
    if date is not None and date > today:
        message = "Nobody knows the exchange rates of a day yet to come; ask for a past date or the latest rate."
        raise ArgumentError(message)
    if from_currency == to_currency:
        rate = ExchangeRate(from_currency, to_currency, Decimal(1), date or today, "the same currency")
    else:
        rate = await context.market.exchange_rate(from_currency, to_currency, date)
    if (exact(rate.rate) or 0) <= 0:
        message = f"There is no usable rate for {from_currency} in {to_currency} right now; ask again in a while."
        raise NoData(message)
    pair = f"{from_currency}/{to_currency}"
    source = Source(rate.source, rate.as_of)
    given = Figure(pair, "amount", amount, "money", source, from_currency)
    result = Figure(pair, "converted amount", amount * rate.rate, "money", source, to_currency)
    price = Figure(pair, "exchange rate", rate.rate, "ratio", source, decimals=_rate_decimals(rate.rate))
    when = show_day(rate.as_of)
    if from_currency == to_currency:
        told = f"{pair} is the same currency, so {show(given)} stays {show(result)}."
    else:
        told = f"At the {pair} rate of {show(price)} on {when}, {show(given)} is {show(result)}."
    return Findings(
        title=f"{from_currency} to {to_currency}",
        figures=(given, result, price),
        sentences=(told,),
        notes=await _notes(context, rate, asked=date, today=today),
        names={pair: pair},
    )


def _rate_decimals(rate: Decimal) -> int:
    """Five digits that count, at least four decimals: 1.1651, 0.0065432."""
    return max(RATE_DECIMALS, _SIGNIFICANT - 1 - rate.adjusted()) if rate < 1 else RATE_DECIMALS


async def _notes(context: ToolContext, rate: ExchangeRate, *, asked: Day | None, today: Day) -> tuple[str, ...]:
    if rate.base == rate.quote:
        return ()
    notes = []
    if asked is not None and rate.as_of != asked:
        notes.append(f"There is no rate of {show_day(asked)}; the one of {show_day(rate.as_of)} is used.")
    elif asked is None and is_late(rate.as_of, today):
        day = show_day(rate.as_of)
        ended = await has_ended(context)
        notes.append(
            f"Rates end on {day}; {FOR_LIVE_ONES}." if ended else f"There is no newer rate than that of {day}."
        )
    notes.append("This is a reference rate; banks and card companies add a margin.")
    return tuple(notes)
