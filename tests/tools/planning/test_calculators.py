"""Growth and loans against closed formulas and well-known published payments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import tool_context
from tests.fakes.untraced import untraced_numbers
from tools.errors import ArgumentError, MissingArgument, ToolError
from tools.planning.calculators import annuity_payment, growth, loan_payment, project_growth

if TYPE_CHECKING:
    from tools.values import Findings

CONTEXT = tool_context()


def _value(findings: Findings, attribute: str) -> float:
    (found,) = (f.value for f in findings.figures if f.attribute == attribute)
    assert isinstance(found, Decimal)
    return float(found)


@pytest.mark.parametrize(
    ("principal", "rate", "months", "payment"),
    [
        # Fixed-rate mortgage tables: $599.55, $1,264.14 and $1,687.71 a month.
        ("100000", "6", 360, "599.55"),
        ("200000", "6.5", 360, "1264.14"),
        ("200000", "6", 180, "1687.71"),
        ("12000", "0", 12, "1000.00"),
        ("1000", "12", 1, "1010.00"),
    ],
)
def test_payments_of_published_tables(principal: str, rate: str, months: int, payment: str) -> None:
    assert round(annuity_payment(Decimal(principal), Decimal(rate), months), 2) == Decimal(payment)


def test_growth_follows_the_future_value_formula() -> None:
    """P(1+i)^n + C((1+i)^n - 1)/i, the FV function of spreadsheets; 1,000 at 12 % monthly is 1,126.83 in a year."""
    assert round(growth(Decimal(1000), Decimal(12), 12, Decimal(0))[-1].value, 2) == Decimal("1126.83")
    i, n = 0.07 / 12, 240
    expected = 10_000 * (1 + i) ** n + 200 * ((1 + i) ** n - 1) / i
    assert float(growth(Decimal(10_000), Decimal(7), n, Decimal(200))[-1].value) == pytest.approx(expected)


@given(st.integers(1, 10**9), st.decimals(0, 100, places=3), st.integers(1, 600))
def test_a_paid_off_loan_ends_at_nothing(principal: int, rate: Decimal, months: int) -> None:
    payment = annuity_payment(Decimal(principal), rate, months)
    # A loan is a savings plan that starts in debt; the precision lost is that of growing rounding at high rates.
    left = growth(Decimal(-principal), rate, months, payment)[-1].value
    assert abs(left) < Decimal("0.01") * principal
    assert payment * months >= principal * (1 - Decimal("1e-20"))


async def test_a_plan_in_words() -> None:
    found = await project_growth(
        CONTEXT, principal=Decimal(10000), annual_rate_percent=Decimal("6.5"), years=Decimal(20),
        monthly_contribution=Decimal(200),
    )  # fmt: skip
    assert _value(found, "paid in") == 58_000
    assert _value(found, "value at the end") == pytest.approx(134_648.65, abs=0.005)
    assert "after 20 years at 6.5% a year: 58,000.00 paid in" in found.sentences[0]
    assert untraced_numbers(found) == []
    assert found.chart is not None
    assert (len(found.chart.labels), found.chart.labels[-1]) == (21, "year 20")


async def test_months_are_charted_by_month_and_part_years_end_the_chart() -> None:
    short = await project_growth(CONTEXT, principal=Decimal(1), annual_rate_percent=Decimal(1), years=Decimal("1.5"))
    assert short.chart is not None
    assert short.chart.labels[-1] == "month 18"
    longer = await project_growth(CONTEXT, principal=Decimal(1), annual_rate_percent=Decimal(1), years=Decimal("2.5"))
    assert longer.chart is not None
    assert longer.chart.labels[-1] == "year 2.5"


async def test_a_negative_rate_is_a_loss_in_words() -> None:
    found = await project_growth(CONTEXT, principal=Decimal(1000), annual_rate_percent=Decimal(-5), years=Decimal(10))
    assert "of a loss" in found.sentences[0]
    assert untraced_numbers(found) == []


async def test_a_loan_in_words() -> None:
    found = await loan_payment(CONTEXT, Decimal(300_000), Decimal("6.5"), Decimal(30))
    assert found.sentences[0] == "The loan of 300,000.00 at 6.5% over 30 years costs 1,896.20 a month."
    assert _value(found, "total interest") == pytest.approx(382_633.47, abs=0.01)
    assert untraced_numbers(found) == []


@pytest.mark.parametrize(
    ("principal", "rate", "years", "monthly", "error"),
    [
        (None, "7", "20", None, MissingArgument),
        ("0", "7", "20", "0", MissingArgument),
        ("-5", "7", "20", None, ArgumentError),
        ("5", "7", "20", "-1", ArgumentError),
        ("1e13", "7", "20", None, ArgumentError),
        ("NaN", "7", "20", None, ArgumentError),
        ("5", "101", "20", None, ArgumentError),
        ("5", "NaN", "20", None, ArgumentError),
        ("5", "7", "0", None, ArgumentError),
        ("5", "7", "101", None, ArgumentError),
        ("1e12", "100", "100", None, ArgumentError),
    ],
)
async def test_senseless_plans_are_refused(
    principal: str | None, rate: str, years: str, monthly: str | None, error: type[ToolError]
) -> None:
    with pytest.raises(error, match=r"[;?]"):
        await project_growth(
            CONTEXT,
            principal=None if principal is None else Decimal(principal),
            annual_rate_percent=Decimal(rate),
            years=Decimal(years),
            monthly_contribution=None if monthly is None else Decimal(monthly),
        )


@pytest.mark.parametrize(
    ("principal", "rate", "years"),
    [("0", "5", "20"), ("-1", "5", "20"), ("100", "-1", "20"), ("100", "101", "20"), ("100", "NaN", "5"),
     ("100", "5", "200"), ("Infinity", "5", "5")],
)  # fmt: skip
async def test_senseless_loans_are_refused(principal: str, rate: str, years: str) -> None:
    with pytest.raises(ArgumentError, match=";"):
        await loan_payment(CONTEXT, Decimal(principal), Decimal(rate), Decimal(years))
