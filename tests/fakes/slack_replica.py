"""`python -m tests.fakes.slack_replica`: a real `tuppence serve` on Slack, which can kill itself -9 as `replica` does."""

from __future__ import annotations

import asyncio
import os

from bot.serving import serve
from bot.settings import load_settings
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.replica import LIMITS, Executioner, arrange

if __name__ == "__main__":
    arrange(Executioner(os.environ.get("DIE_AT", "")), SlackSurface)
    asyncio.run(serve(load_settings(None, None), "127.0.0.1", 0, limits=LIMITS))
