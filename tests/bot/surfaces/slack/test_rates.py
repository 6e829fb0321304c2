"""How often Slack lets itself be called: the stand-in refuses what is too much, and the program stays below it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bot.records.inbox import Outgoing
from bot.surfaces.pacing import INTERVAL, Pace
from bot.surfaces.slack.api import SlackApi, SlackBusy
from bot.surfaces.slack.directory import Directory
from bot.surfaces.slack.placing import QUIET, Placing
from bot.surfaces.slack.progress import EVERY
from tests.fakes.slack_payloads import CHANNEL, DM, TEAM, USER
from tests.fakes.slack_rates import A_MINUTE, BURST, GENEROUS, TIERS
from tests.fakes.slack_server import BOT_TOKEN, SlackServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@asynccontextmanager
async def limiting(clock: Clock) -> AsyncIterator[tuple[SlackServer, SlackApi]]:
    """A Slack that counts by this clock, and a way to call it."""
    slack = SlackServer(clock)
    async with slack.serving() as address:
        api = SlackApi(BOT_TOKEN, address, clock)
        try:
            yield slack, api
        finally:
            await api.aclose()


async def seconds_sent_away(api: SlackApi, method: str, **arguments: Any) -> float:
    """For how long a call is refused, 0 for not at all."""
    try:
        await api.call(method, **arguments)
    except SlackBusy as error:
        return error.retry_after.total_seconds() if error.retry_after else float("inf")
    return 0.0


async def test_a_channel_takes_a_burst_and_then_a_message_a_second() -> None:
    clock = Clock()
    async with limiting(clock) as (slack, api):
        for _ in range(BURST):
            assert await seconds_sent_away(api, "chat.postMessage", channel=DM, text="x", **QUIET) == 0
        assert await seconds_sent_away(api, "chat.postMessage", channel=DM, text="x", **QUIET) == 1
        assert await seconds_sent_away(api, "chat.postMessage", channel=CHANNEL, text="x", **QUIET) == 0
        clock.now += 1
        assert await seconds_sent_away(api, "chat.postMessage", channel=DM, text="x", **QUIET) == 0
        assert await seconds_sent_away(api, "chat.postMessage", channel=DM, text="x", **QUIET) == 1
        slack.rates.is_on = False
        assert await seconds_sent_away(api, "chat.postMessage", channel=DM, text="x", **QUIET) == 0
    assert slack.rates.refused == [("chat.postMessage", DM)] * 2


async def test_a_method_takes_as_many_calls_a_minute_as_its_tier_says() -> None:
    clock = Clock()
    async with limiting(clock) as (_, api):
        for _ in range(TIERS[4] * GENEROUS):
            assert await seconds_sent_away(api, "users.info", user=USER) == 0
            clock.now += 0.125
        wait = await seconds_sent_away(api, "users.info", user=USER)
        assert wait == A_MINUTE - TIERS[4] * GENEROUS * 0.125
        clock.now += wait
        assert await seconds_sent_away(api, "users.info", user=USER) == 0


@pytest.mark.parametrize("is_paced", [True, False])
async def test_thirty_answers_in_one_channel_are_never_too_much_for_slack(is_paced: bool) -> None:
    clock = Clock()
    async with limiting(clock) as (slack, api):
        pace = Pace(clock, clock.sleep)
        placing = Placing(api, pace, Directory(api, clock))

        async def answer(number: int) -> None:
            if not is_paced:
                placing._pace = Pace(clock, clock.sleep)
            target = {"channel": DM, "user": USER, "tenant": TEAM, "external": False}
            body = {"message": {"text": f"Answer {number}."}, "personal": False}
            await placing.place(Outgoing("slack", target, body), f"Ev{number}/0", "")

        done = await asyncio.gather(*(answer(number) for number in range(30)), return_exceptions=True)
    if not is_paced:
        assert any(isinstance(outcome, SlackBusy) for outcome in done)
        return
    assert [shown.text for shown in slack.messages] == [f"Answer {number}." for number in range(30)]
    assert slack.rates.refused == []
    assert clock.now == 100.0 + 29 * INTERVAL


def test_what_is_shown_of_one_question_changes_less_often_than_slack_allows() -> None:
    """Its stream is appended to, or its line changed, once in `EVERY` seconds at most."""
    changes = A_MINUTE / EVERY
    assert changes < TIERS[4]
    assert changes < TIERS[3] * GENEROUS
