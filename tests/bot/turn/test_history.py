"""What the built-in model sees of earlier turns: a greeting between two questions does not part them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.messages import ToolCall
from bot.records.turns import PastTurn, SavedToolCall
from bot.turn.history import native_messages, older_calls
from bot.turn.prompting import sections

CALLS = (SavedToolCall("get_quote", {"symbols": ["tesla"]}),)
WELCOME = sections("replies")["CHAT: greeting"]


def turn(question: str, answer: str, *calls: SavedToolCall) -> PastTurn:
    return PastTurn(question, question, answer, "answered", datetime(2026, 3, 1, tzinfo=UTC), calls)


ASKED = turn("price of tesla", "Tesla closed at …", *CALLS)
THANKED = turn("thanks", WELCOME)


def test_the_last_question_and_its_calls_are_seen() -> None:
    messages, said = native_messages([ASKED], "and apple?")
    assert [(message.content, list(message.tool_calls)) for message in messages] == [
        ("price of tesla", []),
        ("", [ToolCall("get_quote", {"symbols": ["tesla"]})]),
        ("and apple?", []),
    ]
    assert said == ("and apple?", "price of tesla", "tesla")


def test_greetings_after_it_are_passed_over() -> None:
    assert native_messages([ASKED, THANKED, THANKED], "and apple?") == native_messages([ASKED], "and apple?")
    assert older_calls([ASKED, ASKED, THANKED]) == older_calls([ASKED, ASKED])
    assert len(native_messages([THANKED], "and apple?")[0]) == 1


def test_what_was_refused_is_seen() -> None:
    refused = turn("should i sell", sections("replies")["DECLINE: advice"])
    messages, _ = native_messages([ASKED, refused], "and apple?")
    assert [message.content for message in messages] == ["should i sell", "DECLINE: advice", "and apple?"]
