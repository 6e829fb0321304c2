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
