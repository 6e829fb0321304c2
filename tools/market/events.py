"""Earnings dates, dividends and splits of one company or fund."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.arguments import Symbol
from tools.caveats import in_sentences, remarks_in
from tools.context import ToolContext
from tools.errors import NoData
from tools.formatting import show
from tools.subject import Subject, exact
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from tools.market_data.base import Events

_DIVIDEND_DECIMALS = 4


async def get_events(context: ToolContext, symbol: Symbol) -> Findings:
    """The next earnings date, the ex-dividend and payment dates, the last dividend and the last split.

    Use this when the question is when a company reports, when or how much dividend it pays, or about its splits; for
    the dividend yield use get_fundamentals, for dividends that I received use get_portfolio_income.

    Args:
        symbol: the company or fund

    Returns:
        Dates as the source has them, each called "next" or "last" by today's date; the last dividend a share in the
        listing's currency; the last split as new shares for one old. Unknown does not mean that none is planned.

    Raises:
        NotOffered: the source has no events. NoData: it knows none of these.

    Source:
        the market-data source's calendar of events and its history of dividends and splits.
    """
    events = await context.market.events(symbol.symbol)
    name = context.symbols.name(symbol.symbol)
    today = context.now().date()
    source = Source(context.market.name, today)
    subject = Subject(symbol.symbol, name, "money", events.currency, source)
    figures = _figures(subject, events, today)
    if all(figure.value is None for figure in figures):
        message = (
            f"No earnings, dividend or split dates of {name} are known here; its investor relations page has them."
        )
        raise NoData(message)
    notes = ["Dates to come are the source's estimates until the company confirms them."]
    if any(figure.attribute == "last dividend" for figure in figures) and events.currency is None:
        notes.append(f"The currency of {name}'s dividends is unknown.")
    notes += in_sentences([(name, remark) for remark in remarks_in(events.note)], {name})
    return Findings(
        title=f"{name}: earnings, dividends and splits",
        figures=tuple(figures),
        sentences=_sentences(name, {figure.attribute: figure for figure in figures}),
        notes=tuple(notes),
        names={symbol.symbol: name},
    )


def _figures(subject: Subject, events: Events, today: date) -> list[Figure]:
    figures = [
        _dated(subject, "earnings", events.next_earnings, today),
        _dated(subject, "ex-dividend date", events.ex_dividend, today),
        _dated(subject, "dividend payment", events.dividend_payment, today),
    ]
    dividend = _latest(events.dividends, today)
    if dividend is not None:
        figures.append(subject.money("last dividend", dividend[1], _decimals(dividend[1])))
        figures.append(subject.day("last dividend date", dividend[0]))
    split = _latest(events.splits, today)
    if split is not None:
        figures.append(subject.number("last split", split[1], "ratio", 0 if split[1] == int(split[1]) else 4))
        figures.append(subject.day("last split date", split[0]))
    return figures


def _dated(subject: Subject, what: str, day: date | None, today: date) -> Figure:
    """A source may give a date that has passed: it is then the last one, and the next is unknown."""
    return subject.day(f"{'last' if day is not None and day < today else 'next'} {what}", day)


def _latest(dated: Sequence[tuple[date, Decimal]], today: date) -> tuple[date, Decimal] | None:
    """The newest past entry with a possible amount."""
    past = [entry for entry in dated if entry[0] <= today and (exact(entry[1]) or 0) > 0]
    return max(past, key=lambda entry: entry[0], default=None)


def _decimals(amount: Decimal) -> int:
    """Dividends are often in fractions of a cent."""
    return 2 if amount == round(amount, 2) else _DIVIDEND_DECIMALS


def _sentences(name: str, figures: dict[str, Figure]) -> tuple[str, ...]:
    known = {attribute: show(figure) for attribute, figure in figures.items() if figure.value is not None}
    told = []
    if "next earnings" in known:
        told.append(f"{name} is expected to report earnings on {known['next earnings']}.")
    elif "last earnings" in known:
        told.append(f"{name} last reported earnings on {known['last earnings']}; the next date is not known yet.")
    else:
        told.append(f"The next earnings date of {name} is unknown.")
    if "next ex-dividend date" in known:
        told.append(f"{name} next trades without its dividend on {known['next ex-dividend date']}.")
    if "last dividend" in known:
        told.append(f"{name} last paid {known['last dividend']} a share, ex-dividend {known['last dividend date']}.")
    elif "last split" in known:
        told.append(f"{name} last split its shares on {known['last split date']}.")
    return tuple(told)
