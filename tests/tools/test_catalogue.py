"""The list of tools the model is offered."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools.catalogue import TOOLS
from tools.values import Findings

if TYPE_CHECKING:
    from tools.toolbox import ToolFunction

NAMES = [
    "find_symbol", "get_quote", "get_price_history", "compare_performance", "get_fundamentals", "get_news",
    "get_events", "get_technicals", "get_market_overview", "get_market_status", "get_sector_performance",
    "screen_stocks", "convert_currency", "get_portfolio", "get_portfolio_performance", "get_portfolio_risk",
    "get_portfolio_income", "suggest_rebalance", "get_watchlist", "project_growth", "loan_payment", "define_term",
    "propose_watchlist_change", "propose_price_alert",
]  # fmt: skip


def test_the_list_is_exactly_the_24_tools() -> None:
    assert [tool.__name__ for tool in TOOLS] == NAMES


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_every_tool_is_written_for_the_model(tool: ToolFunction) -> None:
    assert inspect.iscoroutinefunction(tool)
    assert next(iter(inspect.signature(tool).parameters)) == "context"
    assert inspect.signature(tool, eval_str=True).return_annotation is Findings
    text = inspect.getdoc(tool) or ""
    assert "Use this when" in text
    assert "\nReturns:" in text


def test_importing_every_tool_loads_nothing_heavy() -> None:
    """The first answer on a fresh start has three seconds: what only some tools need is imported when they run."""
    code = (
        "import sys, tools.catalogue\n"
        "heavy = {'numpy', 'pandas', 'yfinance', 'matplotlib', 'exchange_calendars', 'empyrical', 'talib', 'pyxirr'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_tool_has_a_parameter_that_names_a_person_or_place_to_write_to() -> None:
    """Whose data is read is bound before the model is asked; nothing it writes can change that."""
    forbidden = {"user", "user_id", "actor", "tenant", "account", "path", "file", "url"}
    for tool in TOOLS:
        assert not forbidden & set(inspect.signature(tool).parameters)
