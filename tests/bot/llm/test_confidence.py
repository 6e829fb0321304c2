"""Only what decides counts: the opening, the names, the end; not how a copied argument is spelt."""

from __future__ import annotations

import pytest

from bot.llm.confidence import decision_confidence
from bot.messages import ToolCall

QUOTE = (ToolCall("get_quote", {"symbols": ["zorblax"]}),)


@pytest.mark.parametrize(
    ("tokens", "least"),
    [
        ([("<tool_call>", -0.1), ("get_quote", -0.2), ("symbols", -0.05), ("zor", -7.0), ("blax", -3.0)], -0.2),
        ([("<tool_call>", -0.1), ("get_quote", -0.2), ("zor", -7.0), ('"]}}', -4.6)], -0.2),
        ([("<tool_call>", -2.5), ("get_quote", -0.2)], -2.5),
        ([("<tool_call>", -0.1), ("symbols", -1.5), ("</tool_call>", 0.0)], -1.5),
    ],
)
def test_an_odd_name_says_nothing_of_the_decision(tokens: list[tuple[str, float]], least: float) -> None:
    assert decision_confidence(tokens, QUOTE) == least


def test_a_decision_in_words_is_as_sure_as_its_least_word() -> None:
    assert decision_confidence([("DECLINE", -0.1), (":", 0.0), (" advice", -1.2)], ()) == -1.2


def test_nothing_is_known_without_tokens() -> None:
    assert decision_confidence([], QUOTE) is None
