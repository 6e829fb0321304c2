"""The buttons under an answer: what is asked next follows from what was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Reply, ToolCall, ToolResult
from bot.surfaces.slack.buttons import (
    BUNDLED,
    answer_buttons,
    feedback_block,
    follow_ups,
    proposal_buttons,
    wants_feedback,
    without,
)
from bot.surfaces.slack.markup import plain_text
from bot.surfaces.slack.record import Extras, turn_record
from bot.turn.proposals import Offered
from tests.fakes.block_check import CHECKS
from tests.fakes.replies import MODEL, replies
from tools.market_data.snapshot import SnapshotMarketData
from tools.values import Findings


def record(*calls: tuple[str, dict[str, Any]], names: dict[str, str] | None = None) -> dict[str, Any]:
    results = tuple(
        ToolResult(ToolCall(name, {}), arguments, Findings("x", names=names or {})) for name, arguments in calls
    )
    return turn_record(Reply("t1", "q", "a", "answered", results, model=MODEL))


@pytest.mark.parametrize(
    ("call", "labels"),
    [
        (("get_quote", {"symbols": ["AAPL"]}), ["News", "5-year chart", "Valuation", "Add to watchlist"]),
        (("get_price_history", {"symbol": "AAPL"}), ["Price now", "News", "Technicals", "Add to watchlist"]),
        (("get_quote", {"symbols": ["AAPL", "MSFT"]}), ["Over 5 years", "Over a year"]),
        (("compare_performance", {"symbols": ["A", "B"], "period": "5y"}), ["Prices now"]),
        (("get_portfolio", {}), ["Performance", "Risk", "Income", "Off target?"]),
        (("get_market_overview", {}), ["Sectors"]),
        (("define_term", {"term": "P/E"}), []),
    ],
)
def test_what_to_ask_next(call: tuple[str, dict[str, Any]], labels: list[str]) -> None:
    assert [label for label, _ in follow_ups(record(call))] == labels


def test_a_sign_is_called_by_its_name() -> None:
    asked = dict(follow_ups(record(("get_quote", {"symbols": ["^GSPC"]}), names={"^GSPC": "S&P 500"})))
    assert asked["News"] == "news on S&P 500"


def test_what_the_bundled_prices_cannot_answer_is_not_offered() -> None:
    assert SnapshotMarketData.name == BUNDLED
    reply = next(reply for reply in replies() if reply.question == "How is JPMorgan?")
    assert [label for label, _ in follow_ups(turn_record(reply))] == ["5-year chart", "Add to watchlist"]


def test_what_was_used_is_not_offered_again() -> None:
    both = record(("get_quote", {"symbols": ["AAPL"]}), ("get_news", {"symbol": "AAPL"}))
    assert [label for label, _ in follow_ups(both)] == [
        "5-year chart",
        "Valuation",
        "Add to watchlist",
        "Earnings dates",
    ]


def test_no_buttons_lead_on_from_a_failure_or_a_proposal() -> None:
    failed = {**record(("get_quote", {"symbols": ["AAPL"]})), "status": "failed"}
    assert follow_ups(failed) == []
    assert not wants_feedback(failed)
    assert not wants_feedback(turn_record(Reply("t1", "/help", "Type this.", "answered")))


def test_every_reply_has_lawful_buttons_and_shows_how() -> None:
    for reply in replies():
        blocks = answer_buttons(turn_record(reply))
        assert [problem for block in blocks for problem in CHECKS[block["type"]](block)] == []
        assert blocks[-1]["elements"][-1]["action_id"] == "show_how"
        assert blocks[-1]["elements"][-1]["value"] == reply.turn_id


def test_a_proposal_shows_its_buttons_only_with_a_nonce() -> None:
    reply = next(reply for reply in replies() if reply.results[0].call.name == "propose_watchlist_change")
    assert [block["elements"][0]["action_id"] for block in answer_buttons(turn_record(reply))] == ["show_how"]
    offered = Offered("watchlist", "n0nce", "/watch add AAPL", {"action": "add"})
    confirm, other = answer_buttons(turn_record(reply, extras=Extras(offered=(offered,))))
    assert [element["action_id"] for element in confirm["elements"]] == ["proposal_confirm", "proposal_decline"]
    assert {element["value"] for element in confirm["elements"]} == {"n0nce"}
    assert confirm["elements"][0]["text"]["text"] == "Add to watchlist"
    assert other["elements"][0]["action_id"] == "show_how"


def test_the_button_says_what_it_does() -> None:
    removal = {"kind": "watchlist", "details": {"action": "remove"}, "nonce": "n"}
    alert = {"kind": "price_alert", "details": {}, "nonce": "n"}
    assert [proposal_buttons(each)["elements"][0]["text"]["text"] for each in (removal, alert)] == [
        "Remove",
        "Set alert",
    ]


def test_a_record_keeps_long_arguments_short() -> None:
    call = ToolResult(
        ToolCall("get_quote", {"symbols": "x" * 5_000, "odd": float("nan")}), {}, None, "no " * 500, "bad"
    )
    kept = turn_record(replace(replies()[0], results=(call,)))["calls"][0]
    assert len(kept["arguments"]["symbols"]) <= 200
    assert kept["arguments"]["odd"] == "nan"
    assert len(kept["error"]) <= 200


def test_an_import_can_be_added_or_put_in_the_place_of_what_is_there() -> None:
    fresh = {"kind": "import", "details": {"again": ""}, "nonce": "n"}
    again = {"kind": "import", "details": {"again": "2"}, "nonce": "n"}
    assert [each["action_id"] for each in proposal_buttons(fresh)["elements"]] == [
        "proposal_confirm",
        "proposal_decline",
    ]
    assert [each["action_id"] for each in proposal_buttons(again)["elements"]] == [
        "proposal_confirm",
        "proposal_confirm_replace",
        "proposal_decline",
    ]


def test_what_was_decided_takes_the_place_of_its_own_buttons_and_of_no_others() -> None:
    record_of = turn_record(next(reply for reply in replies() if reply.question == "How is JPMorgan?"))
    one: dict[str, Any] = {"kind": "watchlist", "details": {}, "nonce": "n1"}
    two = {**one, "nonce": "n2"}
    message = {"text": "hi", "blocks": [proposal_buttons(one), proposal_buttons(two), feedback_block(record_of)]}
    drawn = without(message, "proposal_", "n2", "Confirmed.")
    assert drawn["blocks"][0] == message["blocks"][0]
    assert drawn["blocks"][1] == {"type": "context", "elements": [plain_text("Confirmed.")]}
    assert drawn["blocks"][2] == message["blocks"][2]
    thanked = without(message, "feedback", record_of["turn"], "Thank you.")
    assert [block["type"] for block in thanked["blocks"]] == ["actions", "actions", "context"]
    assert without({"text": "no blocks"}, "proposal_", "n1", "x") == {}
    odd = {"blocks": [None, {"type": "actions", "elements": None}, {"type": "actions", "elements": [None]}]}
    assert without(odd, "proposal_", "n1", "x")["blocks"] == odd["blocks"]
