"""What the asker holds and what it is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tools.caveats import price_caveats
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.formatting import show, show_day
from tools.portfolio.reading import SUBJECT, own_source, portfolio_name, read_portfolio, sample_notes
from tools.portfolio.valuation import value_portfolio
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from tools.portfolio.valuation import Holding, Valuation

_MOST_SLICES = 10


async def get_portfolio(context: ToolContext) -> Findings:
    """Show what the person holds: quantities, prices, market values, gains and weights, cash, and the total.

    Use this when someone asks what they own, what it is worth, or which position is biggest; for how it did over
    time use get_portfolio_performance, for how risky it is get_portfolio_risk.

    Returns:
        For each holding, largest first: quantity in shares, price in its own currency, market value, cost basis and
        gain in the portfolio's currency, weight in percent of the total with cash. For "portfolio" the same in sum.
        What has no price is unknown and left out of the sums, with a note. `as_of` is the time of the price, for
        sums of the oldest one.

    Raises:
        NoData: the portfolio is empty, or nothing in it has a price.

    Source: transactions, the market-data source's quotes and dated exchange rates. Cost basis is by average cost,
    each purchase at its own day's exchange rate.
    """
    portfolio = await read_portfolio(context)
    valued = await value_portfolio(context, portfolio)
    name = portfolio_name(portfolio)
    holdings = sorted(valued.holdings, key=lambda holding: holding.value or Decimal(-1), reverse=True)
    own = own_source(portfolio, "transactions")
    rows = [figure for holding in holdings for figure in _row(context, holding, valued, own)]
    cash = _cash_rows(context, valued, own_source(portfolio, "account"))
    sums = _sums(context, valued, own)
    return Findings(
        title="Sample portfolio" if portfolio.is_sample else "Your portfolio",
        figures=(*sums, *rows, *cash),
        sentences=tuple(_sentences(name, valued, sums, rows, holdings)),
        notes=(*sample_notes(portfolio), *valued.notes, *await price_caveats(context, valued.remarks)),
        names={SUBJECT: name, **{holding.symbol: holding.name for holding in holdings}},
        layout="table",
        chart=_chart(context, valued, holdings),
    )


def _row(context: ToolContext, holding: Holding, valued: Valuation, own: Source) -> tuple[Figure, ...]:
    quote = holding.quote
    source = Source(context.market.name, quote.as_of if quote else valued.oldest)
    weight = valued.weight(holding.value)
    price, currency = (quote.price, quote.currency) if quote else (None, None)
    return (
        Figure(holding.symbol, "quantity", holding.quantity, "shares", own, decimals=4),
        Figure(holding.symbol, "price", price, "money", source, currency),
        Figure(holding.symbol, "market value", holding.value, "money", source, valued.base),
        Figure(holding.symbol, "cost basis", holding.cost, "money", own, valued.base),
        Figure(holding.symbol, "gain", holding.gain, "money", source, valued.base),
        Figure(holding.symbol, "weight", None if weight is None else weight * 100, "percent", source, decimals=1),
    )


def _cash_rows(context: ToolContext, valued: Valuation, source: Source) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for cash in valued.cash:
        subject = f"{cash.currency} cash"
        weight = valued.weight(cash.value)
        figures.append(Figure(subject, "amount", cash.amount, "money", source, cash.currency))
        if cash.currency != valued.base:
            converted = Source(context.market.name, valued.oldest)
            figures.append(Figure(subject, "market value", cash.value, "money", converted, valued.base))
        figures.append(
            Figure(subject, "weight", None if weight is None else weight * 100, "percent", source, decimals=1)
        )
    return tuple(figures)


def _sums(context: ToolContext, valued: Valuation, own: Source) -> tuple[Figure, ...]:
    """Total, cost basis, gain and gain in percent of what has both a value and a cost."""
    source = Source(context.market.name, valued.oldest)
    note = "partial" if valued.missing else ""
    total = Figure(SUBJECT, "market value", valued.total, "money", source, valued.base, note=note)
    known = [holding for holding in valued.holdings if holding.gain is not None]
    if not known:
        return (total,)
    partial = "partial" if len(known) < len(valued.holdings) else ""
    cost = sum((holding.cost for holding in known if holding.cost is not None), Decimal(0))
    gain = sum((holding.gain for holding in known if holding.gain is not None), Decimal(0))
    figures = (
        total,
        Figure(SUBJECT, "cost basis", cost, "money", own, valued.base, note=partial),
        Figure(SUBJECT, "gain", gain, "money", source, valued.base, note=partial),
    )
    if cost <= 0:
        return figures
    return (
        *figures,
        Figure(SUBJECT, "gain in percent", gain / cost * 100, "percent", source, decimals=1, note=partial),
    )


def _sentences(
    name: str, valued: Valuation, sums: tuple[Figure, ...], rows: list[Figure], holdings: list[Holding]
) -> list[str]:
    by_attribute = {figure.attribute: figure for figure in sums}
    day = f"at prices of {show_day(valued.oldest)}"
    sentences = [f"{name} is worth {show(by_attribute['market value'])}{valued.without()}, {day}."]
    if "gain in percent" in by_attribute:
        gain, percent, cost = (by_attribute[key] for key in ("gain", "gain in percent", "cost basis"))
        direction = "up" if gain.value >= 0 else "down"  # type: ignore[operator]
        part = "on the part with a known cost, " if gain.note else "on its cost of "
        sentences.append(
            f"{name} is {direction} {show(gain, absolute=True)} ({show(percent, absolute=True)}) {part}{show(cost)}."
        )
    weights = {figure.subject: figure for figure in rows if figure.attribute == "weight"}
    if holdings and holdings[0].value is not None:
        sentences.append(
            f"{holdings[0].name} is the largest holding, at {show(weights[holdings[0].symbol])} of the total."
        )
    return sentences


def _chart(context: ToolContext, valued: Valuation, holdings: list[Holding]) -> Chart | None:
    """The allocation as a pie, in percent of the total; small slices are put together."""
    parts = [(holding.name, holding.value) for holding in holdings]
    parts += [(f"{cash.currency} cash", cash.value) for cash in valued.cash]
    slices = sorted(((label, value) for label, value in parts if value and value > 0), key=lambda part: -part[1])
    if not slices:
        return None
    rest = sum((value for _, value in slices[_MOST_SLICES - 1 :]), Decimal(0))
    if len(slices) > _MOST_SLICES:
        slices = [*slices[: _MOST_SLICES - 1], ("other", rest)]
    whole = sum((value for _, value in slices), Decimal(0))
    values = tuple(round(float(value / whole * 100), 2) for _, value in slices)
    labels = tuple(label for label, _ in slices)
    source = f"{context.market.name}, {show_day(valued.oldest)}"
    return Chart("pie", "Allocation", labels, (Series("weight", values),), "percent", source)
