"""Which currencies and sums a conversion is about: the follow-up's own, each of several, one beside another thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

TOOLBOX = Toolbox(TOOLS)
CONVERT = "convert_currency"
BEFORE = {"amount": "1000", "from_currency": "EUR", "to_currency": "USD"}


@pytest.mark.parametrize(
    ("text", "written", "changed"),
    [
        ("same amount but JPY", BEFORE, {**BEFORE, "to_currency": "JPY"}),
        ("and from yen?", {**BEFORE, "to_currency": "yen"}, {**BEFORE, "from_currency": "yen"}),
        ("and 500 in yen?", {**BEFORE, "amount": "500"}, {**BEFORE, "amount": "500", "to_currency": "yen"}),
        ("and 500?", {**BEFORE, "amount": "500"}, {**BEFORE, "amount": "500"}),
        ("and in usd?", BEFORE, BEFORE),
        ("and yen to pounds", {"from_currency": "yen", "to_currency": "pounds"}, None),
    ],
)
def test_the_currency_of_a_follow_up(text: str, written: dict[str, Any], changed: dict[str, Any] | None) -> None:
    draft = Draft([ToolCall(CONVERT, written)])
    calls = settle(draft, text, TOOLBOX, reading_context(), [ToolCall(CONVERT, BEFORE)]).calls
    assert [call.arguments for call in calls] == [changed or written]


def test_another_tool_keeps_its_call_after_a_conversion() -> None:
    quote = ToolCall("get_quote", {"symbols": ["apple"]})
    assert settle(
        Draft([quote]), "price of apple in yen", TOOLBOX, reading_context(), [ToolCall(CONVERT, BEFORE)]
    ).calls == [quote]


def test_several_sums_into_one_currency(completed: Callable[..., Any]) -> None:
    call = (CONVERT, {"amount": "100", "from_currency": "euros", "to_currency": "bucks"})
    both = [(CONVERT, {"amount": "100", "from_currency": name, "to_currency": "bucks"}) for name in ("quid", "euros")]
    assert completed("whats 100 quid and 100 euros in bucks", call) == both
    assert completed("whats 100 quid and 100 euros in bucks", call, call) == both
    assert completed("whats 100 euros in bucks, i have 50 bucks", call) == [call]


def test_a_conversion_beside_another_thing(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["Repsol"]})
    sum_ = {"amount": "100", "from_currency": "euros", "to_currency": "dollars"}
    assert completed("the price of Repsol and convert 100 euros to dollars", quote) == [quote, (CONVERT, sum_)]
    assert completed("the price of Repsol in dollars", quote) == [quote]
    assert completed("the price of Repsol, then change my list to dollars", quote) == [quote]
