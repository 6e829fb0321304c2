"""Nothing that can be pressed on Slack is dead: every control that is drawn has a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.surfaces.slack import home
from bot.surfaces.slack.blocks import messages, plain_messages
from bot.surfaces.slack.controls import interactions_at
from bot.surfaces.slack.desk import Desk
from bot.surfaces.slack.judging import reason_form
from bot.surfaces.slack.manifest import SCOPES, manifest
from bot.surfaces.slack.record import Extras, turn_record
from bot.turn.proposals import Offered
from tests.fakes.block_check import view_problems
from tests.fakes.replies import replies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.surfaces.slack.interactions import Interactions

OFFERED = tuple(
    Offered(kind, "n0nce", "/x", {"action": action, "again": "1"})
    for kind, action in (("watchlist", "add"), ("watchlist", "remove"), ("price_alert", ""), ("import", ""))
)


@pytest.fixture
def interactions() -> Interactions:
    nothing: Any = None
    return interactions_at(Desk(nothing, nothing, nothing, "en_US", "UTC", nothing))


def action_ids(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        for element in (*block.get("elements", ()), block.get("accessory", {}), block.get("element", {})):
            if isinstance(element, dict) and "action_id" in element:
                yield element["action_id"]


def test_every_button_below_an_answer_has_a_handler(interactions: Interactions) -> None:
    drawn = set()
    for reply in replies():
        record = turn_record(reply, extras=Extras(offered=OFFERED))
        for build in (messages, plain_messages):
            for message in build(record, locale="en_US", time_zone="UTC"):
                drawn |= set(action_ids(message["blocks"]))
        record = turn_record(reply)
        drawn |= {
            each
            for message in messages(record, locale="en_US", time_zone="UTC")
            for each in action_ids(message["blocks"])
        }
    drawn |= {home.SETTINGS, f"{home.ASK}_0", f"{home.PAUSE}_x"}
    assert len(drawn) >= 12
    assert [name for name in drawn if not any(name.startswith(known) for known in interactions.actions)] == []


def test_forms_and_shortcuts_have_handlers(interactions: Interactions) -> None:
    form = reason_form("t" * 32)
    assert view_problems(form) == []
    assert form["callback_id"] in interactions.submissions
    shortcuts = manifest()["features"]["shortcuts"]
    assert [each["callback_id"] in interactions.shortcuts for each in shortcuts] == [True]
    assert len(shortcuts[0]["name"]) <= 24
    assert len(shortcuts[0]["description"]) <= 150
    assert "files:read" in SCOPES
