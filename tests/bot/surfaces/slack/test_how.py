"""What opens at "Show how": lawful views of how each answer was found."""

from __future__ import annotations

import json

from bot.surfaces.slack.how import how_view
from bot.surfaces.slack.record import turn_record
from tests.fakes.block_check import live_parts, texts, view_problems
from tests.fakes.replies import replies


def test_how_every_answer_was_found() -> None:
    for reply in replies():
        view = how_view(json.loads(json.dumps(turn_record(reply))), locale="en_US", time_zone="UTC")
        assert view_problems(view) == [], reply.question
        assert live_parts(view) == []
        seen = " ".join(texts(view))
        assert reply.results[0].call.name in seen
        assert "tuppence-slm (dddddddddddd)" in seen


def test_how_one_answer_was_found() -> None:
    reply = next(reply for reply in replies() if reply.question == "How is JPMorgan?")
    view = how_view({**turn_record(reply), "withheld": 2}, locale="en_US", time_zone="UTC")
    seen = list(texts(view))
    assert "get_quote(symbols=[JPM])" in seen
    assert "$129.58" in seen
    assert " – JPM price, get_quote" in seen
    assert seen[-1].split("\n") == [
        "Source: bundled history, as of Dec 28, 2022",
        "2 sentences were left out, because of a figure that could not be traced to a tool.",
        "Model: tuppence-slm (dddddddddddd)",
        "Reference: 5f0c1d5f",
    ]
