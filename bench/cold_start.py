"""The first answer on a fresh start: a new process and a new data folder each time, against a bare interpreter."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 5
QUESTION = "How did Apple do in 2022 compared with Microsoft?"


def timed(command: list[str], home: str) -> float:
    """Seconds of one whole process."""
    environ = os.environ | {"TUPPENCE_HOME": home, "TUPPENCE_MARKET_DATA": "snapshot"}
    began = time.perf_counter()
    subprocess.run(command, env=environ, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the medians: first start, later starts, and their ratio to starting Python alone."""
    ask = [sys.executable, "-m", "bot", "ask", QUESTION]
    bare, first, later = [], [], []
    timed([sys.executable, "-c", "import bot.app"], tempfile.gettempdir())  # compiles what is not compiled yet
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as home:
            bare.append(timed([sys.executable, "-c", "pass"], home))
            first.append(timed(ask, home))
            later.append(timed(ask, home))
    empty = statistics.median(bare)
    for name, runs in (("first start (database made)", first), ("later starts", later)):
        print(
            f"{name}: median {statistics.median(runs):.2f} s, {statistics.median(runs) / empty:.0f} times bare Python"
        )


if __name__ == "__main__":
    main()
