"""Drift from the person's own targets: arithmetic, no assumed targets, no advice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import ArgumentError
from tools.portfolio.rebalance import REST, measure_drift, suggest_rebalance

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"X": "Xylo", "Y": "Yarrow"}
LOTS = (bought("X", "6", "100", "2026-01-05"), bought("Y", "3", "100", "2026-01-05"))


async def _look(mine: FakePortfolio) -> Findings:
    market = FakeMarketData(
        quote_of={"X": quote("X", "100"), "Y": quote("Y", "100")},
        history_of={"X": history("X", [100.0] * 5), "Y": history("Y", [100.0] * 5)},
    )
    return await suggest_rebalance(tool_context(market, NAMES, portfolio=mine))


async def test_each_target_has_its_drift_and_the_money_to_it() -> None:
    found = await _look(holding(*LOTS, cash={"USD": "100"}, targets={"X": "0.5", "Y": "0.5"}))
    rows = {(f.subject, f.attribute): f.value for f in found.figures}
    assert rows["X", "weight"] == 60
    assert rows["X", "drift"] == 10
    assert rows["X", "money to target"] == -100
    assert rows["Y", "money to target"] == 200
    assert rows[REST, "money to target"] == -100
    assert found.sentences[0] == "Yarrow is at 30.0% against a target of 50.0%: $200.00 below target."
    assert found.sentences[1] == "Xylo is at 60.0% against a target of 50.0%: $100.00 above target."
    assert untraced_numbers(found) == []
    assert "not advice" in found.notes[0]
    assert not any(word in " ".join(found.sentences).lower() for word in ("should", "buy", "sell", "recommend"))


async def test_cash_alone_beside_the_targets_is_called_cash() -> None:
    found = await _look(holding(*LOTS, cash={"USD": "300"}, targets={"X": "0.5", "Y": "0.5"}))
    assert found.sentences[0] == "Yarrow is at 25.0% against a target of 50.0%: $300.00 below target."
    assert found.names[REST] == "Cash"


async def test_without_targets_none_are_assumed() -> None:
    found = await _look(holding(*LOTS))
    assert found.sentences == ("Your portfolio has no target weights, so there is nothing to compare it with.",)
    assert {f.attribute for f in found.figures} == {"weight"}
    assert "/target" in found.notes[0]


async def test_a_portfolio_on_target_says_so() -> None:
    found = await _look(
        holding(*LOTS, targets={"X": "0.6666666666666666666666666667", "Y": "0.3333333333333333333333"})
    )
    assert found.sentences == ("Your portfolio is on its targets.",)


async def test_a_target_not_held_yet_counts_from_nothing() -> None:
    found = await _look(holding(*LOTS, targets={"X": "0.5", "Y": "0.3", "Z": "0.2"}))
    rows = {(f.subject, f.attribute): f.value for f in found.figures}
    assert rows["Z", "weight"] == 0
    assert rows["Z", "money to target"] == 180


async def test_a_missing_price_is_said_in_the_sentence() -> None:
    found = await _look(holding(*LOTS, bought("Q", "1", "1", "2026-01-05"), targets={"X": "0.5"}))
    assert "without Q" in found.sentences[0]


@pytest.mark.parametrize("targets", [{"X": "0.7", "Y": "0.7"}, {"X": "-0.1"}])
async def test_targets_that_cannot_be_met_are_refused(targets: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="100%"):
        await _look(holding(*LOTS, targets=targets))


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=6), st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_the_moves_cancel_out(held: list[int], aimed: list[int]) -> None:
    weights = {f"S{i}": Decimal(value) / sum(held) for i, value in enumerate(held)}
    targets = {f"S{i}": Decimal(value) / sum(aimed) for i, value in enumerate(aimed)}
    moves = [drift.move for drift in measure_drift(weights, targets, Decimal(1000))]
    assert abs(sum(moves, Decimal(0))) < Decimal("0.01")
