"""Tuppence as people start it: a process of its own, with a data folder of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "migrations", "prompts", "tools")


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """Starts `python -m bot` on the data folder `home`, from the package at `package`.

    `settings` are laid over the defaults of tests: the built-in model and the bundled prices. `before` is a command
    that runs Python for us, as `nice` would.
    """

    home: Path
    package: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()
    python: Sequence[str] = ("-m", "bot")

    def having(self, **settings: str) -> CommandLine:
        """The same with other settings."""
        return replace(self, settings={**self.settings, **settings})

    @property
    def environment(self) -> dict[str, str]:
        """Of the developer's own environment nothing but the path is passed on."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.home.parent),
            "USER": "ada",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
            "PYTHONPATH": str(self.package),
            "TUPPENCE_HOME": str(self.home),
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            **self.settings,
        }

    @property
    def command(self) -> list[str]:
        """What is started, without arguments."""
        return [*self.before, sys.executable, *self.python]

    def run(self, *arguments: str, typed: str = "", seconds: float = 30) -> Ended:
        """Run to the end, feeding `typed`. A traceback without --debug is an error of any command."""
        ended = subprocess.run(
            [*self.command, *arguments],
            input=typed.encode(),
            capture_output=True,
            timeout=seconds,
            cwd=self.home.parent,
            env=self.environment,
            check=False,
        )
        return _checked(ended.returncode, ended.stdout, ended.stderr, arguments)

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start and go on, so that a test can play the other side."""
        return await asyncio.create_subprocess_exec(
            *self.command,
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home.parent,
            env=self.environment,
        )

    async def ended(self, process: asyncio.subprocess.Process, seconds: float = 30) -> Ended:
        """Wait for the end of one that was started."""
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
        return _checked(process.returncode or 0, out, err, ())


def installation(folder: Path, weights: bytes | None) -> Path:
    """A package in `folder` that is this one, but for the built-in model's file, which is `weights`, or missing."""
    folder.mkdir()
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    place = folder / "slm" / "weights"
    place.mkdir(parents=True)
    original = ROOT / "slm" / "weights" / "tuppence.gguf.sha256"
    (place / original.name).write_bytes(original.read_bytes())
    if weights is not None:
        (place / "tuppence.gguf").write_bytes(weights)
    return folder


def _checked(code: int, out: bytes, err: bytes, arguments: Sequence[str]) -> Ended:
    ended = Ended(code, out.decode(), err.decode())
    assert "--debug" in arguments or "Traceback" not in ended.out + ended.err, ended.err
    return ended
