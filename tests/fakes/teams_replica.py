"""`python -m tests.fakes.teams_replica`: a real `tuppence serve` on Teams, which can kill itself -9 as `replica` does.

TEAMS_ADDRESS is where the stand-in for Microsoft's side is.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from bot.serving import serve
from bot.settings import load_settings
from bot.surfaces.teams.cloud import Cloud
from bot.surfaces.teams.live import Live
from bot.surfaces.teams.surface import TeamsSurface
from tests.fakes.replica import LIMITS, Executioner, arrange


def cloud_at(address: str) -> Cloud:
    """Microsoft's side of Teams on loopback."""
    return Cloud(
        openid_url=f"{address}/openid",
        issuer="https://api.botframework.com",
        login_url=address,
        service_url=f"{address}/teams",
        hosts=frozenset({"127.0.0.1"}),
        is_plain=True,
    )


def watch_placing(executioner: Executioner) -> None:
    """Two more stages: a line of progress stands in Teams ("placed"), and its id is on record ("kept")."""
    keep = Live.keep

    async def watched(*arguments: Any) -> str:
        executioner.passing("placed")
        holds = await keep(*arguments)
        executioner.passing("kept")
        return holds

    Live.keep = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    executioner = Executioner(os.environ.get("DIE_AT", ""))
    arrange(executioner, TeamsSurface)
    watch_placing(executioner)
    settings = load_settings(None, None)
    surface = TeamsSurface(settings, cloud_at(os.environ["STAND_IN"]))
    asyncio.run(serve(settings, "127.0.0.1", int(os.environ["PORT"]), surfaces=[surface], limits=LIMITS))
