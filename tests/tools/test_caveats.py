"""What a provider says of its data reaches the person: once, in a sentence, from every tool that uses the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tools.catalogue import TOOLS
from tools.caveats import Remarks, in_sentences, price_caveats, remarks_in
from tools.market_data.base import ADJUSTED, Events, Fundamentals, MarketSummary, ScreenRow
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tools.context import ToolContext

TOOLBOX = Toolbox(TOOLS)
NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "^GSPC": "S&P 500"}
AGE = "fetched 25 minutes ago, as the fake gives no newer data right now"
GAP = "3 days without a usable price left out"
NOTE = f"{GAP}; {AGE}"
ADJUSTED_SENTENCE = "Prices are adjusted for later splits and dividends, so they differ from what was paid then."
END_SENTENCE = "Prices end on 28 Dec 2022; set TUPPENCE_MARKET_DATA=yahoo for live ones."
CALLS: dict[str, dict[str, Any]] = {
    "get_quote": {"symbols": ["AAPL"]},
    "get_price_history": {"symbol": "AAPL"},
    "compare_performance": {"symbols": ["AAPL", "MSFT"]},
    "get_technicals": {"symbol": "AAPL"},
    "get_market_overview": {},
    "get_sector_performance": {},
    "screen_stocks": {},
    "get_portfolio": {},
    "get_portfolio_performance": {},
    "get_portfolio_risk": {},
    "get_portfolio_income": {},
    "suggest_rebalance": {},
    "get_watchlist": {},
    "propose_price_alert": {"symbol": "AAPL", "condition": "above", "price": "500"},
}
FACTS: dict[str, dict[str, Any]] = {"get_fundamentals": {"symbol": "AAPL"}, "get_events": {"symbol": "AAPL"}}
# Holding adjusted closes only, these show no price that was paid.
SHOWS_NO_PRICE = frozenset({"get_portfolio_income"})


def noted_context(note: str = "", day: date = TODAY, *, adjusted: bool = False) -> ToolContext:
    """A context in which every value of every kind carries the note; now is always in November 2026."""
    closes = [100.0 + place % 7 for place in range(300)]
    histories = {
        symbol: replace(history(symbol, closes, end=day, closes=None if adjusted else closes), note=note)
        for symbol in NAMES
    }
    market = FakeMarketData(
        day=day,
        quote_of={
            symbol: replace(quote(symbol, "103", "102", as_of=day), note=note, adjusted=adjusted) for symbol in NAMES
        },
        history_of=histories,
        fundamentals_of={"AAPL": Fundamentals("AAPL", day, "USD", Decimal(10) ** 12, note=note)},
        events_of={"AAPL": Events("AAPL", "USD", date(2027, 1, 28), note=note)},
        rows=(ScreenRow("AAPL", "Apple", Decimal(103), "USD", note=f"{note}; {ADJUSTED}" if adjusted else note),),
        sector_symbols={"technology": ("AAPL", "MSFT")},
        summary=MarketSummary(("AAPL", "MSFT")),
    )
    bought_apple = bought("AAPL", "4", "90", day.replace(month=1).isoformat())
    mine: FakePortfolio = holding(bought_apple, watched=("AAPL", "MSFT"), targets={"AAPL": "0.5"})
    return tool_context(market, NAMES, now=datetime(2026, 11, 20, 22, tzinfo=UTC), portfolio=mine)


async def notes_of(name: str, context: ToolContext) -> tuple[str, ...]:
    outcome = await TOOLBOX.call(name, {**CALLS, **FACTS}[name], context)
    assert outcome.findings is not None, outcome.error
    return outcome.findings.notes


@pytest.mark.parametrize("name", [*CALLS, *FACTS])
async def test_each_remark_of_the_source_is_told_once(name: str) -> None:
    text = " ".join(await notes_of(name, noted_context(NOTE)))
    assert text.casefold().count(AGE.casefold()) == 1
    assert text.casefold().count(GAP.casefold()) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_a_bundle_says_in_the_same_words_that_it_is_old_and_adjusted(name: str) -> None:
    notes = await notes_of(name, noted_context(day=date(2022, 12, 28), adjusted=True))
    assert notes.count(END_SENTENCE) == 1
    assert notes.count(ADJUSTED_SENTENCE) == (0 if name in SHOWS_NO_PRICE else 1)
    assert sum("28 Dec 2022" in note for note in notes) == 1


@pytest.mark.parametrize("name", [*CALLS, *FACTS])
async def test_notes_are_sentences_and_new_data_needs_no_word_on_its_age(name: str) -> None:
    notes = await notes_of(name, noted_context())
    assert all(note[0].isupper() and note.endswith(".") for note in notes)
    assert not any("newer" in note or "end on" in note for note in notes)


def test_a_note_holds_remarks() -> None:
    assert remarks_in(NOTE) == (GAP, AGE)
    assert remarks_in("") == ()


def test_only_what_is_true_of_some_names_them() -> None:
    everyone = {"Apple", "Microsoft", "Shell"}
    said = [("Apple", "x"), ("Apple", ADJUSTED), ("Shell", "x"), *((name, "y") for name in sorted(everyone))]
    assert in_sentences(said, everyone) == ["Apple and Shell: x.", "Y.", ADJUSTED_SENTENCE]


def test_many_names_are_counted() -> None:
    names = [f"Company {letter}" for letter in "ABCDEF"]
    (told,) = in_sentences([(name, "x") for name in names], {*names, "Other"})
    assert told == "Company A, Company B, Company C and 3 others: x."


async def test_one_old_price_of_a_live_source_is_named() -> None:
    about = [Remarks("Apple", (), date(2026, 11, 6)), Remarks("Shell", (), TODAY)]
    assert await price_caveats(noted_context(), about) == ["Apple: there is no newer price than that of 6 Nov 2026."]


async def test_a_bundles_exchange_rate_may_reach_further_than_its_prices() -> None:
    context = noted_context(day=date(2022, 12, 28))
    (told,) = await price_caveats(context, [Remarks("EUR/USD", (), date(2026, 10, 30))])
    assert told == "Prices end on 30 Oct 2026; set TUPPENCE_MARKET_DATA=yahoo for live ones."
