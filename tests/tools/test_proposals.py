"""Proposals carry the exact command and change nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pytest

from tests.fakes.market_data import FakeMarketData, listing, quote, tool_context
from tests.fakes.portfolios import holding
from tests.fakes.untraced import untraced_numbers
from tools.errors import ArgumentError
from tools.proposals import propose_price_alert, propose_watchlist_change
from tools.values import Proposal

if TYPE_CHECKING:
    from tools.context import ToolContext

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "TSLA": "Tesla", "^GSPC": "S&P 500"}
APPLE, MICROSOFT, TESLA = (listing(symbol, f"{NAMES[symbol]} Inc.") for symbol in ("AAPL", "MSFT", "TSLA"))


def _context(*watched: str) -> ToolContext:
    market = FakeMarketData(
        quote_of={
            "AAPL": quote("AAPL", "200"),
            "MSFT": quote("MSFT", "400"),
            "^GSPC": quote("^GSPC", "4000", None, None),
        }
    )
    return tool_context(market, NAMES, portfolio=holding(watched=watched))


async def test_adding_gives_the_command_and_the_prices() -> None:
    found = await propose_watchlist_change(_context(), "add", [APPLE, MICROSOFT])
    assert found.proposal == Proposal("watchlist", "/watch add AAPL MSFT", {"action": "add", "symbols": "AAPL MSFT"})
    assert found.title == "Add Apple and Microsoft to your watchlist"
    assert found.sentences == (
        "To add Apple and Microsoft to your watchlist, confirm this or type /watch add AAPL MSFT.",
    )
    assert [(f.subject, f.value) for f in found.figures] == [("AAPL", Decimal(200)), ("MSFT", Decimal(400))]
    assert found.notes == ("Nothing has been changed yet.",)
    assert untraced_numbers(found) == []


async def test_what_is_on_the_list_already_is_left_out() -> None:
    found = await propose_watchlist_change(_context("AAPL"), "add", [APPLE, TESLA])
    assert found.proposal is not None
    assert found.proposal.command == "/watch add TSLA"
    assert "Apple is already on your watchlist." in found.notes
    assert any(note.startswith("Tesla has no price") for note in found.notes)


async def test_nothing_to_change_proposes_nothing() -> None:
    found = await propose_watchlist_change(_context("AAPL"), "add", [APPLE])
    assert found.proposal is None
    found = await propose_watchlist_change(_context(), "remove", [APPLE, TESLA])
    assert found.proposal is None
    assert found.notes == ("Apple and Tesla are not on your watchlist.",)


async def test_removing_needs_no_price() -> None:
    found = await propose_watchlist_change(_context("TSLA"), "remove", [TESLA])
    assert found.proposal is not None
    assert found.proposal.command == "/watch remove TSLA"
    assert found.figures == ()


async def test_an_alert_gives_the_command_the_level_and_the_price_now() -> None:
    found = await propose_price_alert(_context(), APPLE, "above", Decimal("250.50"))
    assert found.proposal is not None
    assert found.proposal.command == "/alert AAPL above 250.50"
    assert found.proposal.details == {"symbol": "AAPL", "condition": "above", "price": "250.50", "currency": "USD"}
    assert (
        found.sentences[0] == "To be told when Apple is above $250.50, confirm this or type /alert AAPL above 250.50."
    )
    assert [f.value for f in found.figures] == [Decimal("250.50"), 200]
    assert untraced_numbers(found) == []


@pytest.mark.parametrize(
    ("condition", "price", "said"),
    [("above", "150", True), ("below", "250", True), ("below", "150", False), ("above", "200", False)],
)
async def test_an_alert_that_would_fire_at_once_says_so(
    condition: Literal["above", "below"],
    price: str,
    said: bool,
) -> None:
    found = await propose_price_alert(_context(), APPLE, condition, Decimal(price))
    assert any("already" in note for note in found.notes) is said


async def test_a_large_round_price_is_written_in_digits() -> None:
    found = await propose_price_alert(_context(), APPLE, "above", Decimal("1E+3"))
    assert found.proposal is not None
    assert found.proposal.command == "/alert AAPL above 1000"


async def test_an_index_alert_is_in_points() -> None:
    found = await propose_price_alert(_context(), listing("^GSPC", "S&P 500"), "below", Decimal(3500))
    assert found.figures[0].unit == "points"
    assert found.sentences[0].startswith("To be told when S&P 500 is below 3,500.00,")


async def test_without_a_price_the_alert_can_still_be_set() -> None:
    found = await propose_price_alert(_context(), TESLA, "below", Decimal(100))
    assert found.proposal is not None
    assert any(note.startswith("Tesla has no price") for note in found.notes)


@pytest.mark.parametrize("price", ["0", "-5"])
async def test_a_price_must_be_above_zero(price: str) -> None:
    with pytest.raises(ArgumentError, match="above zero"):
        await propose_price_alert(_context(), APPLE, "above", Decimal(price))
