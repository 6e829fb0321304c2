"""Turns with real evidence: real tools over the bundled history, and over a fake market for what the bundle lacks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall, ToolResult
from bot.records.sample import WATCHLIST, sample_portfolio
from tests.fakes.market_data import FakeMarketData, FakePortfolio
from tools.catalogue import TOOLS
from tools.context import ToolContext
from tools.errors import ToolError
from tools.market_data.base import Events, Fundamentals, Headline, Quote
from tools.market_data.snapshot import SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Tool

if TYPE_CHECKING:
    from tools.values import Figure

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
_TOOLS = {function.__name__: Tool(function) for function in TOOLS}
_RESOLVER = DirectoryResolver()


@dataclass(frozen=True)
class Turn:
    """A question and what the tools found for it."""

    question: str
    results: tuple[ToolResult, ...]

    @property
    def names(self) -> dict[str, str]:
        """Subject → the name people use, over all results."""
        return {symbol: name for r in self.results if r.findings for symbol, name in r.findings.names.items()}

    def figures(self, result: int = 0) -> dict[str, dict[str, Figure]]:
        """Subject → attribute → figure of one result."""
        findings = self.results[result].findings
        table: dict[str, dict[str, Figure]] = {}
        for figure in findings.figures if findings else ():
            table.setdefault(figure.subject, {})[figure.attribute] = figure
        return table


@lru_cache(maxsize=4096)
def known_name(text: str) -> str | None:
    """The symbol that `text` names in the bundled directory."""
    try:
        return _RESOLVER.resolve(text).symbol
    except ToolError:
        return None


def snapshot_context() -> ToolContext:
    """The bundled history and the sample portfolio."""
    held = FakePortfolio(sample_portfolio(), WATCHLIST)
    return ToolContext(SnapshotMarketData(), _RESOLVER, held, lambda: NOW)


def live_context() -> ToolContext:
    """A market that also has company facts, dates, headlines and other currencies."""
    market = FakeMarketData(
        day=date(2026, 11, 20),
        name="fake market",
        quote_of={
            "SAP.DE": Quote("SAP.DE", Decimal("212.35"), "EUR", date(2026, 11, 20), previous_close=Decimal("207.10")),
            "VOD.L": Quote("VOD.L", Decimal("0.8412"), "GBP", date(2026, 11, 20), previous_close=Decimal("0.8630")),
            "AAPL": Quote("AAPL", Decimal("241.87"), "USD", date(2026, 11, 20), previous_close=Decimal("238.42")),
        },
        fundamentals_of={
            "AAPL": Fundamentals(
                "AAPL", date(2026, 11, 20), "USD", market_cap=Decimal(3620000000000), pe_trailing=Decimal("36.42"),
                pe_forward=Decimal("31.15"), eps=Decimal("6.64"), dividend_yield_percent=Decimal("0.42"),
                beta=Decimal("1.24"), profit_margin_percent=Decimal("26.9"), revenue=Decimal(391040000000),
                debt_to_equity=Decimal("1.87"), price_to_book=Decimal("57.3"), sector="Technology",
            ),
            "SAP.DE": Fundamentals(
                "SAP.DE", date(2026, 11, 20), "EUR", market_cap=Decimal(247700000000), pe_trailing=Decimal("88.1"),
                eps=Decimal("2.41"), dividend_yield_percent=Decimal("1.04"), beta=Decimal("0.97"),
                profit_margin_percent=Decimal("8.2"), revenue=Decimal(33250000000),
            ),
        },
        events_of={
            "AAPL": Events(
                "AAPL", "USD", next_earnings=date(2027, 1, 28), ex_dividend=date(2026, 11, 9),
                dividend_payment=date(2026, 11, 13), dividends=((date(2026, 11, 9), Decimal("0.26")),),
                splits=((date(2020, 8, 31), Decimal(4)),),
            )
        },
        news_of={
            "AAPL": (
                Headline("Apple raises its dividend by 4% as services hit a record", "Example Wire", datetime(2026, 11, 19, 14, 5, tzinfo=UTC)),
                Headline("Analysts at Example Bank see Tim Cook staying until 2028", "Example Post", datetime(2026, 11, 18, 9, 30, tzinfo=UTC)),
            )
        },
    )  # fmt: skip
    return ToolContext(market, _RESOLVER, FakePortfolio(), lambda: NOW)


async def call(context: ToolContext, name: str, **arguments: Any) -> ToolResult:
    """What became of one call of a real tool."""
    tool = _TOOLS[name]
    asked = ToolCall(name, arguments)
    try:
        values, resolved = tool.read(arguments, context)
        return ToolResult(asked, resolved, await tool.function(context, **values))
    except ToolError as error:
        return ToolResult(asked, {}, None, str(error), error.kind)


_SNAPSHOT_TURNS: tuple[tuple[str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("How did Apple do in 2022 compared with Microsoft?", (("compare_performance", {"symbols": ["Apple", "Microsoft"], "period": "2022"}),)),
    ("coke vs pepsi vs J&J last 5 years", (("compare_performance", {"symbols": ["KO", "PEP", "JNJ"], "period": "5y"}),)),
    ("exxon or chevron or home depot in 2021?", (("compare_performance", {"symbols": ["XOM", "CVX", "HD"], "period": "2021"}),)),
    ("How did Apple do in 2022?", (("get_price_history", {"symbol": "Apple", "period": "2022"}),)),
    ("eli lilly last 5 years", (("get_price_history", {"symbol": "LLY", "period": "5y"}),)),
    ("S&P 500 in 2008", (("get_price_history", {"symbol": "^GSPC", "period": "2008"}),)),
    ("prices of apple, walmart and merck", (("get_quote", {"symbols": ["AAPL", "WMT", "MRK"]}),)),
    ("How is JPMorgan?", (("get_quote", {"symbols": ["JPM"]}),)),
    ("is exxon overbought", (("get_technicals", {"symbol": "XOM"}),)),
    ("technicals of Pfizer", (("get_technicals", {"symbol": "PFE"}),)),
    ("What do I own?", (("get_portfolio", {}),)),
    ("how risky is my portfolio", (("get_portfolio_risk", {}),)),
    ("how did my portfolio do in 2022", (("get_portfolio_performance", {"period": "2022"}),)),
    ("am I off target", (("suggest_rebalance", {}),)),
    ("which sectors led in 2021", (("get_sector_performance", {"period": "2021"}),)),
    ("100 dollars in euros", (("convert_currency", {"amount": "100", "from_currency": "USD", "to_currency": "EUR"}),)),
    ("If I save $1,000 at 5% for 10 years?", (("project_growth", {"principal": "1000", "annual_rate_percent": "5", "years": "10 years", "monthly_contribution": "200"}),)),
    ("loan of $200,000 at 5% over 30 years", (("loan_payment", {"principal": "200000", "annual_rate_percent": "5", "years": "30 years"}),)),
)  # fmt: skip
_LIVE_TURNS: tuple[tuple[str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("What is Apple's P/E?", (("get_fundamentals", {"symbol": "AAPL"}),)),
    ("SAP valuation", (("get_fundamentals", {"symbol": "SAP.DE"}),)),
    ("When does Apple report?", (("get_events", {"symbol": "AAPL"}),)),
    ("prices of SAP, Vodafone and Apple", (("get_quote", {"symbols": ["SAP.DE", "VOD.L", "AAPL"]}),)),
    ("News on Apple", (("get_news", {"symbol": "AAPL"}),)),
)


@lru_cache(maxsize=1)
def turns() -> tuple[Turn, ...]:
    """All of them, made once."""
    return asyncio.run(_gather())


async def _gather() -> tuple[Turn, ...]:
    made = []
    for context, questions in ((snapshot_context(), _SNAPSHOT_TURNS), (live_context(), _LIVE_TURNS)):
        for question, calls in questions:
            made.append(Turn(question, tuple([await call(context, name, **arguments) for name, arguments in calls])))
    return tuple(made)
