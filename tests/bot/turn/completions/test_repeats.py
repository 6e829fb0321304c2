"""A call written twice beside a word to explain explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

RISK: tuple[str, dict[str, Any]] = ("get_portfolio_risk", {})


@pytest.mark.parametrize(
    "text", ["What is a drawdown, and how bad is mine?", "explain what drawdown means and show mine"]
)
def test_a_word_that_is_asked_about(completed: Callable[..., Any], text: str) -> None:
    assert completed(text, RISK, RISK) == [("define_term", {"term": "drawdown"}), RISK]
    assert completed(text, RISK) == [("define_term", {"term": "drawdown"}), RISK]


def test_a_word_that_is_not(completed: Callable[..., Any]) -> None:
    assert completed("how deep is my drawdown", RISK, RISK) == [RISK, RISK]
