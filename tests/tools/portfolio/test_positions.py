"""Quantities and average cost from transactions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import history
from tests.fakes.portfolios import bought
from tools.context import Transaction
from tools.portfolio.positions import positions, split_factor, trades

SPLITS = ((date(2020, 8, 31), Decimal(4)),)


def test_a_sale_takes_the_average_cost_of_what_is_sold() -> None:
    # Average-cost example: 10 at 100 and 10 at 120 cost 110 on average; 15 are left after selling 5.
    done = trades(
        [bought("X", "10", "100", "2021-01-04"), bought("X", "10", "120", "2021-02-01"),
         bought("X", "-5", "150", "2021-03-01")], {}
    )  # fmt: skip
    (position,) = positions(done)
    assert position.quantity == 15
    assert position.costs is not None
    assert sum(paid for _, paid in position.costs[0].paid) == 15 * 110


def test_what_was_wholly_sold_is_not_held() -> None:
    assert positions(trades([bought("X", "10", "1", "2021-01-04"), bought("X", "-10", "2", "2021-02-01")], {})) == ()


def test_buying_again_after_selling_out_starts_a_new_cost() -> None:
    (position,) = positions(
        trades([bought("X", "10", "1", "2021-01-04"), bought("X", "-10", "2", "2021-02-01"),
                bought("X", "4", "5", "2021-03-01")], {})
    )  # fmt: skip
    assert position.costs is not None
    assert position.costs[0].paid == ((date(2021, 3, 1), Decimal(20)),)


def test_more_sold_than_bought_stays_negative_for_the_caller_to_say() -> None:
    (position,) = positions(trades([bought("X", "1", "5", "2021-01-04"), bought("X", "-3", "5", "2021-01-05")], {}))
    assert position.quantity == -2


def test_one_purchase_without_a_price_makes_the_cost_unknown() -> None:
    (position,) = positions(trades([bought("X", "1", "5", "2021-01-04"), bought("X", "3", None, "2021-01-05")], {}))
    assert position.costs is None


def test_costs_in_two_currencies_are_kept_apart() -> None:
    (position,) = positions(
        trades([bought("X", "1", "5", "2021-01-04"), bought("X", "1", "4", "2021-01-05", currency="GBP")], {})
    )
    assert position.costs is not None
    assert {cost.currency for cost in position.costs} == {"USD", "GBP"}


def test_only_splits_after_the_purchase_multiply_shares() -> None:
    assert split_factor(SPLITS, date(2020, 8, 28)) == 4
    assert split_factor(SPLITS, date(2020, 8, 31)) == 1


def _around_the_split() -> dict[str, object]:
    return {"X": history("X", [75.0] * 30, end=date(2020, 8, 28), closes=[75.0] * 30, splits=SPLITS)}


def test_a_purchase_as_it_was_traded_is_split() -> None:
    (trade,) = trades([bought("X", "10", "301", "2020-08-10")], _around_the_split())  # type: ignore[arg-type]
    assert trade.quantity == 40
    assert trade.amount == 3010


def test_a_purchase_already_adjusted_by_the_broker_is_not_split_again() -> None:
    (trade,) = trades([bought("X", "40", "75.25", "2020-08-10")], _around_the_split())  # type: ignore[arg-type]
    assert trade.quantity == 40


@given(st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=20), st.integers(1, 100))
def test_quantity_and_cost_never_go_below_zero_while_no_more_is_sold_than_held(lots: list[int], part: int) -> None:
    day = date(2021, 1, 4)
    items = [Transaction("X", Decimal(lot), Decimal(10), "USD", day) for lot in lots]
    sold = min(sum(lots), part)
    items.append(Transaction("X", Decimal(-sold), Decimal(10), "USD", day))
    for position in positions(trades(items, {})):
        assert position.quantity == sum(lots) - sold
        assert position.costs is not None
        cost = sum(paid for _, paid in position.costs[0].paid)
        assert abs(cost - position.quantity * 10) < Decimal("1e-15")
