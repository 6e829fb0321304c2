"""Buttons that ask: the question goes into the inbox once, and is answered where it was pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.slack_interactive import deliver_press, press, pressed
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, USER, mention, message
from tests.fakes.slack_served import Served, served_settings, serving, ts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_server import SlackServer


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


async def test_a_follow_up_is_answered_in_the_same_thread(served: Served) -> None:
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    (first,) = served.answers()
    await served.press(pressed(first, "follow_up_0"))
    second = served.answers()[1]
    assert (second.channel, second.body["thread_ts"]) == (DM, first.body["thread_ts"])
    assert "You asked: how did AAPL do over the last 5 years?" in second.text
    assert "returned" in second.text


async def test_a_click_that_is_delivered_twice_is_one_question(served: Served) -> None:
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    click = pressed(served.answers()[0], "follow_up_0")
    await deliver_press(served.client, click)
    await served.press(click)
    assert len(await served.states()) == 2
    assert len(served.answers()) == 2


async def test_in_a_channel_anybody_may_go_on_and_is_answered_there(served: Served) -> None:
    await served.allow(CHANNEL)
    await served.say(mention(f"<@{BOT}> price of Apple", ts=ts(1), event_id="Ev1"))
    await served.press(pressed(served.answers()[0], "follow_up_0", user="UEVE"))
    answer = served.answers()[1]
    assert (answer.channel, answer.body["thread_ts"]) == (CHANNEL, served.answers()[0].body["thread_ts"])


async def test_what_is_personal_goes_to_who_pressed_and_not_to_the_channel(served: Served) -> None:
    await served.allow(CHANNEL)
    await served.say(mention(f"<@{BOT}> price of Apple", ts=ts(1), event_id="Ev1"))
    shown = served.answers()[0]
    await served.press(press(shown, "follow_up_3", "add AAPL to my watchlist", user="UEVE"))
    direct = [answer for answer in served.answers() if answer.channel == "DUEVE"]
    assert len(direct) == 1
    assert not any("proposal_" in str(answer.body) for answer in served.answers() if answer.channel == CHANNEL)


async def test_a_question_of_the_home_tab_is_answered_directly(served: Served) -> None:
    await served.press(press(None, "home_ask_1", "how is the market?"))
    (answer,) = served.answers()
    assert answer.channel == f"D{USER}"
    assert "You asked: how is the market?" in answer.text


async def test_a_button_that_stands_for_nothing_asks_nothing(served: Served) -> None:
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    await served.press(press(served.answers()[0], "follow_up_0", ""))
    await served.press(press(None, "home_ask_0", ""))
    assert len(await served.states()) == 1
