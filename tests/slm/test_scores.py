"""The committed weights reach the gates on hand-written questions they never saw, through the real engine."""

from __future__ import annotations

import pytest

from bot.llm.weights import BUILT_IN
from slm.evaluate import Report, Tally, evaluate, read_set

EXACT_GATE = 0.85
ABSTENTION_GATE = 0.85


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(BUILT_IN)


def share(tally: Tally) -> float:
    return tally.right / tally.total


def test_the_sets_are_large_enough() -> None:
    assert len(read_set("tools")) >= 300
    assert len(read_set("abstain")) >= 150


def test_tool_calls_are_exact(report: Report) -> None:
    assert share(report.tallies["exact tool calls"]) >= EXACT_GATE, report.markdown()


def test_abstention_is_right(report: Report) -> None:
    assert share(report.tallies["right abstention"]) >= ABSTENTION_GATE, report.markdown()


def test_intervals_are_wilsons() -> None:
    """Reference: Newcombe 1998, table I (a): 81 of 263 → 0.2553 to 0.3662."""
    assert str(Tally(81, 263)) == "30.8% (25.5%-36.6%, n 263)"
