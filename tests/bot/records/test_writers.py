"""Writers take turns in the order in which they came, but for those that go first; nobody waits for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.records.writers import Writers


async def test_writers_come_in_their_order_and_who_goes_first_before_all_who_wait() -> None:
    writers, wrote = Writers(), list[str]()

    async def write(name: str, *, first: bool = False) -> None:
        async with writers.turn(5, first=first):
            wrote.append(name)
            await asyncio.sleep(0)

    async with writers.turn(5):
        tasks = [asyncio.create_task(write(f"w{number}")) for number in range(3)]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(write(f"f{number}", first=True)) for number in range(2)]
        await asyncio.sleep(0)
        assert wrote == []
    await asyncio.gather(*tasks)
    assert wrote == ["f0", "f1", "w0", "w1", "w2"]


async def test_who_gives_up_or_waits_too_long_holds_nobody_up() -> None:
    writers = Writers()

    async def write() -> str:
        async with writers.turn(5):
            return "wrote"

    async with writers.turn(5):
        given_up, waiting = asyncio.create_task(write()), asyncio.create_task(write())
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(TimeoutError):
            async with writers.turn(0.01):
                pytest.fail("two at once")
    assert await waiting == "wrote"
    with suppress(asyncio.CancelledError):
        await given_up
    assert await write() == "wrote"


async def test_a_turn_that_comes_to_one_who_gives_up_at_that_moment_goes_on_to_the_next() -> None:
    writers = Writers()

    async def write() -> str:
        async with writers.turn(5):
            return "wrote"

    async with writers.turn(5):
        first, second = asyncio.create_task(write()), asyncio.create_task(write())
        await asyncio.sleep(0)
    first.cancel()  # its turn was given to it just now
    assert await asyncio.wait_for(second, 1) == "wrote"


async def test_a_body_that_raises_gives_its_turn_back() -> None:
    writers = Writers()
    with pytest.raises(ZeroDivisionError):
        async with writers.turn(5):
            raise ZeroDivisionError
    async with writers.turn(0.01):
        pass
