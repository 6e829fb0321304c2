"""`/import` says how holdings come in on the surface where it is typed; it works without a model and writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.records.users import Actor
from bot.turn.commands import CommandContext, run_command

NOTHING: Any = None


@pytest.mark.parametrize(
    ("surface", "told"),
    [
        ("slack", "Drop a CSV file of your holdings into our direct messages"),
        ("terminal", "`tuppence import holdings.csv`"),
        ("teams", "Attach a CSV file of your holdings"),
        ("elsewhere", "Ask your administrator"),
    ],
)
async def test_it_says_how_on_each_surface(surface: str, told: str) -> None:
    context = CommandContext(NOTHING, NOTHING, Actor("ada"), surface=surface)
    answer = await run_command(context, "/import")
    assert told in answer
    assert "symbols" in answer
