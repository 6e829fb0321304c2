"""A server that says little of each event, and sends all of them by both connections of Socket Mode at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_interactive import pressed
from tests.fakes.slack_payloads import APP, BOT, TEAM, command
from tests.fakes.slack_served import Served, served_settings, serving, ts
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.slack_server import SlackServer

ADA, DIRECT, PLACE = "U_ADA", "D_ada", "C_MARKETS"


def lean(event: dict[str, Any], name: str) -> dict[str, Any]:
    """An event without any word on whose installation sees it."""
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": name, "event": event}


def said(text: str, channel: str, name: str, **more: Any) -> dict[str, Any]:
    return lean({"type": "message", "user": ADA, "text": text, "channel": channel, **more}, name)


async def both(served: Served, payload: dict[str, Any], kind: str = "events_api") -> None:
    """Send it by both connections, and wait until both are acknowledged and nothing is left to do."""
    slack = served.slack
    is_published = kind != "events_api"  # these events are leaner, as emulators tell them
    names = await asyncio.gather(
        *(slack.envelope(payload, kind, socket, is_published=is_published) for socket in (0, 1))
    )
    assert await asyncio.gather(*(slack.is_acknowledged(name) for name in names)) == [True, True]
    await served.settled()


async def test_everything_that_comes_by_both_connections_at_once_is_done_once(
    slack: SlackServer, database_url: str, tmp_path: Path
) -> None:
    settings = served_settings(slack, database_url, tmp_path / "home")
    async with serving(settings, slack) as served:
        await until(lambda: len(slack.sockets) == 2)
        await served.allow(PLACE)
        root = ts(1)
        await both(served, said("price of Coca-Cola", DIRECT, "Ev1", ts=root, channel_type="im"))
        await both(served, said(f"<@{BOT}> price of Apple", PLACE, "Ev2", ts=ts(2)))
        await both(served, said("lunch?", PLACE, "Ev3", ts=ts(3)))
        await both(served, command("watch add KO", user=ADA, channel=DIRECT), "slash_commands")
        await both(served, said("add Apple to my watchlist", DIRECT, "Ev4", ts=ts(4), channel_type="im"))
        first, _, _, offer = served.answers()
        assert [shown.channel for shown in served.answers()] == [DIRECT, PLACE, DIRECT, DIRECT]
        await both(served, pressed(first, "follow_up", user=ADA), "interactive")
        await both(served, pressed(offer, "proposal_confirm", user=ADA), "interactive")
        await both(served, pressed(first, "show_how", user=ADA), "interactive")
        await until(lambda: slack.views != [])
        *_, followed, confirmed = served.answers()

    assert "Coca-Cola rose" in followed.text
    assert "It now holds 2" in confirmed.text
    assert len(served.answers()) == 6
    assert len(slack.views) == 1
