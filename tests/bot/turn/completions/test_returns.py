"""Questions that go back to a plan, a conversion or a search of an older turn."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import LOAN, call, recalled

QUOTED = call("get_quote", symbols=["Boeing"])
SAVED = call("project_growth", principal="5,000", annual_rate_percent="9%", years="30 years")
CONVERTED = call("convert_currency", amount="60k", from_currency="gbp", to_currency="usd")


def after(text: str, before: ToolCall, *written: ToolCall, between: ToolCall = QUOTED) -> list[ToolCall]:
    return recalled(text, *written, turns=[[before], [between]])


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("back to the loan, 48 months", {"years": "48 months"}),
        ("n the mortage at 5.8%?", {"annual_rate_percent": "5.8%"}),
        ("oh and that mortgage with four hundred thousand", {"principal": "four hundred thousand"}),
        ("ok bak to loan, make it 12000", {"principal": "12000"}),
    ],
)
def test_a_loan_is_gone_back_to(text: str, changed: dict[str, str]) -> None:
    wanted = ToolCall("loan_payment", {**LOAN.arguments, **changed})
    assert after(text, LOAN, call("get_price_history", symbol="Boeing", period="48 months")) == [wanted]


def test_what_says_nothing_of_a_plan_is_no_plan() -> None:
    assert after("what does mortgage mean", LOAN, call("define_term", term="mortgage")) == [
        call("define_term", term="mortgage")
    ]
    both = call("loan_payment", principal="9k", annual_rate_percent="4%", years="3 years")
    assert after("a loan of 9k at 4% over 3 years", LOAN, both) == [both]


def test_savings_are_gone_back_to() -> None:
    changed = ToolCall("project_growth", {**SAVED.arguments, "principal": "8,000"})
    assert after("going back to the savings: what if it were 8,000?", SAVED) == [changed]
    assert after("and if i start with 8,000", SAVED, call("get_portfolio_performance")) == [changed]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("ok in aud then", {"to_currency": "aud"}),
        ("and 450 gbp", {"amount": "450"}),
        ("and 450 usd", {"amount": "450", "from_currency": "usd", "to_currency": "gbp"}),
        ("and 450 euros", {"amount": "450", "from_currency": "euros"}),
        ("and from euros", {"from_currency": "euros"}),
    ],
)
def test_a_conversion_is_gone_back_to(text: str, changed: dict[str, str]) -> None:
    wanted = ToolCall("convert_currency", {**CONVERTED.arguments, **changed})
    assert after(text, CONVERTED, between=call("define_term", term="spread")) == [wanted]


def test_a_name_or_the_same_currency_goes_back_to_nothing() -> None:
    news = call("get_news", symbol="Tesla")
    assert after("news on Tesla in aud", CONVERTED, news) == [news]
    assert after("and gbp", CONVERTED) == []


def test_the_same_pair_on_another_day() -> None:
    wanted = ToolCall("convert_currency", {**CONVERTED.arguments, "date": "1 July 2014"})
    hours = call("get_market_status", exchange="sydney")
    assert after("same pair but on 1 July 2014", CONVERTED, hours, between=hours) == [
        ToolCall("convert_currency", {**wanted.arguments, "date": "on 1 July 2014"})
    ]


def test_a_search_is_narrowed() -> None:
    search = call("screen_stocks", sector="energy", max_price="40")
    added = call("screen_stocks", min_dividend_yield_percent="4.5 percent")
    wanted = ToolCall("screen_stocks", {**search.arguments, **added.arguments})
    text = "could you narrow that list to those yielding at least 4.5 percent"
    assert after(text, search, added, between=call("define_term", term="yield")) == [wanted]


def test_the_same_over_another_time() -> None:
    sectors = call("get_sector_performance", period="6 months")
    own = call("get_portfolio_performance", period="year to date")
    text = "same but for year to date"
    assert after(text, sectors, own, between=call("get_market_overview")) == [
        call("get_sector_performance", period="for year to date")
    ]
    assert after("same for my portfolio year to date", sectors, own, between=call("get_market_overview"))[0].name == (
        "get_portfolio_performance"
    )
