"""Prices come with their time, currency and move; what can't be a price is never shown as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import FakeMarketData, listing, quote, tool_context
from tools.errors import NoData, RateLimited
from tools.formatting import show
from tools.market.overview import get_market_overview
from tools.market.quotes import get_quote
from tools.market_data.base import MarketSummary, Quote

if TYPE_CHECKING:
    from tools.values import Findings

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "^GSPC": "S&P 500", "SAP.DE": "SAP", "KO": "Coca-Cola"}


async def ask(*quotes: Quote, now: datetime | None = None, extra: tuple[str, ...] = ()) -> Findings:
    market = FakeMarketData(quote_of={each.symbol: each for each in quotes})
    symbols = [listing(each.symbol) for each in quotes] + [listing(symbol) for symbol in extra]
    return await get_quote(tool_context(market, NAMES, now=now), symbols)


async def test_a_close_is_told_with_its_day_and_move() -> None:
    findings = await ask(quote("AAPL", "126.04", "130.03"))
    assert findings.sentences == (
        "Apple closed at $126.04 on 20 Nov 2026, down 3.07% from its previous close of $130.03.",
    )
    assert findings.notes == ()


async def test_a_live_price_carries_its_time() -> None:
    moment = datetime(2026, 11, 20, 15, 1, tzinfo=UTC)
    live = replace(quote("SAP.DE", "210.5", "200", "EUR"), as_of=moment)
    findings = await ask(live, now=moment)
    assert findings.sentences == (
        "SAP was at €210.50 on 20 Nov 2026, 15:01 UTC, up 5.25% from its previous close of €200.00.",
    )


async def test_an_index_is_in_points() -> None:
    findings = await ask(quote("^GSPC", "3783.22", "3829.25", None))
    assert findings.sentences[0].startswith("The S&P 500 closed at 3,783.22")
    assert findings.figures[0].unit == "points"
    assert findings.notes == ()


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", "-3"])
async def test_an_impossible_price_is_no_price(price: str) -> None:
    """D2, D5: said as missing now, never as 0 and never as delisted."""
    with pytest.raises(NoData, match="no usable price of Apple right now"):
        await ask(quote("AAPL", price))


@pytest.mark.parametrize("previous", [None, "NaN", "0"])
async def test_without_a_previous_close_the_move_is_unknown(previous: str | None) -> None:
    findings = await ask(quote("AAPL", "126.04", previous))
    assert "its move on the day is unknown" in findings.sentences[0]
    assert {show(f) for f in findings.figures if f.attribute == "day change"} == {"unknown"}


async def test_pence_against_pounds_is_flagged_and_not_told_as_a_move() -> None:
    """D6."""
    findings = await ask(quote("AAPL", "1.26", "126.04"))
    assert "unknown" in findings.sentences[0]
    assert any("too far apart" in note for note in findings.notes)


@pytest.mark.parametrize(
    "as_of",
    [date(2026, 11, 23), datetime(2026, 11, 20, 23, tzinfo=UTC), datetime(2026, 11, 20, 12)],  # noqa: DTZ001
)
async def test_a_price_from_the_future_or_without_a_zone_is_refused(as_of: date) -> None:
    """D12."""
    with pytest.raises(NoData, match="yet to come"):
        await ask(quote("AAPL", "126.04", as_of=as_of), now=datetime(2026, 11, 20, 21, tzinfo=UTC))


async def test_an_old_price_is_labelled_but_a_long_weekend_is_not() -> None:
    """D9: a price of Friday is late on Wednesday, not on Tuesday after a holiday Monday."""
    friday = quote("AAPL", "126.04", "130.03", as_of=date(2026, 11, 20))
    market = FakeMarketData(day=date(2026, 11, 25), quote_of={"AAPL": friday})
    tuesday, wednesday = (datetime(2026, 11, day, 21, tzinfo=UTC) for day in (24, 25))
    assert (await get_quote(tool_context(market, NAMES, now=tuesday), [listing("AAPL")])).notes == ()
    late = await get_quote(tool_context(market, NAMES, now=wednesday), [listing("AAPL")])
    assert late.notes == ("There is no newer price than that of 20 Nov 2026.",)


async def test_a_bundle_of_old_prices_says_how_to_get_live_ones() -> None:
    old = quote("AAPL", "126.04", "130.03", as_of=date(2022, 12, 28))
    market = FakeMarketData(day=date(2022, 12, 28), name="bundled history", quote_of={"AAPL": old})
    context = tool_context(market, NAMES, now=datetime(2026, 11, 20, tzinfo=UTC))
    notes = (await get_quote(context, [listing("AAPL")])).notes
    assert notes == ("Prices end on 28 Dec 2022; set TUPPENCE_MARKET_DATA=yahoo for live ones.",)


async def test_one_of_many_fails_and_the_others_are_shown() -> None:
    """D4."""
    findings = await ask(quote("AAPL", "126", "120"), quote("MSFT", "240", "250"), extra=("GONE",))
    assert set(findings.names) == {"AAPL", "MSFT"}
    assert "No price of GONE; try another." in findings.notes


async def test_when_all_fail_the_first_reason_is_raised() -> None:
    market = FakeMarketData(quote_of={"AAPL": RateLimited("Yahoo asks us to wait; try again in a minute.")})
    with pytest.raises(RateLimited, match="wait"):
        await get_quote(tool_context(market, NAMES), [listing("AAPL"), listing("MSFT")])


async def test_a_missing_currency_is_said() -> None:
    """D8."""
    findings = await ask(quote("AAPL", "126", "120", None))
    assert "closed at 126.00 on" in findings.sentences[0]
    assert findings.notes == ("The currency of the price is unknown.",)


async def test_many_are_told_by_best_and_worst() -> None:
    moves = [("AAPL", "90"), ("MSFT", "99"), ("SAP.DE", "104"), ("KO", "101")]
    findings = await ask(*(quote(symbol, price, "100") for symbol, price in moves))
    assert findings.sentences[1] == "Of these SAP rose 4.00% on the day, the best, and Apple fell 10.00%, the worst."


async def test_a_remark_of_several_is_written_once_and_names_only_some() -> None:
    noted = [replace(quote(symbol, "90", "100"), note="fetched an hour ago") for symbol in ("AAPL", "MSFT")]
    assert (await ask(*noted)).notes == ("Fetched an hour ago.",)
    assert (await ask(*noted, quote("KO", "1"))).notes == ("Apple and Microsoft: fetched an hour ago.",)


async def test_the_time_is_a_column_only_where_it_differs() -> None:
    same = await ask(quote("AAPL", "90"), quote("MSFT", "90"))
    assert "as of" not in {figure.attribute for figure in same.figures}
    other = await ask(quote("AAPL", "90"), quote("MSFT", "90", as_of=date(2026, 11, 19)))
    assert "as of" in {figure.attribute for figure in other.figures}


async def test_the_overview_uses_the_names_of_its_summary() -> None:
    quotes = {s: replace(quote(s, "101", "100"), currency=None) for s in ("^GSPC", "^IXIC")}
    market = FakeMarketData(
        quote_of=quotes, summary=MarketSummary(("^GSPC", "^IXIC", "^GONE"), {"^IXIC": "Nasdaq Composite"})
    )
    findings = await get_market_overview(tool_context(market, NAMES))
    assert findings.sentences[1] == "On the day the Nasdaq Composite rose 1.00%."
    assert findings.names == {"^GSPC": "S&P 500", "^IXIC": "Nasdaq Composite"}
    assert "No price of ^GONE; try another." in findings.notes
    assert {f.value for f in findings.figures if f.attribute == "day change"} == {Decimal(1)}


async def test_an_overview_without_anything_says_what_to_ask() -> None:
    with pytest.raises(NoData, match="ask for one index"):
        await get_market_overview(tool_context())
