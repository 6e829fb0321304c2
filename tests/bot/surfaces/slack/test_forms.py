"""A message in another form: nothing of it is lost, and Slack still takes it."""

from __future__ import annotations

from bot.messages import Reply
from bot.surfaces.slack.blocks import messages
from bot.surfaces.slack.forms import with_note
from bot.surfaces.slack.limits import MESSAGE_BLOCKS
from bot.surfaces.slack.record import turn_record
from tests.fakes.block_check import message_problems


def test_a_line_goes_before_the_fullest_message_and_pushes_nothing_out() -> None:
    answer = "\n\n".join(f"Part {n}:\n\n- A{n}: **{n}**\n- B{n}: **{n + 1}**" for n in range(60))
    made = messages(turn_record(Reply("t1", "a question", answer, "answered")), locale="en_US", time_zone="UTC")
    assert max(len(message["blocks"]) for message in made) == MESSAGE_BLOCKS - 1
    for message in made:
        noted = with_note(message, "I could not answer you there.")
        assert noted["blocks"][1:] == message["blocks"]
        assert message_problems(noted) == []


def test_words_alone_are_noted_in_words() -> None:
    assert with_note({"text": "the answer"}, "a note") == {"text": "a note\n\nthe answer"}
