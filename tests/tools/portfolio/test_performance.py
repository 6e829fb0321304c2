"""Time-weighted and money-weighted returns against published examples, and honesty about gaps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, FakePortfolio, history, tool_context
from tests.fakes.portfolios import bought, holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import NoData
from tools.market_data.base import PriceHistory
from tools.parsing.periods import Period
from tools.portfolio.performance import get_portfolio_performance, money_weighted_return
from tools.portfolio.positions import trades
from tools.portfolio.record import keep_record

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"X": "Xylo", "Y": "Yarrow"}


def _even(currency: str, day: date) -> float:
    return 1.0


def _value(findings: Findings, attribute: str, subject: str = "portfolio") -> float:
    (found,) = (f.value for f in findings.figures if (f.subject, f.attribute) == (subject, attribute))
    assert isinstance(found, Decimal)
    return float(found)


def _two_shares() -> PriceHistory:
    """CFA Institute's example: a share at 200, a second at 225, both sold at 235, 5 of dividend a share a year."""
    adjusted = (100.0, 100 * 230 / 200, 100 * 230 / 200 * 240 / 225)
    days = (date(2021, 1, 4), date(2022, 1, 4), date(2023, 1, 4))
    return PriceHistory("X", "USD", days, adjusted, closes=(200.0, 225.0, 235.0))


def test_two_share_example_of_the_cfa_curriculum() -> None:
    """CFA Program curriculum, Quantitative Methods, rates of return: TWR 10.76 %, MWR 9.39 % a year."""
    done = trades([bought("X", "1", "200", "2021-01-04"), bought("X", "1", "225", "2022-01-04")], {})
    record = keep_record(done, {"X": _two_shares()}, None, date(2023, 1, 4), _even)
    assert record.factors == pytest.approx([1.0, 1.15, 1.0 + 15 / 225])
    # The curriculum rounds the second year to 6.67 % before it links: exactly, 10.755 %.
    assert (record.growth[-1] / 100) ** 0.5 - 1 == pytest.approx(0.1076, abs=1e-4)
    assert money_weighted_return(record.flows) == pytest.approx(0.0939, abs=5e-5)
    assert record.gain == pytest.approx(10 + 35 + 15)
    assert record.paid_in == 425


def test_xirr_of_the_spreadsheet_documentation() -> None:
    """The example in the documentation of the spreadsheet function XIRR: 0.373362535."""
    flows = [(date(2008, 1, 1), -10000.0), (date(2008, 3, 1), 2750.0), (date(2008, 10, 30), 4250.0),
             (date(2009, 2, 15), 3250.0), (date(2009, 4, 1), 2750.0)]  # fmt: skip
    assert money_weighted_return(flows) == pytest.approx(0.373362535, abs=1e-8)


def test_payments_of_one_sign_have_no_money_weighted_return() -> None:
    assert money_weighted_return([(date(2021, 1, 1), -1.0), (date(2022, 1, 1), -2.0)]) is None
    assert money_weighted_return([]) is None


def test_payments_never_move_the_time_weighted_return() -> None:
    prices = history("X", [10.0, 11.0, 12.1, 13.31], end=date(2021, 3, 4))
    once = trades([bought("X", "1", "10", "2021-03-01")], {})
    twice = trades([bought("X", "1", "10", "2021-03-01"), bought("X", "1000", "11", "2021-03-02")], {})
    records = [keep_record(done, {"X": prices}, None, date(2021, 3, 4), _even) for done in (once, twice)]
    assert records[0].growth == pytest.approx(records[1].growth)
    assert records[0].growth[-1] == pytest.approx(133.1)


def test_the_first_day_counts_from_the_price_paid() -> None:
    prices = history("X", [10.0, 11.0], end=date(2021, 3, 2))
    record = keep_record(
        trades([bought("X", "1", "8", "2021-03-01")], {}), {"X": prices}, None, date(2021, 3, 2), _even
    )
    assert record.growth == pytest.approx([125.0, 137.5])


def test_value_equals_opening_plus_payments_plus_gain_less_dividends() -> None:
    done = trades([bought("X", "1", "200", "2021-01-04"), bought("X", "1", "225", "2022-01-04")], {})
    record = keep_record(done, {"X": _two_shares()}, None, date(2023, 1, 4), _even)
    dividends = 5 + 10
    assert record.values[-1] == pytest.approx(record.opening + record.paid_in + record.gain - dividends)


def test_exchange_rates_are_part_of_the_return() -> None:
    prices = history("X", [10.0, 10.0], end=date(2021, 3, 2), currency="EUR")
    rates = {date(2021, 3, 1): 1.0, date(2021, 3, 2): 1.1}
    done = trades([bought("X", "1", "10", "2021-03-01", currency="EUR")], {})
    record = keep_record(done, {"X": prices}, None, date(2021, 3, 2), lambda _, day: rates[day])
    assert record.growth[-1] == pytest.approx(110)


def test_a_trade_on_a_weekend_belongs_to_the_next_session() -> None:
    prices = history("X", [10.0, 11.0, 12.0], end=date(2021, 3, 9))  # Friday, Monday, Tuesday
    done = trades([bought("X", "1", "10", "2021-03-05"), bought("X", "1", "11", "2021-03-06")], {})
    record = keep_record(done, {"X": prices}, None, date(2021, 3, 9), _even)
    assert record.values == [10.0, 22.0, 24.0]


def test_a_trade_before_the_first_close_waits_for_it() -> None:
    prices = history("X", [10.0, 11.0], end=date(2021, 3, 4))
    other = history("Y", [5.0] * 4, end=date(2021, 3, 4))
    done = trades([bought("X", "1", "9", "2021-03-01"), bought("Y", "1", "5", "2021-03-01")], {})
    record = keep_record(done, {"X": prices, "Y": other}, None, date(2021, 3, 4), _even)
    assert record.gains["X"] == pytest.approx(2)
    assert record.values == [5.0, 5.0, 15.0, 16.0]


async def test_a_purchase_since_the_last_close_has_no_performance_yet() -> None:
    market = FakeMarketData(day=date(2021, 3, 6), history_of={"X": history("X", [1.0, 2.0], end=date(2021, 3, 5))})
    with pytest.raises(NoData, match="no close yet"):
        await get_portfolio_performance(
            tool_context(market, NAMES, portfolio=holding(bought("X", "1", "1", "2021-03-06")))
        )


async def test_a_year_is_measured_from_the_close_a_year_ago() -> None:
    market = FakeMarketData(
        day=date(2021, 3, 4),
        history_of={
            "X": history("X", [50.0] * 270 + [60.0], end=date(2021, 3, 4), closes=[50.0] * 270 + [60.0]),
            "Y": history("Y", [20.0] * 270 + [10.0], end=date(2021, 3, 4), closes=[20.0] * 270 + [10.0]),
        },
    )
    mine = holding(bought("X", "10", "1", "2020-02-24"), bought("Y", "5", "1", "2020-02-24"))
    found = await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine))
    assert _value(found, "gain") == pytest.approx(50)
    assert _value(found, "time-weighted return") == pytest.approx(50 / 600 * 100)
    assert _value(found, "money-weighted return") == pytest.approx(50 / 600 * 100)
    assert _value(found, "gain", "Y") == pytest.approx(-50)
    assert found.sentences[0] == (
        "Your portfolio gained $50.00 from 4 Mar 2020 to 4 Mar 2021, a time-weighted return of 8.33%."
    )
    assert found.sentences[-1] == "Xylo did best with a gain of $100.00 and Yarrow did worst with a loss of $50.00."
    assert untraced_numbers(found) == []
    assert found.chart is not None
    assert len(found.chart.labels) <= 120
    assert (found.chart.series[0].values[0], found.chart.series[0].values[-1]) == (100.0, 108.33)


async def test_past_a_year_returns_are_also_given_a_year() -> None:
    closes = [100.0] * 520 + [121.0]
    market = FakeMarketData(day=date(2022, 1, 3), history_of={"X": history("X", closes, end=date(2022, 1, 3))})
    mine = holding(bought("X", "1", "100", "2020-01-06"), is_sample=True)
    found = await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine), Period("max"))
    assert _value(found, "time-weighted return") == pytest.approx(21)
    assert _value(found, "time-weighted return a year") == pytest.approx(10.04, abs=0.05)
    assert _value(found, "money-weighted return a year") == pytest.approx(10.04, abs=0.05)
    assert found.sentences[0].startswith("The sample portfolio gained $21.00")
    assert any(note.startswith("Prices are adjusted") for note in found.notes)
    assert any("sample" in note for note in found.notes)
    assert untraced_numbers(found) == []


async def test_what_has_no_prices_is_left_out_and_named() -> None:
    market = FakeMarketData(day=date(2021, 3, 4), history_of={"X": history("X", [1.0, 2.0], end=date(2021, 3, 4))})
    mine = holding(bought("X", "1", "1", "2021-03-03"), bought("Y", "1", "1", "2021-03-03"))
    found = await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine))
    assert any(note.startswith("Yarrow is left out") for note in found.notes)
    assert all(figure.subject != "Y" for figure in found.figures)


@pytest.mark.parametrize(
    ("mine", "period", "words"),
    [
        (holding(), None, "empty"),
        (holding(cash={"USD": "5"}), None, "only cash"),
        (holding(bought("X", "1", "1", "2021-03-03")), Period("2020"), "ask for a later period"),
        (holding(bought("Z", "1", "1", "2021-03-03")), None, "is left out"),
        (holding(bought("X", "-1", "1", "2021-03-03")), None, "more sold than bought"),
    ],
)
async def test_what_cannot_be_measured_is_said(mine: FakePortfolio, period: Period | None, words: str) -> None:
    market = FakeMarketData(day=date(2021, 3, 4), history_of={"X": history("X", [1.0, 2.0], end=date(2021, 3, 4))})
    with pytest.raises(NoData, match=words):
        await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine), period)


async def test_holdings_in_another_currency_are_converted_at_dated_rates() -> None:
    market = FakeMarketData(
        day=date(2021, 3, 4),
        history_of={"X": history("X", [10.0, 11.0, 12.0], end=date(2021, 3, 4), currency="GBP")},
        rates={("GBP", "USD"): Decimal("1.5")},
    )
    mine = holding(bought("X", "2", "10", "2021-03-02", currency="GBP"))
    found = await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine))
    assert _value(found, "gain") == pytest.approx(2 * 2 * 1.5)
    assert _value(found, "paid in") == pytest.approx(30)
    assert any("converted to USD" in note for note in found.notes)


async def test_a_currency_without_rates_is_an_error() -> None:
    market = FakeMarketData(
        day=date(2021, 3, 4), history_of={"X": history("X", [10.0, 11.0], end=date(2021, 3, 4), currency="GBP")}
    )
    mine = holding(bought("X", "2", "10", "2021-03-03", currency="GBP"))
    with pytest.raises(NoData, match="GBP holdings can't be converted"):
        await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine))


async def test_bad_ticks_are_dropped() -> None:
    closes = [10.0, float("nan"), -5.0, 11.0]
    market = FakeMarketData(day=date(2021, 3, 4), history_of={"X": history("X", closes, end=date(2021, 3, 4))})
    mine = holding(bought("X", "1", "10", "2021-03-01"))
    found = await get_portfolio_performance(tool_context(market, NAMES, portfolio=mine))
    assert _value(found, "time-weighted return") == pytest.approx(10)
