"""Whatever an answer is made of can be drawn, and what is written in it stays text."""

from __future__ import annotations

import pytest

from bot.messages import Reply
from bot.surfaces.slack.blocks import messages
from bot.surfaces.slack.record import turn_record
from tests.fakes.replies import replies
from tests.pictures.block_page import answered, page, said, sheet


def test_the_answers_of_every_tool_can_be_drawn() -> None:
    for reply in replies():
        for message in messages(turn_record(reply), locale="en_US", time_zone="UTC"):
            assert "<div class='message'>" in page(answered(message["blocks"]))


def test_a_block_that_the_app_does_not_use_is_not_drawn_as_nothing() -> None:
    with pytest.raises(KeyError, match="video"):
        answered([{"type": "video"}])


def test_what_is_written_stays_text() -> None:
    answer = Reply("t1", "q", "Ratio <script>alert(1)</script> of A&B", "answered")
    (message,) = messages(turn_record(answer), locale="en_US", time_zone="UTC")
    assert "<script>" not in answered(message["blocks"]) + said("<script>")
    view = {"title": {"type": "plain_text", "text": "<b>"}, "blocks": [{"type": "divider"}]}
    assert "&lt;b&gt;" in sheet(view)
