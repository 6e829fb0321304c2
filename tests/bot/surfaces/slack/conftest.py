"""A Slack on loopback, and our surface over the real SDK."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from bot.settings import load_settings
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = SlackServer()
    async with server.serving():
        yield server


@pytest.fixture
def slack_settings(slack: SlackServer) -> Settings:
    """Both ways in are switched on."""
    return load_settings(
        {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
        },
        None,
    )


@pytest.fixture
async def surface(slack_settings: Settings) -> AsyncIterator[SlackSurface]:
    async with aclosing(SlackSurface(slack_settings, every=0.02, after=0)) as surface:
        yield surface
