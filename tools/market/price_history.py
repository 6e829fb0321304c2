"""How one symbol did over a period, and how several compare."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tools import returns
from tools.arguments import PeriodArgument, Symbol
from tools.caveats import price_caveats
from tools.context import ToolContext
from tools.errors import MarketDataError, MissingArgument, NoData
from tools.formatting import join_words, show, show_day
from tools.market.closes import Closes, fetch_all, fetch_closes, line_chart
from tools.market.span import span_notes, span_of
from tools.market.wording import direction, moved, sentence
from tools.parsing.periods import Period
from tools.values import Figure, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DEFAULT_PERIOD = "1y"
_LONG_DAYS = 366
_ENOUGH_FOR_EXTREMES = 6


async def get_price_history(context: ToolContext, symbol: Symbol, period: PeriodArgument | None = None) -> Findings:
    """How one stock, fund or index did over a period: its return, first and last price, high and low, with a chart.

    Use this when the question is about a time longer than today; for the price now use get_quote, for two or more
    symbols against each other use compare_performance.

    Args:
        symbol: the company, fund or index
        period: the time asked about; leave out when not said (one year)

    Returns:
        Total return in percent from adjusted closes, so dividends are included (an index level has none); prices in
        the listing's currency as they were paid, or adjusted where the source has no others (said in a note); the
        highest and lowest close; deepest fall from a peak; the annualised return when the period is over a year.

    Raises:
        NoData: fewer than two closes in the period, or the period is yet to come.

    Source:
        total return = last adjusted close / first - 1, from the close before a calendar period begins;
        annualised = (1 + total)^(365.25 / days) - 1 (CAGR).
    """
    period = period or Period(DEFAULT_PERIOD)
    start, end = await span_of(context, period)
    closes = await fetch_closes(context, symbol.symbol, start, end)
    today = await context.market.today()
    label = period.label(today)
    subject = closes.subject
    figures = _history_figures(closes, period.bounds(today)[0])
    chart = line_chart(
        f"{subject.name}, {label}",
        closes.dates,
        [(subject.name, closes.prices)],
        subject.currency or subject.unit,
        f"{subject.source.name}, as of {show_day(closes.dates[-1])}",
    )
    notes = await span_notes(context, {subject.spoken: closes.dates}, start, end)
    notes += await price_caveats(context, [closes.remarks(is_latest=end >= today)])
    return Findings(
        title=f"{subject.name}: {label}",
        figures=tuple(figures.values()),
        sentences=_history_sentences(closes, figures),
        notes=tuple(notes),
        names={subject.symbol: subject.name},
        chart=chart,
    )


async def compare_performance(
    context: ToolContext, symbols: list[Symbol], period: PeriodArgument | None = None
) -> Findings:
    """Compares how two or more stocks, funds or indices did over the same dates: return, volatility, deepest fall.

    Use this when the question is which did better, X versus Y, or X against an index; for one symbol use
    get_price_history, for prices now use get_quote.

    Args:
        symbols: two or more companies, funds or indices
        period: the time asked about; leave out when not said (one year)

    Returns:
        For each symbol, best first: total return in percent, annualised return when the period is over a year,
        volatility a year, maximum drawdown; a chart of all rebased to 100. Only dates on which all have a close
        count. Each return is in the listing's own currency.

    Raises:
        MissingArgument: only one symbol was said.
        NoData: the symbols share no dates.

    Source:
        as get_price_history; volatility = sample standard deviation of daily returns times the square root of 252.
    """
    if len(symbols) < 2:
        name = context.symbols.name(symbols[0].symbol) if symbols else "the first"
        message = f"A comparison needs two: what should {name} be compared with?"
        raise MissingArgument(message)
    period = period or Period(DEFAULT_PERIOD)
    start, end = await span_of(context, period)
    fetched = await fetch_all(context, [listing.symbol for listing in symbols], start, end)
    failures = [result for result in fetched.values() if isinstance(result, MarketDataError)]
    found = [result for result in fetched.values() if isinstance(result, Closes)]
    if not found:
        raise failures[0]
    aligned = _aligned(found)
    aligned.sort(key=lambda closes: closes.adjusted[-1] / closes.adjusted[0], reverse=True)
    rows = [_comparison_figures(closes) for closes in aligned]
    names = [closes.subject.name for closes in aligned]
    spoken = [closes.subject.spoken for closes in aligned]
    dates = aligned[0].dates
    today = await context.market.today()
    label = period.label(today)
    chart = line_chart(
        f"{join_words(names)}, {label}, rebased to 100",
        dates,
        [(c.subject.name, [value / c.adjusted[0] * 100 for value in c.adjusted]) for c in aligned],
        "index, start = 100",
        f"{aligned[0].subject.source.name}, as of {show_day(dates[-1])}",
    )
    notes = [str(failure) for failure in failures]
    notes += _currency_note(aligned)
    notes += await span_notes(context, {c.subject.spoken: c.dates for c in found}, start, end)
    notes += await price_caveats(context, [c.remarks(is_latest=end >= today) for c in found])
    return Findings(
        title=f"{join_words(names)}: {label}",
        figures=tuple(figure for row in rows for figure in row.values()),
        sentences=tuple(map(sentence, _comparison_sentences(spoken, rows))),
        notes=tuple(dict.fromkeys(notes)),
        names={closes.subject.symbol: closes.subject.name for closes in aligned},
        layout="table",
        chart=chart,
    )


def _history_figures(closes: Closes, first_day: date | None) -> dict[str, Figure]:
    """`first_day` is the first of the period: the close before it is a base, and neither high nor low of it."""
    subject, dates, prices = closes.subject, closes.dates, closes.prices
    within = [i for i, day in enumerate(dates) if first_day is None or day >= first_day] or [len(dates) - 1]
    total = returns.total_return(closes.adjusted)
    drawdown = returns.max_drawdown(closes.adjusted)
    high, low = max(within, key=prices.__getitem__), min(within, key=prices.__getitem__)
    figures = [subject.percent("total return", total)]
    if (dates[-1] - dates[0]).days > _LONG_DAYS and total is not None:
        growth = returns.compound_annual_growth_rate(total, dates[0], dates[-1])
        figures.append(subject.percent("annualised return", growth))
    change = subject.percent("price change", prices[-1] / prices[0] - 1)
    if show(change) != show(figures[0]):  # dividends made the difference
        figures.append(change)
    figures += [
        subject.price("start price", prices[0]),
        subject.day("start date", dates[0]),
        subject.price("end price", prices[-1]),
        subject.day("end date", dates[-1]),
        subject.price("high", prices[high]),
        subject.day("high date", dates[high]),
        subject.price("low", prices[low]),
        subject.day("low date", dates[low]),
        subject.percent("maximum drawdown", drawdown.depth if drawdown else None),
    ]
    return {figure.attribute: figure for figure in figures}


def _history_sentences(closes: Closes, figures: dict[str, Figure]) -> tuple[str, ...]:
    name = closes.subject.spoken
    shown = {attribute: show(figure) for attribute, figure in figures.items()}
    prices = f"from {shown['start price']} on {shown['start date']} to {shown['end price']} on {shown['end date']}"
    if "price change" in figures:
        head = f"{name}'s price {moved(figures['price change'])}, {prices}"
        first = f"{head}; with dividends its total return was {shown['total return']}."
    else:
        first = f"{name} {moved(figures['total return'])}, {prices}."
    sentences = [first]
    if "annualised return" in figures:
        sentences.append(f"Over that time {name} returned {shown['annualised return']} a year.")
    if len(closes.dates) >= _ENOUGH_FOR_EXTREMES:
        high = f"{name}'s highest close was {shown['high']} on {shown['high date']}"
        sentences.append(f"{high} and its lowest {shown['low']} on {shown['low date']}.")
    return tuple(map(sentence, sentences))


def _aligned(found: Sequence[Closes]) -> list[Closes]:
    """The same closes on the dates that all of them have."""
    common = set(found[0].dates).intersection(*(closes.dates for closes in found))
    if len(common) < 2:
        names = join_words([closes.subject.name for closes in found])
        message = f"{names} have no dates with prices in common in that period; try another period."
        raise NoData(message)
    aligned = []
    for closes in found:
        kept = [i for i, day in enumerate(closes.dates) if day in common]
        aligned.append(
            Closes(
                closes.subject,
                tuple(closes.dates[i] for i in kept),
                tuple(closes.adjusted[i] for i in kept),
                tuple(closes.prices[i] for i in kept),
                closes.caveats,
            )
        )
    return aligned


def _comparison_figures(closes: Closes) -> dict[str, Figure]:
    subject, dates = closes.subject, closes.dates
    total = returns.total_return(closes.adjusted)
    drawdown = returns.max_drawdown(closes.adjusted)
    figures = [subject.percent("total return", total)]
    if (dates[-1] - dates[0]).days > _LONG_DAYS and total is not None:
        growth = returns.compound_annual_growth_rate(total, dates[0], dates[-1])
        figures.append(subject.percent("annualised return", growth))
    figures += [
        subject.percent(
            "annualised volatility", returns.annualised_volatility(returns.simple_returns(closes.adjusted))
        ),
        subject.percent("maximum drawdown", drawdown.depth if drawdown else None),
        subject.day("start date", dates[0]),
        subject.day("end date", dates[-1]),
    ]
    return {figure.attribute: figure for figure in figures}


def _comparison_sentences(names: Sequence[str], rows: Sequence[dict[str, Figure]]) -> tuple[str, ...]:
    """Who did better, then who was steadier and who fell furthest; `rows` are sorted, best first."""
    totals = [row["total return"] for row in rows]
    when = f"between {show(rows[0]['start date'])} and {show(rows[0]['end date'])}"
    if len(rows) == 1:
        return (f"{names[0]} {moved(totals[0])} {when}.",)
    if len({show(total) for total in totals}) == 1:
        first = f"{join_words(names)} did equally well: {names[0]} {moved(totals[0])} {when}."
    else:
        others = [f"{name} {moved(total)}" for name, total in zip(names[1:], totals[1:], strict=True)]
        moves = join_words([f"it {moved(totals[0])}", *others])
        first = f"{names[0]} {_lead(totals)} {when}: {moves}."
    return (first, *_risk_sentences(names, rows))


def _lead(totals: Sequence[Figure]) -> str:
    """What the first one did, fit for a rise or a fall, and for two or more."""
    best, worst = direction(totals[0]), direction(totals[-1])
    if best >= 0 > worst:
        return "came out ahead"
    if len(totals) == 2:
        return "held up better" if best < 0 else "did better"
    return "fell least" if best < 0 else "did best"


def _risk_sentences(names: Sequence[str], rows: Sequence[dict[str, Figure]]) -> tuple[str, ...]:
    """Nothing where the volatility is unknown or the same."""
    volatility = [row["annualised volatility"] for row in rows]
    calm = min(range(len(rows)), key=lambda i: _amount(volatility[i]))
    wild = max(range(len(rows)), key=lambda i: _amount(volatility[i]))
    if any(figure.value is None for figure in volatility) or show(volatility[calm]) == show(volatility[wild]):
        return ()
    steady = "steadier" if len(rows) == 2 else "steadiest"
    low, high = show(volatility[calm]), show(volatility[wild])
    deepest = min(range(len(rows)), key=lambda i: _amount(rows[i]["maximum drawdown"]))
    fall = show(rows[deepest]["maximum drawdown"], absolute=True)
    return (
        f"{names[calm]} was the {steady}, with an annualised volatility of {low}; {names[wild]}'s was {high}.",
        f"{names[deepest]} had the deepest drawdown, {fall}.",
    )


def _currency_note(compared: Sequence[Closes]) -> list[str]:
    currencies = {c.subject.currency: c.subject.name for c in compared if c.subject.currency}
    if len(currencies) < 2:
        return []
    each = join_words([f"{c.subject.name} in {c.subject.currency}" for c in compared if c.subject.currency])
    return [f"Returns are in each listing's own currency ({each}); exchange-rate moves are left out."]


def _amount(figure: Figure) -> Decimal:
    return figure.value if isinstance(figure.value, Decimal) else Decimal(0)
