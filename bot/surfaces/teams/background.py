"""What follows an answer that Teams already has: done after it, and given a moment at the end."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.redaction import one_line
from bot.surfaces.teams.failures import TeamsRefused

if TYPE_CHECKING:
    from collections.abc import Coroutine

log = logging.getLogger(__name__)
STOPPING = 5.0
"""Seconds that are given, at the end, to what is still being done."""


class Background:
    """Work of which nothing must be lost, as all that matters is on record: a failure costs a picture of it."""

    def __init__(self) -> None:
        self._in_hand: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, without waiting."""
        task = asyncio.create_task(self._see_to(work))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def aclose(self) -> None:
        """Give what is in hand a moment, and stop the rest."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=STOPPING)
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def _see_to(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (PostFailed, PostRefused, TeamsRefused, TuppenceError) as error:
            log.warning("what follows an activity failed: %s", one_line(str(error))[:200])
        except Exception:
            log.exception("what follows an activity failed")
