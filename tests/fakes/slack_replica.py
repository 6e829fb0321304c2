"""`python -m tests.fakes.slack_replica`: a real `tuppence serve` on Slack, which can kill itself -9 as `replica` does."""

from __future__ import annotations

import asyncio
import os

from bot.serving import serve
from bot.settings import load_settings
from bot.surfaces.slack.streams import Streams
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.replica import LIMITS, Executioner, arrange, watch

if __name__ == "__main__":
    executioner = Executioner(os.environ.get("DIE_AT", ""))
    arrange(executioner, SlackSurface)
    watch(executioner, Streams, "begin", after="streamed")
    settings = load_settings(None, None)
    surface = SlackSurface(settings, after=0)  # so that something is shown already, whatever it dies of
    asyncio.run(serve(settings, "127.0.0.1", 0, surfaces=[surface], limits=LIMITS))
