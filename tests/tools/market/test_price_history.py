"""Returns over a period, and comparisons over the same dates, say what was paid, what was adjusted, and when."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, history, listing, tool_context
from tools.errors import MissingArgument, NoData
from tools.formatting import show
from tools.market.price_history import compare_performance, get_price_history
from tools.market_data.base import PriceHistory
from tools.market_data.snapshot import SnapshotMarketData
from tools.parsing.periods import Period

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "^GSPC": "S&P 500", "VOD.L": "Vodafone"}
APPLE, MICROSOFT, INDEX = listing("AAPL"), listing("MSFT"), listing("^GSPC")


def shown(findings: Findings, symbol: str = "AAPL") -> dict[str, str]:
    return {figure.attribute: show(figure) for figure in findings.figures if figure.subject == symbol}


async def ask(prices: PriceHistory, period: str = "1mo", *, market: FakeMarketData | None = None) -> Findings:
    market = market or FakeMarketData(history_of={prices.symbol: prices})
    return await get_price_history(tool_context(market, NAMES), listing(prices.symbol), Period(period))


async def test_a_fall_is_told_with_its_prices_and_dates() -> None:
    findings = await ask(history("AAPL", [100, 104, 90, 80], closes=[100, 104, 90, 80]))
    assert findings.sentences == ("Apple fell 20.0%, from $100.00 on 17 Nov 2026 to $80.00 on 20 Nov 2026.",)
    assert shown(findings)["high"] == "$104.00"
    assert shown(findings)["maximum drawdown"] == "-23.1%"
    assert not any("adjusted" in note for note in findings.notes)


async def test_dividends_count_in_the_total_return_but_not_in_the_price() -> None:
    """Raw closes fell by the dividend; adjusted ones did not."""
    findings = await ask(history("AAPL", [95, 100, 104.5], closes=[100, 100, 104.5]))
    assert shown(findings)["total return"] == "10.0%"
    assert shown(findings)["price change"] == "4.5%"
    assert "price rose 4.5%" in findings.sentences[0]
    assert findings.sentences[0].endswith("with dividends its total return was 10.0%.")


async def test_where_only_adjusted_closes_exist_a_note_says_so_once() -> None:
    findings = await ask(history("AAPL", [100, 110]))
    assert (
        findings.notes.count(
            "Prices are adjusted for later splits and dividends, so they differ from what was paid then."
        )
        == 1
    )


async def test_an_index_has_points_and_no_currency() -> None:
    findings = await ask(history("^GSPC", [4000, 4400], currency=None, closes=[4000, 4400]))
    assert "The S&P 500 rose 10.0%, from 4,000.00 on" in findings.sentences[0]
    assert {figure.currency for figure in findings.figures} == {None}
    assert "Index returns leave dividends out." in findings.notes


async def test_a_year_is_measured_from_the_close_before_it_and_its_high_lies_within() -> None:
    days = (date(2024, 12, 31), date(2025, 1, 2), date(2025, 12, 31))
    prices = PriceHistory("AAPL", "USD", days, (200.0, 100.0, 150.0), (200.0, 100.0, 150.0))
    figures = shown(await ask(prices, "2025"))
    assert (figures["start date"], figures["total return"]) == ("31 Dec 2024", "-25.0%")
    assert (figures["high"], figures["high date"]) == ("$150.00", "31 Dec 2025")


async def test_over_a_year_the_annualised_return_is_told() -> None:
    days = (date(2022, 11, 18), date(2024, 11, 20), TODAY)
    figures = shown(await ask(PriceHistory("AAPL", "USD", days, (100.0, 120.0, 200.0)), "5y"))
    assert figures["annualised return"] == "18.9%"  # 2 to the power of 365.25 / 1463 days


async def test_impossible_closes_are_dropped_and_said() -> None:
    """Missing, infinite, zero and negative closes (D5), and one from the day after tomorrow (D12)."""
    prices = history("AAPL", [100, 80, math.nan, math.inf, 0, -5, 110, 999], end=date(2026, 11, 24))
    market = FakeMarketData(day=date(2026, 11, 24), history_of={"AAPL": prices})
    context = tool_context(market, NAMES, now=datetime(2026, 11, 22, 22, tzinfo=UTC))
    findings = await get_price_history(context, APPLE, Period("1mo"))
    assert (shown(findings)["total return"], shown(findings)["low"]) == ("10.0%", "$80.00")
    assert any("missing or impossible" in note for note in findings.notes)


async def test_a_hundredfold_jump_is_flagged() -> None:
    """Pence taken for pounds look like a return of -99 % (D6)."""
    findings = await ask(history("VOD.L", [80, 81, 0.82, 0.83], currency="GBP"))
    assert any("jumps on 19 Nov 2026" in note for note in findings.notes)


async def test_an_unknown_currency_is_said() -> None:
    findings = await ask(history("AAPL", [100, 110], currency=None))
    assert "$" not in findings.sentences[0]
    assert any("currency of the prices is unknown" in note for note in findings.notes)


async def test_a_late_start_an_early_end_and_old_prices_are_noted() -> None:
    prices = history("AAPL", [100, 110], end=date(2026, 10, 23))
    notes = (await ask(prices, "1y")).notes
    assert "The prices of Apple begin on 22 Oct 2026, later than asked; only that time counts." in notes
    assert "There is no newer price than that of 23 Oct 2026." in notes
    past = (await ask(prices, "2026-10-01..2026-11-10")).notes
    assert "The prices of Apple end on 23 Oct 2026, earlier than asked." in past


@pytest.mark.parametrize("prices", [[100], [math.nan, 100]])
async def test_one_price_is_no_return(prices: list[float]) -> None:
    with pytest.raises(NoData, match="not enough prices of Apple"):
        await ask(history("AAPL", prices))


async def test_a_period_yet_to_come_says_where_the_prices_end() -> None:
    with pytest.raises(NoData, match=r"end on 20 Nov 2026; ask for a period up to then"):
        await ask(history("AAPL", [1, 2]), "2031")


async def test_a_long_chart_is_thinned_and_keeps_its_extremes() -> None:
    prices = [100 + math.sin(i / 40) * 20 for i in range(2000)]
    prices[777], prices[1234] = 300, 1
    chart = (await ask(history("AAPL", prices), "max")).chart
    assert chart is not None
    values = chart.series[0].values
    assert len(values) == len(chart.labels) <= 120
    assert (values[0], values[-1]) == (prices[0], prices[-1])
    assert (max(v for v in values if v), min(v for v in values if v)) == (300, 1)


def rivals(**others: PriceHistory) -> FakeMarketData:
    same = {"AAPL": history("AAPL", [100, 120, 110]), "MSFT": history("MSFT", [50, 48, 60])}
    return FakeMarketData(history_of={**same, **others})


async def test_the_best_comes_first() -> None:
    findings = await compare_performance(tool_context(rivals(), NAMES), [APPLE, MICROSOFT], Period("5d"))
    assert findings.sentences[0] == (
        "Microsoft did better between 18 Nov 2026 and 20 Nov 2026: it rose 20.0% and Apple rose 10.0%."
    )
    assert findings.figures[0].subject == "MSFT"
    assert findings.chart is not None
    assert [series.values[0] for series in findings.chart.series] == [100, 100]


@pytest.mark.parametrize(
    ("apple", "lead"),
    [([100, 90], "came out ahead"), ([100, 100.01], "did better"), ([100, 120], "did equally well")],
)
async def test_the_lead_fits_the_outcome(apple: list[float], lead: str) -> None:
    market = FakeMarketData(history_of={"AAPL": history("AAPL", apple), "MSFT": history("MSFT", [50, 60])})
    findings = await compare_performance(tool_context(market, NAMES), [APPLE, MICROSOFT], Period("5d"))
    assert lead in findings.sentences[0]


async def test_only_shared_dates_count_and_the_shorter_span_is_said() -> None:
    market = rivals(AAPL=history("AAPL", [1, 2, 3, 4, 100, 120, 110]))
    findings = await compare_performance(tool_context(market, NAMES), [APPLE, MICROSOFT], Period("max"))
    assert shown(findings)["total return"] == "10.0%"
    assert shown(findings)["start date"] == shown(findings, "MSFT")["start date"] == "18 Nov 2026"
    assert "All are compared from 18 Nov 2026, when the prices of Microsoft begin." in findings.notes


async def test_one_that_fails_is_named_and_the_others_shown() -> None:
    """D4."""
    tesla = listing("TSLA", "Tesla")
    findings = await compare_performance(tool_context(rivals(), NAMES), [APPLE, tesla, MICROSOFT], Period("5d"))
    assert set(findings.names) == {"AAPL", "MSFT"}
    assert "Nothing for TSLA; try another." in findings.notes


async def test_when_all_fail_the_error_is_raised() -> None:
    with pytest.raises(NoData, match="Nothing for AAPL"):
        await compare_performance(tool_context(None, NAMES), [APPLE, MICROSOFT])


async def test_one_symbol_asks_for_the_second() -> None:
    with pytest.raises(MissingArgument, match="what should Apple be compared with"):
        await compare_performance(tool_context(rivals(), NAMES), [APPLE])


async def test_mixed_currencies_are_said_and_an_index_has_none() -> None:
    """D8."""
    market = rivals(**{"VOD.L": history("VOD.L", [1, 2, 3], currency="GBP"), "^GSPC": history("^GSPC", [9, 9, 9])})
    compared = [APPLE, listing("VOD.L"), INDEX]
    findings = await compare_performance(tool_context(market, NAMES), compared, Period("5d"))
    assert any("(Vodafone in GBP and Apple in USD)" in note for note in findings.notes)


async def test_no_shared_dates_is_an_error() -> None:
    market = rivals(AAPL=history("AAPL", [1, 2, 3], end=TODAY - timedelta(days=7)))
    with pytest.raises(NoData, match="no dates with prices in common"):
        await compare_performance(tool_context(market, NAMES), [APPLE, MICROSOFT], Period("1mo"))


async def test_the_bundled_history_answers_2022() -> None:
    """The S&P 500 closed 2021 at 4,766.18 and 28 December 2022 at 3,783.22 (S&P Dow Jones Indices)."""
    context = tool_context(None, NAMES)
    bundled = type(context)(SnapshotMarketData(), context.symbols, context.portfolio, context.now)
    findings = await compare_performance(bundled, [APPLE, INDEX], Period("2022"))
    figures = shown(findings, "^GSPC")
    assert figures["start date"] == "31 Dec 2021"
    level = Decimal("3783.22") / Decimal("4766.18") - 1
    assert figures["total return"] == f"{level * 100:.1f}%"
    assert any("set TUPPENCE_MARKET_DATA=yahoo" in note for note in findings.notes)
