"""What every command does first and last: read the settings, keep a log, run, stop cleanly."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.settings import Settings

CANCELLED = 130


def read_settings() -> Settings:
    """The settings of this installation, with the log begun. Raises `TuppenceError` with the key and the fix."""
    from bot.logs import keep_log
    from bot.settings import load_settings

    settings = load_settings()
    keep_log(settings)
    return settings


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` returns. Ctrl-C ends it with one word and the usual exit code."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(CANCELLED) from None
