"""The log: a file in the data folder, and the terminal of a server; as text, or as a JSON object a line."""

from __future__ import annotations

import copy
import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

from pythonjsonlogger.json import JsonFormatter

from bot.redaction import redact_logs

if TYPE_CHECKING:
    from bot.settings import Settings

FILE = "tuppence.log"
LARGEST = 1_000_000
"""Bytes of the file, of which one earlier is kept."""
_FIELDS = ("time", "level", "logger", "message", "exc_info", "stack_info")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(JsonFormatter):
    """One object a line: time, level, logger, message and, after a bug, exc_info."""

    def __init__(self) -> None:
        super().__init__(
            ("asctime", "levelname", "name", "message"),
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )

    def format(self, record: logging.LogRecord) -> str:
        """The entry; a traceback as it was cleaned, not formatted anew."""
        if record.exc_text:
            record = copy.copy(record)
            record.exc_info = None
        return super().format(record)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Only what was cleaned: a library's extra fields stay out."""
        return {name: value for name, value in super().process_log_record(log_data).items() if name in _FIELDS}


def keep_log(settings: Settings) -> None:
    """Bugs, by their references, go to the file, not to the person; a full disk loses only these."""
    logging.raiseExceptions = False
    path = settings.home / FILE
    _add(settings, RotatingFileHandler(path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True))


def log_to_terminal(settings: Settings) -> None:
    """The same entries on stderr, where a service manager or a container looks for them."""
    _add(settings, logging.StreamHandler(sys.stderr))


def _add(settings: Settings, handler: logging.Handler) -> None:
    handler.setFormatter(JsonLines() if settings.log_format == "json" else logging.Formatter(_TEXT))
    logging.getLogger().addHandler(handler)
    redact_logs(settings)
