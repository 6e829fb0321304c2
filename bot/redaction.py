"""What a log may hold: no secret, and no line that somebody else made up."""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pydantic import SecretStr

from bot.encryption_keys import read_keys, write_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.settings import Settings

HIDDEN = "[hidden]"
MIN_SECRET = 4
"""Shorter ones are hidden only where a pattern knows them: they would be found in the middle of any word."""
_PATTERNS = (
    (re.compile(r"\bxox[a-z]-[A-Za-z0-9-]{6,}|\bxapp-[A-Za-z0-9-]{6,}"), HIDDEN),
    (re.compile(r"\b(bearer)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(\bpostgres(?:ql)?(?:\+[a-z]+)?://[^\s:/@]*):\S*@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"\b((?:password|passwd|secret|token)\s*=\s*)[^\s,;&]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b([A-Za-z0-9_-]{1,32}:)[A-Za-z0-9+/]{43}="), rf"\1{HIDDEN}"),
)
_MARGIN = "| "
"""Before each line of a traceback, so that none can pass for an entry of its own."""


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the `secrets` and without whatever looks like one."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def one_line(text: str) -> str:
    """`text` with line breaks and control characters as escapes: it can neither end a line nor colour it."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret in the settings, the longest first; of the database's address only the password is one."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.update(_parts(name, value.get_secret_value()))
    return tuple(sorted((part for part in found if len(part) >= MIN_SECRET), key=len, reverse=True))


class Redaction(logging.Filter):
    """Cleans each record before a handler writes it, its traceback, too."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, cleaned."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 (a wrong format string must not lose the entry)
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = one_line(redact(message, self._secrets)), None
        if record.exc_text:  # another handler was first, and may know other secrets
            record.exc_text = self._lines(record.exc_text)
        elif record.exc_info:
            record.exc_text = self._lines("".join(traceback.format_exception(*record.exc_info)))
        if record.stack_info:
            record.stack_info = self._lines(record.stack_info)
        return True

    def _lines(self, text: str) -> str:
        lines = redact(text, self._secrets).rstrip("\n").split("\n")
        return "\n".join(f"{_MARGIN}{one_line(line.removeprefix(_MARGIN))}" for line in lines)


def redact_logs(settings: Settings) -> None:
    """Clean what the handlers of the root logger write from now on."""
    redaction = Redaction(secrets_of(settings))
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, Redaction) for known in handler.filters):
            handler.addFilter(redaction)


def _parts(name: str, value: str) -> Iterator[str]:
    """What of a secret setting must not be seen."""
    if name == "encryption_keys":
        yield from (write_keys([key]).partition(":")[2] for key in read_keys(value))
    elif name == "database_url":
        place = value.partition("://")[2]
        password = place.rpartition("@")[0].partition(":")[2]
        yield from (password, unquote(password))
    else:
        yield value
