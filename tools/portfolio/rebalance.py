"""How far the asker's portfolio is from the target weights they set: arithmetic, never advice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.caveats import price_caveats
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import ArgumentError
from tools.formatting import show, show_day
from tools.portfolio.reading import SUBJECT, own_source, portfolio_name, read_portfolio, sample_notes
from tools.portfolio.valuation import value_portfolio
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.portfolio.valuation import Valuation

HOW_TO_SET_TARGETS = "Set a target weight for each holding with a command such as /target AAPL 25%."
REST = "everything else"
CASH = "cash"
_ROUNDING = Decimal("0.0005")


@dataclass(frozen=True, slots=True)
class Drift:
    """One target beside what is held. `weight` and `target` are fractions; `move` > 0 is money below target."""

    subject: str
    weight: Decimal
    target: Decimal
    move: Decimal


async def suggest_rebalance(context: ToolContext) -> Findings:
    """Show how far the person's portfolio has drifted from the target weights they set, and the money in between.

    Use this when someone asks about rebalancing or being off target; for current weights alone use get_portfolio.

    Returns:
        For each target, furthest off first: weight and target in percent of the total with cash, drift in percentage
        points, and the money that would bring it back to target (positive to add, negative to take out). Without
        targets: the current weights, and how to set targets; none are ever assumed. `as_of` is the oldest price.

    Raises:
        ArgumentError: the targets add up to more than 100 %.
        NoData: the portfolio is empty, or nothing in it has a price.

    Source: the person's own targets; market-data quotes and dated exchange rates.
    """
    portfolio = await read_portfolio(context)
    valued = await value_portfolio(context, portfolio)
    name = portfolio_name(portfolio)
    source = Source(context.market.name, valued.oldest)
    names = {SUBJECT: name, **{holding.symbol: holding.name for holding in valued.holdings}}
    only_cash = all(holding.symbol in portfolio.targets for holding in valued.holdings)
    names |= {REST: "Cash" if only_cash else "Everything else", CASH: "Cash"}
    names |= {symbol: context.symbols.name(symbol) for symbol in portfolio.targets if symbol not in names}
    notes = (*sample_notes(portfolio), *valued.notes, *await price_caveats(context, valued.remarks))
    if not portfolio.targets:
        return Findings(
            title=f"{name}: no targets set",
            figures=tuple(_weight(symbol, weight, source) for symbol, weight in _weights(valued).items()),
            sentences=(f"{name} has no target weights, so there is nothing to compare it with.",),
            notes=(HOW_TO_SET_TARGETS, *notes),
            names=names,
            layout="table",
        )
    drifts = measure_drift(_weights(valued), portfolio.targets, valued.total)
    own = own_source(portfolio, "targets")
    rows = [_row(drift, valued.base, source, own) for drift in drifts]
    total = Figure(SUBJECT, "market value", valued.total, "money", source, valued.base)
    return Findings(
        title=f"{name}: distance from target",
        figures=(total, *(figure for row in rows for figure in row)),
        sentences=tuple(_sentences(name, names, rows, valued.without())),
        notes=("This is arithmetic on the target weights, before costs and tax; it is not advice.", *notes),
        names=names,
        layout="table",
        chart=_chart(drifts, names, source),
    )


def measure_drift(weights: Mapping[str, Decimal], targets: Mapping[str, Decimal], total: Decimal) -> tuple[Drift, ...]:
    """Each target beside its weight, furthest off first. All weights and targets are fractions of `total`.

    What has no target shares what the targets leave over, as one line, "everything else": cash, and holdings
    without a target. Raises `ArgumentError` when the targets add up to more than 1.
    """
    aimed = sum(targets.values(), Decimal(0))
    if aimed > 1 + _ROUNDING or any(target < 0 for target in targets.values()):
        raise ArgumentError("Your target weights must be 0% or more and add up to at most 100%; change them first.")
    rows = [(symbol, weights.get(symbol, Decimal(0)), target) for symbol, target in targets.items()]
    rest = sum((weight for symbol, weight in weights.items() if symbol not in targets), Decimal(0))
    left = max(Decimal(0), 1 - aimed)
    if rest > 0 or left > _ROUNDING:
        rows.append((REST, rest, left))
    drifts = [Drift(subject, weight, target, (target - weight) * total) for subject, weight, target in rows]
    return tuple(sorted(drifts, key=lambda drift: abs(drift.move), reverse=True))


def _weights(valued: Valuation) -> dict[str, Decimal]:
    """Fractions of the total: holdings by symbol, and cash as one."""
    found = {
        holding.symbol: weight for holding in valued.holdings if (weight := valued.weight(holding.value)) is not None
    }
    cash = valued.weight(sum((item.value for item in valued.cash if item.value is not None), Decimal(0)))
    return {**found, CASH: cash} if cash else found


def _weight(subject: str, weight: Decimal, source: Source) -> Figure:
    return Figure(subject, "weight", weight * 100, "percent", source, decimals=1)


def _row(drift: Drift, currency: str, source: Source, own: Source) -> tuple[Figure, ...]:
    return (
        _weight(drift.subject, drift.weight, source),
        Figure(drift.subject, "target weight", drift.target * 100, "percent", own, decimals=1),
        Figure(drift.subject, "drift", (drift.weight - drift.target) * 100, "percent", source, decimals=1),
        _move(drift, currency, source),
    )


def _move(drift: Drift, currency: str, source: Source) -> Figure:
    return Figure(drift.subject, "money to target", drift.move, "money", source, currency)


def _sentences(name: str, names: Mapping[str, str], rows: Sequence[tuple[Figure, ...]], without: str) -> list[str]:
    """The furthest off in words; the table holds the rest."""
    sentences: list[str] = []
    for weight, target, _, move in rows[:2]:
        if not any(digit in show(move) for digit in "123456789"):
            continue
        side = "below" if show(move, signed=True).startswith("+") else "above"
        sentences.append(
            f"{names[weight.subject]} is at {show(weight)} against a target of {show(target)}: "
            f"{show(move, absolute=True)} {side} target{without}."
        )
    return sentences or [f"{name} is on its targets."]


def _chart(drifts: tuple[Drift, ...], names: Mapping[str, str], source: Source) -> Chart:
    """Weight beside target, as bars."""
    labels = tuple(names.get(drift.subject, drift.subject) for drift in drifts[:20])
    held = Series("weight", tuple(round(float(drift.weight * 100), 2) for drift in drifts[:20]))
    aimed = Series("target", tuple(round(float(drift.target * 100), 2) for drift in drifts[:20]))
    shown = f"{source.name}, {show_day(source.as_of)}" if source.as_of else source.name
    return Chart("bar", "Weights and targets", labels, (held, aimed), "percent", shown)
