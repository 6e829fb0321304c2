"""One message a second in each channel, in their order (A8)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.jobs.posting import PostFailed
from bot.surfaces.pacing import Pace


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def test_posts_of_a_channel_come_in_their_order_a_second_apart_and_others_at_once() -> None:
    clock, posted = Clock(), list[tuple[str, int, float]]()
    pace = Pace(clock, clock.sleep)

    async def post(channel: str, number: int) -> None:
        async with pace.turn(channel):
            posted.append((channel, number, clock.now))

    await asyncio.gather(*(post("C1", number) for number in range(4)), post("C2", 0))
    assert [entry for entry in posted if entry[0] == "C1"] == [("C1", n, 100.0 + n) for n in range(4)]
    assert [entry[0] for entry in posted].index("C2") == 1  # it waits for nobody


async def test_a8_during_a_pause_nobody_posts_there_and_nothing_waits_here() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    with pytest.raises(PostFailed):
        async with pace.turn("C1"):
            raise PostFailed("slow down", timedelta(seconds=30))
    with pytest.raises(PostFailed) as caught:
        async with pace.turn("C1"):
            pytest.fail("it must not post")
    assert caught.value.retry_after == timedelta(seconds=30)
    clock.now += 27
    async with pace.turn("C1"):
        assert clock.now == 130.0


async def test_channels_of_long_ago_are_forgotten() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for number in range(2500):
        async with pace.turn(f"C{number}"):
            clock.now += 2
    assert len(pace._lanes) <= 1000
