"""What every command does first and last: read the settings, keep a log, run, stop cleanly."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from bot.settings import Settings

CANCELLED = 130
LOG_FILE = "tuppence.log"
MAX_LOG_BYTES = 1_000_000


def read_settings() -> Settings:
    """The settings of this installation, with the log begun. Raises `TuppenceError` with the key and the fix."""
    from bot.redaction import redact_logs
    from bot.settings import load_settings

    settings = load_settings()
    _keep_log(settings.home / LOG_FILE)
    redact_logs(settings)
    return settings


def _keep_log(path: Path) -> None:
    """Bugs, by their references, go to a file in the data folder, not to the terminal; a full disk loses only these."""
    import logging
    from logging.handlers import RotatingFileHandler

    logging.raiseExceptions = False
    handler = RotatingFileHandler(path, maxBytes=MAX_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` returns. Ctrl-C ends it with one word and the usual exit code."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(CANCELLED) from None
