"""What a model must have reached: each gate alone stops it, with the command to run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.evaluation.suites import SUITES
from bot.llm.gates import GATES, shortcomings
from bot.records.scores import Score


def scores(**right: int) -> dict[str, Score]:
    """Suite → right of 100."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return {suite: Score("q", "ollama", "a", suite, n, 100, 1.0, 2.0, None, {}, now) for suite, n in right.items()}


def test_gates_are_suites() -> None:
    assert set(GATES) <= set(SUITES)


@pytest.mark.parametrize(
    "right", [{"tools": 85, "abstain": 85, "bias": 100}, {"tools": 99, "abstain": 100, "bias": 100}]
)
def test_who_reaches_all_gates_may_answer(right: dict[str, int]) -> None:
    assert shortcomings("q", scores(**right)) == []


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ({"tools": 84, "abstain": 85, "bias": 100}, "84 of 100 (84.0%) in the suite tools, where 85% are asked"),
        ({"tools": 85, "abstain": 80, "bias": 100}, "80 of 100 (80.0%) in the suite abstain, where 85% are asked"),
        ({"tools": 99, "abstain": 99, "bias": 99}, "99 of 100 (99.0%) in the suite bias, where 100% are asked"),
        (
            {"tools": 99, "abstain": 99},
            "not measured in the suite bias here; run: tuppence eval --model q --suite bias",
        ),
        ({"abstain": 99, "bias": 100}, "not measured in the suite tools here"),
    ],
)
def test_each_gate_alone_stops_it_in_one_sentence(right: dict[str, int], said: str) -> None:
    (problem,) = shortcomings("q", scores(**right))
    assert said in problem
    suite = next(suite for suite in GATES if suite in said)
    assert f"tuppence eval --model q --suite {suite}" in problem


def test_every_missing_gate_is_named() -> None:
    assert len(shortcomings("q", {})) == len(GATES)
