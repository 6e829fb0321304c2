"""Who has to wait on Teams sees the number in line at once, in the message that becomes the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.jobs.worker import Limits
from tests.bot.surfaces.teams.served import allow, letters, serving, settled, writing_settings
from tests.fakes.ollama_server import FakeOllama, Say, Wait
from tests.fakes.teams_payloads import CHANNEL, PERSONAL, mention
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.teams_server import Shown, TeamsServer

LANES = Limits().together


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(teams_keys: dict[str, str], ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    return writing_settings(teams_keys, sqlite_url, tmp_path / "home", ollama.address)


def said(shown: Shown) -> str:
    return f"{shown.text} {letters(shown.card)}"


async def test_who_waits_is_told_and_the_answer_takes_the_place_of_that(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    free = asyncio.Event()
    async with serving(settings, teams) as client:
        await allow(settings, CHANNEL)
        for _ in range(LANES):
            ollama.then(Wait(free), Say("Hello to all."))
            await client.deliver(mention("hello", teams.service_url))
        await until(lambda: len(ollama.asked) == LANES)
        await client.deliver(mention("hello there", teams.service_url))
        await client.say("hello to you alone")
        await until(lambda: sum("Busy just now" in said(shown) for shown in teams.messages) == 2)
        waiting = [shown for shown in teams.messages if "Busy just now" in said(shown)]
        there, alone = sorted(waiting, key=lambda shown: shown.conversation == PERSONAL)
        assert "Busy just now: you are next…" in said(there)
        assert "Stop" in said(there)
        assert "Busy just now: you are number 2 in line…" in said(alone)
        for _ in range(2):
            ollama.then(Say("Hello."))
        free.set()
        assert await settled(settings) == ["done"] * (LANES + 2)
    assert len(teams.said) == LANES + 2
    assert all("Busy" not in said(shown) for shown in teams.messages)
    assert all("Hello." in said(shown) for shown in (there, alone))
