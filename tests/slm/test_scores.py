"""The committed weights keep their measured score on hand-written questions they never saw, on the real engine.

The floors below are what these weights reach, less two points (before anything is asked back):
they guard against a decoder or parser that makes the model worse, and rise with each new model.
"""

from __future__ import annotations

import pytest

from bot.evaluation.questions import read_set
from bot.llm.weights import BUILT_IN
from slm.evaluate import Report, evaluate

EXACT_FLOOR = 0.972
ABSTENTION_FLOOR = 0.974


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(BUILT_IN)


def test_the_sets_are_large_enough() -> None:
    assert len(read_set("tools")) >= 300
    assert len(read_set("abstain")) >= 150


def test_tool_calls_are_exact(report: Report) -> None:
    assert report.tallies["exact tool calls"].share >= EXACT_FLOOR, report.markdown()


def test_abstention_is_right(report: Report) -> None:
    assert report.tallies["right abstention"].share >= ABSTENTION_FLOOR, report.markdown()
