"""Searches that a follow-up changes in one thing."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import call, followed

SEARCH = call("screen_stocks", sector="healthcare", max_price="60", min_dividend_yield_percent="2%")
CHEAP = call("screen_stocks", sector="tech", max_price="40")


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("drop the dividend requirement but keep the rest", "min_dividend_yield_percent"),
        ("and forget the price limit", "max_price"),
        ("please ignore the sector", "sector"),
    ],
)
def test_a_condition_goes(text: str, gone: str) -> None:
    left = {name: said for name, said in SEARCH.arguments.items() if name != gone}
    assert followed(text, SEARCH, SEARCH) == [ToolCall("screen_stocks", left)]


def test_another_sector_in_the_place_of_the_old_one() -> None:
    changed = ToolCall("screen_stocks", {**SEARCH.arguments, "sector": "materials"})
    assert followed("in place of healthcare, materials", SEARCH, SEARCH) == [changed]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("and raise that to 75, please", {"max_price": "75"}),
        ("um make that below 9", {"max_price": "9"}),
        ("and over 10", {"min_price": "10"}),
        ("under 30 then", {"max_price": "30"}),
    ],
)
def test_another_limit(text: str, changed: dict[str, str]) -> None:
    assert followed(text, CHEAP, CHEAP) == [ToolCall("screen_stocks", {**CHEAP.arguments, **changed})]


GAINERS = call("screen_stocks", sort_by="change_percent", limit="10")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("just the ones over 5 bucks", {"min_price": "5"}),
        ("only stuff under $40", {"max_price": "$40"}),
        ("only those above $3 billion market cap", {"min_market_cap": "$3 billion"}),
    ],
)
def test_a_limit_of_the_price_where_there_was_none(text: str, changed: dict[str, str]) -> None:
    assert followed(text, GAINERS, GAINERS) == [ToolCall("screen_stocks", {**GAINERS.arguments, **changed})]


@pytest.mark.parametrize("text", ["let's go down to twenty dollars", "nah bump that to twenty dollars"])
def test_the_only_limit_changes(text: str) -> None:
    changed = ToolCall("screen_stocks", {**CHEAP.arguments, "max_price": "twenty dollars"})
    (got,) = followed(text, CHEAP, CHEAP)
    assert got.arguments["max_price"].startswith("twenty")
    assert got.arguments.keys() == changed.arguments.keys()


def test_a_size_is_no_other_limit() -> None:
    before = call("screen_stocks", sector="healthcare", max_pe="16")
    written = call("screen_stocks", sector="healthcare", max_pe="16", min_market_cap="$3 billion")
    assert followed("only those above $3 billion market cap", before, written) == [written]
