"""What a person is asked about an unsure decision, and what counts as a yes to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.messages import ToolCall
from bot.records.turns import PastTurn, SavedToolCall
from bot.turn.lookups import agreed_calls, ask_about
from bot.turn.prompting import sections
from tests.fakes.market_data import tool_context
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TOOLBOX = Toolbox(TOOLS)
CONTEXT = tool_context(names={"AAPL": "Apple", "MSFT": "Microsoft", "TSLA": "Tesla", "X_Y": "A*B"})


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, arguments)


@pytest.mark.parametrize(
    ("calls", "named"),
    [
        ([call("get_price_history", symbol="tesla", period="2022")], "the price history of Tesla over 2022"),
        ([call("get_price_history", symbol="TSLA", period="since March 2020")], "the price history of Tesla since March 2020"),
        ([call("get_price_history", symbol="tesla", period="last 6 months")], "the price history of Tesla over last 6 months"),
        ([call("get_price_history", symbol="tesla")], "the price history of Tesla"),
        ([call("get_quote", symbols=["apple", "MSFT", "tesla"])], "the price of Apple, Microsoft and Tesla"),
        ([call("get_quote", symbols=["X_Y"])], r"the price of A\*B"),
        ([call("get_news")], "the news"),
        ([call("get_news", symbol="Apple")], "the news on Apple"),
        ([call("convert_currency", amount="5k", from_currency="quid", to_currency="EUR")], "5k quid in EUR"),
        ([call("loan_payment", principal="5k", annual_rate_percent="4%", years="3 years")], "the payments on a loan of 5k at 4% over 3 years"),
        ([call("screen_stocks", max_pe="15", sort_by="market_cap")], "a list of shares, P/E below 15, sorted by market cap"),
        ([call("propose_watchlist_change", action="add", symbols=["apple"])], "a change of your watchlist: add Apple"),
        ([call("get_portfolio"), call("get_watchlist")], "what you hold and your watchlist"),
        ([call("get_portfolio"), call("get_portfolio")], "what you hold"),
    ],
)  # fmt: skip
def test_look_ups_are_named_in_words(calls: list[ToolCall], named: str) -> None:
    question = f"I'm not sure I understood. Did you mean: {named}? Say yes, or put it in other words."
    assert ask_about(calls, TOOLBOX, CONTEXT) == question


@pytest.mark.parametrize(
    "wrong",
    [
        call("get_price", symbol="Apple"),
        call("get_quote", symbols=["Nonsense"]),
        call("get_quote"),
        call("get_price_history", symbol="Apple", period="whenever"),
    ],
)
def test_what_could_not_run_is_not_asked_about(wrong: ToolCall) -> None:
    assert ask_about([call("get_portfolio"), wrong], TOOLBOX, CONTEXT) is None


def test_every_tool_has_its_words_and_every_argument_its_place() -> None:
    words = sections("lookups")
    assert set(words) - {"question"} == set(TOOLBOX.tools)
    for tool in TOOLBOX.tools.values():
        for parameter in tool.parameters:
            assert f"{{{parameter.name}}}" in words[tool.name]


def past(*proposed: SavedToolCall) -> list[PastTurn]:
    return [PastTurn("1", "how is tesla", "Did you mean …?", "clarify", datetime(2026, 3, 1, tzinfo=UTC), (), proposed)]


@pytest.mark.parametrize("text", ["yes", "Yes!", "YEP", "y", "yes.", " y "])
def test_a_yes_is_a_yes(text: str) -> None:
    agreed = agreed_calls(past(SavedToolCall("get_quote", {"symbols": ["tesla"]})), text)
    assert agreed == (call("get_quote", symbols=["tesla"]),)


@pytest.mark.parametrize("text", ["no", "yes, but Apple", "yesterday", "", "yes yes yes?", "the price of Apple"])
def test_anything_else_is_a_question(text: str) -> None:
    assert agreed_calls(past(SavedToolCall("get_quote", {"symbols": ["tesla"]})), text) == ()


def test_a_yes_to_nothing_is_a_question() -> None:
    assert agreed_calls(past(), "yes") == ()
    assert agreed_calls([], "yes") == ()
