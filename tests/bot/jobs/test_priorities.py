"""What needs no model is known before it is stored, by the words that will be run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.jobs.priorities import priority_of
from bot.records.inbox import CHAT, PROMPT, UNASKED, Event


@pytest.mark.parametrize(
    ("kind", "payload", "priority"),
    [
        ("question", {"text": "/quote KO"}, PROMPT),
        ("question", {"text": "  /quote KO"}, PROMPT),
        ("question", {"text": "\u200b/quote KO"}, PROMPT),
        ("question", {"text": "/frobnicate"}, PROMPT),
        ("question", {"text": "/ask price of KO"}, CHAT),
        ("question", {"text": "/ask /ask price of KO"}, CHAT),
        ("question", {"text": "<|/quote|> price of KO"}, CHAT),
        ("question", {"text": "price of /KO"}, CHAT),
        ("question", {"text": ""}, CHAT),
        ("question", {}, CHAT),
        ("question", {"text": None}, CHAT),
        ("file", {"text": "price of KO"}, PROMPT),
        ("import", {"text": ""}, PROMPT),
        ("digest", {"text": "/quote KO"}, UNASKED),
        ("alert", {}, UNASKED),
        ("alert_pass", {}, UNASKED),
    ],
)
def test_typed_commands_and_files_wait_for_no_model(kind: str, payload: dict[str, Any], priority: int) -> None:
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert priority_of(Event("t1", "e1", "c1", "ada", "fake", kind, payload, at)) == priority
