"""Whatever a model writes for whatever question: completing never fails, invents nothing and is done in one pass."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import complete, settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TOOLBOX = Toolbox(TOOLS)
PIECES = [
    "apple", "Tesla", "KO", "american express", "T", "symbol", "zorblax", "stocks", "bank", "energy", "p/e", "yield",
    "market cap", "under", "over", "between", "and", "or", ",", ".", "?", "to", "in", "at", "for", "my", "return",
    "watchlist", "add", "remove", "drop", "stop following", "alert", "above", "below", "or higher", "a month", "monthly",
    "every month", "starting with", "5%", "7 percent", "$20", "300", "10k", "2 billion", "1,5", "10 years", "24 months",
    "2022", "last year", "today", "now", "since 2020", "on 3 march 2015", "usd", "eur", "yen", "what is a", "drawdown",
    "biggest", "top", "sorted by yield", "I bought it", "$", "'s", "\N{RIGHT SINGLE QUOTATION MARK}", "(", "100 usd",
]  # fmt: skip
CHOICES = {choice for tool in TOOLBOX.tools.values() for parameter in tool.parameters for choice in parameter.choices}


@st.composite
def decisions(draw: st.DrawFn) -> tuple[str, list[ToolCall]]:
    pieces = draw(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), min_size=1, max_size=14))
    text = " ".join(pieces)
    words = st.sampled_from([*pieces, "12", "nokia", ""])
    calls: list[ToolCall] = []
    for _ in range(draw(st.integers(0, 3))):
        tool = TOOLBOX.tools[draw(st.sampled_from(sorted(TOOLBOX.tools)))]
        arguments: dict[str, Any] = {}
        for parameter in draw(st.lists(st.sampled_from(tool.parameters), unique=True)) if tool.parameters else ():
            value = st.sampled_from(parameter.choices) if parameter.choices else words
            odd = draw(st.integers(0, 9)) == 0
            arguments[parameter.name] = draw(st.lists(value, max_size=3) if parameter.is_list != odd else value)
        calls.append(ToolCall(tool.name, arguments))
    is_repeated = draw(st.booleans())
    if calls and is_repeated:
        calls.append(calls[-1])
    return text, calls


def said(calls: list[ToolCall]) -> set[str]:
    values = [value for call in calls for value in call.arguments.values()]
    return {str(piece) for value in values for piece in (value if isinstance(value, list) else [value])}


@settings(max_examples=300, deadline=None)
@given(decisions())
def test_whatever_is_written(decision: tuple[str, list[ToolCall]]) -> None:
    text, calls = decision
    whole = complete(calls, text, TOOLBOX, reading_context())
    assert all(piece in text for piece in said(whole) - said(calls) - CHOICES)
    assert complete(whole, text, TOOLBOX, reading_context()) == whole
    assert whole or not calls


@settings(max_examples=200, deadline=None)
@given(decisions(), decisions())
def test_whatever_came_before(decision: tuple[str, list[ToolCall]], before: tuple[str, list[ToolCall]]) -> None:
    text, calls = decision
    asked, earlier = before
    whole = list(settle(Draft(calls), text, TOOLBOX, reading_context(), earlier, [text, asked]).calls)
    assert all(piece in text for piece in said(whole) - said(calls) - said(earlier) - CHOICES)
