"""What points back is about the names of earlier turns, in the order in which they were asked about."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import call, recalled

QUOTED = [[call("get_quote", symbols=["nike"])], [call("get_quote", symbols=["adidas"])]]


def after(text: str, *written: ToolCall, turns: list[list[ToolCall]] = QUOTED) -> list[ToolCall]:
    return recalled(text, *written, turns=turns)


@pytest.mark.parametrize(
    "text",
    [
        "which of the two did better this year",
        "compare them this year",
        "this year, both",
        "who came out ahead this year",
        "which of em did better this year",
        "which of em ran harder this year",
        "which of those two companies did better this year",
        "best this year?",
    ],
)
@pytest.mark.parametrize("tool", ["get_price_history", "compare_performance"])
def test_both_are_compared(text: str, tool: str) -> None:
    named = {"symbol": "adidas"} if tool == "get_price_history" else {"symbols": ["adidas"]}
    wanted = call("compare_performance", symbols=["nike", "adidas"], period="this year")
    assert after(text, call(tool, **named, period="this year")) == [wanted]


def test_each_tool_takes_the_names_as_it_can() -> None:
    assert after("news on both", call("get_news", symbol="adidas")) == [
        call("get_news", symbol="nike"),
        call("get_news", symbol="adidas"),
    ]
    added = call("propose_watchlist_change", action="add", symbols=["adidas"])
    whole = call("propose_watchlist_change", action="add", symbols=["nike", "adidas"])
    assert after("add them both to my watchlist", added) == [whole]
    alert = call("propose_price_alert", symbol="adidas", condition="below", price="90")
    assert after("tell me when both are under 90", alert) == [alert]  # two alerts are two questions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("news on the first one", "nike"),
        ("what is new with the former?", "nike"),
        ("news on the second", "adidas"),
        ("any news on the latter, please", "adidas"),
        ("what about the first one's news", "nike"),
        ("what does the press say of the first one lately", "nike"),
        ("jsut teh scond one, any nwes", "adidas"),
        ("first one, news", "nike"),
        ("that second one, any news popping", "adidas"),
        ("back to that first one, any news", "nike"),
        ("the very first company I asked you about, any news", "nike"),
    ],
)
def test_one_of_them_by_its_place(text: str, name: str) -> None:
    assert after(text, call("get_news", symbol="adidas")) == [call("get_news", symbol=name)]
    assert after(text, call("get_news")) == [call("get_news", symbol=name)]


def test_a_turn_of_several_names_is_enough() -> None:
    compared = [[call("get_news", symbol="tesla")], [call("compare_performance", symbols=["nike", "adidas"])]]
    assert after("the yield of the first one", call("get_fundamentals", symbol="tesla"), turns=compared) == [
        call("get_fundamentals", symbol="nike")
    ]


def test_all_three() -> None:
    turns = [[call("get_quote", symbols=[name])] for name in ("tesla", "nike", "adidas")]
    wanted = [call("compare_performance", symbols=["tesla", "nike", "adidas"])]
    assert after("all three, which did best", call("compare_performance", symbols=["adidas"]), turns=turns) == wanted


@pytest.mark.parametrize(
    "text", ["how did adidas do in the first quarter", "and how is it doing", "which bank did better, ubs or hsbc"]
)
def test_what_points_at_no_two_is_left_alone(text: str) -> None:
    own = call("get_price_history", symbol="adidas")
    assert all("nike" not in str(got.arguments) for got in after(text, own))


def test_nothing_is_recalled_of_one_name() -> None:
    own = call("get_news", symbol="nike")
    assert after("news on both", own, turns=[[call("get_quote", symbols=["nike"])]]) == [own]


def test_a_comparison_with_one_name_is_with_the_one_before() -> None:
    turns = [[call("get_price_history", symbol="nike")]]
    wanted = [call("compare_performance", symbols=["nike", "puma"])]
    assert after("put it side by side with puma", call("compare_performance", symbols=["puma"]), turns=turns) == wanted


SEVERAL = [
    [call("get_price_history", symbol="nike", period="2022")],
    [call("get_price_history", symbol="adidas", period="2022")],
]


@pytest.mark.parametrize("text", ["so who won", "both compared", "which of them did better over that time"])
def test_what_is_compared_is_compared_over_the_time_of_before(text: str) -> None:
    wanted = call("compare_performance", symbols=["nike", "adidas"], period="2022")
    assert after(text, call("get_portfolio_performance"), turns=SEVERAL) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "and the one before that, its market cap",
        "how has the former moved",
        "the first mob, its yield",
        "back to first: p/e",
    ],
)
def test_more_ways_to_say_which_one(text: str) -> None:
    written = call("get_fundamentals", symbol="adidas")
    assert after(text, written, turns=SEVERAL) == [call("get_fundamentals", symbol="nike")]


def test_their_figures_are_those_of_each() -> None:
    compared = [[call("compare_performance", symbols=["nike", "adidas"], period="2022")]]
    assert after("and their P/Es?", call("get_fundamentals", symbol="nike"), turns=compared) == [
        call("get_fundamentals", symbol="nike"),
        call("get_fundamentals", symbol="adidas"),
    ]
    alone = [[call("get_quote", symbols=["nike"])]]
    assert after("and their P/E?", call("get_fundamentals", symbol="nike"), turns=alone) == [
        call("get_fundamentals", symbol="nike")
    ]


def test_a_turn_that_explained_a_term_is_passed_over() -> None:
    turns = [[call("get_quote", symbols=["nike"])], [call("define_term", term="payout ratio")]]
    written = call("get_events", symbol="payout ratio")
    text = "when is its ex-dividend date"
    assert recalled(text, written, turns=turns, said="what is a payout ratio") == [call("get_events", symbol="nike")]


def test_the_middle_one_and_all_three_of_two_turns() -> None:
    turns = [[call("get_quote", symbols=["tesla"])], [call("get_quote", symbols=["nike", "adidas"])]]
    compared = call("compare_performance", symbols=["nike"], period="ytd")
    whole = call("compare_performance", symbols=["tesla", "nike", "adidas"], period="ytd")
    assert after("all three, ytd, compared", compared, turns=turns) == [whole]
    three = [[call("get_news", symbol=name)] for name in ("tesla", "nike", "adidas")]
    assert after("middle one, news", call("get_news", symbol="adidas"), turns=three) == [
        call("get_news", symbol="nike")
    ]


def test_how_the_first_one_did_is_no_question_about_a_portfolio() -> None:
    own = call("get_portfolio_performance", period="since 2020")
    did = call("get_price_history", symbol="nike", period="since 2020")
    assert after("and the first one, how did it do since 2020", own) == [did]
    assert after("did the first one beat my portfolio since 2020", own) == [own]


def test_two_are_not_sectors() -> None:
    sectors = call("get_sector_performance", period="past year")
    whole = call("compare_performance", symbols=["nike", "adidas"], period="past year")
    assert after("which of those two did better over the past year", sectors) == [whole]
    assert after("which sectors did better over the past year", sectors) == [sectors]
