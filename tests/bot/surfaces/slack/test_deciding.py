"""A proposal's buttons: one press by the person, in time, makes the change once; everything else says why not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import portfolios
from bot.records.platform_tables import OfferRecord
from bot.records.users import Actor
from bot.turn.proposals import Refusal
from tests.fakes.slack_interactive import deliver_press, has_button, press, pressed
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, mention, message
from tests.fakes.slack_served import Served, served_settings, serving, ts
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_server import Shown, SlackServer

ASKED = "add Apple to my watchlist"


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


@pytest.fixture
async def both(slack: SlackServer, database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """On each kind of database in turn."""
    async with serving(served_settings(slack, database_url, tmp_path / "home"), slack) as served:
        yield served


async def watched(served: Served, user: str = USER) -> tuple[str, ...]:
    async with served.database.read() as session:
        return await portfolios.watchlist_of(session, Actor(user, TEAM))


async def proposed(served: Served) -> Shown:
    await served.say(message(ASKED, ts=ts(1), event_id="Ev1"))
    (shown,) = served.answers()
    return shown


async def test_a_press_makes_the_change_and_the_buttons_give_way_to_what_was_decided(both: Served) -> None:
    shown = await proposed(both)
    assert "AAPL" not in await watched(both)
    await both.press(pressed(shown, "proposal_confirm"))
    assert "AAPL" in await watched(both)
    await until(lambda: not has_button(shown, "proposal_"))
    assert "Confirmed" in str(shown.body["blocks"])
    done = both.answers()[-1]
    assert "Added to your watchlist: AAPL" in done.text
    assert (done.channel, done.body["thread_ts"]) == (DM, shown.body["thread_ts"])


async def test_pressed_twice_it_says_so(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    again = pressed(shown, "proposal_confirm")
    await served.press(pressed(shown, "proposal_confirm"))
    await served.press(again)
    await until(lambda: slack.whispers)
    assert [(whisper.user, whisper.text) for whisper in slack.whispers] == [(USER, Refusal.USED.value)]
    assert len(served.answers()) == 2


async def test_pressed_many_times_at_once_the_change_is_made_once(both: Served, slack: SlackServer) -> None:
    shown = await proposed(both)
    presses = [pressed(shown, "proposal_confirm") for _ in range(5)]
    await asyncio.gather(*(deliver_press(both.client, each) for each in presses))
    await both.settled()
    await until(lambda: len(slack.whispers) == 4)
    assert {whisper.text for whisper in slack.whispers} == {Refusal.USED.value}
    assert len(await both.states()) == 2
    assert (await watched(both)).count("AAPL") == 1


async def test_one_click_that_is_delivered_again_and_again_is_one_click(both: Served, slack: SlackServer) -> None:
    click = pressed(await proposed(both), "proposal_confirm")
    await asyncio.gather(*(deliver_press(both.client, click) for _ in range(3)))
    await both.press(click)
    assert len(await both.states()) == 2
    assert slack.whispers == []


async def test_somebody_else_changes_nothing_and_uses_nothing_up(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    await served.press(pressed(shown, "proposal_confirm", user="UEVE"))
    await until(lambda: slack.whispers)
    assert [(whisper.user, whisper.text) for whisper in slack.whispers] == [("UEVE", Refusal.NOT_YOURS.value)]
    assert await watched(served) == await watched(served, "UEVE") == ()
    await served.press(pressed(shown, "proposal_confirm"))
    assert await watched(served) == ("AAPL",)


async def test_in_another_workspace_the_button_is_unknown(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    await served.press(pressed(shown, "proposal_confirm", team="T0002"))
    await until(lambda: slack.whispers)
    assert slack.whispers[0].text == Refusal.UNKNOWN.value
    assert await watched(served) == ()


async def test_too_late_is_told(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    async with served.database.write() as session:
        await session.execute(sa.update(OfferRecord).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    await served.press(pressed(shown, "proposal_confirm"))
    await until(lambda: slack.whispers)
    assert slack.whispers[0].text == Refusal.EXPIRED.value
    assert await watched(served) == ()


async def test_what_was_declined_can_not_be_confirmed_later(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    confirm = pressed(shown, "proposal_confirm")
    await served.press(pressed(shown, "proposal_decline"))
    await until(lambda: not has_button(shown, "proposal_"))
    assert "nothing was changed" in str(shown.body["blocks"])
    await served.press(confirm)
    await until(lambda: slack.whispers)
    assert slack.whispers[0].text == Refusal.USED.value
    assert await watched(served) == ()


async def test_where_nobody_can_be_told_beside_the_message_they_are_told_directly(
    served: Served, slack: SlackServer
) -> None:
    shown = await proposed(served)
    slack.missing.add("chat.postEphemeral")
    await served.press(pressed(shown, "proposal_confirm", user="UEVE"))
    await until(lambda: slack.messages[-1].channel == "DUEVE")
    assert Refusal.NOT_YOURS.value in slack.messages[-1].text


async def test_a_message_that_can_not_be_changed_costs_nothing_but_its_looks(
    served: Served, slack: SlackServer
) -> None:
    shown = await proposed(served)
    slack.missing.add("chat.update")
    await served.press(pressed(shown, "proposal_confirm"))
    assert await watched(served) == ("AAPL",)
    await until(lambda: any("Confirmed" in whisper.text for whisper in slack.whispers))


async def test_from_a_channel_the_proposal_goes_to_the_person_alone(served: Served, slack: SlackServer) -> None:
    await served.allow(CHANNEL)
    await served.say(mention(f"<@{BOT}> {ASKED}", ts=ts(1), event_id="Ev1"))
    there = [shown for shown in slack.messages if shown.channel == CHANNEL]
    (here,) = [shown for shown in slack.messages if shown.channel == f"D{USER}"]
    assert not any(has_button(shown, "proposal_") for shown in there)
    await served.press(pressed(here, "proposal_confirm"))
    assert await watched(served) == ("AAPL",)
    assert [shown.channel for shown in served.answers()[2:]] == [f"D{USER}"]


@pytest.mark.parametrize("nonce", ["", "guess", "x" * 5_000, "\ud800", "' OR 1=1 --"])
async def test_a_nonce_that_nobody_was_given_is_unknown(served: Served, slack: SlackServer, nonce: str) -> None:
    shown = await proposed(served)
    await served.press(press(shown, "proposal_confirm", nonce))
    await until(lambda: slack.whispers)
    assert slack.whispers[0].text == Refusal.UNKNOWN.value
    assert await watched(served) == ()


async def test_by_socket_mode_it_is_the_same(served: Served, slack: SlackServer) -> None:
    shown = await proposed(served)
    await until(lambda: len(slack.sockets) == 2)
    name = await slack.envelope(pressed(shown, "proposal_confirm"), "interactive")
    assert await slack.is_acknowledged(name)
    await until(lambda: len(served.answers()) == 2, 30)
    await served.settled()
    assert await watched(served) == ("AAPL",)
