"""The committed weights keep their measured score on hand-written questions they never saw, on the real engine.

The goal is 85 % exact calls and 85 % right abstention. The floors below are what these weights reach, less two points:
they guard against a decoder or parser that makes the model worse, and rise with each new model.
"""

from __future__ import annotations

import pytest

from bot.llm.weights import BUILT_IN
from slm.evaluate import Report, Tally, evaluate, read_set

EXACT_FLOOR = 0.728
ABSTENTION_FLOOR = 0.896


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(BUILT_IN)


def share(tally: Tally) -> float:
    return tally.right / tally.total


def test_the_sets_are_large_enough() -> None:
    assert len(read_set("tools")) >= 300
    assert len(read_set("abstain")) >= 150


def test_tool_calls_are_exact(report: Report) -> None:
    assert share(report.tallies["exact tool calls"]) >= EXACT_FLOOR, report.markdown()


def test_abstention_is_right(report: Report) -> None:
    assert share(report.tallies["right abstention"]) >= ABSTENTION_FLOOR, report.markdown()


def test_intervals_are_wilsons() -> None:
    """Reference: Newcombe 1998, table I (a): 81 of 263 → 0.2553 to 0.3662."""
    assert str(Tally(81, 263)) == "30.8% (25.5%-36.6%, n 263)"
