"""When a wording takes the place of the model's choice, adds to it, or leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.choices.choosing import TOPICS
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

NEWS, EVENTS, QUOTE = ("get_news", {"symbol": "Nike"}), ("get_events", {"symbol": "Nike"}), "get_quote"
MINE: tuple[str, dict[str, Any]] = ("get_portfolio", {})
RISK: tuple[str, dict[str, Any]] = ("get_portfolio_risk", {})
TERM = ("define_term", {"term": "free float"})


def test_every_cue_asks_for_a_real_tool() -> None:
    assert {cue.tool for topic in TOPICS for cue in topic} <= {tool.__name__ for tool in TOOLS}


def test_the_missing_half_of_two_asks_is_added(settled: Callable[..., Any]) -> None:
    assert settled("any news on Nike, and when does it report", NEWS, confidence=-0.2) == [NEWS, EVENTS]
    asked = "show my holdings and how risky my portfolio is"
    assert settled(asked, MINE, confidence=-0.01) == [MINE, RISK]


def test_two_asks_that_were_declined_are_both_written(settled: Callable[..., Any]) -> None:
    assert settled("any news on Nike, and when does it report", "DECLINE: out_of_scope") == [NEWS, EVENTS]


def test_a_call_too_many_goes_where_one_thing_is_asked(settled: Callable[..., Any]) -> None:
    quote = (QUOTE, {"symbols": ["Nike"]})
    assert settled("any news on Nike", NEWS, quote) == [NEWS]
    assert settled("any news on Nike and what it costs", NEWS, quote) == [NEWS, quote]


def test_a_sure_choice_of_another_kind_stays(settled: Callable[..., Any]) -> None:
    asked = "the ticker of Nike"
    assert settled(asked, TERM, confidence=-0.01) == [TERM]
    assert settled(asked, ("convert_currency", {"from_currency": "usd"})) == [("find_symbol", {"query": "Nike"})]


def test_a_refused_order_stays_refused(settled: Callable[..., Any]) -> None:
    ordered = "DECLINE: trade_order"
    assert settled("rebalance my account for me", ordered, confidence=-0.01) == ordered


def test_opinions_are_no_question_for_a_tool(settled: Callable[..., Any]) -> None:
    asked = "should I sell the stock, what is the P/E of Nike"
    assert settled(asked, "DECLINE: advice") == "DECLINE: advice"


def test_a_proposal_about_a_name_of_the_question_is_not_taken_for_another_thing(settled: Callable[..., Any]) -> None:
    alert = ("propose_price_alert", {"symbol": "Nike", "condition": "below", "price": "90"})
    assert settled("any news on Nike below 90", alert)[0] == alert


def test_what_two_agree_on_stays() -> None:
    quote = ToolCall("get_quote", {"symbols": ["Nike"]})
    for draft, left in (
        (Draft([quote], "", -0.4), ["get_news"]),
        (Draft([quote], "", -0.4, is_agreed=True), ["get_quote"]),
        (Draft([], "DECLINE: out_of_scope", -0.4, is_agreed=True), []),
    ):
        found = settle(draft, "any news on Nike", Toolbox(TOOLS), reading_context())
        assert [call.name for call in found.calls] == left
