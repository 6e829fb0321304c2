"""Words come from `prompts/`, whole and filled, or not at all."""

from __future__ import annotations

import re

import pytest

from bot.turn.prompting import prompt_hash, render, sections


def test_the_advisor_prompt_has_every_variable_filled() -> None:
    text = render("advisor", today="20 Nov 2026", data="bundled history", max_calls=8)
    assert "Today is 20 Nov 2026." in text
    assert "bundled history" in text
    assert not re.search(r"\{\w*\}", text)


def test_a_variable_is_never_read_as_a_template() -> None:
    assert "{max_calls}" in render("advisor", today="{max_calls}", data="x", max_calls=8)


@pytest.mark.parametrize("missing", ["today", "data", "max_calls"])
def test_a_missing_variable_is_an_error(missing: str) -> None:
    variables = {"today": "20 Nov 2026", "data": "x", "max_calls": 8}
    del variables[missing]
    with pytest.raises(KeyError, match=missing):
        render("advisor", **variables)


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        sections("no such file")


def test_every_reply_has_words_and_an_example_of_what_to_do() -> None:
    replies = sections("replies")
    decisions = {
        "DECLINE: trade_order", "DECLINE: advice", "DECLINE: banking", "DECLINE: out_of_scope",
        "CHAT: greeting", "CHAT: thanks", "CHAT: help", "CLARIFY: symbol", "CLARIFY: missing",
    }  # fmt: skip
    assert decisions | {"unclear", "empty", "no_words"} == set(replies)
    for key, body in replies.items():
        assert len(body) > 40, key
        assert "{" not in body, key


def test_lines_of_the_file_are_joined_to_paragraphs_and_lists_stay_lists() -> None:
    for key, body in sections("replies").items():
        for line in body.splitlines():
            assert line == "" or line.startswith("- ") or not re.search(r"[a-z,]$", line), (key, line)
    assert sections("replies")["CHAT: help"].count("\n- ") == 5


def test_the_hash_names_the_wording() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", prompt_hash("advisor"))
    assert prompt_hash("advisor") != prompt_hash("replies")
