"""Waits for what other tasks bring about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


PATIENCE = 30.0
"""Seconds after which what takes a moment is taken for hanging; how fast a machine is decides no test."""


async def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return once it holds; `TimeoutError` when it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (it may be anything)
            await asyncio.sleep(0.01)
