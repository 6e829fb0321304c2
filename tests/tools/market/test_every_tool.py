"""What holds for every market tool: a schema the model can read, and sentences made of nothing but its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, history, quote, tool_context
from tools.formatting import show, show_day
from tools.market.currency import convert_currency
from tools.market.events import get_events
from tools.market.fundamentals import get_fundamentals
from tools.market.news import get_news
from tools.market.overview import get_market_overview, get_sector_performance
from tools.market.price_history import compare_performance, get_price_history
from tools.market.quotes import get_quote
from tools.market.screener import screen_stocks
from tools.market.status import get_market_status
from tools.market.symbols import find_symbol
from tools.market.technicals import get_technicals
from tools.market_data.base import Events, Fundamentals, Headline, MarketSummary, ScreenRow
from tools.toolbox import Tool, Toolbox

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.values import Findings

TOOLS = (
    find_symbol, get_quote, get_price_history, compare_performance, get_fundamentals, get_news, get_events,
    get_technicals, get_market_overview, get_market_status, get_sector_performance, screen_stocks, convert_currency,
)  # fmt: skip
NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "^GSPC": "S&P 500", "KO": "Coca-Cola"}
WAVE = [100 + (i % 37) - (i % 11) * 1.7 + i / 60 for i in range(700)]
FALL = [300 - i / 4 + (i % 13) for i in range(700)]
CALLS: dict[str, dict[str, Any]] = {
    "find_symbol": {"query": "Apple"},
    "get_quote": {"symbols": ["Apple", "^GSPC", "MSFT", "KO"]},
    "get_price_history": {"symbol": "Apple", "period": "2y"},
    "compare_performance": {"symbols": ["Apple", "MSFT", "^GSPC"], "period": "2y"},
    "get_fundamentals": {"symbol": "AAPL"},
    "get_news": {"symbol": "AAPL"},
    "get_events": {"symbol": "AAPL"},
    "get_technicals": {"symbol": "AAPL"},
    "get_market_overview": {},
    "get_market_status": {"exchange": "tokyo"},
    "get_sector_performance": {"period": "1mo"},
    "screen_stocks": {"sector": "energy", "max_price": "50", "sort_by": "price", "limit": "3"},
    "convert_currency": {"amount": "1.2 million", "from_currency": "quid", "to_currency": "euros"},
}


def full_context() -> ToolContext:
    """One where every tool has something to say."""
    market = FakeMarketData(
        quote_of={
            "AAPL": quote("AAPL", "126.04", "130.03"),
            "MSFT": quote("MSFT", "240.1", "234"),
            "KO": quote("KO", "62", "62"),
            "^GSPC": replace(quote("^GSPC", "3783.22", "3829.25"), currency=None),
        },
        history_of={
            "AAPL": history("AAPL", WAVE, closes=[price * 1.1 for price in WAVE]),
            "MSFT": history("MSFT", FALL),
            "^GSPC": history("^GSPC", WAVE[::-1], currency=None),
        },
        fundamentals_of={
            "AAPL": Fundamentals("AAPL", TODAY, "USD", Decimal(2 * 10**12), Decimal("28.4"), eps=Decimal("6.1"),
                                 dividend_yield_percent=Decimal("0.6"), revenue=Decimal(4 * 10**11),
                                 profit_margin_percent=Decimal(25)),
        },
        events_of={
            "AAPL": Events("AAPL", "USD", date(2027, 1, 28), date(2027, 2, 8), None, ((TODAY, Decimal("0.26")),)),
        },
        news_of={"AAPL": (Headline("Apple opens 40 shops", "Newswire", datetime(2026, 11, 20, 9, tzinfo=UTC)),)},
        rows=(ScreenRow("KO", "Coca-Cola", Decimal(40), "USD"), ScreenRow("AAPL", "Apple", Decimal(45), "USD")),
        sector_symbols={"energy": ("AAPL",), "technology": ("MSFT",)},
        summary=MarketSummary(("^GSPC", "AAPL", "MSFT", "KO")),
        rates={("GBP", "EUR"): Decimal("1.1651")},
    )  # fmt: skip
    return tool_context(market, NAMES)


async def call(name: str) -> Findings:
    outcome = await Toolbox(TOOLS).call(name, CALLS[name], full_context())
    assert outcome.error is None, outcome.error
    assert outcome.findings is not None
    return outcome.findings


@pytest.mark.parametrize("function", TOOLS, ids=lambda function: function.__name__)
def test_the_model_is_told_what_it_does_and_when_to_use_it(function: object) -> None:
    tool = Tool(function)  # type: ignore[arg-type]
    assert 0 < len(tool.description) < 420
    assert "Use this when" in tool.description
    assert all(len(parameter.description) > len(parameter.kind.form) for parameter in tool.parameters if parameter.kind)


@pytest.mark.parametrize("name", CALLS)
async def test_every_number_in_a_sentence_is_a_figure_as_it_is_shown(name: str) -> None:
    findings = await call(name)
    assert findings.sentences
    shown = {show(figure) for figure in findings.figures} | {show(f, absolute=True) for f in findings.figures}
    shown |= {show_day(figure.source.as_of) for figure in findings.figures if figure.source.as_of}
    for sentence in findings.sentences:
        rest = sentence
        for text in sorted([*shown, *findings.names.values(), *findings.names], key=len, reverse=True):
            rest = rest.replace(text, "")
        assert not any(character.isdigit() for character in rest), (sentence, rest)
        assert sentence[0].isupper() or sentence[0] == "“"
        assert sentence[-1] == "."


@pytest.mark.parametrize("name", CALLS)
async def test_every_figure_has_a_name_a_source_and_a_time(name: str) -> None:
    findings = await call(name)
    for figure in findings.figures:
        assert figure.subject in findings.names
        assert figure.source.name
        assert figure.source.as_of is not None
        assert (figure.currency is not None) == (figure.unit == "money")
    for passage in findings.passages:
        assert passage.subject in findings.names


async def test_an_answer_on_prices_loads_no_heavy_library() -> None:
    """The first answer from cold has three seconds: pandas alone would take one of them."""
    import subprocess
    import sys

    code = (
        "import sys; import tools.market.price_history, tools.market.quotes, tools.market.status, "
        "tools.market.technicals, tools.market.overview, tools.market.currency; "
        "print({'pandas', 'talib', 'exchange_calendars', 'matplotlib', 'empyrical'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
