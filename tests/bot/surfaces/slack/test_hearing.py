"""Which kinds of events came is kept once, on both databases, and never in the way of an acknowledgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.records import heard_events
from bot.surfaces.slack.hearing import Hearing, kind_of
from tests.fakes.slack_payloads import TEAM, message

if TYPE_CHECKING:
    from bot.records.database import Database


async def test_each_kind_is_kept_once_by_the_name_under_which_apps_subscribe(database: Database) -> None:
    hearing = Hearing(database)
    for number in range(3):
        hearing(message("price of Apple", event_id=f"Ev{number}"))
    hearing({"team_id": TEAM, "event": {"type": "app_mention"}})
    hearing({"team_id": TEAM, "event": {"type": "reaction_added"}})
    hearing({"event": {"type": "app_mention"}})
    await hearing.aclose()
    await Hearing(database).aclose()
    another = Hearing(database)
    another({"team_id": TEAM, "event": {"type": "app_mention"}})
    await another.aclose()
    async with database.read() as session:
        assert await heard_events.heard(session, "slack") == {TEAM: frozenset({"message.im", "app_mention"})}
        assert await heard_events.heard(session, "teams") == {}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "message", "channel_type": "channel"}, "message.channels"),
        ({"type": "message", "channel_type": "mpim"}, "message.mpim"),
        ({"type": "message", "channel_type": "app_home"}, "message."),
        ({"type": "app_home_opened"}, "app_home_opened"),
        ({}, "None"),
    ],
)
def test_how_apps_subscribe_to_it(event: dict[str, Any], kind: str) -> None:
    assert kind_of(event) == kind
