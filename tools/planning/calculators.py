"""Savings growth and loan payments, in exact decimal arithmetic. They compute; they don't predict."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from tools.arguments import Number, Percent, Years
from tools.charts import Chart, Series
from tools.context import ToolContext
from tools.errors import ArgumentError, MissingArgument
from tools.formatting import show
from tools.values import Figure, Findings, Source, Unit

SOURCE = Source("calculation from the numbers you gave")
MONTHS_A_YEAR = 12
MOST_YEARS = 100
MOST_PERCENT = 100
MOST_MONEY = Decimal(10) ** 12
# Past this a result says nothing about money any more, and would fill the line with digits.
_MOST_RESULT = Decimal(10) ** 15
GROWTH_NOTE = (
    "Compounded monthly at a constant rate, contributions added at each month's end; before tax, fees and inflation. "
    "Real returns vary, and may be negative."
)
_PRECISION = 50
_SHORT_PLAN_YEARS = 2
_MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Balance:
    """A savings plan after `month` months: what was paid in so far, and what it has become."""

    month: int
    paid_in: Decimal
    value: Decimal


async def project_growth(
    context: ToolContext,  # noqa: ARG001 (every tool gets the context)
    *,
    principal: Number | None = None,
    annual_rate_percent: Percent,
    years: Years,
    monthly_contribution: Number | None = None,
) -> Findings:
    """Work out what savings grow to with compound interest and, if said, a monthly contribution.

    Use this when someone gives a rate and a length of time and asks what their money becomes; for a loan or
    mortgage use loan_payment, for what a real stock did use get_price_history.

    Args:
        principal: the amount at the start; leave out when only contributions are said
        annual_rate_percent: the yearly rate of growth
        years: how long, with its unit as typed
        monthly_contribution: the amount added each month

    Returns:
        The value at the end, what was paid in and the growth, in the (unsaid) currency of the amounts; a chart of
        the value by year.

    Raises:
        ArgumentError: an amount, rate or time is out of range.
        MissingArgument: neither a principal nor a contribution was said.

    Source: compound interest at a nominal annual rate compounded monthly: each month the balance grows by rate / 12,
    then the contribution is added. Future value P(1+i)^n + C((1+i)^n - 1)/i.
    """
    start, monthly = principal or Decimal(0), monthly_contribution or Decimal(0)
    for amount, what in ((start, "starting amount"), (monthly, "monthly contribution")):
        _check_amount(amount, what)
    if start == 0 and monthly == 0:
        raise MissingArgument("To project growth I need a starting amount or a monthly contribution; how much is it?")
    if not annual_rate_percent.is_finite() or abs(annual_rate_percent) > MOST_PERCENT:
        raise ArgumentError(f"A yearly rate must be between -{MOST_PERCENT}% and {MOST_PERCENT}%; please say another.")
    months = _months(years)
    balances = growth(start, annual_rate_percent, months, monthly)
    end = balances[-1]
    if end.value > _MOST_RESULT:
        raise ArgumentError("That grows past any amount of real money; try a lower rate or a shorter time.")
    rate = _said(annual_rate_percent, "annual rate", "percent", "plan")
    length = _said(Decimal(months) / MONTHS_A_YEAR, "length", "years", "plan")
    value = _money("value at the end", end.value, "plan")
    paid = _money("paid in", end.paid_in, "plan")
    gain = _money("growth", end.value - end.paid_in, "plan")
    sums = [_money("starting amount", start, "plan")] if start else []
    sums += [_money("monthly contribution", monthly, "plan")] if monthly else []
    word = "growth" if end.value >= end.paid_in else "a loss"
    sentence = (
        f"The plan comes to {show(value)} after {show(length)} at {show(rate)} a year: {show(paid)} paid in and "
        f"{show(gain, absolute=True)} of {word}."
    )
    return Findings(
        title="Projected growth",
        figures=(value, paid, gain, *sums, rate, length),
        sentences=(sentence,),
        notes=(GROWTH_NOTE,),
        names={"plan": "The plan"},
        chart=_growth_chart(balances, months),
    )


async def loan_payment(
    context: ToolContext,  # noqa: ARG001 (every tool gets the context)
    principal: Number,
    annual_rate_percent: Percent,
    years: Years,
) -> Findings:
    """Work out the monthly payment of a loan or mortgage, and the interest over its life.

    Use this when someone asks what a loan, car finance or mortgage costs a month; for savings use project_growth.

    Args:
        principal: the amount borrowed
        annual_rate_percent: the yearly interest rate
        years: the term, with its unit as typed

    Returns:
        The equal monthly payment, total interest and total paid, in the (unsaid) currency of the amount.

    Raises:
        ArgumentError: an amount, rate or time is out of range.

    Source: annuity formula with monthly payments in arrears at rate / 12: payment = P i / (1 - (1+i)^-n), or P / n at
    a rate of zero.
    """
    _check_amount(principal, "amount borrowed")
    if principal == 0:
        raise ArgumentError("A loan of nothing has no payment; please say the amount borrowed.")
    if not annual_rate_percent.is_finite() or not 0 <= annual_rate_percent <= MOST_PERCENT:
        raise ArgumentError(f"A loan's yearly rate must be between 0% and {MOST_PERCENT}%; please say another.")
    months = _months(years)
    payment = annuity_payment(principal, annual_rate_percent, months)
    total = payment * months
    borrowed = _money("amount borrowed", principal, "loan")
    rate = _said(annual_rate_percent, "annual rate", "percent", "loan")
    length = _said(Decimal(months) / MONTHS_A_YEAR, "length", "years", "loan")
    monthly = _money("monthly payment", payment, "loan")
    interest = _money("total interest", total - principal, "loan")
    paid = _money("total paid", total, "loan")
    return Findings(
        title="Loan payment",
        figures=(monthly, interest, paid, borrowed, rate, length),
        sentences=(
            f"The loan of {show(borrowed)} at {show(rate)} over {show(length)} costs {show(monthly)} a month.",
            f"Over its life the loan costs {show(interest)} of interest, {show(paid)} paid in all.",
        ),
        notes=("Equal payments at each month's end at a constant rate; without fees, insurance or taxes.",),
        names={"loan": "The loan"},
    )


def growth(principal: Decimal, annual_rate_percent: Decimal, months: int, monthly: Decimal) -> tuple[Balance, ...]:
    """The balance at the start and after each month: grown by rate / 12, then the contribution added."""
    with localcontext() as context:
        context.prec = _PRECISION
        factor = 1 + annual_rate_percent / 100 / MONTHS_A_YEAR
        balances = [Balance(0, principal, principal)]
        for month in range(1, months + 1):
            before = balances[-1]
            balances.append(Balance(month, before.paid_in + monthly, before.value * factor + monthly))
    return tuple(balances)


def annuity_payment(principal: Decimal, annual_rate_percent: Decimal, months: int) -> Decimal:
    """The equal payment at each month's end that pays back `principal` with interest in `months` months."""
    with localcontext() as context:
        context.prec = _PRECISION
        rate = annual_rate_percent / 100 / MONTHS_A_YEAR
        return principal / months if rate == 0 else principal * rate / (1 - (1 + rate) ** -months)


def _check_amount(amount: Decimal, what: str) -> None:
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY:
        raise ArgumentError(f"The {what} must be between 0 and a trillion; please say another.")


def _months(years: Decimal) -> int:
    """Whole months, the nearest. Raises `ArgumentError` for less than one or more than a hundred years' worth."""
    if not years.is_finite() or not 0 < years <= MOST_YEARS:
        raise ArgumentError(f"The time must be more than nothing and at most {MOST_YEARS} years; please say another.")
    return max(1, round(years * MONTHS_A_YEAR))


def _money(attribute: str, value: Decimal, subject: str) -> Figure:
    return Figure(subject, attribute, value, "money", SOURCE)


def _said(value: Decimal, attribute: str, unit: Unit, subject: str) -> Figure:
    """A number the person gave, shown with the decimals it has."""
    exponent = value.normalize().as_tuple().exponent
    decimals = min(_MOST_DECIMALS, max(0, -exponent)) if isinstance(exponent, int) else 0
    return Figure(subject, attribute, value, unit, SOURCE, decimals=decimals)


def _growth_chart(balances: tuple[Balance, ...], months: int) -> Chart:
    """The value and what was paid in, by year; by month for a short plan."""
    by_month = months < _SHORT_PLAN_YEARS * MONTHS_A_YEAR
    step = 1 if by_month else MONTHS_A_YEAR
    shown = [balance for balance in balances if balance.month % step == 0 or balance.month == months]
    labels = tuple(f"{'month' if by_month else 'year'} {Decimal(balance.month) / step:.4g}" for balance in shown)
    value = Series("value", tuple(round(float(balance.value), 2) for balance in shown))
    paid = Series("paid in", tuple(round(float(balance.paid_in), 2) for balance in shown))
    return Chart("area", "Projected growth", labels, (value, paid), "money", SOURCE.name)
