"""Reads the environment and the `.env` file into plain key-value pairs, and finds what is wrong with their form.

The only place that looks at the environment. The environment wins over `.env`. Values are never put into a problem's
text, as any of them may be a secret.
"""

from __future__ import annotations

import difflib
import re
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

OWN_PREFIX = "TUPPENCE_"
FILE_PREFIXES = (OWN_PREFIX, "SLACK_", "TEAMS_")
MAX_FILE_BYTES = 100_000

_PLACEHOLDER = re.compile(
    r"(?:(?:xox[a-z]-|xapp-)?your\b.*|.*[-_/:@ ]your[-_ ].*|.*change[-_ ]?me.*|replace[-_ ]?me.*|<.*>|.*://.*<.*>.*"
    r"|x{3,}|(?:xox[a-z]|xapp)-(?:x+|\.+|0+|token|\*+)|\.{3,}|…|todo|tbd|placeholder|example|dummy|none|null|undefined)",
    re.IGNORECASE | re.DOTALL,
)


def read_environment(
    environ: Mapping[str, str], dotenv_path: Path | None, known: Collection[str]
) -> tuple[dict[str, str], list[str]]:
    """The values of all `known` keys that are set, and one line for each problem ("KEY: reason; fix")."""
    problems: list[str] = []
    values: dict[str, str] = {}
    if dotenv_path:
        values.update(_read_file(dotenv_path, known, problems))
    for key, value in environ.items():
        if key in known:
            values[key] = value
        elif key.upper().startswith(OWN_PREFIX):
            problems.append(f"{key}: there is no such setting{_nearest(key, known)}")
    for key, value in list(values.items()):
        if problem := malformed(value):
            problems.append(f"{key}: {problem}")
            del values[key]
    return values, problems


def malformed(value: str) -> str | None:
    """What is wrong with the form of any value, and the fix; None when nothing is."""
    if not value:
        return "it is empty; give it a value or remove it"
    if value != value.strip():
        return "it begins or ends with a space or line break; remove that"
    if any(ord(character) < ord(" ") or ord(character) == 0x7F for character in value):
        return "it holds a line break or control character; put it on one line"
    if value[0] in "\"'“‘`" or value[-1] in "\"'”’`":
        return "it has quotes around it; remove them"
    if _PLACEHOLDER.fullmatch(value):
        return "it is still the placeholder; put in your own value or remove it"
    return None


def _read_file(path: Path, known: Collection[str], problems: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, key, value in _bindings(path, problems):
        where = f"{path.name} line {line}"
        if key is None or value is None:
            problems.append(f"{where}: it can't be understood; write it as KEY=value")
        elif key in lines:
            problems.append(f"{where}: {key} was set before, on line {lines[key]}; remove one of them")
        elif key in known:
            lines[key] = line
            values[key] = value
        elif key.upper().startswith(FILE_PREFIXES) or difflib.get_close_matches(key.upper(), known, 1, 0.85):
            problems.append(f"{where}: there is no setting {key}{_nearest(key, known)}")
    return values


def _bindings(path: Path, problems: list[str]) -> Iterator[tuple[int, str | None, str | None]]:
    """Each assignment of the file with its line, counted from 1; its parts are None where it can't be understood."""
    from dotenv.parser import parse_stream

    try:
        if not path.exists():
            return
        if path.stat().st_size > MAX_FILE_BYTES:
            problems.append(f"{path}: it is larger than {MAX_FILE_BYTES:,} bytes; it should hold settings only")
            return
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: it is not text in UTF-8 (byte {error.start}); save it as UTF-8")
        return
    except OSError as error:
        problems.append(f"{path}: it can't be read ({(error.strerror or 'unknown').lower()}); correct its permissions")
        return
    for binding in parse_stream(StringIO(text)):
        blank = len(binding.original.string) - len(binding.original.string.lstrip())
        line = binding.original.line + binding.original.string[:blank].count("\n")
        if binding.error or binding.key:
            yield line, binding.key, binding.value


def _nearest(key: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(key.upper(), known, 1, 0.6)
    return f"; did you mean {nearest[0]}?" if nearest else "; remove it (docs/settings.md lists all settings)"
