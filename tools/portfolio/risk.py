"""How much the asker's portfolio moves, how far it fell, and how concentrated it is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools import returns as formulas
from tools.caveats import Remarks, price_caveats, remarks_in
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import MarketDataError, NoData
from tools.formatting import join_words, show, show_day
from tools.parsing.periods import Period
from tools.portfolio.reading import SUBJECT, portfolio_name, read_histories, read_portfolio, sample_notes
from tools.portfolio.valuation import value_portfolio
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tools.market_data.base import PriceHistory
    from tools.portfolio.valuation import Valuation

BENCHMARK = "^GSPC"
CONFIDENCE = 0.95
WINDOW = "1y"
# Fewer daily returns leave three or less beyond the 95 % line: too few to speak of.
FEWEST_RETURNS = 60
_LONGEST_GAP = timedelta(days=10)


async def get_portfolio_risk(context: ToolContext) -> Findings:
    """Show how risky the person's own portfolio is: volatility, worst fall, beta, value at risk, concentration.

    Use this when someone asks about the risk, diversification or concentration of what they hold; for one stock's
    volatility use get_technicals, for returns get_portfolio_performance.

    Returns:
        Annualised volatility, maximum drawdown, beta against the S&P 500, daily value at risk and expected shortfall
        at 95 % (percent and money), the largest weight, and the effective number of holdings (one over the sum of
        squared weights). From a year of daily returns at today's weights. `as_of` is the last close used.

    Raises:
        NoData: the portfolio is empty, or too little of it has a year's prices.

    Source: adjusted daily closes. Sample standard deviation times the square root of 252; historical value at risk
    by linear interpolation, expected shortfall the mean beyond it; Herfindahl-Hirschman index of the holdings.
    """
    portfolio = await read_portfolio(context)
    valued = await value_portfolio(context, portfolio)
    today = await context.market.today()
    start = Period(WINDOW).bounds(today)[0]
    values = {holding.symbol: holding.value for holding in valued.holdings if holding.value}
    if not values:
        raise NoData("Your portfolio holds nothing with a price, so its risk can't be measured; import your holdings.")
    histories, failed = await read_histories(context, values, start)
    names = {holding.symbol: holding.name for holding in valued.holdings}
    notes = [f"{names[symbol]} is left out of the returns: {error}" for symbol, error in failed.items()]
    covered = _covered(histories, start, names, notes)
    cash = sum((item.value for item in valued.cash if item.value is not None), Decimal(0))
    weights = _weights({symbol: values[symbol] for symbol in covered}, cash)
    days, daily = portfolio_returns(covered, weights)
    if len(daily) < FEWEST_RETURNS:
        raise NoData("There are too few daily prices in common to measure risk; try again with another data source.")
    benchmark = await _benchmark(context, start, notes)
    beta = None if benchmark is None else _beta(benchmark, days, daily, notes)
    source = Source(context.market.name, days[-1])
    figures = _measures(daily, beta, source)
    measured = sum((values[symbol] for symbol in covered), max(cash, Decimal(0)))
    money = _in_money(figures["daily value at risk"], measured, valued.base, source)
    concentration = _concentration(valued, source)
    names = {**names, BENCHMARK: context.symbols.name(BENCHMARK)}
    used = {**covered, BENCHMARK: benchmark} if benchmark else covered
    remarks = [*valued.remarks, *(Remarks(names[symbol], remarks_in(each.note)) for symbol, each in used.items())]
    name = portfolio_name(portfolio)
    span = (
        Figure(SUBJECT, "start date", days[0], "date", source),
        Figure(SUBJECT, "end date", days[-1], "date", source),
    )
    level = Figure(SUBJECT, "confidence level", Decimal(str(CONFIDENCE * 100)), "percent", source, decimals=0)
    return Findings(
        title=f"{name}: risk",
        figures=(*figures.values(), money, level, *concentration, *span),
        sentences=tuple(_sentences(name, names, figures, money, level, concentration)),
        notes=(
            *sample_notes(portfolio),
            *_caveats(valued, covered, names, cash),
            *notes,
            *valued.notes,
            *await price_caveats(context, remarks),
        ),
        names={SUBJECT: name, **names},
        chart=_chart(concentration, names, source),
    )


def portfolio_returns(
    histories: Mapping[str, PriceHistory], weights: Mapping[str, float]
) -> tuple[list[date], list[float]]:
    """(days, returns between them) of a portfolio rebalanced daily to `weights`, on the days all symbols traded.

    There is one day more than there are returns. Weights below a sum of 1 leave the rest in cash that earns nothing.
    """
    closes = {symbol: dict(zip(history.dates, history.adjusted, strict=True)) for symbol, history in histories.items()}
    days = sorted(set.intersection(*(set(table) for table in closes.values()))) if closes else []
    by_symbol = {symbol: formulas.simple_returns([closes[symbol][day] for day in days]) for symbol in closes}
    daily = [
        sum(weights[symbol] * by_symbol[symbol][place] for symbol in closes) for place in range(max(0, len(days) - 1))
    ]
    return days, daily


def effective_number(weights: Sequence[float]) -> float | None:
    """One over the sum of squared weights: 4.0 for four equal holdings, near 1 when one holding dominates."""
    total = sum(weights)
    return None if total <= 0 else 1 / sum((weight / total) ** 2 for weight in weights)


def _covered(
    histories: Mapping[str, PriceHistory], start: date | None, names: Mapping[str, str], notes: list[str]
) -> dict[str, PriceHistory]:
    """The histories that span the window; the others are said in `notes`."""
    last = max((history.dates[-1] for history in histories.values() if history.dates), default=None)
    covered: dict[str, PriceHistory] = {}
    for symbol, history in histories.items():
        late = not history.dates or (start is not None and history.dates[0] > start + _LONGEST_GAP)
        if late or last is None or history.dates[-1] < last - _LONGEST_GAP:
            notes.append(f"{names[symbol]} has no full year of prices, so it is left out of the returns.")
        else:
            covered[symbol] = history
    return covered


def _weights(values: Mapping[str, Decimal], cash: Decimal) -> dict[str, float]:
    """Fractions of holdings and cash together; debt on the account is left out."""
    total = sum(values.values(), max(cash, Decimal(0)))
    return {symbol: float(value / total) for symbol, value in values.items()}


async def _benchmark(context: ToolContext, start: date | None, notes: list[str]) -> PriceHistory | None:
    """The benchmark's history; None, with a note, when there is none."""
    try:
        return await context.market.history(BENCHMARK, start, None)
    except MarketDataError as error:
        notes.append(f"Beta is unknown: {error}")
        return None


def _beta(history: PriceHistory, days: Sequence[date], daily: Sequence[float], notes: list[str]) -> float | None:
    """Beta on the days that the benchmark has too; None, with a note, when there are too few."""
    levels = dict(zip(history.dates, history.adjusted, strict=True))
    pairs = [
        (value, levels[after] / levels[before] - 1)
        for before, after, value in zip(days, days[1:], daily, strict=False)
        if before in levels and after in levels
    ]
    if len(pairs) < FEWEST_RETURNS:
        notes.append("Beta is unknown: the benchmark shares too few days with the portfolio.")
        return None
    return formulas.beta([own for own, _ in pairs], [market for _, market in pairs])


def _measures(daily: Sequence[float], beta: float | None, source: Source) -> dict[str, Figure]:
    """Attribute → figure. Value at risk and expected shortfall are losses, written without a sign."""
    fall = formulas.max_drawdown(formulas.growth(daily))
    figures = [
        _percent("annualised volatility", formulas.annualised_volatility(daily), source),
        _percent("maximum drawdown", fall.depth if fall else None, source),
        _percent("daily value at risk", _loss(formulas.historical_var(daily, CONFIDENCE)), source),
        _percent("daily expected shortfall", _loss(formulas.conditional_var(daily, CONFIDENCE)), source),
        Figure(SUBJECT, "beta", None if beta is None else Decimal(str(round(beta, 8))), "ratio", source),
    ]
    return {figure.attribute: figure for figure in figures}


def _loss(value: float | None) -> float | None:
    return None if value is None else max(0.0, -value)


def _percent(attribute: str, fraction: float | None, source: Source) -> Figure:
    value = None if fraction is None else Decimal(str(round(fraction * 100, 8)))
    return Figure(SUBJECT, attribute, value, "percent", source)


def _in_money(at_risk: Figure, measured: Decimal, currency: str, source: Source) -> Figure:
    """The part of what was measured that is at risk: what was left out of the returns is not in it."""
    value = measured * at_risk.value / 100 if isinstance(at_risk.value, Decimal) else None
    return Figure(SUBJECT, "daily value at risk in money", value, "money", source, currency)


def _concentration(valued: Valuation, source: Source) -> tuple[Figure, ...]:
    """Effective number of holdings, then each holding's weight in percent of the total with cash, largest first."""
    known = [holding for holding in valued.holdings if holding.value]
    number = effective_number([float(holding.value or 0) for holding in known])
    value = None if number is None else Decimal(str(round(number, 8)))
    effective = Figure(SUBJECT, "effective number of holdings", value, "ratio", source, decimals=1)
    ordered = sorted(known, key=lambda holding: holding.value or Decimal(0), reverse=True)
    weights = ((holding.symbol, valued.weight(holding.value) or Decimal(0)) for holding in ordered)
    return (
        effective,
        *(Figure(symbol, "weight", weight * 100, "percent", source, decimals=1) for symbol, weight in weights),
    )


def _caveats(
    valued: Valuation, covered: Mapping[str, PriceHistory], names: Mapping[str, str], cash: Decimal
) -> list[str]:
    caveats = ["A year of daily returns at today's weights; the past doesn't bound the future."]
    if cash > 0:
        caveats.append("Cash counts as riskless.")
    if cash < 0:
        caveats.append("Borrowed cash is left out: the real risk is higher.")
    foreign = [names[symbol] for symbol, history in covered.items() if history.currency != valued.base]
    if foreign:
        caveats.append(f"Exchange-rate moves of {join_words(foreign)} are not counted.")
    return caveats


def _sentences(
    name: str,
    names: Mapping[str, str],
    figures: Mapping[str, Figure],
    money: Figure,
    level: Figure,
    concentration: tuple[Figure, ...],
) -> list[str]:
    drawdown, at_risk, beta = (figures[key] for key in ("maximum drawdown", "daily value at risk", "beta"))
    moved = f", and a beta of {show(beta)}" if beta.value is not None else ""
    effective, largest = concentration[0], concentration[1]
    volatility, fall = show(figures["annualised volatility"]), show(drawdown, absolute=True)
    own = f"{name[0].lower()}{name[1:]}"
    return [
        f"{name} has an annualised volatility of {volatility}, a maximum drawdown of {fall}{moved}.",
        f"{name} has a daily value at risk of {show(at_risk)}, or {show(money)}, at {show(level)} confidence.",
        (
            f"{names[largest.subject]} is the largest holding with a weight of {show(largest)}; {own} has an effective "
            f"number of holdings of {show(effective)}."
        ),
    ]


def _chart(concentration: tuple[Figure, ...], names: Mapping[str, str], source: Source) -> Chart:
    """Weights as bars, largest first."""
    weights = [figure for figure in concentration[1:] if isinstance(figure.value, Decimal)][:20]
    labels = tuple(names[figure.subject] for figure in weights)
    values = tuple(round(float(figure.value), 2) for figure in weights if isinstance(figure.value, Decimal))
    shown = f"{source.name}, {show_day(source.as_of)}" if source.as_of else source.name
    return Chart("bar", "Weights", labels, (Series("weight", values),), "percent", shown)
