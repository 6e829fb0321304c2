"""`python -m tests.fakes.slack_replica`: a real `tuppence serve` on Slack, which can kill itself -9 as `replica` does."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from bot.serving import serve
from bot.settings import load_settings
from bot.surfaces.slack.streams import Streams
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.replica import LIMITS, Executioner, arrange, watch


def watch_reading(executioner: Executioner) -> None:
    """Let it be noted whenever more of an answer can be read in a stream."""
    append = Streams.append

    async def watched(streams: Streams, channel: str, ts: str, chunks: Sequence[dict[str, Any]]) -> bool:
        is_open = await append(streams, channel, ts, chunks)
        if any(chunk["type"] == "markdown_text" for chunk in chunks):
            executioner.passing("read")
        return is_open

    Streams.append = watched  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    executioner = Executioner(os.environ.get("DIE_AT", ""))
    arrange(executioner, SlackSurface)
    watch(executioner, Streams, "begin", after="streamed")
    watch(executioner, Streams, "close", after="closed")
    watch_reading(executioner)
    settings = load_settings(None, None)
    surface = SlackSurface(settings, after=0)  # so that something is shown already, whatever it dies of
    asyncio.run(serve(settings, "127.0.0.1", 0, surfaces=[surface], limits=LIMITS))
