"""The facts of one company: valuation, size, profit, debt, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.arguments import Symbol
from tools.caveats import in_sentences, remarks_in
from tools.context import ToolContext
from tools.formatting import show, show_day
from tools.freshness import as_of_day, is_late
from tools.market.plain_text import plain_text
from tools.subject import Subject, exact, positive
from tools.values import Figure, Findings, Passage, Source

if TYPE_CHECKING:
    from decimal import Decimal

    from tools.market_data.base import Fundamentals

LONGEST_SUMMARY = 600


async def get_fundamentals(context: ToolContext, symbol: Symbol) -> Findings:
    """The facts of one company: P/E, market value, dividend yield, EPS, revenue, margin, debt, what it does.

    Use this when the question is how a company is valued, how big or profitable it is, or what its business is; for
    its price use get_quote, for earnings and dividend dates use get_events.

    Args:
        symbol: the company

    Returns:
        Market value, revenue and EPS in the company's currency; P/E, price to book and debt to equity as plain
        ratios; yield and margin in percent. What the source doesn't know is "unknown".

    Raises:
        NotOffered: the source has no company facts. NoData: it has none for this one.

    Source:
        as the provider states them; no ratio is recomputed.
    """
    facts = await context.market.fundamentals(symbol.symbol)
    name = context.symbols.name(symbol.symbol)
    source = Source(context.market.name, facts.as_of)
    subject = Subject(symbol.symbol, name, "money", facts.currency, source)
    figures = _figures(subject, facts)
    texts = {"sector": facts.sector, "industry": facts.industry, "business": facts.summary}
    return Findings(
        title=f"{name}: company facts",
        figures=tuple(figures.values()),
        passages=tuple(
            Passage(symbol.symbol, attribute, plain_text(text, LONGEST_SUMMARY), source)
            for attribute, text in texts.items()
            if text
        ),
        sentences=_sentences(name, figures),
        notes=_notes(context, name, facts),
        names={symbol.symbol: name},
    )


def _figures(subject: Subject, facts: Fundamentals) -> dict[str, Figure]:
    figures = [
        subject.money("market cap", positive(facts.market_cap)),
        subject.number("P/E", positive(facts.pe_trailing)),
        subject.number("forward P/E", positive(facts.pe_forward)),
        subject.money("EPS", facts.eps),
        subject.number("price to book", facts.price_to_book),
        subject.percent("dividend yield", _fraction(facts.dividend_yield_percent), decimals=2),
        subject.number("beta", facts.beta),
        subject.percent("profit margin", _fraction(facts.profit_margin_percent)),
        subject.money("revenue", facts.revenue),
        subject.number("debt to equity", facts.debt_to_equity),
    ]
    return {figure.attribute: figure for figure in figures}


def _sentences(name: str, figures: dict[str, Figure]) -> tuple[str, ...]:
    """Size and valuation first, then what the owner gets, then the profit; what is unknown is not talked about."""
    known = {attribute: show(figure) for attribute, figure in figures.items() if figure.value is not None}
    told = []
    if "market cap" in known and "P/E" in known:
        told.append(f"{name} has a market cap of {known['market cap']} and a P/E of {known['P/E']}.")
    elif "market cap" in known:
        told.append(f"{name} has a market cap of {known['market cap']}; its P/E is unknown.")
    elif "P/E" in known:
        told.append(f"{name} trades at a P/E of {known['P/E']}.")
    if "dividend yield" in known:
        told.append(f"{name}'s dividend yield is {known['dividend yield']}.")
    if "revenue" in known:
        margin = f" and its profit margin is {known['profit margin']}" if "profit margin" in known else ""
        told.append(f"{name}'s revenue is {known['revenue']}{margin}.")
    return tuple(told) or (f"The figures of {name} are unknown here.",)


def _notes(context: ToolContext, name: str, facts: Fundamentals) -> tuple[str, ...]:
    notes = []
    if (exact(facts.eps) or 0) < 0 or (exact(facts.pe_trailing) or 0) < 0:
        # A ratio to a loss says nothing, so it is not shown.
        notes.append(f"{name} made a loss over the last year, so its P/E has no meaning.")
    if not facts.currency:
        notes.append(f"The currency of {name}'s amounts is unknown.")
    notes += in_sentences([(name, remark) for remark in remarks_in(facts.note)], {name})
    day = as_of_day(facts.as_of)
    if is_late(day, context.now().date()):
        notes.append(f"These figures are of {show_day(day)}; there are no newer ones.")
    return tuple(notes)


def _fraction(percent: Decimal | None) -> Decimal | None:
    value = exact(percent)
    return None if value is None else value / 100
