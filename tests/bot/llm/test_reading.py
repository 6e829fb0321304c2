"""What the reader sees of a conversation, and how decisions are named."""

from __future__ import annotations

import pytest

from bot.evaluation.scoring import reading_context
from bot.llm.reading import OTHERWISE, decision_of, reader_text, tools_of
from bot.messages import Message, ToolCall
from tools.marking import mark_question

QUOTE, NEWS = ToolCall("get_quote", {"symbols": ["tesla"]}), ToolCall("get_news", {"symbol": "tesla"})


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("What's Tesla at, um, rn?", "what is @ Tesla at, right now"),
        ("300 quid in euros", "300 quid in euros"),
        ("what does amortization mean", "what does ~ amortization mean"),
        ("price of zorblax", "price of # zorblax"),
    ],
)
def test_names_terms_and_unknown_words_have_a_sign_and_values_have_none(question: str, shown: str) -> None:
    assert reader_text([Message("user", mark_question(question, reading_context()))]) == shown


def test_the_turn_before_stands_in_front_with_what_was_decided() -> None:
    before = Message("user", "price of<|name|>tesla")
    asked = Message("user", "and<|name|>ford")
    assert (
        reader_text([before, Message("assistant", "", (QUOTE,)), asked]) == "price of @ tesla | get quote | and @ ford"
    )
    declined = Message("assistant", "DECLINE: advice")
    assert reader_text([before, declined, asked]) == "price of @ tesla | decline: advice | and @ ford"


def test_of_a_long_text_the_end_is_read() -> None:
    text = reader_text([Message("user", f"{'so ' * 400}what is my portfolio worth")])
    assert text.endswith("what is my portfolio worth")
    assert len(text) <= 400


def test_a_decision_is_named_by_its_tools_whatever_their_order() -> None:
    assert decision_of([QUOTE, NEWS], "") == decision_of([NEWS, QUOTE], "") == "get_news + get_quote"
    assert decision_of([QUOTE, QUOTE], "") == "get_quote + get_quote"
    assert decision_of([], " DECLINE: advice ") == "DECLINE: advice"


@pytest.mark.parametrize(
    ("decision", "tools"),
    [
        ("get_quote", ["get_quote"]),
        ("get_news + get_quote", ["get_news", "get_quote"]),
        ("get_quote + get_quote", ["get_quote", "get_quote"]),
        ("DECLINE: advice", []),
        ("CLARIFY: symbol", []),
        ("CHAT: greeting", []),
        (OTHERWISE, []),
    ],
)
def test_only_the_name_of_tools_names_tools(decision: str, tools: list[str]) -> None:
    assert tools_of(decision) == tools
