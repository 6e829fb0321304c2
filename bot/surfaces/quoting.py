"""Somebody's message that another person wants explained: it becomes a question of theirs, and never a command."""

from __future__ import annotations

from bot.surfaces.slack.limits import shortened
from bot.turn.questions import clean_question
from bot.turn.rendering import escape

NOT_SEEN = "I can't show how that answer was found: I don't know it any more, or it is not for you."
NO_FIGURES = "That message holds no answer of mine that was looked up, so there is nothing to explain."
EMPTY = "That message has no text that I could look into; ask me about its figures in your own words."
LOOKED_INTO = "I look into that message and answer you in our direct messages."
MOST_ASKED = 1_000
"""Characters of another's message that are looked into."""
_SHOWN = 120


def question_of(text: str) -> str:
    """What somebody wrote as a question, and never as a command: not by marks that are taken out later, either."""
    text, before = shortened(text, MOST_ASKED), ""
    while text != before:
        before, text = text, clean_question(text)[0].lstrip("/ ")
    return text


def about(question: str) -> str:
    """The line above the answer that says which message it is about."""
    return f"*About the message “{escape(shortened(question, _SHOWN))}”*"
