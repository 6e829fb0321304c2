"""`python -m tests.fakes.digest_replica`: `tests.fakes.replica` that can also die while it schedules and makes digests."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from bot.jobs.digest_delivery import DigestHandler
from bot.jobs.scheduler import Scheduler
from bot.serving import serve
from bot.settings import load_settings
from tests.fakes.chat_surface import ChatServerSurface
from tests.fakes.replica import LIMITS, Executioner, arrange

OWN_STAGES = ("before fired", "fired", "digest claimed", "digest finished")


def arrange_digests(executioner: Executioner) -> None:
    """Let the stages of a digest be passed under the executioner's eyes."""
    fire, run = Scheduler._fire, DigestHandler.run

    async def watched_fire(*arguments: Any) -> Any:
        executioner.passing("before fired")
        fired = await fire(*arguments)
        executioner.passing("fired")
        return fired

    async def watched_run(*arguments: Any) -> Any:
        executioner.passing("digest claimed")
        posts = await run(*arguments)
        executioner.passing("digest finished")
        return posts

    Scheduler._fire, DigestHandler.run = watched_fire, watched_run  # type: ignore[method-assign]


if __name__ == "__main__":
    chosen = Executioner(os.environ.get("DIE_AT", ""))
    arrange(chosen)
    arrange_digests(chosen)
    asyncio.run(
        serve(
            load_settings(),
            "127.0.0.1",
            int(os.environ["PORT"]),
            surfaces=[ChatServerSurface(os.environ["CHAT_SERVER"])],
            limits=LIMITS,
            announce=lambda address: sys.stdout.write(f"{address}\n") and sys.stdout.flush(),
        )
    )
