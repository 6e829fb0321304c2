"""How soon an event has its turn: what needs no model waits for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.jobs.files import FILE
from bot.jobs.imports import IMPORT
from bot.records.inbox import CHAT, PROMPT, UNASKED, UNASKED_KINDS
from bot.turn.questions import clean_question

if TYPE_CHECKING:
    from bot.records.inbox import Event

WITHOUT_MODEL = frozenset({FILE, IMPORT})
"""The kinds whose work never asks a model."""


def priority_of(event: Event) -> int:
    """The priority of an event by its kind and, where it is a question, by whether that is a typed command."""
    if event.kind in UNASKED_KINDS:
        return UNASKED
    if event.kind in WITHOUT_MODEL:
        return PROMPT
    text = event.payload.get("text")
    return PROMPT if isinstance(text, str) and clean_question(text)[0].startswith("/") else CHAT
