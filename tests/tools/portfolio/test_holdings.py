"""What is held and worth, in one currency, with every gap said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import NoData
from tools.portfolio.holdings import get_portfolio

if TYPE_CHECKING:
    from tools.values import Figure, Findings

NAMES = {"AAPL": "Apple", "VOD.L": "Vodafone", "TSLA": "Tesla"}


def _figure(findings: Findings, subject: str, attribute: str) -> Figure:
    (found,) = (f for f in findings.figures if (f.subject, f.attribute) == (subject, attribute))
    return found


def _market() -> FakeMarketData:
    return FakeMarketData(
        quote_of={"AAPL": quote("AAPL", "200"), "VOD.L": quote("VOD.L", "0.80", currency="GBP")},
        history_of={
            "AAPL": history("AAPL", [100.0] * 5, closes=[100.0] * 5, end=date(2020, 9, 1)),
            "VOD.L": history("VOD.L", [1.0] * 5, closes=[1.0] * 5, currency="GBP"),
        },
        rates={("GBP", "USD"): Decimal("1.25"), ("EUR", "USD"): Decimal("1.1")},
    )


async def _look(mine: FakePortfolio, market: FakeMarketData | None = None) -> Findings:
    return await get_portfolio(tool_context(market or _market(), NAMES, portfolio=mine))


async def test_everything_is_valued_in_the_portfolios_currency() -> None:
    found = await _look(
        holding(
            bought("AAPL", "4", "150", "2021-01-04"),
            bought("VOD.L", "100", "1.20", "2021-01-04", currency="GBP"),
            cash={"USD": "50", "EUR": "100"},
        )
    )
    assert _figure(found, "VOD.L", "price").currency == "GBP"
    assert _figure(found, "VOD.L", "market value").value == 100
    assert _figure(found, "VOD.L", "cost basis").value == 150
    assert _figure(found, "EUR cash", "market value").value == 110
    assert _figure(found, "portfolio", "market value").value == 800 + 100 + 50 + 110
    assert _figure(found, "portfolio", "gain").value == 200 - 50
    weights = [f.value for f in found.figures if f.attribute == "weight"]
    assert sum(w for w in weights if isinstance(w, Decimal)) == pytest.approx(100)
    assert found.sentences == (
        "Your portfolio is worth $1,060.00, at prices of 20 Nov 2026.",
        "Your portfolio is up $150.00 (20.0%) on its cost of $750.00.",
        "Apple is the largest holding, at 75.5% of the total.",
    )
    assert untraced_numbers(found) == []
    assert any("fake rates" in note for note in found.notes)
    assert found.chart is not None
    assert (found.chart.kind, found.chart.labels[0]) == ("pie", "Apple")


async def test_a_total_with_a_missing_price_says_what_it_is_without() -> None:
    found = await _look(holding(bought("AAPL", "1", "150", "2021-01-04"), bought("TSLA", "1", "9", "2021-01-04")))
    total = _figure(found, "portfolio", "market value")
    assert total.value == 200
    assert total.note == "partial"
    assert found.sentences[0] == "Your portfolio is worth $200.00 without Tesla, at prices of 20 Nov 2026."
    assert _figure(found, "TSLA", "market value").value is None
    assert _figure(found, "TSLA", "weight").value is None
    assert _figure(found, "portfolio", "gain").note == "partial"
    assert any(note.startswith("Tesla has no price") for note in found.notes)


async def test_a_currency_without_a_rate_leaves_a_gap_not_a_guess() -> None:
    found = await _look(holding(bought("AAPL", "1", "150", "2021-01-04"), cash={"CHF": "10"}))
    assert _figure(found, "CHF cash", "market value").value is None
    assert found.sentences[0].startswith("Your portfolio is worth $200.00 without CHF cash")


async def test_the_sample_never_passes_for_the_persons_own() -> None:
    found = await _look(holding(bought("AAPL", "1", "150", "2021-01-04"), is_sample=True))
    assert found.title == "Sample portfolio"
    assert found.sentences[0].startswith("The sample portfolio")
    assert found.notes[0].startswith("This is the sample portfolio, not yours")


async def test_a_split_since_purchase_multiplies_the_shares() -> None:
    market = _market()
    market.history_of = {
        "AAPL": history("AAPL", [100.0] * 5, closes=[100.0] * 5, splits=((date(2020, 8, 31), Decimal(4)),),
                        end=date(2020, 8, 7))
    }  # fmt: skip
    found = await _look(holding(bought("AAPL", "1", "401", "2020-08-07")), market)
    assert _figure(found, "AAPL", "quantity").value == 4
    assert _figure(found, "AAPL", "cost basis").value == 401


async def test_a_price_paid_far_above_adjusted_closes_raises_the_question_of_a_split() -> None:
    market = _market()
    market.history_of = {"AAPL": history("AAPL", [100.0] * 5)}
    found = await _look(holding(bought("AAPL", "1", "400", str(TODAY))), market)
    assert any("may have split" in note for note in found.notes)


async def test_a_purchase_after_the_latest_price_is_said_to_be_out_of_date() -> None:
    market = _market()
    market.quote_of = {"AAPL": quote("AAPL", "200", as_of=date(2022, 12, 28))}
    found = await _look(holding(bought("AAPL", "1", "150", "2025-01-06")), market)
    assert any("after the latest price, of 28 Dec 2022" in note for note in found.notes)
    assert "28 Dec 2022" in found.sentences[0]


async def test_an_unknown_cost_is_unknown() -> None:
    found = await _look(holding(bought("AAPL", "1", None, "2021-01-04")))
    assert _figure(found, "AAPL", "gain").value is None
    assert any("without a price" in note for note in found.notes)
    assert len(found.sentences) == 2


async def test_cash_alone_is_a_portfolio() -> None:
    found = await _look(holding(cash={"USD": "1234.5"}))
    assert found.sentences == ("Your portfolio is worth $1,234.50, at prices of 20 Nov 2026.",)


@pytest.mark.parametrize(
    ("mine", "words"),
    [(holding(), "“/import”"), (holding(bought("TSLA", "1", "9", "2021-01-04")), "Tesla has no price")],
)
async def test_nothing_to_value_is_an_error_with_a_next_step(mine: FakePortfolio, words: str) -> None:
    with pytest.raises(NoData, match=words):
        await _look(mine)
