"""Company facts and events: unknown stays unknown, and a date that has passed is not called the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, listing, tool_context
from tools.errors import NoData, NotOffered
from tools.formatting import show
from tools.market.events import get_events
from tools.market.fundamentals import get_fundamentals
from tools.market_data.base import Events, Fundamentals

if TYPE_CHECKING:
    from tools.values import Findings

APPLE = Fundamentals(
    "AAPL",
    TODAY,
    "USD",
    market_cap=Decimal(2_104_000_000_000),
    pe_trailing=Decimal("28.456"),
    eps=Decimal("6.11"),
    dividend_yield_percent=Decimal("0.68"),
    profit_margin_percent=Decimal("25.31"),
    revenue=Decimal(394_330_000_000),
    sector="Technology",
    summary="Designs <b>phones</b>. See https://example.com.",
)


async def facts(given: Fundamentals) -> Findings:
    market = FakeMarketData(fundamentals_of={"AAPL": given})
    return await get_fundamentals(tool_context(market, {"AAPL": "Apple"}), listing("AAPL"))


async def events(given: Events) -> Findings:
    market = FakeMarketData(events_of={"AAPL": given})
    return await get_events(tool_context(market, {"AAPL": "Apple"}), listing("AAPL"))


def shown(findings: Findings) -> dict[str, str]:
    return {figure.attribute: show(figure) for figure in findings.figures}


async def test_size_and_valuation_come_first() -> None:
    findings = await facts(APPLE)
    assert findings.sentences == (
        "Apple has a market cap of $2.10T and a P/E of 28.46.",
        "Apple's dividend yield is 0.68%.",
        "Apple's revenue is $394.33B and its profit margin is 25.3%.",
    )
    assert {passage.attribute: passage.text for passage in findings.passages} == {
        "sector": "Technology",
        "business": "Designs phones . See",
    }


async def test_unknown_is_said_to_be_unknown() -> None:
    findings = await facts(Fundamentals("AAPL", TODAY, "USD", market_cap=Decimal("NaN")))
    assert set(shown(findings).values()) == {"unknown"}
    assert findings.sentences == ("The figures of Apple are unknown here.",)


async def test_a_loss_has_no_pe() -> None:
    findings = await facts(replace(APPLE, pe_trailing=Decimal(-12), eps=Decimal(-2)))
    assert shown(findings)["P/E"] == "unknown"
    assert shown(findings)["EPS"] == "-$2.00"
    assert findings.notes == ("Apple made a loss over the last year, so its P/E has no meaning.",)


async def test_a_source_without_facts_says_so() -> None:
    market = FakeMarketData(fundamentals_of={"AAPL": NotOffered("No company facts here; connect another source.")})
    with pytest.raises(NotOffered, match="connect another"):
        await get_fundamentals(tool_context(market), listing("AAPL"))


async def test_dates_to_come_and_the_last_dividend() -> None:
    findings = await events(
        Events(
            "AAPL",
            "USD",
            next_earnings=date(2027, 1, 28),
            ex_dividend=date(2026, 11, 9),
            dividends=((date(2026, 8, 10), Decimal("0.26")), (date(2026, 11, 9), Decimal("0.2625"))),
            splits=((date(2020, 8, 31), Decimal(4)),),
        )
    )
    assert findings.sentences == (
        "Apple is expected to report earnings on 28 Jan 2027.",
        "Apple last paid $0.2625 a share, ex-dividend 9 Nov 2026.",
    )
    figures = shown(findings)
    assert figures["last ex-dividend date"] == "9 Nov 2026"
    assert figures["next dividend payment"] == "unknown"
    assert (figures["last split"], figures["last split date"]) == ("4", "31 Aug 2020")


async def test_an_earnings_date_that_has_passed_is_the_last_one() -> None:
    findings = await events(Events("AAPL", "USD", next_earnings=date(2026, 10, 29)))
    assert "last reported earnings on 29 Oct 2026; the next date is not known" in findings.sentences[0]


async def test_no_events_at_all_says_where_to_look() -> None:
    with pytest.raises(NoData, match="investor relations"):
        await events(Events("AAPL"))
