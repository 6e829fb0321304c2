"""Waits for what other tasks bring about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


async def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Return once it holds; `TimeoutError` when it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (it may be anything)
            await asyncio.sleep(0.01)
